//! Every person a line of time, coloured by state: the sequence index plot.

use std::sync::Arc;

use kuva::plot::LinePlot;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::Scene;

use super::super::shortest;
use super::canvas::{Canvas, NO_TICKS, Side, area, hatches, legend, styled, svg, text};
use super::table_times;

/// The histories of persons, group by group.
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceFigure {
    /// The label of time, with its unit and origin.
    pub time: String,
    /// The right end of the axis of time.
    pub horizon: f64,
    /// The states.
    pub states: Vec<String>,
    /// The groups, one below the other.
    pub groups: Vec<SequenceGroup>,
}

/// The histories of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceGroup {
    /// The group's name.
    pub name: String,
    /// The spells of each person, in the order of time.
    pub sequences: Vec<Vec<SequenceSpell>>,
}

/// A stretch of time in one state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SequenceSpell {
    /// Its beginning.
    pub start: f64,
    /// Its end.
    pub stop: f64,
    /// The place of its state in the figure's states.
    pub state: usize,
}

/// A group is at most so high, in pixels.
const HIGHEST: f64 = 330.0;
/// A person's line is at most so high, and one that is lower than a pixel cannot be told from the next.
const LINE: (f64, f64) = (1.0, 7.0);
/// What stands left of the lines.
const LEFT: f64 = 64.0;

impl SequenceFigure {
    /// The figure: histories in the order of how long they stay in the first state, then in those after it. Of more persons than
    /// there are pixels, an even choice is shown, which the heading says.
    pub fn svg(&self) -> String {
        let (marks, legend_height) = legend(&self.states, (LEFT, 616.0), 20.0);
        let shown: Vec<Vec<&Vec<SequenceSpell>>> = self.groups.iter().map(|group| chosen(group)).collect();
        let heights: Vec<f64> = shown.iter().map(|rows| rows.len() as f64 * line(rows.len())).collect();
        let total: f64 = heights.iter().map(|height| height + 30.0).sum();
        let height = legend_height + 14.0 + total + 44.0;
        let mut picture = Scene::new(640.0, height);
        picture.defs = hatches(self.states.len());
        let mut top = legend_height + 14.0;
        for (place, group) in self.groups.iter().enumerate() {
            top += 26.0;
            let bottom = height - top - heights[place];
            let y = (1.0, shown[place].len().max(1) as f64 + 1.0);
            let canvas =
                Canvas { width: 640.0, height, left: LEFT, right: 24.0, top, bottom, x: (0.0, self.horizon), y };
            let last = place + 1 == self.groups.len();
            let scene = self.frame(&canvas, last);
            picture.font_family.clone_from(&scene.font_family);
            picture.elements.extend(scene.elements);
            self.lines(&canvas, &shown[place], &mut picture);
            let all = group.sequences.len();
            let part = if shown[place].len() < all {
                format!("{} shown of {all}", shown[place].len())
            } else {
                format!("n = {all}")
            };
            let heading = format!("{} ({part})", group.name);
            picture.add(styled(LEFT, top - 7.0, &heading, Side::Right, ("#000000", true)));
            top += heights[place] + 4.0;
        }
        picture.elements.extend(marks);
        svg(&picture)
    }

    /// The axes around the lines; time is labelled below the last group.
    fn frame(&self, canvas: &Canvas, last: bool) -> Scene {
        let plots =
            vec![Plot::Line(LinePlot::new().with_data([(0.0, 0.0), (self.horizon, 0.0)]).with_stroke_width(0.0))];
        let blank = |_: f64| String::new();
        let ticks = table_times(self.horizon);
        let step = ticks.get(1).copied().unwrap_or(self.horizon);
        let labels: TickFormat =
            if last { TickFormat::Custom(Arc::new(shortest)) } else { TickFormat::Custom(Arc::new(blank)) };
        let layout = Layout::auto_from_plots(&plots)
            .with_x_tick_step(step)
            .with_x_tick_format(labels)
            .with_y_tick_format(TickFormat::Custom(Arc::new(blank)))
            .with_y_tick_step(NO_TICKS)
            .with_show_grid(false);
        let mut scene = canvas.scene(plots, layout);
        if last {
            scene.add(canvas.label_below(&self.time));
        }
        scene
    }

    fn lines(&self, canvas: &Canvas, rows: &[&Vec<SequenceSpell>], picture: &mut Scene) {
        for (row, spells) in rows.iter().enumerate() {
            let y = (canvas.at_y((rows.len() - row) as f64 + 1.0), canvas.at_y((rows.len() - row) as f64));
            // Lines that are high enough are kept apart by a little white.
            let y = if y.1 - y.0 > 3.0 { (y.0, y.1 - 0.6) } else { y };
            for spell in spells.iter().filter(|spell| spell.start < self.horizon) {
                let x = (canvas.at_x(spell.start.max(0.0)), canvas.at_x(spell.stop.min(self.horizon)));
                picture.elements.extend(area(x, y, spell.state, None));
            }
        }
        if rows.is_empty() {
            picture.add(text(canvas.left + 8.0, canvas.floor() - 4.0, "nobody", Side::Right));
        }
    }
}

/// The height of a person's line among `n`.
fn line(n: usize) -> f64 {
    (HIGHEST / n.max(1) as f64).clamp(LINE.0, LINE.1)
}

/// The histories that are drawn, in their order.
fn chosen(group: &SequenceGroup) -> Vec<&Vec<SequenceSpell>> {
    let mut rows: Vec<&Vec<SequenceSpell>> = group.sequences.iter().collect();
    let key = |spells: &[SequenceSpell]| -> Vec<(usize, f64)> {
        spells.iter().map(|spell| (spell.state, spell.stop)).collect()
    };
    rows.sort_by(|a, b| {
        let (a, b) = (key(a), key(b));
        let compared = a.iter().zip(&b).map(|(a, b)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        compared.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then(a.len().cmp(&b.len()))
    });
    let most = (HIGHEST / LINE.0) as usize;
    if rows.len() <= most {
        return rows;
    }
    (0..most).map(|at| rows[at * rows.len() / most]).collect()
}
