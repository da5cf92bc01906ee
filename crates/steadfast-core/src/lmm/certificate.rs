//! How good the optimum is: what the fit says about itself.

use nalgebra::DMatrix;

use super::fit::{Convergence, Position};
use super::problem::Problem;
use crate::covariance::Side;
use crate::design::Design;
use crate::error::{Error, Result};
use crate::inference::eigen;
use crate::likelihood::{Block, Engine, Hessian};
use crate::optimize::Minimum;

/// Residual variances below this share of the outcome's are on their way to zero: the deviance no longer tells them apart
/// from it.
const NO_RESIDUAL: f64 = 1e-7;

/// Eigenvalues of G below this share of the outcome's variance are zero.
const ZERO_VARIANCE: f64 = 1e-12;

/// The rank of the covariance matrix of random effects in the engine's units.
pub(super) fn rank(block: &Block, natural: &[f64]) -> Result<usize> {
    let values = eigen(covariance(block, natural))?.eigenvalues;
    Ok(values.iter().filter(|value| **value > ZERO_VARIANCE).count())
}

fn covariance(block: &Block, natural: &[f64]) -> DMatrix<f64> {
    block.matrix(natural).unwrap_or_else(|| DMatrix::zeros(0, 0))
}

/// The terms whose covariance matrices are singular at φ, as `term: rank r of q`.
pub(super) fn singular(engine: &Engine, natural: &[f64]) -> Result<Vec<String>> {
    let mut singular = Vec::new();
    for block in engine.blocks.iter().filter(|block| block.side == Side::Random) {
        let rank = rank(block, natural)?;
        if rank < block.order() {
            singular.push(format!("{}: rank {rank} of {}", block.label, block.order()));
        }
    }
    // Random effects that fit the outcome leave the residuals next to nothing, which no θ makes exactly zero.
    let residual = engine.blocks.iter().filter(|block| block.side == Side::Residual);
    for block in residual.filter(|block| block.variances(natural).iter().any(|v| *v < NO_RESIDUAL)) {
        singular.push(format!("{}: a variance next to 0", block.label));
    }
    Ok(singular)
}

/// The certificate of `minimum`.
///
/// # Errors
/// `not_converged` when the boundary is not where the optimum is, or when a second evaluation contradicts the first.
pub(super) fn certify(problem: &Problem<'_>, design: &Design, minimum: &Minimum) -> Result<Convergence> {
    let natural = problem.engine.natural(&minimum.theta);
    certify_by(problem, problem.engine.second_opinion(design, &natural, problem.criterion), minimum)
}

/// The certificate of `minimum`, at which a `second` evaluation gave this deviance.
///
/// # Errors
/// As [`certify`].
pub(super) fn certify_by(problem: &Problem<'_>, second: Option<f64>, minimum: &Minimum) -> Result<Convergence> {
    let engine = problem.engine;
    let natural = engine.natural(&minimum.theta);
    let singular = singular(engine, &natural)?;
    let multipliers = if singular.is_empty() { Vec::new() } else { multipliers(problem, &natural)? };
    let value = minimum.point.value;
    let Some(second) = second else {
        return Err(Error::data("contradicted", "the deviance at the optimum cannot be evaluated a second way"));
    };
    let difference = (second - value).abs() / value.abs().max(1.0);
    // Seven digits of the deviance are what a difference of two models can still be read from; the second formula
    // loses digits as the residuals become small beside the random effects, and is not held to those.
    if !difference.is_finite() || difference > 1e-7 * condition(engine, &natural).max(1.0) {
        return Err(Error::data(
            "contradicted",
            "two ways to evaluate the deviance disagree: the columns of the model are too nearly dependent",
        ));
    }
    let position = if singular.is_empty() { Position::Interior } else { Position::Boundary { terms: singular } };
    Ok(Convergence {
        position,
        iterations: minimum.iterations,
        evaluations: minimum.evaluations,
        gradient_norm: minimum.decrement,
        smallest_eigenvalue: minimum.smallest_eigenvalue,
        multipliers,
        agreement_digits: -libm::log10(difference.max(f64::EPSILON)),
    })
}

/// 1e-8 of the ratio of the largest variance to the smallest residual variance.
fn condition(engine: &Engine, natural: &[f64]) -> f64 {
    let (mut largest, mut smallest) = (0.0_f64, f64::INFINITY);
    for block in &engine.blocks {
        for variance in block.variances(natural) {
            largest = largest.max(variance);
            if block.side == Side::Residual {
                smallest = smallest.min(variance);
            }
        }
    }
    1e-8 * largest / smallest
}

/// The derivatives of −2 log-likelihood into the interior, for every direction in which a G is zero.
fn multipliers(problem: &Problem<'_>, natural: &[f64]) -> Result<Vec<f64>> {
    let engine: &Engine = problem.engine;
    let mut found = Vec::new();
    let Some(derivatives) = engine.derivatives(natural, problem.criterion, Hessian::Leading) else { return Ok(found) };
    for block in engine.blocks.iter().filter(|block| block.side == Side::Random) {
        let (order, entries) = (block.order(), block.n_parameters);
        let gradient = block.of(derivatives.gradient.as_slice());
        // ∂/∂G as a matrix, for the structures whose parameters are the entries of G.
        let slope = if block.structure.name() == "us" {
            DMatrix::from_fn(order, order, |i, j| {
                let (i, j) = (i.max(j), i.min(j));
                gradient[i * (i + 1) / 2 + j] * if i == j { 1.0 } else { 0.5 }
            })
        } else if block.structure.name() == "diag" || entries == 1 {
            DMatrix::from_fn(order, order, |i, j| {
                // One variance for all levels is shared by them.
                let share = if entries == 1 { gradient[0] / order as f64 } else { gradient[i] };
                if i == j { share } else { 0.0 }
            })
        } else {
            continue;
        };
        let eigen = eigen(covariance(block, natural))?;
        for (value, vector) in eigen.eigenvalues.iter().zip(eigen.eigenvectors.column_iter()) {
            if *value <= ZERO_VARIANCE {
                found.push(vector.dot(&(&slope * vector)));
            }
        }
    }
    Ok(found)
}
