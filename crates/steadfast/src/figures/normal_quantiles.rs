//! Ordered values against the quantiles that the normal distribution would have in their places.

use std::sync::Arc;

use kuva::plot::scatter::MarkerShape;
use kuva::plot::{BandPlot, LinePlot, ScatterPlot};
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use steadfast_core::special::Normal;

use super::{INK, finish, shortest};
use crate::error::Result;

/// More points than these would not be told apart.
const MOST_POINTS: usize = 1_000;
/// The points at each end that are always drawn: what tails look like is what the figure is for.
const ENDS: usize = 50;
/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The figure of `values` that have mean 0 and variance 1 if the model holds, called `label`: the line of equality, and
/// around it where 95 % of the order statistics of independent values fall, point by point.
///
/// The value of rank i stands at z_i = Φ⁻¹((i − ½)/n); its standard error is √(p(1 − p)/n)/φ(z).
///
/// # Errors
/// When a quantile cannot be computed.
///
/// # Source
/// Wilk and Gnanadesikan 1968, Biometrika 55, 1; Fox 2016, Applied Regression Analysis, section 3.1.3 (the limits).
pub fn normal_quantiles(values: &[f64], label: &str) -> Result<String> {
    let mut ordered = values.to_vec();
    ordered.sort_by(f64::total_cmp);
    let n = ordered.len();
    let shown: Vec<usize> = {
        let every = n.div_ceil(MOST_POINTS);
        (0..n).filter(|&i| i % every == 0 || i < ENDS || i + ENDS >= n).collect()
    };
    let share = |i: usize| (i as f64 + 0.5) / n as f64;
    let quantiles = shown.iter().map(|&i| Normal.upper_quantile(1.0 - share(i)));
    let quantiles: Vec<f64> = quantiles.collect::<std::result::Result<_, _>>()?;
    let error = |(z, p): (f64, f64)| (p * (1.0 - p) / n as f64).sqrt() / Normal.density(z);
    let places = || quantiles.iter().copied().zip(shown.iter().map(|&i| share(i)));
    let lower: Vec<f64> = places().map(|at| at.0 - Z * error(at)).collect();
    let upper: Vec<f64> = places().map(|at| at.0 + Z * error(at)).collect();
    let line: Vec<(f64, f64)> = quantiles.iter().map(|&z| (z, z)).collect();
    let points: Vec<(f64, f64)> = quantiles.iter().copied().zip(shown.iter().map(|&i| ordered[i])).collect();
    let band = BandPlot::new(quantiles, lower, upper).with_color("#777777").with_opacity(0.22);
    let points = ScatterPlot::new().with_data(points).with_color(INK).with_size(2.4).with_marker(MarkerShape::Circle);
    let plots = vec![
        Plot::Band(band),
        Plot::Line(LinePlot::new().with_data(line).with_color("#444444").with_stroke_width(1.0)),
        Plot::Scatter(points),
    ];
    let layout = Layout::auto_from_plots(&plots)
        .with_width(420.0)
        .with_height(400.0)
        .with_x_label("Normal quantile")
        .with_y_label(label)
        .with_x_tick_format(TickFormat::Custom(Arc::new(shortest)))
        .with_y_tick_format(TickFormat::Custom(Arc::new(shortest)));
    Ok(finish(plots, layout))
}
