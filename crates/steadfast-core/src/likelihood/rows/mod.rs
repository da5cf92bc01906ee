//! The rows of a Gaussian model as its engines read them: in one order, centred, and with what least squares leaves.

mod canonical;
mod clusters;
mod least_squares;
mod outcome;
mod source;
mod variation;

pub(super) use canonical::Order;
pub(super) use clusters::{Clusters, find};
pub(super) use least_squares::{coefficients, equations, gram, least_squares};
pub(super) use outcome::Regression;
pub(super) use source::{Source, outcome_centre};
pub(super) use variation::Variation;

/// Clusters a piece of work: enough to hide the cost of a piece, few enough to keep several threads busy.
pub(super) const CLUSTERS_A_PIECE: usize = 4096;

/// gram += v v', packed; zeros in v cost nothing.
pub(super) fn add_gram(gram: &mut [f64], v: &[f64]) {
    let mut at = 0;
    for (a, &x) in v.iter().enumerate() {
        let rest = v.len() - a;
        if x != 0.0 {
            crate::linalg::add_scaled(&mut gram[at..at + rest], x, &v[a..]);
        }
        at += rest;
    }
}
