//! Figures of events over time: plain numbers in, SVG out.
//!
//! Lines are told apart by colour, dashes and a name at their end; areas by tones that stay apart in grey. Numbers at risk
//! and events stand below the axis as the persons that they are.

mod canvas;
mod curves;
mod forest;
mod occupation;
mod sequence;

pub use curves::{CurveFigure, CurveGroup, CurveScale, CurveStep, TableEntry, table_times};
pub use forest::{EffectScale, ForestFigure, ForestRow};
pub use occupation::{OccupationFigure, OccupationPanel};
pub use sequence::{SequenceFigure, SequenceGroup, SequenceSpell};

#[cfg(test)]
mod tests;
