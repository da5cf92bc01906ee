//! Times to events: state probabilities, what is derived from them, and tests between groups.

mod aalen_johansen;
mod cox;
mod influence;
mod limits;
mod log_rank;
mod part;
mod process;
mod risk_data;
mod time_functions;

pub use aalen_johansen::{AalenJohansen, AtTime, Curve, Occupation, Quantile, QuantileConvention, StateProbabilities};
pub use cox::{
    Baseline, BrierScore, Concordance, ConcordanceIndex, Cox, CoxCurves, CoxFit, CoxResiduals, CurveVariance,
    DegreesOfFreedom, PairCounts, Population, Predicted, PredictedCurves, PredictionError, Proportional,
    ScaledSchoenfeld, Schoenfeld, Standardised, TimeTransform, TimeWeight, Variance,
};
pub use limits::Transformation;
pub use log_rank::{LogRank, LogRankTest, NullVariance};

pub use crate::likelihood::Ties;
