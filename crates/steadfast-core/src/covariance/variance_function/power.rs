//! Standard deviations that are a power or an exponential of a number.

use super::Multiplier;
use crate::covariance::Number;

/// g = |v|^δ (nlme's `varPower`); at v = 0 it is 0 for δ > 0, so that data with v = 0 are refused.
#[derive(Debug, Clone, Copy)]
pub struct Power;

/// g = exp(δ v) (nlme's `varExp`).
#[derive(Debug, Clone, Copy)]
pub struct Exponential;

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
        (natural[0] * T::constant(libm::log(covariate.abs()))).exponential()
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
        (natural[0] * T::constant(covariate)).exponential()
    }
}
