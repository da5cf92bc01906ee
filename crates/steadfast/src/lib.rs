//! Longitudinal outcomes analysis: from a trial's file to a result that a stranger can check.

pub mod error;
pub mod filter;
