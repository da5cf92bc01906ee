//! One common factor by maximum likelihood.

use crate::linalg::{dot, factor, multiply};

/// A unique variance below this part of the item's variance is zero.
const ZERO: f64 = 1e-4;

/// log ψ stops here, in units of the item's variance: below, the slope of the deviance is lost in rounding.
const LOWEST: f64 = -20.0;

/// Scoring takes some ten steps; a zero unique variance is approached by a step of about 1 in log ψ.
const MOST_STEPS: usize = 200;

/// Loadings and unique variances.
pub(super) struct OneFactor {
    pub(super) loadings: Vec<f64>,
    pub(super) unique: Vec<f64>,
    variances: Vec<f64>,
}

impl OneFactor {
    /// The minimum of log|Σ| + tr(SΣ⁻¹) over Σ = λλ' + diag(ψ), by Fisher's scoring on (λ, log ψ) of the correlation matrix.
    /// `covariance` is k × k with a positive diagonal. `None` when it is not found.
    pub(super) fn fit(covariance: &[f64], k: usize) -> Option<Self> {
        let variances: Vec<f64> = (0..k).map(|j| covariance[j * k + j]).collect();
        let scale: Vec<f64> = variances.iter().map(|variance| libm::sqrt(*variance)).collect();
        let correlation: Vec<f64> = (0..k * k).map(|at| covariance[at] / (scale[at / k] * scale[at % k])).collect();
        let mut point = Point::new(&correlation, k, start(&correlation, k))?;
        for _ in 0..MOST_STEPS {
            let (next, decrement) = point.step(&correlation, k)?;
            // The decrement is in units of the deviance of one row: 1e-20 is 1e-10 in every parameter.
            let done = decrement < 1e-20;
            match next {
                Some(next) => point = next,
                None => return (decrement < 1e-12).then(|| point.into_factor(&scale, variances)),
            }
            if done {
                return Some(point.into_factor(&scale, variances));
            }
        }
        None
    }

    /// (Σλ)²/((Σλ)² + Σψ).
    pub(super) fn omega(&self) -> f64 {
        let sum: f64 = self.loadings.iter().sum();
        let unique: f64 = self.unique.iter().sum();
        sum * sum / (sum * sum + unique)
    }

    pub(super) fn is_on_boundary(&self) -> bool {
        self.unique.iter().zip(&self.variances).any(|(unique, variance)| *unique < ZERO * variance)
    }
}

/// Loadings of the centroid, kept away from the boundary, and log ψ.
fn start(correlation: &[f64], k: usize) -> Vec<f64> {
    let sums: Vec<f64> = (0..k).map(|i| correlation[i * k..(i + 1) * k].iter().sum()).collect();
    let total: f64 = sums.iter().sum::<f64>().max(1e-6);
    let loadings = sums.iter().map(|sum| (sum / libm::sqrt(total)).clamp(-0.9, 0.9));
    let loadings: Vec<f64> = loadings.collect();
    let unique = loadings.iter().map(|loading| libm::log(1.0 - loading * loading));
    loadings.iter().copied().chain(unique).collect()
}

/// Where the search stands: λ and log ψ, with all that is known there.
struct Point {
    theta: Vec<f64>,
    deviance: f64,
    /// Σ⁻¹.
    inverse: Vec<f64>,
}

impl Point {
    fn new(s: &[f64], k: usize, theta: Vec<f64>) -> Option<Self> {
        let (loadings, log_unique) = theta.split_at(k);
        let unique: Vec<f64> = log_unique.iter().map(|&log| libm::exp(log)).collect();
        let scaled: Vec<f64> = loadings.iter().zip(&unique).map(|(l, u)| l / u).collect();
        let common = 1.0 + dot(loadings, &scaled);
        let mut inverse: Vec<f64> = (0..k * k).map(|at| -scaled[at / k] * scaled[at % k] / common).collect();
        (0..k).for_each(|j| inverse[j * k + j] += 1.0 / unique[j]);
        let log_determinant = log_unique.iter().sum::<f64>() + libm::log(common);
        let deviance = log_determinant + dot(s, &inverse);
        deviance.is_finite().then_some(Self { theta, deviance, inverse })
    }

    /// The next point, if one is lower, and how much the deviance should fall.
    fn step(&self, s: &[f64], k: usize) -> Option<(Option<Self>, f64)> {
        let (gradient, information) = self.slopes(s, k);
        let direction = solve(information, &gradient, 2 * k)?;
        let decrement = dot(&direction, &gradient);
        let mut length = 1.0;
        // Halving thirty times makes the step smaller than rounding.
        for _ in 0..30 {
            let moved = |(at, (x, d)): (usize, (&f64, &f64))| {
                let x = x - length * d;
                if at < k { x } else { x.clamp(LOWEST, 0.7) }
            };
            let theta = self.theta.iter().zip(&direction).enumerate().map(moved).collect();
            if let Some(next) = Self::new(s, k, theta)
                && next.deviance < self.deviance
            {
                return Some((Some(next), decrement));
            }
            length /= 2.0;
        }
        Some((None, decrement))
    }

    /// The gradient of the deviance in (λ, log ψ) and its expected second derivatives tr(Σ⁻¹Σ̇ᵢΣ⁻¹Σ̇ⱼ).
    fn slopes(&self, s: &[f64], k: usize) -> (Vec<f64>, Vec<f64>) {
        let w = &self.inverse;
        let (loadings, log_unique) = self.theta.split_at(k);
        let unique: Vec<f64> = log_unique.iter().map(|&log| libm::exp(log)).collect();
        let (mut ws, mut wsw) = (vec![0.0; k * k], vec![0.0; k * k]);
        multiply(w, s, k, k, k, &mut ws);
        multiply(&ws, w, k, k, k, &mut wsw);
        let slope = |i: usize, j: usize| w[i * k + j] - wsw[i * k + j];
        let q: Vec<f64> = (0..k).map(|i| dot(&w[i * k..(i + 1) * k], loadings)).collect();
        let quadratic = dot(loadings, &q);
        let of_loading = |i: usize| 2.0 * (0..k).map(|j| slope(i, j) * loadings[j]).sum::<f64>();
        let gradient = (0..k).map(of_loading).chain((0..k).map(|i| slope(i, i) * unique[i])).collect();
        let m = 2 * k;
        let mut information = vec![0.0; m * m];
        for i in 0..k {
            for j in 0..k {
                let wij = w[i * k + j];
                information[i * m + j] = 2.0 * (q[i] * q[j] + wij * quadratic);
                information[i * m + k + j] = 2.0 * wij * q[j] * unique[j];
                information[(k + j) * m + i] = information[i * m + k + j];
                information[(k + i) * m + k + j] = wij * wij * unique[i] * unique[j];
            }
        }
        (gradient, information)
    }

    fn into_factor(self, scale: &[f64], variances: Vec<f64>) -> OneFactor {
        let (loadings, log_unique) = self.theta.split_at(scale.len());
        let loadings: Vec<f64> = loadings.iter().zip(scale).map(|(loading, scale)| loading * scale).collect();
        // The sign of a factor is free: most of the sum is positive.
        let sign = if loadings.iter().sum::<f64>() < 0.0 { -1.0 } else { 1.0 };
        OneFactor {
            loadings: loadings.iter().map(|loading| sign * loading).collect(),
            unique: log_unique.iter().zip(&variances).map(|(&log, variance)| libm::exp(log) * variance).collect(),
            variances,
        }
    }
}

/// A⁻¹ b for a symmetric A that is positive definite but for rounding.
fn solve(a: Vec<f64>, b: &[f64], m: usize) -> Option<Vec<f64>> {
    let largest = (0..m).map(|j| a[j * m + j]).fold(0.0, f64::max);
    let mut l = a.clone();
    let mut ridge = 1e-12 * largest;
    // Near a zero unique variance, or a factor that is not there, directions have no information.
    while !factor(&mut l, m) {
        if ridge > largest || !largest.is_finite() {
            return None;
        }
        l.clone_from(&a);
        (0..m).for_each(|j| l[j * m + j] += ridge);
        ridge *= 100.0;
    }
    let mut x = b.to_vec();
    for i in 0..m {
        x[i] = (x[i] - dot(&l[i * m..i * m + i], &x[..i])) / l[i * m + i];
    }
    for i in (0..m).rev() {
        let sum = (i + 1..m).fold(x[i], |sum, j| sum - l[j * m + i] * x[j]);
        x[i] = sum / l[i * m + i];
    }
    Some(x)
}
