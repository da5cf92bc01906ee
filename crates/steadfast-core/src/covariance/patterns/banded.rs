//! Banded Toeplitz correlations: every positive definite matrix of a given order and bandwidth, and no other.
//!
//! With I + Σ_k ρ_k T_k (T_k having ones at lag k) the correlations at θ are those that maximise
//!
//!   log det(I + Σ_k ρ_k T_k) + Σ_k θ_k 2(m − k) ρ_k.
//!
//! The first term is strictly concave and falls to −∞ at the boundary of the admissible set, which is bounded; so there
//! is one maximum for every θ, and every admissible ρ is the maximum at one θ: the map is smooth and onto. Near zero
//! ρ ≈ θ. A moving average of order b − 1 would be simpler, but reaches only what is admissible for every number of
//! levels: |ρ₁| < ½ for b = 2, where three levels admit |ρ₁| < 1/√2.

use crate::covariance::Number;

/// The objective has its maximum to rounding after two Newton steps from this distance (its own metric).
const NEAR: f64 = 1e-8;

/// Newton steps: damped steps gain a fixed amount each, and θ of any use is gained in some dozens.
const MOST_STEPS: usize = 500;

/// ρ₁, ρ₂, … at θ for m levels.
pub(super) fn correlations<T: Number>(theta: &[T], m: usize) -> Vec<T> {
    let values: Vec<f64> = theta.iter().map(|t| t.value()).collect();
    let mut rho = vec![0.0; theta.len()];
    for _ in 0..MOST_STEPS {
        let (step, decrement) = newton(&rho, &values, m);
        // The damping of self-concordant functions: no step leaves the admissible set (Nesterov and Nemirovskii 1994).
        let length = if decrement < 0.25 { 1.0 } else { 1.0 / (1.0 + decrement) };
        rho.iter_mut().zip(step).for_each(|(r, s)| *r += length * s);
        if decrement < NEAR {
            break;
        }
    }
    // A Newton step from the maximum has its first derivatives, a second step its second derivatives.
    let mut exact: Vec<T> = rho.into_iter().map(T::constant).collect();
    for _ in 0..2 {
        let (step, _) = newton(&exact, theta, m);
        exact.iter_mut().zip(step).for_each(|(r, s)| *r = *r + s);
    }
    exact
}

/// Newton's step from ρ, and its length in the metric of the Hessian.
fn newton<T: Number>(rho: &[T], theta: &[T], m: usize) -> (Vec<T>, f64) {
    let k = rho.len();
    let one = T::constant(1.0);
    let mut matrix = vec![T::constant(0.0); m * m];
    super::symmetric(m, &mut matrix, |i, j| rho.get(i - j - 1).copied().unwrap_or(T::constant(0.0)));
    let inverse = solved(matrix, &identity(m, one), m, m);
    // M⁻¹T_k: columns of M⁻¹ moved by k both ways.
    let shifted = |lag: usize, i: usize, j: usize| {
        let left = if j >= lag { inverse[i * m + j - lag] } else { T::constant(0.0) };
        let right = if j + lag < m { inverse[i * m + j + lag] } else { T::constant(0.0) };
        left + right
    };
    let zero = T::constant(0.0);
    let mut gradient = vec![zero; k];
    let mut hessian = vec![zero; k * k];
    for a in 0..k {
        let trace = (0..m).fold(zero, |sum, i| sum + shifted(a + 1, i, i));
        gradient[a] = trace + theta[a] * T::constant(2.0 * (m - a - 1) as f64);
        for b in 0..k {
            let pairs = (0..m).flat_map(|i| (0..m).map(move |j| (i, j)));
            hessian[a * k + b] = pairs.fold(zero, |sum, (i, j)| sum + shifted(a + 1, i, j) * shifted(b + 1, j, i));
        }
    }
    let step = solved(hessian, &gradient, k, 1);
    let square = step.iter().zip(&gradient).fold(0.0, |sum, (s, g)| sum + s.value() * g.value());
    (step, square.max(0.0).sqrt())
}

fn identity<T: Number>(n: usize, one: T) -> Vec<T> {
    let mut matrix = vec![T::constant(0.0); n * n];
    (0..n).for_each(|i| matrix[i * n + i] = one);
    matrix
}

/// A⁻¹B for a positive definite A, n × n, and B, n × width: elimination, which needs no exchange of rows.
fn solved<T: Number>(mut a: Vec<T>, b: &[T], n: usize, width: usize) -> Vec<T> {
    let mut x = b.to_vec();
    for pivot in 0..n {
        for row in (0..n).filter(|row| *row != pivot) {
            let factor = a[row * n + pivot] / a[pivot * n + pivot];
            (pivot..n).for_each(|j| a[row * n + j] = a[row * n + j] - factor * a[pivot * n + j]);
            (0..width).for_each(|j| x[row * width + j] = x[row * width + j] - factor * x[pivot * width + j]);
        }
    }
    (0..n).flat_map(|i| (0..width).map(move |j| (i, j))).map(|(i, j)| x[i * width + j] / a[i * n + i]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_band_over_two_and_three_levels_is_what_the_maximum_is_by_hand() {
        // m = 3, b = 2: det = 1 − 2ρ², so that −4ρ/(1 − 2ρ²) + 4θ = 0.
        for theta in [-3.0, -0.2, 0.0, 0.7, 40.0] {
            let rho = correlations(&[theta], 3)[0];
            assert!((rho - theta * (1.0 - 2.0 * rho * rho)).abs() < 1e-12 * (1.0 + f64::abs(theta)), "{theta} {rho}");
        }
    }

    #[test]
    fn the_whole_admissible_set_is_reached_also_where_no_moving_average_is() {
        // The largest lag-one correlation of five levels is 1/(2 cos(π/6)) = 0.577; a moving average has less than ½.
        let rho = correlations(&[1e4], 5)[0];
        let bound = 0.5 / (std::f64::consts::PI / 6.0).cos();
        assert!(rho < bound && rho > bound - 1e-3, "{rho}");
    }
}
