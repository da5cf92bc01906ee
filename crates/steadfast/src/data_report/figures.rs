//! Small drawings of distributions, from the counts that the report shows and from nothing else.

use std::sync::Arc;

use kuva::plot::{BarPlot, Histogram};
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use steadfast_core::frame::Date;

use super::ColumnReport;
use crate::figures::{INK, finish, shortest};

/// More bars than these have no room for their labels.
const MOST_BARS: usize = 20;
/// Longer labels are cut; the table beside the figure has them whole.
const LONGEST: usize = 22;
const WIDTH: f64 = 360.0;

/// The distribution of `column`: bars of its levels, or a histogram; none where there is nothing to show.
pub(super) fn distribution(column: &ColumnReport) -> Option<String> {
    if !column.levels.is_empty() {
        return (column.levels.len() <= MOST_BARS).then(|| bars(column));
    }
    column.bins.iter().any(|bin| bin.cells.height() > 0.0).then(|| histogram(column))
}

fn histogram(column: &ColumnReport) -> String {
    let edges: Vec<f64> = column.bins.iter().map(|bin| bin.low).chain(column.bins.last().map(|bin| bin.high)).collect();
    let heights: Vec<f64> = column.bins.iter().map(|bin| bin.cells.height()).collect();
    let plots = vec![Plot::Histogram(Histogram::from_bins(edges, heights).with_color(INK))];
    let layout = Layout::auto_from_plots(&plots).with_width(WIDTH).with_height(190.0).with_ticks(4);
    let layout = layout.with_y_tick_format(TickFormat::Custom(Arc::new(shortest)));
    let layout = if column.r#type == "date" {
        layout.with_x_tick_format(TickFormat::Custom(Arc::new(|tick| {
            Date(tick.round() as i32).to_string().chars().take(7).collect()
        })))
    } else {
        layout.with_x_tick_format(TickFormat::Custom(Arc::new(shortest)))
    };
    small(plots, layout)
}

/// Horizontal bars, the first level on top.
fn bars(column: &ColumnReport) -> String {
    let bars = column.levels.iter().rev().map(|level| (cut(&level.level), level.counted().height()));
    let plots = vec![Plot::Bar(BarPlot::new().with_bars(bars).with_color(INK).with_horizontal(true))];
    let height = 60.0 + 22.0 * column.levels.len() as f64;
    let layout = Layout::auto_from_plots(&plots).with_width(WIDTH).with_height(height).with_ticks(4);
    small(plots, layout.with_x_tick_format(TickFormat::Custom(Arc::new(shortest))))
}

fn cut(label: &str) -> String {
    if label.chars().count() <= LONGEST {
        return label.to_owned();
    }
    label.chars().take(LONGEST - 1).chain(['…']).collect()
}

fn small(plots: Vec<Plot>, layout: Layout) -> String {
    finish(plots, layout.with_show_grid(false))
}
