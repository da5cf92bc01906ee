//! Step functions of time with the numbers at risk below: survival, cumulative incidence, mean cumulative function.

use std::sync::Arc;

use kuva::plot::{BandPlot, LinePlot};
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::Primitive;

use super::super::{STYLES, shortest};
use super::canvas::{Canvas, Side, styled, svg, text, widest};

/// Step functions of time, one a group.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveFigure {
    /// The label of time, with its unit and origin.
    pub time: String,
    /// The label of what is drawn.
    pub value: String,
    /// What its values can be.
    pub scale: CurveScale,
    /// The right end of the axis of time.
    pub horizon: f64,
    /// The groups in the order of the legend.
    pub groups: Vec<CurveGroup>,
    /// What the numbers below the axis count, such as `Children at risk (events so far)`.
    pub counted: String,
}

/// What the values of a curve can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CurveScale {
    /// Probabilities, on an axis from 0 to 1.
    Probability,
    /// Numbers from 0 on, such as mean numbers of moves.
    Count,
}

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveGroup {
    /// The group's name.
    pub name: String,
    /// The value at time 0.
    pub start: f64,
    /// The value from each time on, times ascending.
    pub steps: Vec<CurveStep>,
    /// The numbers below the axis, at the same times in every group.
    pub table: Vec<TableEntry>,
}

/// The value of a curve from a time on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurveStep {
    /// The time.
    pub time: f64,
    /// The value.
    pub estimate: f64,
    /// Its limits, where there are any.
    pub limits: Option<(f64, f64)>,
}

/// Who is at risk at a time, and what has happened until then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TableEntry {
    /// The time.
    pub time: f64,
    /// Persons at risk.
    pub at_risk: usize,
    /// Events so far.
    pub events: usize,
}

/// About so many ticks has the axis of time.
const TICKS: f64 = 6.0;

/// The step between ticks of an axis that ends at `horizon`: months and years are counted in 3s, 6s and 12s, all else in 1s, 2s
/// and 5s.
fn tick_step(horizon: f64) -> f64 {
    let twelves = [1.0, 2.0, 3.0, 6.0, 12.0, 24.0];
    let least = horizon / TICKS;
    if (6.0..=144.0).contains(&horizon) {
        return twelves.into_iter().find(|step| *step >= least).unwrap_or(24.0);
    }
    let power = 10.0_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * power)
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(power)
}

/// The times at which a figure that ends at `horizon` shows numbers: those of its ticks.
pub fn table_times(horizon: f64) -> Vec<f64> {
    let step = tick_step(horizon);
    let ticks = (horizon / step * (1.0 + 1e-9)).floor();
    (0..=ticks as usize).map(|k| k as f64 * step).collect()
}

impl CurveFigure {
    /// The figure.
    pub fn svg(&self) -> String {
        let names = widest(self.groups.iter().map(|group| group.name.as_str()));
        let rows = self.groups.iter().filter(|group| !group.table.is_empty()).count();
        let table = if rows > 0 { 30.0 + 18.0 * rows as f64 } else { 0.0 };
        let left = (names + 46.0).max(70.0);
        let top = 16.0 + 18.0 * self.groups.len() as f64;
        let (bottom, y) = (46.0 + table, (0.0, self.highest()));
        let (width, height) = (640.0, top + 270.0 + bottom);
        // Numbers at the last tick are centred on the end of the axis: half of them stands beyond it.
        let right = (0.5 * self.widest_number() + 4.0).max(24.0);
        let canvas = Canvas { width, height, left, right, top, bottom, x: (0.0, self.horizon), y };
        let mut plots: Vec<Plot> = self.groups.iter().zip(0..).filter_map(|(group, i)| self.band(group, i)).collect();
        plots.extend(self.groups.iter().zip(0..).map(|(group, i)| self.line(group, i)));
        let mut layout = Layout::auto_from_plots(&plots)
            .with_y_label(self.value.clone())
            .with_x_tick_step(tick_step(self.horizon))
            .with_x_tick_format(TickFormat::Custom(Arc::new(shortest)))
            .with_y_tick_format(TickFormat::Custom(Arc::new(shortest)))
            .with_clamp_axis();
        if self.scale == CurveScale::Probability && y.1 >= 1.0 {
            layout = layout.with_y_tick_step(0.2);
        }
        let mut scene = canvas.scene(plots, layout);
        scene.add(canvas.label_below(&self.time));
        scene.elements.extend(self.legend(&canvas));
        scene.elements.extend(self.numbers(&canvas));
        svg(&scene)
    }

    /// How wide the widest entry of the table is.
    fn widest_number(&self) -> f64 {
        let entries = self.groups.iter().flat_map(|group| &group.table);
        let texts: Vec<String> = entries.map(|one| format!("{} ({})", one.at_risk, one.events)).collect();
        widest(texts.iter().map(String::as_str))
    }

    /// The end of the axis of values.
    fn highest(&self) -> f64 {
        let of = |step: &CurveStep| step.limits.map_or(step.estimate, |limits| limits.1);
        let seen = |group: &CurveGroup| {
            let within = group.steps.iter().filter(|step| step.time <= self.horizon).map(of);
            within.fold(group.start, f64::max)
        };
        let most = self.groups.iter().map(seen).fold(0.0, f64::max);
        match self.scale {
            // Rare events would lie on the floor of an axis that ends at 1.
            CurveScale::Probability if most > 0.5 => 1.0,
            CurveScale::Probability => ((most * 1.1).max(0.02) * 20.0).ceil() / 20.0,
            CurveScale::Count => (most * 1.05).max(1e-9),
        }
    }

    /// The corners of the steps of `value`, from time 0 to the horizon.
    fn corners(&self, group: &CurveGroup, value: impl Fn(&CurveStep) -> Option<f64>) -> Vec<(f64, f64)> {
        let mut corners = vec![(0.0, group.start)];
        let mut now = group.start;
        for step in group.steps.iter().filter(|step| step.time <= self.horizon) {
            corners.push((step.time, now));
            now = value(step).unwrap_or(now);
            corners.push((step.time, now));
        }
        corners.push((self.horizon, now));
        corners
    }

    fn line(&self, group: &CurveGroup, i: usize) -> Plot {
        let (color, dashes, _) = STYLES[i % STYLES.len()];
        let line = LinePlot::new().with_data(self.corners(group, |step| Some(step.estimate)));
        let line = line.with_color(color).with_stroke_width(1.8);
        Plot::Line(if dashes.is_empty() {
            line
        } else {
            line.with_line_style(kuva::plot::LineStyle::Custom(dashes.to_owned()))
        })
    }

    fn band(&self, group: &CurveGroup, i: usize) -> Option<Plot> {
        group.steps.iter().any(|step| step.limits.is_some()).then(|| {
            let low = self.corners(group, |step| step.limits.map(|limits| limits.0));
            let high = self.corners(group, |step| step.limits.map(|limits| limits.1));
            let (x, low): (Vec<f64>, Vec<f64>) = low.into_iter().unzip();
            let high: Vec<f64> = high.into_iter().map(|corner| corner.1).collect();
            Plot::Band(BandPlot::new(x, low, high).with_color(STYLES[i % STYLES.len()].0).with_opacity(0.14))
        })
    }

    /// A piece of each line with its name, above the plot area.
    fn legend(&self, canvas: &Canvas) -> Vec<Primitive> {
        let mut marks = Vec::new();
        for (i, group) in self.groups.iter().enumerate() {
            let (color, dashes, _) = STYLES[i % STYLES.len()];
            let y = 16.0 + 18.0 * i as f64;
            marks.push(Primitive::Line {
                x1: canvas.left,
                y1: y,
                x2: canvas.left + 34.0,
                y2: y,
                stroke: color.into(),
                stroke_width: 1.8,
                stroke_dasharray: (!dashes.is_empty()).then(|| dashes.to_owned()),
            });
            marks.push(text(canvas.left + 42.0, y + 4.0, &group.name, Side::Right));
        }
        marks
    }

    /// The table below the axis.
    fn numbers(&self, canvas: &Canvas) -> Vec<Primitive> {
        let mut marks = Vec::new();
        let top = canvas.floor() + 62.0;
        let listed = || self.groups.iter().filter(|group| !group.table.is_empty());
        if listed().next().is_some() {
            marks.push(styled(canvas.left - 8.0, top, &self.counted, Side::Right, ("#000000", true)));
        }
        for (row, group) in listed().enumerate() {
            let y = top + 20.0 + 18.0 * row as f64;
            marks.push(styled(8.0, y, &group.name, Side::Right, ("#000000", true)));
            for entry in &group.table {
                let numbers = format!("{} ({})", entry.at_risk, entry.events);
                marks.push(text(canvas.at_x(entry.time), y, &numbers, Side::Middle));
            }
        }
        marks
    }
}
