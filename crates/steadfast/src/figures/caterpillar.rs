//! The conditional modes of one effect with their intervals, groups in the order of their modes.

use std::sync::Arc;

use kuva::plot::scatter::MarkerShape;
use kuva::plot::{LinePlot, ScatterPlot};
use kuva::render::annotations::ReferenceLine;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;

use super::{INK, finish, shortest};

/// One effect of one grouping factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Caterpillar {
    /// What is drawn, such as `Days | Subject`.
    pub effect: String,
    /// The grouping factor.
    pub group: String,
    /// The level of the intervals, such as `95 %`.
    pub level: String,
    /// For each group its label, the mode and half the length of the interval.
    pub groups: Vec<(String, f64, f64)>,
}

/// So many labels are legible one below the other on a page.
const MOST_LABELS: usize = 60;
/// More intervals than these would run together in print.
const MOST_INTERVALS: usize = 300;
/// The colour of intervals behind their modes.
const PALE: &str = "#9fb4c2";

impl Caterpillar {
    /// The figure: each group with its label where there are few, ranks where there are many, and of very many an even
    /// choice by rank.
    pub fn svg(&self) -> String {
        let mut groups: Vec<&(String, f64, f64)> = self.groups.iter().collect();
        groups.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
        if groups.len() <= MOST_LABELS { self.labelled(&groups) } else { self.ranked(&groups) }
    }

    fn labelled(&self, groups: &[&(String, f64, f64)]) -> String {
        let at = groups.iter().enumerate().map(|(rank, group)| (group.1, rank as f64));
        let arms = groups.iter().map(|group| (group.2, group.2));
        let points = ScatterPlot::new().with_data(at).with_x_err_asymmetric(arms);
        let plots = vec![Plot::Scatter(points.with_color(INK).with_size(3.5).with_marker(MarkerShape::Circle))];
        let names: Arc<[String]> = groups.iter().map(|group| group.0.clone()).collect();
        let tick = move |y: f64| names.get(y.round().max(0.0) as usize).cloned().unwrap_or_default();
        let (low, high) = self.range();
        let layout = Layout::auto_from_plots(&plots)
            .with_width(520.0)
            .with_height(90.0 + 17.0 * groups.len().max(3) as f64)
            .with_x_label(format!("{}, with {} intervals", self.effect, self.level))
            .with_y_label(self.group.clone())
            .with_x_axis_min(low)
            .with_x_axis_max(high)
            .with_y_axis_min(-0.8)
            .with_y_axis_max(groups.len() as f64 - 0.2)
            .with_y_tick_step(1.0)
            .with_x_tick_format(TickFormat::Custom(Arc::new(shortest)))
            .with_y_tick_format(TickFormat::Custom(Arc::new(tick)))
            .with_reference_line(ReferenceLine::vertical(0.0).with_color("#888888"));
        finish(plots, layout)
    }

    fn ranked(&self, groups: &[&(String, f64, f64)]) -> String {
        let every = groups.len().div_ceil(MOST_INTERVALS);
        let chosen: Vec<usize> =
            (0..groups.len()).filter(|rank| rank % every == 0 || rank + 1 == groups.len()).collect();
        // Light lines that do not touch, and the modes dark upon them.
        let width = (450.0 / chosen.len() as f64).clamp(0.5, 2.0);
        let interval = |&rank: &usize| {
            let (x, (_, mode, half)) = (rank as f64 + 1.0, groups[rank]);
            let line = LinePlot::new().with_data([(x, mode - half), (x, mode + half)]);
            Plot::Line(line.with_color(PALE).with_stroke_width(width))
        };
        let mut plots: Vec<Plot> = chosen.iter().map(interval).collect();
        let modes = chosen.iter().map(|&rank| (rank as f64 + 1.0, groups[rank].1));
        let points = ScatterPlot::new().with_data(modes).with_color(INK).with_size(1.8);
        plots.push(Plot::Scatter(points.with_marker(MarkerShape::Circle)));
        let shown = if every > 1 { format!(", one in {every} shown") } else { String::new() };
        let (low, high) = self.range();
        let layout = Layout::auto_from_plots(&plots)
            .with_width(720.0)
            .with_height(380.0)
            .with_x_label(format!("Rank of {} among {}{shown}", self.group, groups.len()))
            .with_y_label(format!("{}, with {} intervals", self.effect, self.level))
            .with_x_axis_min(-0.01 * groups.len() as f64)
            .with_x_axis_max(1.01 * groups.len() as f64)
            .with_y_axis_min(low)
            .with_y_axis_max(high)
            .with_x_tick_format(TickFormat::Custom(Arc::new(shortest)))
            .with_y_tick_format(TickFormat::Custom(Arc::new(shortest)))
            .with_reference_line(ReferenceLine::horizontal(0.0).with_color("#888888"));
        finish(plots, layout)
    }

    /// The ends of the longest intervals, with a little room.
    fn range(&self) -> (f64, f64) {
        let low = self.groups.iter().map(|group| group.1 - group.2).fold(0.0, f64::min);
        let high = self.groups.iter().map(|group| group.1 + group.2).fold(0.0, f64::max);
        let room = 0.04 * (high - low).max(f64::MIN_POSITIVE);
        (low - room, high + room)
    }
}
