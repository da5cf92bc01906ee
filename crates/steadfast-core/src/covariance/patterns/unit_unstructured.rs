//! Every variance and covariance free but the first variance, which is 1: the second factor of a product.

use super::Pattern;
use crate::covariance::triangular::{at, full, gram, places};
use crate::covariance::{Number, Side};

/// L L' with L₁₁ = 1; φ = (σ₂₁, σ₂₂, σ₃₁, …).
#[derive(Debug, Clone, Copy)]
pub(in crate::covariance) struct UnitUnstructured {
    /// The part of the model.
    pub(in crate::covariance) side: Side,
    /// The number of levels.
    pub(in crate::covariance) m: usize,
}

impl Pattern for UnitUnstructured {
    fn order(&self) -> usize {
        self.m
    }
    fn n_parameters(&self) -> usize {
        self.m * (self.m + 1) / 2 - 1
    }
    fn natural_names(&self, levels: &[String]) -> Vec<String> {
        let name = |(i, j): (usize, usize)| {
            if i == j {
                format!("relative var({})", levels[i])
            } else {
                format!("relative cov({}, {})", levels[i], levels[j])
            }
        };
        places(self.m).skip(1).map(name).collect()
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        let mut factor = vec![T::constant(1.0)];
        factor.extend_from_slice(theta);
        (1..self.m).for_each(|i| factor[at(i, i)] = self.side.pivot(factor[at(i, i)]));
        gram(&factor, self.m).split_off(1)
    }
    fn start(&self) -> Vec<f64> {
        // The identity, L = I.
        let diagonal = if self.side == Side::Random { 1.0 } else { 0.0 };
        places(self.m).skip(1).map(|(i, j)| if i == j { diagonal } else { 0.0 }).collect()
    }
    fn matrix<T: Number>(&self, natural: &[T], out: &mut [T]) {
        let mut packed = vec![T::constant(1.0)];
        packed.extend_from_slice(natural);
        full(&packed, self.m, out);
    }
}
