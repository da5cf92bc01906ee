//! The marginal likelihood of a shared gamma frailty.
//!
//! With ν = 1/θ, d events and the cumulative hazard Λ of a cluster, its likelihood given the jumps of the hazard is
//!
//! ```text
//! Γ(ν + d)/Γ(ν) ν^ν (ν + Λ)^−(ν + d)
//! ```
//!
//! and −(ν + d) ln(ν + Λ) = max_b [(ν + d) b − (ν + Λ) e^b] + constant. So the likelihood profiled over the jumps is, exactly, the
//! penalised partial likelihood at its maximum plus what depends on ν and d alone:
//!
//! ```text
//! ln L(ν) = max [ln L(β, b) − ν Σ (e^b − 1 − b)] + Σ c(ν, d),   c = −½ ln(1 + d/ν) + μ(ν + d) − μ(ν)
//! ```
//!
//! with μ the remainder of Stirling's formula. It is on the scale of the partial likelihood, which it is at θ = 0.
//!
//! # Source
//! Nielsen, Gill, Andersen and Sørensen 1992, Scandinavian Journal of Statistics 19:25; Klein 1992, Biometrics 48:795; Therneau, Grambsch
//! and Pankratz 2003, Journal of Computational and Graphical Statistics 12:156, section 5.

use super::model::Model;
use crate::likelihood::{PenalisedSolution, excess};
use crate::optimize::Point;
use nalgebra::{DMatrix, DVector};

/// From here on Stirling's series has all digits with nine terms.
const ASYMPTOTIC: f64 = 12.0;

/// B₂ₖ/(2k(2k − 1)), k = 1..9 (DLMF 5.11.1).
const SERIES: [f64; 9] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1_260.0,
    -1.0 / 1_680.0,
    1.0 / 1_188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
    -3_617.0 / 122_400.0,
    43_867.0 / 244_188.0,
];

/// μ(x) = ln Γ(x) − (x − ½) ln x + x − ½ ln 2π with its two derivatives.
fn stirling(mut x: f64) -> [f64; 3] {
    let mut sum = [0.0; 3];
    while x < ASYMPTOTIC {
        let (log, square) = (libm::log1p(1.0 / x), x * (x + 1.0));
        sum[0] += (x + 0.5) * log - 1.0;
        sum[1] += log - (x + 0.5) / square;
        sum[2] += 0.5 / (square * square);
        x += 1.0;
    }
    let mut power = 1.0 / x;
    for (k, coefficient) in SERIES.iter().enumerate() {
        let order = 2.0 * k as f64 + 1.0;
        sum[0] += coefficient * power;
        sum[1] -= order * coefficient * power / x;
        sum[2] += order * (order + 1.0) * coefficient * power / (x * x);
        power /= x * x;
    }
    sum
}

/// c(ν, d) with its two derivatives in ν.
fn constant(nu: f64, d: f64) -> [f64; 3] {
    let (with, without) = (stirling(nu + d), stirling(nu));
    let product = nu * (nu + d);
    [
        -0.5 * libm::log1p(d / nu) + with[0] - without[0],
        0.5 * d / product + with[1] - without[1],
        -0.5 * d * (2.0 * nu + d) / (product * product) + with[2] - without[2],
    ]
}

/// The numbers of events of clusters, each with how many clusters have it.
#[derive(Debug, Clone)]
pub(super) struct Counts(Vec<(f64, f64)>);

impl Counts {
    /// The counts of the clusters of the one term of `model`.
    pub(super) fn of(model: &Model) -> Self {
        let mut events = events(model);
        events.sort_by(f64::total_cmp);
        let runs = events.chunk_by(|a, b| a.total_cmp(b).is_eq());
        Self(runs.map(|run| (run[0], run.len() as f64)).collect())
    }

    /// Σ c(ν, d) with its derivatives.
    fn constant(&self, nu: f64) -> [f64; 3] {
        self.0.iter().fold([0.0; 3], |mut sum, (d, clusters)| {
            let own = constant(nu, *d);
            sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += clusters * own);
            sum
        })
    }
}

/// The weight of the events of each cluster.
pub(super) fn events(model: &Model) -> Vec<f64> {
    let sets = &model.penalised.sets;
    let of_row = |at: usize| if sets.event[at] { sets.weight[at] } else { 0.0 };
    model.penalised.effects.collect(&(0..sets.n()).map(of_row).collect::<Vec<f64>>())
}

/// The marginal likelihood at `theta` where `solved` is the penalised maximum there.
pub(super) fn value(counts: &Counts, theta: f64, solved: &PenalisedSolution) -> f64 {
    if theta > 0.0 { solved.value + counts.constant(1.0 / theta)[0] } else { solved.value }
}

/// −ln L with its derivatives in ln θ, and the slopes of β̂ along ln θ.
pub(super) fn derivatives(model: &Model, counts: &Counts, theta: f64, solved: &PenalisedSolution) -> (Point, Vec<f64>) {
    let (nu, p) = (1.0 / theta, model.penalised.p);
    let [value, first, second] = counts.constant(nu);
    let away: f64 = solved.effects.iter().map(|b| excess(*b)).sum();
    let mut slope = vec![0.0; p];
    slope.extend(solved.effects.iter().map(|b| -libm::expm1(*b)));
    let moved = model.penalised.solve_at(solved, &model.penalty(&[libm::sqrt(theta)]), &slope);
    let along: f64 = slope.iter().zip(&moved).map(|(a, b)| a * b).sum();
    let (first, second) = (first - away, second + along);
    let point = Point {
        value: -(solved.value + value),
        gradient: DVector::from_element(1, nu * first),
        hessian: DMatrix::from_element(1, 1, -(nu * nu * second + nu * first)),
    };
    (point, moved[..p].iter().map(|slope| -nu * slope).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::{digamma, ln_gamma, trigamma};

    #[test]
    fn the_constant_is_that_of_gamma_functions() {
        for (nu, d) in [(0.3, 2.0), (2.0, 5.0), (7.5, 0.0), (11.0, 40.0), (1e-4, 3.0)] {
            let found = constant(nu, d);
            let log = |x: f64| libm::log(x);
            let value = ln_gamma(nu + d) - ln_gamma(nu) - (nu + d) * log(nu + d) + nu * log(nu) + d;
            let first = digamma(nu + d) - digamma(nu) - log(nu + d) + log(nu);
            let second = trigamma(nu + d) - trigamma(nu) - 1.0 / (nu + d) + 1.0 / nu;
            for (a, b) in found.iter().zip([value, first, second]) {
                // The differences of gamma functions have lost what the largest of their terms rounds.
                assert!((a - b).abs() <= 1e-12 * (1.0 + d + b.abs() + 1.0 / (nu * nu) * 1e-3), "{nu} {d}: {a} {b}");
            }
        }
        // Two events: ν(ν + 1) (ν/(ν + 2))^ν e²/(ν + 2)² at ν = 1: 2/27 e².
        assert!((constant(1.0, 2.0)[0] - (libm::log(2.0 / 27.0) + 2.0)).abs() < 1e-15);
    }
}
