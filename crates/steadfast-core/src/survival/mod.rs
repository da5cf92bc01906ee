//! Times to events: state probabilities, what is derived from them, and tests between groups.

mod aalen_johansen;
mod cox;
mod frailty;
mod influence;
mod limits;
mod log_rank;
mod process;
mod risk_data;

pub use aalen_johansen::{AalenJohansen, AtTime, Curve, Occupation, Quantile, StateProbabilities};
pub use cox::{Cox, CoxFit, CoxResiduals, Schoenfeld, Variance};
pub use frailty::{
    Cluster, Component, Frailty, FrailtyCertificate, FrailtyCriterion, FrailtyDistribution, FrailtyFit, FrailtySize,
    FrailtyVariance, GroupEffect, HomogeneityTest, SurvivalCurve,
};
pub use limits::Transformation;
pub use log_rank::{LogRank, LogRankTest, NullVariance};

pub use crate::likelihood::Ties;
