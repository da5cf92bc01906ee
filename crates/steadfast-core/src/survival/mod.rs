//! Times to events: state probabilities, what is derived from them, and tests between groups.

mod aalen_johansen;
mod cox;
mod influence;
mod limits;
mod process;

pub use aalen_johansen::{AalenJohansen, Curve, StateProbabilities};
pub use cox::{Cox, CoxFit, CoxResiduals, Schoenfeld, Variance};
pub use limits::Transformation;

pub use crate::likelihood::Ties;
