//! A plot area of known place, so that text and marks can stand beside it.

use kuva::backend::svg::SvgBackend;
use kuva::plot::FillPattern;
use kuva::render::color::Color;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;
use kuva::render::render::{Primitive, Scene, TextAnchor, render_multiple};

use super::super::lettered;

/// The size of letters, in pixels.
pub(super) const LETTERS: u32 = 12;
/// How wide a letter is on average, in pixels: a generous guess for Helvetica.
const LETTER_WIDTH: f64 = 6.6;

/// Farther apart than an axis of rows is long: it has no ticks then, unless it reaches 0.
pub(super) const NO_TICKS: f64 = 1e9;

/// The tones of areas, each as far from its neighbours in grey as six can be.
const TONES: [&str; 6] = ["#12395c", "#e9b872", "#5b8fb9", "#f3ede0", "#9a5b3c", "#bcd2e0"];

/// What lies upon the tones where there are more states than tones, so that they stay apart in grey as well.
const HATCHES: [FillPattern; 3] = [FillPattern::Solid, FillPattern::DiagonalForward, FillPattern::Dots];

/// The colour of the area of the state at `place`.
pub(super) fn tone(place: usize) -> &'static str {
    TONES[place % TONES.len()]
}

/// The lines upon it.
pub(super) fn hatch(place: usize) -> Option<Color> {
    let hatch = HATCHES[place / TONES.len() % HATCHES.len()];
    (hatch != FillPattern::Solid).then(|| format!("url(#{})", hatch.id()).as_str().into())
}

/// What a picture of so many `states` defines for its hatches.
pub(super) fn hatches(states: usize) -> Vec<String> {
    let rounds = states.div_ceil(TONES.len()).min(HATCHES.len());
    HATCHES[..rounds]
        .iter()
        .filter(|hatch| **hatch != FillPattern::Solid)
        .map(|hatch| hatch.svg_def().to_owned())
        .collect()
}

/// How much room `text` takes from left to right.
pub(super) fn width_of(text: &str) -> f64 {
    LETTER_WIDTH * text.chars().count() as f64
}

/// A number as wide as `values`' largest count of characters asks.
pub(super) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>) -> f64 {
    texts.into_iter().map(width_of).fold(0.0, f64::max)
}

/// The place of the plot area in a picture, and what the area shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Canvas {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
}

impl Canvas {
    /// `layout` with this place and these axes, without a legend.
    pub(super) fn layout(&self, layout: Layout) -> Layout {
        let layout = layout
            .with_width(self.width)
            .with_height(self.height)
            .with_force_margins(self.left, self.right)
            .with_force_margins_y(self.top, self.bottom)
            .with_x_axis_min(self.x.0)
            .with_x_axis_max(self.x.1)
            .with_y_axis_min(self.y.0)
            .with_y_axis_max(self.y.1);
        lettered(layout)
    }

    /// The picture of `plots`.
    pub(super) fn scene(&self, plots: Vec<Plot>, layout: Layout) -> Scene {
        render_multiple(plots, self.layout(layout))
    }

    /// The pixel of `x`.
    pub(super) fn at_x(&self, x: f64) -> f64 {
        self.left + (x - self.x.0) / (self.x.1 - self.x.0) * (self.width - self.left - self.right)
    }

    /// The pixel of `y`.
    pub(super) fn at_y(&self, y: f64) -> f64 {
        self.height - self.bottom - (y - self.y.0) / (self.y.1 - self.y.0) * (self.height - self.top - self.bottom)
    }

    /// The first pixel below the plot area.
    pub(super) fn floor(&self) -> f64 {
        self.height - self.bottom
    }

    /// The label of the axis below, close to its ticks: the library would put it at the foot of the picture.
    pub(super) fn label_below(&self, label: &str) -> Primitive {
        text(0.5 * (self.left + self.width - self.right), self.floor() + 36.0, label, Side::Middle)
    }
}

/// Which side of its place a text stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Right,
    Middle,
    Left,
}

/// Plain letters of one colour.
pub(super) fn text(x: f64, y: f64, content: &str, side: Side) -> Primitive {
    styled(x, y, content, side, ("#000000", false))
}

/// Letters of a colour, bold or not.
pub(super) fn styled(x: f64, y: f64, content: &str, side: Side, (color, bold): (&str, bool)) -> Primitive {
    let anchor = match side {
        Side::Right => TextAnchor::Start,
        Side::Middle => TextAnchor::Middle,
        Side::Left => TextAnchor::End,
    };
    Primitive::Text {
        x,
        y,
        content: content.to_owned(),
        size: LETTERS,
        anchor,
        rotate: None,
        bold,
        color: Some(color.into()),
    }
}

/// A rectangle of the state at `place`, with a line around it or without.
pub(super) fn area(x: (f64, f64), y: (f64, f64), place: usize, stroke: Option<&str>) -> Vec<Primitive> {
    let rectangle = |fill: Color| Primitive::Rect {
        x: x.0,
        y: y.0,
        width: x.1 - x.0,
        height: y.1 - y.0,
        fill,
        stroke: stroke.map(Into::into),
        stroke_width: stroke.map(|_| 0.6),
        opacity: None,
    };
    std::iter::once(tone(place).into()).chain(hatch(place)).map(rectangle).collect()
}

/// The names of `states` behind small areas of their tones, in lines that fit between `left` and `right`, from `top` on; and
/// the height that they take.
pub(super) fn legend(states: &[String], (left, right): (f64, f64), top: f64) -> (Vec<Primitive>, f64) {
    let (mut marks, mut x, mut y) = (Vec::new(), left, top);
    for (place, state) in states.iter().enumerate() {
        let wide = 20.0 + width_of(state) + 16.0;
        if x > left && x + wide > right {
            (x, y) = (left, y + 18.0);
        }
        marks.extend(area((x, x + 14.0), (y - 10.0, y + 1.0), place, Some("#444444")));
        marks.push(text(x + 20.0, y, state, Side::Right));
        x += wide;
    }
    (marks, y - top + 18.0)
}

/// The SVG of `scene`.
pub(super) fn svg(scene: &Scene) -> String {
    SvgBackend::new().render_scene(scene)
}
