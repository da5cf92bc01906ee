//! A structure multiplied by a variance function.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::VarianceFunction;
use crate::covariance::{Domain, HyperDual, Number, Sites, Structure};

/// C_ij g_i g_j; φ holds the parameters of C, then those of g. The last coordinate of a point is what g reads; the
/// others are the point of C, or the number of its level.
#[derive(Debug)]
pub struct Modulated {
    inner: Arc<dyn Structure>,
    function: Arc<dyn VarianceFunction>,
}

impl Modulated {
    /// `inner` multiplied by `function`.
    pub fn over(inner: Arc<dyn Structure>, function: Arc<dyn VarianceFunction>) -> Arc<dyn Structure> {
        Arc::new(Self { inner, function })
    }

    /// How many coordinates stand before the one that g reads.
    fn width(&self) -> usize {
        match self.inner.domain() {
            Domain::Levels(_) => 1,
            Domain::Coordinates(d) => d,
        }
    }

    fn split<'p>(&self, natural: &'p [f64]) -> (&'p [f64], &'p [f64]) {
        natural.split_at(self.inner.n_parameters())
    }

    /// A matrix of the inner structure at the points.
    fn at_points(&self, sites: Sites<'_>, fill: impl Fn(Sites<'_>, &mut [f64])) -> Vec<f64> {
        let (n, width) = (sites.n, self.width());
        let point = |i: usize| &sites.coordinates[i * (width + 1)..i * (width + 1) + width];
        let mut out = vec![0.0; n * n];
        match self.inner.domain() {
            // One level and several rows: rows that stand alone.
            Domain::Levels(1) => fill(Sites { n, coordinates: &[] }, &mut out),
            Domain::Levels(m) => {
                let mut whole = vec![0.0; m * m];
                fill(Sites::levels(m), &mut whole);
                for i in 0..n {
                    for j in 0..n {
                        out[i * n + j] = whole[point(i)[0] as usize * m + point(j)[0] as usize];
                    }
                }
            }
            Domain::Coordinates(_) => {
                let coordinates: Vec<f64> = (0..n).flat_map(|i| point(i).iter().copied()).collect();
                fill(Sites { n, coordinates: &coordinates }, &mut out);
            }
        }
        out
    }

    fn factors(&self, sites: Sites<'_>, natural: &[f64], a: usize, b: usize) -> Vec<HyperDual> {
        let stride = self.width() + 1;
        let covariate = |i: usize| sites.coordinates[i * stride + stride - 1];
        (0..sites.n).map(|i| self.function.factor(covariate(i), natural, a, b)).collect()
    }

    /// out = matrix_ij × what `of` makes of g_i g_j.
    fn multiply(matrix: &[f64], factors: &[HyperDual], of: impl Fn(HyperDual) -> f64, out: &mut [f64]) {
        let n = factors.len();
        for i in 0..n {
            for j in 0..n {
                out[i * n + j] = matrix[i * n + j] * of(factors[i] * factors[j]);
            }
        }
    }
}

/// A place that is no parameter's.
const NONE: usize = usize::MAX;

impl Structure for Modulated {
    fn name(&self) -> &'static str {
        "modulated"
    }
    fn domain(&self) -> Domain {
        Domain::Coordinates(self.width() + 1)
    }
    fn n_parameters(&self) -> usize {
        self.inner.n_parameters() + self.function.n_parameters()
    }
    fn natural_names(&self, levels: &[String]) -> Vec<String> {
        let mut names = self.inner.natural_names(levels);
        names.extend(self.function.names());
        names
    }
    fn natural(&self, theta: &[f64]) -> Vec<f64> {
        let (inner, own) = self.split(theta);
        let mut natural = self.inner.natural(inner);
        natural.extend(self.function.natural(own, NONE, NONE).into_iter().map(Number::value));
        natural
    }
    fn jacobian(&self, theta: &[f64]) -> DMatrix<f64> {
        let (inner, own) = self.split(theta);
        let (k, first) = (theta.len(), inner.len());
        let mut jacobian = DMatrix::zeros(k, k);
        jacobian.view_mut((0, 0), (first, first)).copy_from(&self.inner.jacobian(inner));
        for b in 0..own.len() {
            for (a, value) in self.function.natural(own, b, NONE).into_iter().enumerate() {
                jacobian[(first + a, first + b)] = value.first();
            }
        }
        jacobian
    }
    fn curvature(&self, theta: &[f64], weights: &[f64]) -> DMatrix<f64> {
        let (inner, own) = self.split(theta);
        let (k, first) = (theta.len(), inner.len());
        let mut curvature = DMatrix::zeros(k, k);
        curvature.view_mut((0, 0), (first, first)).copy_from(&self.inner.curvature(inner, &weights[..first]));
        for a in 0..own.len() {
            for b in 0..own.len() {
                let bent = self.function.natural(own, a, b);
                let along = bent.iter().zip(&weights[first..]).fold(0.0, |sum, (phi, w)| sum + w * phi.mixed());
                curvature[(first + a, first + b)] = along;
            }
        }
        curvature
    }
    fn start(&self, variance: f64) -> Vec<f64> {
        let mut start = self.inner.start(variance);
        start.resize(Structure::n_parameters(self), 0.0);
        start
    }
    fn standard_deviations(&self) -> Vec<usize> {
        self.inner.standard_deviations()
    }
    fn rescaled(&self, natural: &[f64], factor: f64) -> Vec<f64> {
        let (inner, own) = self.split(natural);
        let mut rescaled = self.inner.rescaled(inner, factor);
        rescaled.extend_from_slice(own);
        rescaled
    }
    fn covariance(&self, sites: Sites<'_>, natural: &[f64], out: &mut [f64]) {
        let (inner, own) = self.split(natural);
        let matrix = self.at_points(sites, |at, out| self.inner.covariance(at, inner, out));
        Self::multiply(&matrix, &self.factors(sites, own, NONE, NONE), Number::value, out);
    }
    fn derivative(&self, sites: Sites<'_>, natural: &[f64], a: usize, out: &mut [f64]) {
        let (inner, own) = self.split(natural);
        if a < inner.len() {
            let matrix = self.at_points(sites, |at, out| self.inner.derivative(at, inner, a, out));
            Self::multiply(&matrix, &self.factors(sites, own, NONE, NONE), Number::value, out);
        } else {
            let matrix = self.at_points(sites, |at, out| self.inner.covariance(at, inner, out));
            Self::multiply(&matrix, &self.factors(sites, own, a - inner.len(), NONE), HyperDual::first, out);
        }
    }
    fn second_derivative(&self, sites: Sites<'_>, natural: &[f64], a: usize, b: usize, out: &mut [f64]) {
        let (inner, own) = self.split(natural);
        let (a, b, first) = (a.min(b), a.max(b), inner.len());
        if b < first {
            let matrix = self.at_points(sites, |at, out| self.inner.second_derivative(at, inner, a, b, out));
            Self::multiply(&matrix, &self.factors(sites, own, NONE, NONE), Number::value, out);
        } else if a < first {
            let matrix = self.at_points(sites, |at, out| self.inner.derivative(at, inner, a, out));
            Self::multiply(&matrix, &self.factors(sites, own, b - first, NONE), HyperDual::first, out);
        } else {
            let matrix = self.at_points(sites, |at, out| self.inner.covariance(at, inner, out));
            Self::multiply(&matrix, &self.factors(sites, own, a - first, b - first), HyperDual::mixed, out);
        }
    }
    fn is_linear(&self) -> bool {
        false
    }
    fn variances(&self, natural: &[f64]) -> Vec<f64> {
        self.inner.variances(self.split(natural).0)
    }
    fn reported(&self, natural: &[f64]) -> Vec<f64> {
        let (inner, own) = self.split(natural);
        let (own, times) = self.function.reported(own);
        [self.inner.rescaled(inner, times), own].concat()
    }
    fn internal(&self, reported: &[f64]) -> Vec<f64> {
        let (inner, own) = self.split(reported);
        let (own, times) = self.function.internal(own);
        [self.inner.rescaled(inner, times), own].concat()
    }
}
