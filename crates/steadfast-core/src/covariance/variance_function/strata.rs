//! One standard deviation a stratum.

use super::Multiplier;
use crate::covariance::Number;

/// g = 1 in the first stratum and r_s in stratum s: the ratio of the standard deviations (nlme's `varIdent`).
#[derive(Debug, Clone)]
pub struct Strata {
    /// The strata.
    pub names: Vec<String>,
}

impl Multiplier for Strata {
    fn n_parameters(&self) -> usize {
        self.names.len().saturating_sub(1)
    }
    fn names(&self) -> Vec<String> {
        self.names.iter().skip(1).map(|stratum| format!("sd ratio({stratum})")).collect()
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        theta.iter().map(|t| t.exponential()).collect()
    }
    fn factor<T: Number>(&self, covariate: f64, natural: &[T]) -> T {
        match covariate as usize {
            0 => T::constant(1.0),
            stratum => natural[stratum - 1],
        }
    }
}
