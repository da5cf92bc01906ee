//! Direct products over two factors: `us_ar1`, `us_cs`, `us_us`.

use super::patterns::Pattern;
use super::triangular::{at, full, gram, places};
use super::{Domain, Family, Number, Side, Sites};

/// Σ ⊗ C: cov((i, k), (j, l)) = σ_ij C_kl, Σ unstructured over the a levels of the first factor (outcomes, say) and C a
/// pattern over the second (visits); the levels of the second vary fastest. φ = (σ₁₁, σ₂₁, σ₂₂, …, the parameters of
/// C), SAS's UN@AR(1), UN@CS and UN@UN.
///
/// # Source
/// Galecki 1994, General class of covariance structures for two or more repeated factors in longitudinal data analysis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kronecker<C> {
    /// The name in formulae.
    pub(super) name: &'static str,
    /// The part of the model.
    pub(super) side: Side,
    /// a, the number of levels of the first factor.
    pub(super) a: usize,
    /// C.
    pub(super) pattern: C,
}

impl<C: Pattern> Kronecker<C> {
    /// The number of parameters of Σ.
    fn first(&self) -> usize {
        self.a * (self.a + 1) / 2
    }
}

/// The parts of the label of a combination, `first:second`.
fn parts(label: &str) -> (&str, &str) {
    label.rsplit_once(':').unwrap_or((label, label))
}

impl<C: Pattern> Family for Kronecker<C> {
    fn name(&self) -> &'static str {
        self.name
    }
    fn domain(&self) -> Domain {
        Domain::Levels(self.a * self.pattern.order())
    }
    fn n_parameters(&self) -> usize {
        self.first() + self.pattern.n_parameters()
    }
    fn natural_names(&self, levels: &[String]) -> Vec<String> {
        let b = self.pattern.order();
        let first: Vec<&str> = levels.iter().step_by(b).map(|label| parts(label).0).collect();
        let second: Vec<String> = levels.iter().take(b).map(|label| parts(label).1.to_owned()).collect();
        let name = |(i, j): (usize, usize)| {
            if i == j { format!("var({})", first[i]) } else { format!("cov({}, {})", first[i], first[j]) }
        };
        places(self.a).map(name).chain(self.pattern.natural_names(&second)).collect()
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        let (factor, pattern) = theta.split_at(self.first());
        let mut factor = factor.to_vec();
        (0..self.a).for_each(|i| factor[at(i, i)] = self.side.pivot(factor[at(i, i)]));
        let mut natural = gram(&factor, self.a);
        natural.extend(self.pattern.natural(pattern));
        natural
    }
    fn start(&self, variance: f64) -> Vec<f64> {
        let diagonal = self.side.theta(variance);
        let mut start: Vec<f64> = places(self.a).map(|(i, j)| if i == j { diagonal } else { 0.0 }).collect();
        start.extend(self.pattern.start());
        start
    }
    fn standard_deviations(&self) -> Vec<usize> {
        (0..self.a).map(|i| at(i, i)).collect()
    }
    fn rescaled(&self, natural: &[f64], factor: f64) -> Vec<f64> {
        let (first, pattern) = natural.split_at(self.first());
        first.iter().map(|v| v * factor).chain(pattern.iter().copied()).collect()
    }
    fn covariance<T: Number>(&self, sites: Sites<'_>, natural: &[T], out: &mut [T]) {
        let (a, b) = (self.a, self.pattern.order());
        let (first, pattern) = natural.split_at(self.first());
        let zero = T::constant(0.0);
        let (mut sigma, mut c) = (vec![zero; a * a], vec![zero; b * b]);
        full(first, a, &mut sigma);
        self.pattern.matrix(pattern, &mut c);
        for row in 0..sites.n {
            for column in 0..sites.n {
                let (i, k, j, l) = (row / b, row % b, column / b, column % b);
                out[row * sites.n + column] = sigma[i * a + j] * c[k * b + l];
            }
        }
    }
}
