//! Times to events: state probabilities, what is derived from them, and tests between groups.

mod aalen_johansen;
mod cox;
mod influence;
mod limits;
mod log_rank;
mod process;
mod risk_data;

pub use aalen_johansen::{AalenJohansen, AtTime, Curve, Occupation, Quantile, StateProbabilities};
pub use cox::{Baseline, CoxCurves, CurveVariance, Population, Predicted, PredictedCurves, Standardised};
pub use cox::{BrierScore, PredictionError};
pub use cox::{Concordance, ConcordanceIndex, PairCounts, TimeWeight};
pub use cox::{Cox, CoxFit, CoxResiduals, Proportional, ScaledSchoenfeld, Schoenfeld, TimeTransform, Variance};
pub use limits::Transformation;
pub use log_rank::{LogRank, LogRankTest, NullVariance};

pub use crate::likelihood::Ties;
