//! Effects with their intervals, one below the other.

use std::sync::Arc;

use kuva::plot::ScatterPlot;
use kuva::plot::scatter::MarkerShape;
use kuva::render::annotations::ReferenceLine;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::Primitive;

use super::super::{INK, shortest};
use super::canvas::{Canvas, NO_TICKS, Side, styled, svg, text, widest};
use crate::results::layout::fixed;

/// Effects and their intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct ForestFigure {
    /// What is drawn, such as `Hazard ratio (95 % interval)`.
    pub effect: String,
    /// The scale.
    pub scale: EffectScale,
    /// Whom effects to the left and to the right of no effect favour.
    pub favours: Option<(String, String)>,
    /// The rows from top to bottom.
    pub rows: Vec<ForestRow>,
}

/// The scale on which effects are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EffectScale {
    /// Ratios, equally far apart when their logarithms are; 1 is no effect.
    Ratio,
    /// Differences; 0 is no effect.
    Difference,
}

/// A line of the figure.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ForestRow {
    /// Words above the effects that follow.
    Heading(String),
    /// An effect.
    Effect {
        /// Of whom or what.
        label: String,
        /// The numbers behind it, such as `31/120 v 22/118`.
        numbers: String,
        /// The effect, on its own scale.
        estimate: f64,
        /// Its lower limit.
        low: f64,
        /// Its upper limit.
        high: f64,
    },
}

/// The height of a row.
const ROW: f64 = 22.0;
/// The width of the part with the intervals.
const PLOT: f64 = 260.0;

impl ForestFigure {
    /// The figure. An interval that reaches beyond what is drawn ends in an arrow.
    pub fn svg(&self) -> String {
        let written: Vec<String> = self.rows.iter().map(|row| self.written(row)).collect();
        let labels = widest(self.rows.iter().map(ForestRow::label));
        let numbers = widest(self.rows.iter().map(ForestRow::numbers));
        let left = 16.0 + labels + 18.0 + numbers + 16.0;
        let right = 16.0 + widest(written.iter().map(String::as_str)).max(widest([self.effect.as_str()])) + 12.0;
        let (top, bottom) = (34.0, if self.favours.is_some() { 50.0 } else { 30.0 });
        let height = top + ROW * self.rows.len() as f64 + bottom;
        let y = (0.5, self.rows.len() as f64 + 0.5);
        let canvas = Canvas { width: left + PLOT + right, height, left, right, top, bottom, x: self.range(), y };
        let mut scene = canvas.scene(self.plots(&canvas), self.axes());
        scene.elements.extend(self.words(&canvas, &written, 16.0 + labels + 18.0));
        svg(&scene)
    }

    /// The place of `effect` on the axis.
    fn place(&self, effect: f64) -> f64 {
        match self.scale {
            EffectScale::Ratio => effect.ln(),
            EffectScale::Difference => effect,
        }
    }

    /// What the axis shows: all estimates, and limits up to three times as far from no effect as the farthest estimate, so that one
    /// wide interval does not flatten the others.
    fn range(&self) -> (f64, f64) {
        let effects = || self.rows.iter().filter_map(ForestRow::effect);
        let finite = |value: f64| if value.is_finite() { value } else { 0.0 };
        let far = effects().map(|(e, _, _)| finite(self.place(e)).abs()).fold(0.0, f64::max);
        let spread = effects().map(|(_, low, high)| 0.5 * finite(self.place(high) - self.place(low)));
        let typical = {
            let mut spread: Vec<f64> = spread.collect();
            spread.sort_by(f64::total_cmp);
            spread.get(spread.len() / 2).copied().unwrap_or(1.0)
        };
        let room = far + 2.5 * typical;
        let low = effects().map(|(_, low, _)| self.place(low)).fold(0.0, f64::min).max(-room);
        let high = effects().map(|(_, _, high)| self.place(high)).fold(0.0, f64::max).min(room);
        let margin = 0.06 * (high - low).max(1e-6);
        (low - margin, high + margin)
    }

    fn plots(&self, canvas: &Canvas) -> Vec<Plot> {
        let mut points = Vec::new();
        let mut arms = Vec::new();
        for (row, (estimate, low, high)) in
            self.rows.iter().enumerate().filter_map(|(row, of)| Some((row, of.effect()?)))
        {
            let at = self.place(estimate);
            points.push((at, (self.rows.len() - row) as f64));
            let within = |value: f64| self.place(value).clamp(canvas.x.0, canvas.x.1);
            arms.push((at - within(low), within(high) - at));
        }
        let points = ScatterPlot::new().with_data(points).with_x_err_asymmetric(arms);
        vec![Plot::Scatter(points.with_color(INK).with_size(4.5).with_marker(MarkerShape::Square))]
    }

    fn axes(&self) -> Layout {
        let ratio = self.scale == EffectScale::Ratio;
        let tick = move |at: f64| if ratio { shortest((at.exp() * 100.0).round() / 100.0) } else { shortest(at) };
        let blank = |_: f64| String::new();
        let (low, high) = self.range();
        // ln 2 apart, ratios read ½, 1, 2, 4; where they lie closer together, in smaller steps.
        let step = if ratio && high - low > 2.0 { std::f64::consts::LN_2 } else { (high - low) / 4.0 };
        let layout = Layout::auto_from_plots(&[])
            .with_x_tick_format(TickFormat::Custom(Arc::new(tick)))
            .with_y_tick_format(TickFormat::Custom(Arc::new(blank)))
            .with_y_tick_step(NO_TICKS)
            .with_show_grid(false)
            .with_reference_line(ReferenceLine::vertical(0.0).with_color("#888888"));
        if ratio { layout.with_x_tick_step(step) } else { layout }
    }

    /// The estimate with its interval, as it stands to the right.
    fn written(&self, row: &ForestRow) -> String {
        let Some((estimate, low, high)) = row.effect() else { return String::new() };
        let number = |value: f64| fixed(value, 2);
        format!("{} ({} to {})", number(estimate), number(low), number(high))
    }

    fn words(&self, canvas: &Canvas, written: &[String], numbers: f64) -> Vec<Primitive> {
        let right = canvas.width - canvas.right + 16.0;
        let mut marks = vec![styled(right, 20.0, &self.effect, Side::Right, ("#000000", true))];
        for (place, row) in self.rows.iter().enumerate() {
            let y = canvas.at_y((self.rows.len() - place) as f64) + 4.0;
            let heading = row.effect().is_none();
            let x = if heading { 8.0 } else { 16.0 };
            marks.push(styled(x, y, row.label(), Side::Right, ("#000000", heading)));
            marks.push(text(numbers, y, row.numbers(), Side::Right));
            marks.push(text(right, y, &written[place], Side::Right));
        }
        if let Some((left, beyond)) = &self.favours {
            let (middle, y) = (canvas.at_x(0.0), canvas.height - 12.0);
            marks.push(text(middle - 10.0, y, &format!("← {left}"), Side::Left));
            marks.push(text(middle + 10.0, y, &format!("{beyond} →"), Side::Right));
        }
        marks
    }
}

impl ForestRow {
    fn label(&self) -> &str {
        match self {
            Self::Heading(words) => words,
            Self::Effect { label, .. } => label,
        }
    }

    fn numbers(&self) -> &str {
        match self {
            Self::Heading(_) => "",
            Self::Effect { numbers, .. } => numbers,
        }
    }

    /// The estimate and its limits.
    fn effect(&self) -> Option<(f64, f64, f64)> {
        match self {
            Self::Heading(_) => None,
            Self::Effect { estimate, low, high, .. } => Some((*estimate, *low, *high)),
        }
    }
}
