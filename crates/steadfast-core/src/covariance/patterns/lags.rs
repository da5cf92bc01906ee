//! A correlation for each lag, or for the lags below a bandwidth.

use super::banded;
use super::{Pattern, symmetric};
use crate::covariance::{Number, Side, mmrm};

/// ρ_|i−j|, zero from lag `bands` on; φ = (ρ₁, …, ρ_{bands−1}).
///
/// Without zeros θ are partial autocorrelations: every positive definite Toeplitz matrix has one set of them between
/// −1 and 1, and every set gives one such matrix. With zeros see `banded`; there, correlations on the boundary of the
/// admissible set are approached and not reached, also by random effects.
///
/// # Source
/// Barndorff-Nielsen and Schou 1973, On the parametrization of autoregressive models by partial autocorrelations,
/// with the recursion of Durbin 1960.
#[derive(Debug, Clone, Copy)]
pub(in crate::covariance) struct Lags {
    /// The part of the model.
    pub(in crate::covariance) side: Side,
    /// The number of levels.
    pub(in crate::covariance) m: usize,
    /// The first lag whose correlation is zero, 1 to m.
    pub(in crate::covariance) bands: usize,
}

/// ρ₁, ρ₂, … of the process with these partial autocorrelations.
fn autocorrelations<T: Number>(partial: impl Iterator<Item = T>) -> Vec<T> {
    // ρ starts at lag 0; `coefficients` predict a value from those before it, nearest first.
    let one = T::constant(1.0);
    let (mut rho, mut coefficients, mut variance) = (vec![one], Vec::<T>::new(), one);
    for p in partial {
        let predicted = coefficients.iter().zip(rho.iter().rev());
        rho.push(predicted.fold(p * variance, |sum, (a, r)| sum + *a * *r));
        let mut next: Vec<T> =
            coefficients.iter().zip(coefficients.iter().rev()).map(|(a, mirrored)| *a - p * *mirrored).collect();
        next.push(p);
        coefficients = next;
        variance = variance * (one - p * p);
    }
    rho.split_off(1)
}

impl Pattern for Lags {
    fn order(&self) -> usize {
        self.m
    }
    fn n_parameters(&self) -> usize {
        self.bands - 1
    }
    fn natural_names(&self, _levels: &[String]) -> Vec<String> {
        (1..self.bands).map(|lag| format!("cor(lag {lag})")).collect()
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        if self.bands < self.m {
            banded::correlations(theta, self.m)
        } else {
            autocorrelations(theta.iter().map(|t| self.side.correlation(*t)))
        }
    }
    fn start(&self) -> Vec<f64> {
        // A little positive correlation between neighbours, inside every admissible set.
        (1..self.bands).map(|lag| if lag == 1 { 0.4 } else { 0.0 }).collect()
    }
    fn matrix<T: Number>(&self, natural: &[T], out: &mut [T]) {
        symmetric(self.m, out, |i, j| natural.get(i - j - 1).copied().unwrap_or(T::constant(0.0)));
    }
    fn mmrm_natural<T: Number>(&self, theta: &[T]) -> Option<Vec<T>> {
        (self.bands == self.m).then(|| mmrm::correlations(theta))
    }
    fn mmrm_theta(&self, natural: &[f64]) -> Option<Vec<f64>> {
        if self.bands == self.m { mmrm::from_correlations(natural) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_autocorrelations_give_the_correlations_worked_by_hand() {
        // ρ₁ = p₁; ρ₂ = p₁² + p₂(1 − p₁²).
        let rho = autocorrelations([0.6, -0.3].into_iter());
        assert!((rho[0] - 0.6).abs() < 1e-16 && (rho[1] - (0.36 - 0.3 * 0.64)).abs() < 1e-16);
        // An autoregression of order one.
        let rho = autocorrelations([0.7, 0.0, 0.0].into_iter());
        assert!((rho[2] - 0.343).abs() < 1e-15);
    }

    #[test]
    fn a_partial_autocorrelation_of_one_is_a_singular_matrix_and_no_failure() {
        let rho = autocorrelations([1.0, 0.3, -0.2].into_iter());
        assert!(rho.iter().all(|r: &f64| (r - 1.0).abs() < 1e-15));
    }
}
