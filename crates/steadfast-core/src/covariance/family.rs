//! A structure written as formulae only: its derivatives follow by exact differentiation.

use std::fmt::Debug;

use nalgebra::DMatrix;

use super::number::{HyperDual, Number};
use super::{Domain, Sites, Structure, mmrm};

/// The formulae of a structure. Whoever implements this is a [`Structure`].
pub trait Family: Debug + Send + Sync {
    /// The name in formulae.
    fn name(&self) -> &'static str;
    /// What the structure is defined over.
    fn domain(&self) -> Domain;
    /// k, the number of parameters.
    fn n_parameters(&self) -> usize;
    /// What each natural parameter is called.
    fn natural_names(&self, levels: &[String]) -> Vec<String>;
    /// φ at θ, length k.
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T>;
    /// θ of a typical member whose variances are `variance`.
    fn start(&self, variance: f64) -> Vec<f64>;
    /// The places in θ of standard deviations, which are zero on the boundary of the random side's range.
    fn standard_deviations(&self) -> Vec<usize>;
    /// φ of the matrix multiplied by `factor`.
    fn rescaled(&self, natural: &[f64], factor: f64) -> Vec<f64>;
    /// Σ(φ) at `sites` into `out`, n × n.
    fn covariance<T: Number>(&self, sites: Sites<'_>, natural: &[T], out: &mut [T]);
    /// Whether Σ is linear in φ.
    fn is_linear(&self) -> bool {
        false
    }
    /// φ at the parameters of the R package mmrm; `None` where it does not know the structure.
    fn mmrm_natural<T: Number>(&self, _theta: &[T]) -> Option<Vec<T>> {
        None
    }
    /// The parameters of the R package mmrm at φ; `None` where it does not know the structure, or φ is on the boundary.
    fn mmrm_theta(&self, _natural: &[f64]) -> Option<Vec<f64>> {
        None
    }
}

/// `values` as variables, of which `first` and `other` move.
pub(super) fn seeded(values: &[f64], first: usize, other: usize) -> Vec<HyperDual> {
    let rate = |i: usize, moving: usize| if i == moving { 1.0 } else { 0.0 };
    values.iter().enumerate().map(|(i, v)| HyperDual::variable(*v, rate(i, first), rate(i, other))).collect()
}

/// Σ at `sites` with its derivatives along φ_first and φ_other.
fn differentiated<F: Family>(
    family: &F,
    sites: Sites<'_>,
    natural: &[f64],
    first: usize,
    other: usize,
) -> Vec<HyperDual> {
    let mut matrix = vec![HyperDual::constant(0.0); sites.n * sites.n];
    family.covariance(sites, &seeded(natural, first, other), &mut matrix);
    matrix
}

impl<F: Family> Structure for F {
    fn name(&self) -> &'static str {
        Family::name(self)
    }
    fn domain(&self) -> Domain {
        Family::domain(self)
    }
    fn n_parameters(&self) -> usize {
        Family::n_parameters(self)
    }
    fn natural_names(&self, levels: &[String]) -> Vec<String> {
        Family::natural_names(self, levels)
    }
    fn natural(&self, theta: &[f64]) -> Vec<f64> {
        Family::natural(self, theta)
    }
    fn jacobian(&self, theta: &[f64]) -> DMatrix<f64> {
        let k = theta.len();
        let mut jacobian = DMatrix::zeros(k, k);
        for b in 0..k {
            let moved = Family::natural(self, &seeded(theta, b, k));
            jacobian.column_mut(b).iter_mut().zip(moved).for_each(|(entry, phi)| *entry = phi.first());
        }
        jacobian
    }
    fn curvature(&self, theta: &[f64], weights: &[f64]) -> DMatrix<f64> {
        let k = theta.len();
        let mut curvature = DMatrix::zeros(k, k);
        for a in 0..k {
            for b in a..k {
                let bent = Family::natural(self, &seeded(theta, a, b));
                let along = bent.iter().zip(weights).fold(0.0, |sum, (phi, w)| sum + w * phi.mixed());
                curvature[(a, b)] = along;
                curvature[(b, a)] = along;
            }
        }
        curvature
    }
    fn start(&self, variance: f64) -> Vec<f64> {
        Family::start(self, variance)
    }
    fn standard_deviations(&self) -> Vec<usize> {
        Family::standard_deviations(self)
    }
    fn rescaled(&self, natural: &[f64], factor: f64) -> Vec<f64> {
        Family::rescaled(self, natural, factor)
    }
    fn covariance(&self, sites: Sites<'_>, natural: &[f64], out: &mut [f64]) {
        Family::covariance(self, sites, natural, out);
    }
    fn derivative(&self, sites: Sites<'_>, natural: &[f64], a: usize, out: &mut [f64]) {
        let matrix = differentiated(self, sites, natural, a, natural.len());
        out.iter_mut().zip(matrix).for_each(|(entry, sigma)| *entry = sigma.first());
    }
    fn second_derivative(&self, sites: Sites<'_>, natural: &[f64], a: usize, b: usize, out: &mut [f64]) {
        let matrix = differentiated(self, sites, natural, a, b);
        out.iter_mut().zip(matrix).for_each(|(entry, sigma)| *entry = sigma.mixed());
    }
    fn is_linear(&self) -> bool {
        Family::is_linear(self)
    }
    fn mmrm_natural(&self, theta: &[f64]) -> Option<Vec<f64>> {
        Family::mmrm_natural(self, theta)
    }
    fn mmrm_theta(&self, natural: &[f64]) -> Option<Vec<f64>> {
        Family::mmrm_theta(self, natural)
    }
    fn mmrm_bends(&self, natural: &[f64], w: &DMatrix<f64>) -> Option<Vec<f64>> {
        let theta = Family::mmrm_theta(self, natural)?;
        mmrm::bends(&theta, |moved| Family::mmrm_natural(self, moved), w)
    }
}
