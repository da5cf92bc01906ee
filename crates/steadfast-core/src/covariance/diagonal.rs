//! Independent effects with a variance each.

use super::{Domain, Family, Number, Side, Sites};

/// diag(σ₁², …, σₘ²); φ holds the variances.
#[derive(Debug, Clone, Copy)]
pub struct Diagonal {
    /// The part of the model.
    pub side: Side,
    /// The number of levels.
    pub m: usize,
}

impl Family for Diagonal {
    fn name(&self) -> &'static str {
        "diag"
    }
    fn domain(&self) -> Domain {
        Domain::Levels(self.m)
    }
    fn n_parameters(&self) -> usize {
        self.m
    }
    fn natural_names(&self, levels: &[String]) -> Vec<String> {
        levels.iter().map(|level| format!("var({level})")).collect()
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        theta.iter().map(|t| self.side.variance(*t)).collect()
    }
    fn start(&self, variance: f64) -> Vec<f64> {
        vec![self.side.theta(variance); self.m]
    }
    fn standard_deviations(&self) -> Vec<usize> {
        (0..self.m).collect()
    }
    fn rescaled(&self, natural: &[f64], factor: f64) -> Vec<f64> {
        natural.iter().map(|v| v * factor).collect()
    }
    fn covariance<T: Number>(&self, sites: Sites<'_>, natural: &[T], out: &mut [T]) {
        out.fill(T::constant(0.0));
        natural.iter().enumerate().for_each(|(i, v)| out[i * sites.n + i] = *v);
    }
    fn is_linear(&self) -> bool {
        true
    }
}
