//! Standard deviations that are a power or an exponential of a number.
//!
//! Inside, g is relative to a typical number and δ per its spread: the parameters then have the same size whatever the
//! number's origin and unit. Reported are σ² at |v| = 1 or v = 0 and δ, as in nlme.

use super::Multiplier;
use crate::covariance::Number;

/// g = |v|^δ (nlme's `varPower`); at v = 0 it is 0 for δ > 0, so that data with v = 0 are refused.
#[derive(Debug, Clone, Copy)]
pub struct Power {
    /// The |v| at which g is 1 inside.
    pub reference: f64,
}

/// g = exp(δ v) (nlme's `varExp`).
#[derive(Debug, Clone, Copy)]
pub struct Exponential {
    /// The v at which g is 1 inside.
    pub centre: f64,
    /// Half the range of v.
    pub spread: f64,
}

impl Exponential {
    /// For numbers between `low` and `high`.
    pub fn over((low, high): (f64, f64)) -> Self {
        let spread = 0.5 * high - 0.5 * low;
        Self { centre: 0.5 * low + 0.5 * high, spread: if spread > 0.0 { spread } else { 1.0 } }
    }
}

fn one_name() -> Vec<String> {
    vec!["delta".to_owned()]
}

impl Multiplier for Power {
    fn n_parameters(&self) -> usize {
        1
    }
    fn names(&self) -> Vec<String> {
        one_name()
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        theta.to_vec()
    }
    fn factor<T: Number>(&self, covariate: f64, natural: &[T]) -> T {
        let log = libm::log(covariate.abs()) - libm::log(self.reference);
        (natural[0] * T::constant(log)).exponential()
    }
    fn reported(&self, natural: &[f64]) -> (Vec<f64>, f64) {
        (natural.to_vec(), libm::exp(-2.0 * natural[0] * libm::log(self.reference)))
    }
    fn internal(&self, reported: &[f64]) -> (Vec<f64>, f64) {
        (reported.to_vec(), libm::exp(2.0 * reported[0] * libm::log(self.reference)))
    }
}

impl Multiplier for Exponential {
    fn n_parameters(&self) -> usize {
        1
    }
    fn names(&self) -> Vec<String> {
        one_name()
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        theta.to_vec()
    }
    fn factor<T: Number>(&self, covariate: f64, natural: &[T]) -> T {
        (natural[0] * T::constant((covariate - self.centre) / self.spread)).exponential()
    }
    fn reported(&self, natural: &[f64]) -> (Vec<f64>, f64) {
        let delta = natural[0] / self.spread;
        (vec![delta], libm::exp(-2.0 * delta * self.centre))
    }
    fn internal(&self, reported: &[f64]) -> (Vec<f64>, f64) {
        (vec![reported[0] * self.spread], libm::exp(2.0 * reported[0] * self.centre))
    }
}
