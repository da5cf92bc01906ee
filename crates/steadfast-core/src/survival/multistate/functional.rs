//! Smooth functions of all hazards of a multi-state model, and how they vary together.

use nalgebra::DMatrix;

use super::component::Profile;
use super::fit::{MultiStateFit, OccupationVariance};
use super::paths::Move;
use crate::error::{Error, Result};

/// The derivatives of q quantities by the increments and the coefficients of all components.
#[derive(Debug, Clone)]
pub(super) struct Functionals {
    pub(super) q: usize,
    /// For each component and stratum, times × q.
    steps: Vec<Vec<Vec<f64>>>,
    /// For each component, p × q, the increments held.
    beta: Vec<Vec<f64>>,
}

/// How quantities vary.
#[derive(Debug, Clone)]
pub(super) struct Spread {
    /// q × q.
    pub(super) covariance: DMatrix<f64>,
    /// The contributions of clusters, clusters × q by rows; empty where the model gives the covariance.
    pub(super) clusters: Vec<f64>,
}

impl Functionals {
    pub(super) fn new(fit: &MultiStateFit, q: usize) -> Self {
        let of = |steps: &Vec<(f64, f64)>| vec![0.0; steps.len() * q];
        let steps = fit.components.iter().map(|part| part.baseline.iter().map(of).collect()).collect();
        let beta = fit.components.iter().map(|part| vec![0.0; part.p() * q]).collect();
        Self { q, steps, beta }
    }

    /// Adds `slope`, the derivatives by the size of `one` of the quantities from the place `first` on, to those of a row.
    pub(super) fn add(&mut self, one: &Move, profile: &Profile, row: usize, first: usize, slope: &[f64], share: f64) {
        let (q, p) = (self.q, self.beta[one.component].len() / self.q.max(1));
        let ratio = share * libm::exp(profile.eta[row]);
        let steps = &mut self.steps[one.component][one.stratum][one.k * q + first..];
        steps.iter_mut().zip(slope).for_each(|(sum, slope)| *sum += ratio * slope);
        let x = &profile.x[row * p..(row + 1) * p];
        for (x, into) in x.iter().zip(self.beta[one.component].chunks_exact_mut(q)) {
            let size = share * one.size * x;
            into[first..].iter_mut().zip(slope).for_each(|(sum, slope)| *sum += size * slope);
        }
    }

    /// What is known of their sampling.
    pub(super) fn spread(&self, fit: &MultiStateFit, variance: OccupationVariance) -> Result<Spread> {
        match variance {
            OccupationVariance::Model => Ok(self.by_model(fit)),
            OccupationVariance::Jackknife => Ok(self.by_cluster(fit)),
            _ => Err(Error::usage("method_does_not_apply", "this variance is made for single rows only")),
        }
    }

    fn by_model(&self, fit: &MultiStateFit) -> Spread {
        let q = self.q;
        let mut covariance = DMatrix::zeros(q, q);
        for ((part, steps), beta) in fit.components.iter().zip(&self.steps).zip(&self.beta) {
            covariance += DMatrix::from_row_slice(q, q, &part.likelihood.hazard_products(&part.evaluation, steps, q));
            let mut slope = part.likelihood.hazard_influence(&part.evaluation, steps, q).slope;
            slope.iter_mut().zip(beta).for_each(|(sum, value)| *sum += value);
            let slope = DMatrix::from_row_slice(part.p(), q, &slope);
            covariance += slope.transpose() * &part.vcov * slope;
        }
        Spread { covariance, clusters: Vec::new() }
    }

    fn by_cluster(&self, fit: &MultiStateFit) -> Spread {
        let q = self.q;
        let mut clusters = vec![0.0; fit.n_clusters * q];
        for ((part, steps), beta) in fit.components.iter().zip(&self.steps).zip(&self.beta) {
            let found = part.likelihood.hazard_influence(&part.evaluation, steps, q);
            let (dfbeta, p) = (part.dfbeta(), part.p());
            for (row, (&cluster, weight)) in part.cluster.iter().zip(&part.weight).enumerate() {
                let into = &mut clusters[cluster as usize * q..(cluster as usize + 1) * q];
                let change = &dfbeta[row * p..(row + 1) * p];
                for (i, into) in into.iter_mut().enumerate() {
                    let by_beta = |(j, value): (usize, &f64)| value * (found.slope[j * q + i] + beta[j * q + i]);
                    *into += weight * found.rows[row * q + i] + change.iter().enumerate().map(by_beta).sum::<f64>();
                }
            }
        }
        let all = DMatrix::from_row_slice(fit.n_clusters, q, &clusters);
        Spread { covariance: all.transpose() * all, clusters }
    }
}
