//! Times to events: state probabilities, what is derived from them, and tests between groups.

mod aalen_johansen;
mod influence;
mod limits;
mod process;

pub use aalen_johansen::{AalenJohansen, Curve, StateProbabilities};
pub use limits::Transformation;
