//! Correlations of the form λ_i λ_j: given one normal factor the statistics are independent.

use nalgebra::DMatrix;

use super::super::normal::Normal;
use super::super::studentized::studentized;
use super::super::trapezoid::between;

/// Z_i = λ_i F + √(1 − λ_i²) E_i with independent normal F, E_1, …, E_m.
#[derive(Debug, Clone)]
pub(super) struct OneFactor {
    /// λ_i and √(1 − λ_i²).
    loadings: Vec<(f64, f64)>,
}

/// Correlations of contrasts carry rounding of about 1e-13; a probability errs by no more than they do.
const ROUNDING: f64 = 1e-11;

/// Beyond this many standard deviations a normal factor does not occur: the density is below 1e-308.
const FARTHEST: f64 = 37.5;

impl OneFactor {
    /// The factor of `correlations`, if they have that form and no two statistics are the same.
    pub(super) fn of(correlations: &DMatrix<f64>) -> Option<Self> {
        let m = correlations.nrows();
        let loadings = loadings(correlations)?;
        let fits = |i: usize, j: usize| (correlations[(i, j)] - loadings[i] * loadings[j]).abs() < ROUNDING;
        let own = |lambda: f64| ((1.0 - lambda) * (1.0 + lambda)).max(0.0).sqrt();
        // Near 1 the given factor would leave steps that no rule resolves.
        let resolved = loadings.iter().all(|lambda| own(*lambda) > 1e-3);
        let all = resolved && (0..m).all(|i| (0..i).all(|j| fits(i, j)));
        all.then(|| Self { loadings: loadings.into_iter().map(|lambda| (lambda, own(lambda))).collect() })
    }

    /// P(max|T_i| > t).
    pub(super) fn sf(&self, t: f64, dof: f64) -> f64 {
        studentized(dof, t, |t| self.exceeds(t))
    }

    /// P(max|Z_i| > t) = ∫ φ(z) {1 − Π_i (1 − q_i(z))} dz, q_i(z) = P(|Z_i| > t | F = z).
    fn exceeds(&self, t: f64) -> f64 {
        let integrand = |z: f64| {
            let stay: f64 = self
                .loadings
                .iter()
                .map(|&(lambda, own)| {
                    let beyond = Normal.sf((t - lambda * z) / own) + Normal.sf((t + lambda * z) / own);
                    libm::log1p(-beyond.min(1.0))
                })
                .sum();
            Normal.density(z) * -libm::expm1(stay)
        };
        // q_i has all its mass within t + 9 own deviations of the factor; the integrand is even.
        let farthest = (t + 9.0).min(FARTHEST);
        let sharpest = self.loadings.iter().map(|(_, own)| *own).fold(1.0, f64::min);
        let intervals = (farthest / (0.5 * sharpest)).ceil() as usize;
        (2.0 * between_half(integrand, farthest, intervals)).min(1.0)
    }
}

/// ∫₀^high of an even function: half of that over both sides, at half the cost.
fn between_half(f: impl Fn(f64) -> f64, high: f64, intervals: usize) -> f64 {
    // The trapezoid rule over both sides counts the middle once; over one side its half.
    between(|z| if z == 0.0 { 0.5 * f(z) } else { f(z) }, 0.0, high, intervals)
}

/// λ with λ_i λ_j = ρ_ij, found from the largest correlation and the two largest beside it.
fn loadings(correlations: &DMatrix<f64>) -> Option<Vec<f64>> {
    let m = correlations.nrows();
    let rho = |i: usize, j: usize| correlations[(i, j)];
    let pairs = (0..m).flat_map(|i| (0..i).map(move |j| (i, j)));
    let (a, b) = pairs.max_by(|x, y| rho(x.0, x.1).abs().total_cmp(&rho(y.0, y.1).abs()))?;
    if rho(a, b).abs() < ROUNDING {
        return Some(vec![0.0; m]);
    }
    let size = |c: usize| rho(a, c).abs().min(rho(b, c).abs());
    let third = (0..m).filter(|&c| c != a && c != b).max_by(|x, y| size(*x).total_cmp(&size(*y)));
    let square = match third.filter(|&c| size(c) > ROUNDING) {
        Some(c) => rho(a, b) * rho(a, c) / rho(b, c),
        None => rho(a, b).abs(),
    };
    if !(square > 0.0 && square < 1.0) {
        return None;
    }
    let first = square.sqrt();
    Some((0..m).map(|i| if i == a { first } else { rho(a, i) / first }).collect())
}
