//! The log-likelihood of counts, with excess zeros or without, and its derivatives.

use nalgebra::{DMatrix, DVector};

use super::cells::{Cells, dot};
use crate::family::{Distribution, Terms};
use crate::optimize::{Objective, Point};

/// The log-likelihood over cells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Likelihood<'a> {
    pub(super) cells: &'a Cells,
    pub(super) distribution: &'static dyn Distribution,
}

/// The log-likelihood less that of saturated Poisson counts, with derivatives in (β, γ, α), d = p + q + 1 numbers.
#[derive(Debug, Clone)]
pub(super) struct Evaluation {
    pub(super) log_likelihood: f64,
    pub(super) gradient: DVector<f64>,
    /// The negative of the second derivatives.
    pub(super) information: DMatrix<f64>,
}

/// One row's log-likelihood, with derivatives in (η, ζ, α), ζ being the logit of an excess zero.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RowTerms {
    pub(super) value: f64,
    pub(super) slope: [f64; 3],
    /// ηη, ζη, ζζ, αη, αζ, αα.
    pub(super) bend: [f64; 6],
}

/// The terms of a row; `zeta` is none where there are no excess zeros.
///
/// With p = 1/(1 + e^−ζ) a zero has ln(p + (1 − p) f(0)), whose derivatives are mixed by π = p/(p + (1 − p) f(0)), the
/// probability that it is an excess one; other counts have ln(1 − p) + ln f(y).
pub(super) fn row_terms(distribution: &dyn Distribution, y: f64, eta: f64, zeta: Option<f64>, alpha: f64) -> RowTerms {
    let t: Terms = distribution.terms(y, eta, alpha);
    let Some(zeta) = zeta else {
        let bend = [t.eta_eta, 0.0, 0.0, t.eta_alpha, 0.0, t.alpha_alpha];
        return RowTerms { value: t.value, slope: [t.eta, 0.0, t.alpha], bend };
    };
    let p = logistic(zeta);
    if y > 0.0 {
        let bend = [t.eta_eta, 0.0, -p * (1.0 - p), t.eta_alpha, 0.0, t.alpha_alpha];
        return RowTerms { value: t.value - softplus(zeta), slope: [t.eta, -p, t.alpha], bend };
    }
    let excess = logistic(zeta - t.value);
    let (rest, mixed) = (1.0 - excess, excess * (1.0 - excess));
    let value = t.value + softplus(zeta - t.value) - softplus(zeta);
    let slope = [rest * t.eta, excess - p, rest * t.alpha];
    let bend = [
        rest * t.eta_eta + mixed * t.eta * t.eta,
        -mixed * t.eta,
        mixed - p * (1.0 - p),
        rest * t.eta_alpha + mixed * t.eta * t.alpha,
        -mixed * t.alpha,
        rest * t.alpha_alpha + mixed * t.alpha * t.alpha,
    ];
    RowTerms { value, slope, bend }
}

/// 1/(1 + e^−x).
pub(super) fn logistic(x: f64) -> f64 {
    if x >= 0.0 {
        return 1.0 / (1.0 + libm::exp(-x));
    }
    let e = libm::exp(x);
    e / (1.0 + e)
}

/// ln(1 + eˣ).
fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + libm::log1p(libm::exp(-x)) } else { libm::log1p(libm::exp(x)) }
}

/// Sums over rows in blocks: the error of a long sum then does not grow with its length.
const BLOCK: usize = 4_096;

impl Likelihood<'_> {
    /// d = p + q + 1.
    pub(super) fn d(&self) -> usize {
        self.cells.p + self.cells.q + 1
    }

    /// The log-likelihood at the coefficients `theta` of mean and zeros, and `alpha`; none where it is not a number.
    pub(super) fn evaluate(&self, theta: &[f64], alpha: f64) -> Option<Evaluation> {
        let (cells, d) = (self.cells, self.d());
        let (beta, gamma) = theta.split_at(cells.p);
        let (mut value, mut gradient, mut bends) = (0.0, vec![0.0; d], vec![0.0; d * d]);
        let mut part = (vec![0.0; d], vec![0.0; d * d]);
        for start in (0..cells.n()).step_by(BLOCK) {
            let mut block = 0.0;
            part.0.fill(0.0);
            part.1.fill(0.0);
            for cell in start..(start + BLOCK).min(cells.n()) {
                let eta = cells.eta(cell, beta);
                let zeta = (cells.q > 0).then(|| dot(cells.z(cell), gamma));
                let terms = row_terms(self.distribution, cells.y[cell], eta, zeta, alpha);
                block += cells.weight[cell] * terms.value;
                self.add(cell, &terms, &mut part.0, &mut part.1);
            }
            value += block;
            gradient.iter_mut().zip(&part.0).for_each(|(sum, part)| *sum += part);
            bends.iter_mut().zip(&part.1).for_each(|(sum, part)| *sum += part);
        }
        let whole = value.is_finite() && gradient.iter().chain(&bends).all(|number| number.is_finite());
        let information = DMatrix::from_fn(d, d, |i, j| -bends[i.max(j) * d + i.min(j)]);
        whole.then(|| Evaluation { log_likelihood: value, gradient: DVector::from_vec(gradient), information })
    }

    /// Adds the terms of a cell: slopes, and the lower triangle of bends.
    fn add(&self, cell: usize, terms: &RowTerms, slopes: &mut [f64], bends: &mut [f64]) {
        let (cells, d, weight) = (self.cells, self.d(), self.cells.weight[cell]);
        let (p, last) = (cells.p, self.d() - 1);
        let (x, z) = (cells.x(cell), cells.z(cell));
        let [slope, zero_slope, spread_slope] = terms.slope.map(|value| weight * value);
        let [ee, ze, zz, ae, az, aa] = terms.bend.map(|value| weight * value);
        for (i, &xi) in x.iter().enumerate() {
            slopes[i] += slope * xi;
            let factor = ee * xi;
            bends[i * d..=i * d + i].iter_mut().zip(x).for_each(|(sum, xj)| *sum += factor * xj);
            bends[last * d + i] += ae * xi;
        }
        for (k, &zk) in z.iter().enumerate() {
            slopes[p + k] += zero_slope * zk;
            let line = &mut bends[(p + k) * d..(p + k) * d + p + k + 1];
            line[..p].iter_mut().zip(x).for_each(|(sum, xj)| *sum += ze * zk * xj);
            line[p..].iter_mut().zip(z).for_each(|(sum, zj)| *sum += zz * zk * zj);
            bends[last * d + p + k] += az * zk;
        }
        slopes[last] += spread_slope;
        bends[last * d + last] += aa;
    }
}

/// −log-likelihood as a function of (β, γ) at one α.
pub(super) struct AtSpread<'a> {
    pub(super) likelihood: Likelihood<'a>,
    pub(super) alpha: f64,
}

impl Objective for AtSpread<'_> {
    fn point(&self, theta: &[f64]) -> Option<Point> {
        let found = self.likelihood.evaluate(theta, self.alpha)?;
        let d = theta.len();
        let gradient = -found.gradient.rows(0, d).into_owned();
        let hessian = found.information.view((0, 0), (d, d)).into_owned();
        Some(Point { value: -found.log_likelihood, gradient, hessian })
    }
}

/// −log-likelihood as a function of (β, γ, τ), α = τ²: a spread of zero is an ordinary stationary point.
pub(super) struct WithSpread<'a> {
    pub(super) likelihood: Likelihood<'a>,
}

impl Objective for WithSpread<'_> {
    fn point(&self, theta: &[f64]) -> Option<Point> {
        let (tau, rest) = theta.split_last()?;
        let found = self.likelihood.evaluate(rest, tau * tau)?;
        let last = rest.len();
        let (mut gradient, mut hessian) = (-found.gradient, found.information);
        let slope = 2.0 * tau;
        let bend = slope * slope * hessian[(last, last)] + 2.0 * gradient[last];
        gradient[last] *= slope;
        for i in 0..last {
            hessian[(i, last)] *= slope;
            hessian[(last, i)] *= slope;
        }
        hessian[(last, last)] = bend;
        Some(Point { value: -found.log_likelihood, gradient, hessian })
    }
}
