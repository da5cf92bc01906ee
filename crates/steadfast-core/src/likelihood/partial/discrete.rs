//! Tied events in discrete time: which d of those at risk they are.

use nalgebra::{DMatrix, DVector};

use super::exact_sum::ExactSum;

/// ln Σ_S exp(Σ_{i ∈ S} η_i) over all sets S of d members, with its slopes: the mean and the covariance of Σ_{i ∈ S} x_i.
#[derive(Debug, Clone)]
pub(super) struct Sets {
    pub(super) log: f64,
    pub(super) mean: DVector<f64>,
    pub(super) covariance: DMatrix<f64>,
}

/// As many steps as bring the expected number of events near d; any number of them gives the same result.
const STEPS: usize = 12;

/// The sums over sets of `d` of the members with linear predictors `eta` and columns `x` (p numbers each).
///
/// Let each member be in S by itself with odds exp(η_i + τ). Then S has j of the first m members with probability P_j, and given
/// that, sums with mean μ_j and covariance V_j. Member m makes of them mixtures: with w = π P_{j−1} / {(1 − π) P_j + π P_{j−1}}
/// and δ = μ_{j−1} + x − μ_j,
///
/// ```text
/// V_j ← (1 − w) V_j + w V_{j−1} + w (1 − w) δδ',    μ_j ← μ_j + w δ
/// ```
///
/// which is Howard's recursion with both derivatives, all terms positive. τ makes d the likely number, so that nothing overflows.
///
/// # Source
/// Howard 1972, discussion of Cox, Journal of the Royal Statistical Society B 34:210; Gail, Lubin and Rubinstein 1981, Biometrika 68:703.
pub(super) fn sets(eta: &[f64], x: &[&[f64]], d: usize, p: usize) -> Sets {
    let n = eta.len();
    if d >= n {
        let mut mean = DVector::zeros(p);
        x.iter().for_each(|x| mean.iter_mut().zip(*x).for_each(|(sum, x)| *sum += x));
        return Sets { log: eta.iter().sum(), mean, covariance: DMatrix::zeros(p, p) };
    }
    let tilt = tilt(eta, d);
    let mut found = Recursion {
        p,
        probability: vec![0.0; d + 1],
        mean: vec![0.0; (d + 1) * p],
        covariance: vec![0.0; (d + 1) * p * p],
    };
    found.probability[0] = 1.0;
    // Most of it is taken away again at the end.
    let mut scale = ExactSum::default();
    for (m, (eta, x)) in eta.iter().zip(x).enumerate() {
        let odds = eta + tilt;
        scale.add(odds.max(0.0));
        scale.add(libm::log1p(libm::exp(-odds.abs())));
        // Of fewer than `least` the members that are left could not make d.
        let least = d.saturating_sub(n - 1 - m);
        for j in (least..=d.min(m + 1)).rev() {
            found.member(j, 1.0 / (1.0 + libm::exp(-odds)), 1.0 / (1.0 + libm::exp(odds)), x);
        }
    }
    scale.add(-(d as f64) * tilt);
    let at = d * p * p..(d + 1) * p * p;
    Sets {
        log: libm::log(found.probability[d]) + scale.value(),
        mean: DVector::from_column_slice(&found.mean[d * p..(d + 1) * p]),
        covariance: DMatrix::from_column_slice(p, p, &found.covariance[at]),
    }
}

/// The τ at which about `d` members are expected.
fn tilt(eta: &[f64], d: usize) -> f64 {
    let n = eta.len() as f64;
    let d = d as f64;
    let mean = eta.iter().sum::<f64>() / n;
    let mut tilt = libm::log(d / (n - d)) - mean;
    for _ in 0..STEPS {
        let (mut expected, mut slope) = (0.0, 0.0);
        for eta in eta {
            let share = 1.0 / (1.0 + libm::exp(-eta - tilt));
            expected += share;
            slope += share * (1.0 - share);
        }
        let step = ((d - expected) / slope.max(f64::MIN_POSITIVE)).clamp(-2.0, 2.0);
        tilt += step;
        // The number of events then varies by more than it is off.
        if (d - expected).abs() <= 0.25 * libm::sqrt(slope) {
            break;
        }
    }
    tilt
}

struct Recursion {
    p: usize,
    probability: Vec<f64>,
    mean: Vec<f64>,
    covariance: Vec<f64>,
}

impl Recursion {
    /// A member with columns `x` may be the j-th, with probability `is`, or not, with probability `is_not`.
    fn member(&mut self, j: usize, is: f64, is_not: f64, x: &[f64]) {
        let p = self.p;
        let without = is_not * self.probability[j];
        if j == 0 {
            self.probability[0] = without;
            return;
        }
        let with = is * self.probability[j - 1];
        self.probability[j] = with + without;
        let share = with / (with + without);
        if share.is_nan() || share <= 0.0 {
            return;
        }
        let (before, mean) = self.mean.split_at_mut(j * p);
        let (before, mean) = (&before[(j - 1) * p..], &mut mean[..p]);
        let (earlier, covariance) = self.covariance.split_at_mut(j * p * p);
        let (earlier, covariance) = (&earlier[(j - 1) * p * p..], &mut covariance[..p * p]);
        for a in 0..p {
            let moved = share * (1.0 - share) * (before[a] + x[a] - mean[a]);
            for b in 0..p {
                let at = a * p + b;
                let between = moved * (before[b] + x[b] - mean[b]);
                covariance[at] = (1.0 - share) * covariance[at] + share * earlier[at] + between;
            }
        }
        for a in 0..p {
            mean[a] += share * (before[a] + x[a] - mean[a]);
        }
    }
}
