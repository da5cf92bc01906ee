//! Times to events: state probabilities, what is derived from them, and tests between groups.

mod aalen_johansen;
mod cox;
mod fine_gray;
mod influence;
mod joint;
mod limits;
mod log_rank;
mod multistate;
mod new_rows;
mod process;
mod risk_data;
mod standardised;

pub use aalen_johansen::{AalenJohansen, AtTime, Curve, Occupation, Quantile, StateProbabilities};
pub use cox::{Cox, CoxFit, CoxResiduals, DegreesOfFreedom, Schoenfeld, Variance};
pub use fine_gray::{FineGray, FineGrayFit, Incidence, WeightVariance};
pub use limits::Transformation;
pub use log_rank::{LogRank, LogRankTest, NullVariance};
pub use multistate::{
    Milestones, MultiState, MultiStateFit, OccupationVariance, Occupied, Quantity, Start, Steps, Transition,
    TransitionHazard,
};
pub use standardised::{Population, Standardised};

pub use crate::likelihood::{CensoringTies, Ties};
