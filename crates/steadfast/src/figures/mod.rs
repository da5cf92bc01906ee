//! Figures as SVG, drawn from the numbers of the results and from nothing else.

mod caterpillar;
pub mod events;
mod normal_quantiles;
mod of_fit;

pub use caterpillar::Caterpillar;
pub use normal_quantiles::normal_quantiles;
pub use of_fit::{Figure, of_fit};

use std::sync::Arc;

use kuva::backend::svg::SvgBackend;
use kuva::plot::legend::LegendPosition;
use kuva::plot::scatter::MarkerShape;
use kuva::plot::{LinePlot, ScatterPlot};
use kuva::render::annotations::ReferenceLine;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;

use crate::plan::Role;
use crate::results::CellRow;
use crate::study::AnalysisResult;
use crate::trial::observed::ObservedMean;

/// A line and its intervals.
struct Series {
    name: String,
    /// Position, estimate, lower and upper limit.
    points: Vec<(f64, f64, f64, f64)>,
}

/// The observed means of `means` with their intervals, a line an arm, over the `visits`.
pub fn observed_means(means: &[ObservedMean], visits: &[String], visit_label: &str, outcome: &str) -> String {
    let mut series: Vec<Series> = Vec::new();
    for mean in means {
        if series.last().is_none_or(|last| last.name != mean.arm) {
            series.push(Series { name: mean.arm.clone(), points: Vec::new() });
        }
        let position = visits.iter().position(|visit| *visit == mean.visit);
        if let (Some(last), Some(at), Some(estimate)) = (series.last_mut(), position, mean.mean) {
            let limits = (mean.conf_low.unwrap_or(estimate), mean.conf_high.unwrap_or(estimate));
            last.points.push((at as f64, estimate, limits.0, limits.1));
        }
    }
    draw(&series, visits, (visit_label, outcome), None)
}

/// The differences of the primary `analyses` at each of the `visits`, a line an analysis; none when no primary
/// analysis compares at single visits.
pub fn differences<'a>(
    analyses: &'a [AnalysisResult],
    visit_column: &str,
    visits: &[String],
    visit_label: &str,
) -> Option<String> {
    let primary = || analyses.iter().filter(|analysis| analysis.role == Role::Primary);
    let first = primary().next()?;
    let cells = |analysis: &'a AnalysisResult| -> Vec<&'a CellRow> {
        let term = analysis.contrast.levels.join(" - ");
        let here = |cell: &&CellRow| cell.row.term == term && cell.at.len() == 1 && cell.at.contains_key(visit_column);
        analysis.fit.differences.iter().flatten().filter(here).collect()
    };
    let compared = |visit: &String| primary().flat_map(cells).any(|cell| cell.at.get(visit_column) == Some(visit));
    let visits: Vec<String> = visits.iter().filter(|visit| compared(visit)).cloned().collect();
    let point = |cell: &CellRow| {
        let position = visits.iter().position(|visit| cell.at.get(visit_column) == Some(visit))?;
        Some((position as f64, cell.row.estimate, cell.row.conf_low, cell.row.conf_high))
    };
    let series = primary().map(|analysis| Series {
        name: analysis.label.clone(),
        points: cells(analysis).into_iter().filter_map(point).collect(),
    });
    let label = format!("Difference, {}", first.contrast.levels.join(" − "));
    (!visits.is_empty()).then(|| draw(&series.collect::<Vec<_>>(), &visits, (visit_label, &label), Some(0.0)))
}

/// The colour of a figure that needs one.
pub(crate) const INK: &str = "#0b3c5d";

/// Dark enough to print, far apart in grey, and told apart by line and marker where colour is lost.
const STYLES: [(&str, &str, MarkerShape); 4] = [
    ("#0b3c5d", "", MarkerShape::Circle),
    ("#d9822b", "7 4", MarkerShape::Square),
    ("#328cc1", "2 3", MarkerShape::Triangle),
    ("#6b6b6b", "9 3 2 3", MarkerShape::Diamond),
];

/// Draws `series` over `positions` with the labels of both axes, and a line across at `reference`.
fn draw(series: &[Series], positions: &[String], labels: (&str, &str), reference: Option<f64>) -> String {
    let mut plots = Vec::new();
    for (i, one) in series.iter().enumerate() {
        let (color, dashes, marker) = STYLES[i % STYLES.len()];
        // Side by side by a few pixels, so that intervals do not hide each other.
        let shift = 0.06 * (i as f64 - (series.len() as f64 - 1.0) / 2.0);
        let at: Vec<(f64, f64)> = one.points.iter().map(|point| (point.0 + shift, point.1)).collect();
        let arms: Vec<(f64, f64)> = one.points.iter().map(|point| (point.1 - point.2, point.3 - point.1)).collect();
        let mut line = LinePlot::new().with_data(at.clone()).with_color(color).with_stroke_width(1.6);
        if !dashes.is_empty() {
            line = line.with_line_style(kuva::plot::LineStyle::Custom(dashes.to_owned()));
        }
        plots.push(Plot::Line(line));
        let points = ScatterPlot::new().with_data(at).with_y_err_asymmetric(arms).with_color(color).with_size(4.5);
        plots.push(Plot::Scatter(points.with_marker(marker).with_legend(one.name.clone())));
    }
    let names: Arc<[String]> = positions.into();
    let last = positions.len().saturating_sub(1) as f64;
    let tick = move |x: f64| {
        let whole = x.round();
        let index = (whole >= 0.0 && (x - whole).abs() < 1e-6).then_some(whole as usize);
        index.and_then(|index| names.get(index)).cloned().unwrap_or_default()
    };
    let mut layout = Layout::auto_from_plots(&plots)
        .with_width(600.0)
        .with_height(360.0)
        .with_x_label(labels.0)
        .with_y_label(labels.1)
        .with_x_axis_min(-0.5)
        .with_x_axis_max(last + 0.5)
        .with_x_tick_step(1.0)
        .with_x_tick_format(TickFormat::Custom(Arc::new(tick)))
        .with_y_tick_format(TickFormat::Custom(Arc::new(shortest)))
        .with_legend_position(LegendPosition::OutsideTopLeft)
        .with_legend_box(false);
    if let Some(reference) = reference {
        layout = layout.with_reference_line(ReferenceLine::horizontal(reference).with_color("#888888"));
    }
    finish(plots, layout)
}

/// The SVG, in the letters that all figures have.
pub(crate) fn finish(plots: Vec<Plot>, layout: Layout) -> String {
    SvgBackend::new().render_scene(&render_multiple(plots, lettered(layout)))
}

/// The letters that all figures have.
fn lettered(layout: Layout) -> Layout {
    layout.with_font_family("Helvetica, Arial, sans-serif").with_label_size(13).with_tick_size(12).with_body_size(12)
}

/// A tick's label: the digits it needs, free of rounding, with a minus sign that is one.
pub(crate) fn shortest(tick: f64) -> String {
    let rounded = (tick * 1e6).round() / 1e6;
    format!("{}", rounded + 0.0).replace('-', "−")
}
