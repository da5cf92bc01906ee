//! Minimisation with exact derivatives.

mod trust_region;

pub(crate) use trust_region::{Minimum, Objective, Point, minimize};
