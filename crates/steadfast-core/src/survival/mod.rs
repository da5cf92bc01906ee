//! Times to events: state probabilities, what is derived from them, and tests between groups.

mod aalen_johansen;
mod cox;
mod cumulative;
mod fine_gray;
mod frailty;
mod gray;
mod influence;
mod joint;
mod limits;
mod log_rank;
mod mean_cumulative;
mod multistate;
mod nelson_aalen;
mod new_rows;
mod part;
mod predictors;
mod process;
mod risk_data;
mod standardised;
mod time_functions;

pub use aalen_johansen::{AalenJohansen, AtTime, Curve, Occupation, Quantile, QuantileConvention, StateProbabilities};
pub use cox::{
    Baseline, BrierScore, Concordance, ConcordanceIndex, Cox, CoxCurves, CoxFit, CoxResiduals, CurveVariance,
    DegreesOfFreedom, PairCounts, Predicted, PredictedCurves, PredictionError, Proportional, ScaledSchoenfeld,
    Schoenfeld, Standardised, TimeTransform, TimeWeight, Variance,
};
pub use cumulative::Cumulative;
pub use fine_gray::{FineGray, FineGrayFit, Incidence, WeightVariance};
pub use frailty::{
    Cluster, Component, Frailty, FrailtyApproximation, FrailtyCertificate, FrailtyCriterion, FrailtyDistribution,
    FrailtyFit, FrailtySize, FrailtyVariance, GroupEffect, HomogeneityTest, SurvivalCurve,
};
pub use gray::{Gray, GrayTest};
pub use limits::{CumulativeScale, Transformation};
pub use log_rank::{LogRank, LogRankTest, NullVariance, RankWeight};
pub use mean_cumulative::{Ending, MeanAt, MeanCounts, MeanCumulative, MeanCurve, MeanTest, MeanVariance, MeanWeight};
pub use multistate::{
    Milestones, MultiState, MultiStateFit, OccupationVariance, Occupied, Quantity, Start, Steps, Transition,
    TransitionHazard,
};
pub use nelson_aalen::{CumulativeHazards, HazardCurve, HazardVariance, NelsonAalen, TiedHazards};
pub use standardised::{Population, StandardisedProbabilities};

pub use crate::likelihood::{CensoringTies, Ties};
