//! Models for longitudinal outcomes of trials and cohorts: every number is computed here.
//!
//! The crate opens no file, reads no clock and no environment, and touches no global thread pool. Data arrive as a
//! [`frame::Frame`] of typed columns; a specification is plain data, a fit is an immutable result.

pub mod counts;
pub mod covariance;
pub mod design;
pub mod episodes;
pub mod error;
pub mod event_history;
pub mod family;
pub mod findings;
pub mod formula;
pub mod frame;
pub mod inference;
pub mod instrument;
pub(crate) mod likelihood;
mod linalg;
pub mod lmm;
pub mod mmrm;
pub mod multiplicity;
mod optimize;
pub mod parallel;
pub mod psychometrics;
pub mod reference_grid;
pub mod report;
pub mod rng;
pub mod schedule;
pub mod special;
pub mod survival;
