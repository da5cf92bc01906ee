//! Times to events: state probabilities, what is derived from them, and tests between groups.

mod aalen_johansen;
mod cox;
mod cumulative;
mod gray;
mod influence;
mod limits;
mod log_rank;
mod mean_cumulative;
mod nelson_aalen;
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
pub use cumulative::Cumulative;
pub use gray::{Gray, GrayTest};
pub use limits::{CumulativeScale, Transformation};
pub use log_rank::{LogRank, LogRankTest, NullVariance, RankWeight};
pub use mean_cumulative::{Ending, MeanAt, MeanCounts, MeanCumulative, MeanCurve, MeanTest, MeanVariance, MeanWeight};
pub use nelson_aalen::{CumulativeHazards, HazardCurve, HazardVariance, NelsonAalen, TiedHazards};

pub use crate::likelihood::Ties;
