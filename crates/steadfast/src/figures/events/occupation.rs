//! Who is where over time: the probabilities of the states, one upon another, a panel a group.

use kuva::render::color::Color;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::{PathData, Primitive, Scene};
use std::sync::Arc;

use super::super::shortest;
use super::canvas::{Canvas, Side, hatch, hatches, legend, styled, svg, tone};
use super::table_times;

/// State occupation probabilities, stacked.
#[derive(Debug, Clone, PartialEq)]
pub struct OccupationFigure {
    /// The label of time, with its unit and origin.
    pub time: String,
    /// The right end of the axis of time.
    pub horizon: f64,
    /// The states, from the bottom to the top.
    pub states: Vec<String>,
    /// The groups, side by side.
    pub panels: Vec<OccupationPanel>,
}

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub struct OccupationPanel {
    /// The group's name.
    pub name: String,
    /// The persons in it.
    pub n: usize,
    /// From each time on, the probability of each state; the first time is where the axis begins.
    pub steps: Vec<(f64, Vec<f64>)>,
}

/// The width of the plot area of one panel.
const PANEL: f64 = 260.0;
/// What stands left of the first panel.
const LEFT: f64 = 64.0;
/// What stands between two panels.
const GAP: f64 = 28.0;

impl OccupationFigure {
    /// The figure.
    pub fn svg(&self) -> String {
        let width = LEFT + self.panels.len().max(1) as f64 * (PANEL + GAP);
        let (marks, legend_height) = legend(&self.states, (LEFT, width - GAP), 20.0);
        let (top, bottom) = (legend_height + 34.0, 48.0);
        let height = top + 260.0 + bottom;
        let mut picture = Scene::new(width, height);
        picture.defs = hatches(self.states.len());
        for (place, panel) in self.panels.iter().enumerate() {
            let left = LEFT + place as f64 * (PANEL + GAP);
            let right = width - left - PANEL;
            let canvas = Canvas { width, height, left, right, top, bottom, x: (0.0, self.horizon), y: (0.0, 1.0) };
            let scene = self.panel(&canvas, panel, place == 0);
            picture.font_family.clone_from(&scene.font_family);
            picture.elements.extend(scene.elements);
            let heading = format!("{} (n = {})", panel.name, panel.n);
            picture.add(styled(left + 0.5 * PANEL, top - 8.0, &heading, Side::Middle, ("#000000", true)));
        }
        picture.elements.extend(marks);
        svg(&picture)
    }

    fn panel(&self, canvas: &Canvas, panel: &OccupationPanel, first: bool) -> Scene {
        let ticks = table_times(self.horizon);
        let step = ticks.get(1).copied().unwrap_or(self.horizon);
        let plots: Vec<Plot> =
            vec![Plot::Line(kuva::plot::LinePlot::new().with_data([(0.0, 0.0), (self.horizon, 0.0)]))];
        let blank = |_: f64| String::new();
        let labels: TickFormat =
            if first { TickFormat::Custom(Arc::new(shortest)) } else { TickFormat::Custom(Arc::new(blank)) };
        let layout = Layout::auto_from_plots(&plots)
            .with_y_label(if first { "Probability" } else { "" })
            .with_x_tick_step(step)
            .with_y_tick_step(0.2)
            .with_x_tick_format(TickFormat::Custom(Arc::new(shortest)))
            .with_y_tick_format(labels)
            .with_show_grid(false);
        let mut scene = canvas.scene(plots, layout);
        scene.add(canvas.label_below(&self.time));
        let mut below = vec![0.0; panel.steps.len()];
        for state in 0..self.states.len() {
            let of = |step: &(f64, Vec<f64>)| step.1.get(state).copied().unwrap_or_default();
            let above: Vec<f64> = panel.steps.iter().zip(&below).map(|(step, below)| below + of(step)).collect();
            scene.elements.extend(self.layer(canvas, panel, (&below, &above), state));
            below = above;
        }
        scene
    }

    /// The area of one state.
    fn layer(
        &self,
        canvas: &Canvas,
        panel: &OccupationPanel,
        (low, high): (&[f64], &[f64]),
        state: usize,
    ) -> Vec<Primitive> {
        let mut upper = self.corners(panel, high);
        let mut lower = self.corners(panel, low);
        lower.reverse();
        upper.extend(lower);
        let place = |(x, y): &(f64, f64)| format!("{:.2} {:.2}", canvas.at_x(*x), canvas.at_y(y.clamp(0.0, 1.0)));
        let path: Vec<String> = upper.iter().map(place).collect();
        let filled = |fill: Color| {
            Primitive::Path(Box::new(PathData {
                d: format!("M {} Z", path.join(" L ")),
                fill: Some(fill),
                stroke: "#ffffff".into(),
                stroke_width: 0.6,
                opacity: None,
                stroke_dasharray: None,
            }))
        };
        std::iter::once(tone(state).into()).chain(hatch(state)).map(filled).collect()
    }

    fn corners(&self, panel: &OccupationPanel, heights: &[f64]) -> Vec<(f64, f64)> {
        let mut corners: Vec<(f64, f64)> = Vec::new();
        for ((time, _), height) in panel.steps.iter().zip(heights).filter(|((time, _), _)| *time <= self.horizon) {
            if let Some((_, before)) = corners.last().copied() {
                corners.push((*time, before));
            }
            corners.push((*time, *height));
        }
        let last = corners.last().map_or(0.0, |corner| corner.1);
        corners.push((self.horizon, last));
        corners
    }
}
