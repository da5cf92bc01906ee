//! The parameters in which the R package mmrm writes its structures, and how its approximation differs from one in φ.
//!
//! Kenward and Roger's adjustment has a term in the second derivatives of V, which depends on the parameters with
//! respect to which they are taken. In mmrm these are: log standard deviations (of spatial structures the log
//! variance); x with ρ = x/√(1 + x²) for correlations; for compound symmetry and spatial correlations a logit between
//! the ends of the range; and for unstructured matrices Σ = D L L' D, D the exponentials of the first m parameters and
//! L unit lower triangular by rows.
//!
//! # Source
//! The article "Covariance Structures" in the documentation of mmrm; the maps are tested with its estimates.

use nalgebra::DMatrix;

use super::family::seeded;
use super::{HyperDual, Number};

/// ρ = x/√(1 + x²) of each.
pub(super) fn correlations<T: Number>(theta: &[T]) -> Vec<T> {
    theta.iter().map(|x| *x / (T::constant(1.0) + *x * *x).sqrt()).collect()
}

/// x = ρ/√(1 − ρ²) of each; `None` unless all are between −1 and 1.
pub(super) fn from_correlations(rho: &[f64]) -> Option<Vec<f64>> {
    rho.iter().map(|r| (r.abs() < 1.0).then(|| r / ((1.0 - r) * (1.0 + r)).sqrt())).collect()
}

/// 1/(1 + e^{−x}).
pub(super) fn logistic<T: Number>(x: T) -> T {
    let half = T::constant(0.5);
    half + half * (half * x).hyperbolic_tangent()
}

/// log(p/(1 − p)), for p between 0 and 1.
fn logit(p: f64) -> Option<f64> {
    (p > 0.0 && p < 1.0).then(|| libm::log(p / (1.0 - p)))
}

/// The common correlation at x, between `low` and 1.
pub(super) fn exchangeable<T: Number>(x: T, low: f64) -> T {
    T::constant(low) + T::constant(1.0 - low) * logistic(x)
}

/// The x of a common correlation.
pub(super) fn from_exchangeable(rho: f64, low: f64) -> Option<f64> {
    logit((rho - low) / (1.0 - low))
}

/// −log ρ for ρ = logistic(x): log(1 + e^{−x}) without loss for large x.
pub(super) fn decay<T: Number>(x: T) -> T {
    let (own, other) = (logistic(x.value()), logistic(-x.value()));
    x.chain(libm::log1p(libm::exp(-x.value())), -other, own * other)
}

/// The x at which [`decay`] is `rate`.
pub(super) fn from_decay(rate: f64) -> Option<f64> {
    (rate > 0.0).then(|| -libm::log(libm::expm1(rate)))
}

/// The log standard deviation of each variance.
pub(super) fn log_deviations(variances: &[f64]) -> Option<Vec<f64>> {
    variances.iter().map(|v| (*v > 0.0).then(|| 0.5 * libm::log(*v))).collect()
}

/// c_a = tr(W^θ ∂²φ_a/∂θ∂θ'), where W^θ = J⁻¹ W J⁻ᵀ and J = ∂φ/∂θ at `theta`, φ being `natural` of θ.
pub(super) fn bends(
    theta: &[f64],
    natural: impl Fn(&[HyperDual]) -> Option<Vec<HyperDual>>,
    w: &DMatrix<f64>,
) -> Option<Vec<f64>> {
    let k = theta.len();
    let mut jacobian = DMatrix::zeros(k, k);
    for b in 0..k {
        let moved = natural(&seeded(theta, b, k))?;
        jacobian.column_mut(b).iter_mut().zip(moved).for_each(|(entry, phi)| *entry = phi.first());
    }
    let inverse = jacobian.try_inverse()?;
    let own = &inverse * w * inverse.transpose();
    let mut bends = vec![0.0; k];
    for i in 0..k {
        for j in i..k {
            let weight = if i == j { own[(i, i)] } else { own[(i, j)] + own[(j, i)] };
            let bent = natural(&seeded(theta, i, j))?;
            bends.iter_mut().zip(bent).for_each(|(bend, phi)| *bend += weight * phi.mixed());
        }
    }
    Some(bends)
}
