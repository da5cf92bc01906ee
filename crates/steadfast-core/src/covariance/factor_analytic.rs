//! Factor-analytic structures: few unobserved factors behind many levels: `fa`, `fa1`, `fa0`.

use super::{Domain, Family, Number, Side, Sites};
use crate::error::{Error, Result};

/// What is added to Λ Λ'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Specific {
    /// A variance for each level: SAS's FA(q).
    Each,
    /// One variance: SAS's FA1(q).
    Common,
    /// Nothing: SAS's FA0(q).
    Nothing,
}

/// Λ Λ' + D, Λ being m × q and zero above its diagonal; φ = (λ₁₁, λ₂₁, λ₂₂, …, d₁, …). The sign of a column of Λ is
/// arbitrary. Without D residuals need q = m and positive λ_jj, which is the Cholesky factor of any matrix.
///
/// # Source
/// Jennrich and Schluchter 1986, Unbalanced repeated-measures models with structured covariance matrices.
#[derive(Debug, Clone, Copy)]
pub(super) struct FactorAnalytic {
    /// The name in formulae.
    pub(super) name: &'static str,
    /// The part of the model.
    pub(super) side: Side,
    /// The number of levels.
    pub(super) m: usize,
    /// q, the number of factors, at most m.
    pub(super) factors: usize,
    /// D.
    pub(super) specific: Specific,
}

impl FactorAnalytic {
    /// (i, j) of each loading, by rows.
    fn places(self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.m).flat_map(move |i| (0..=i.min(self.factors - 1)).map(move |j| (i, j)))
    }

    fn n_loadings(self) -> usize {
        self.places().count()
    }

    fn n_specific(self) -> usize {
        match self.specific {
            Specific::Each => self.m,
            Specific::Common => 1,
            Specific::Nothing => 0,
        }
    }

    /// Refuses what could not be estimated from any data.
    ///
    /// # Errors
    /// `structure_shape` for more parameters than the matrix has entries, and for residuals of less than full rank.
    pub(super) fn check(self) -> Result<()> {
        let (m, q, name) = (self.m, self.factors, self.name);
        if self.side == Side::Residual && self.specific == Specific::Nothing && q < m {
            let message =
                format!("`{name}` with {q} factors is singular over {m} levels: residuals need all {m}, or `fa`");
            return Err(Error::usage("structure_shape", message));
        }
        if self.n_loadings() + self.n_specific() > m * (m + 1) / 2 {
            let message = format!("`{name}` with {q} factors has more parameters than a matrix over {m} levels");
            return Err(Error::usage("structure_shape", message));
        }
        Ok(())
    }

    /// Whether θ holds a logarithm in the place of the loading (i, j).
    fn is_pivot(self, (i, j): (usize, usize)) -> bool {
        i == j && self.specific == Specific::Nothing
    }
}

impl Family for FactorAnalytic {
    fn name(&self) -> &'static str {
        self.name
    }
    fn domain(&self) -> Domain {
        Domain::Levels(self.m)
    }
    fn n_parameters(&self) -> usize {
        self.n_loadings() + self.n_specific()
    }
    fn natural_names(&self, levels: &[String]) -> Vec<String> {
        let loadings = self.places().map(|(i, j)| format!("loading({}, {})", levels[i], j + 1));
        let specific: Vec<String> = match self.specific {
            Specific::Each => levels.iter().map(|level| format!("specific var({level})")).collect(),
            Specific::Common => vec!["specific variance".to_owned()],
            Specific::Nothing => Vec::new(),
        };
        loadings.chain(specific).collect()
    }
    fn natural<T: Number>(&self, theta: &[T]) -> Vec<T> {
        let loading = |(place, t): ((usize, usize), &T)| if self.is_pivot(place) { self.side.pivot(*t) } else { *t };
        let specific = theta[self.n_loadings()..].iter().map(|t| self.side.variance(*t));
        self.places().zip(theta).map(loading).chain(specific).collect()
    }
    fn start(&self, variance: f64) -> Vec<f64> {
        // Half of the variance in the first factor; the others are small waves of growing frequency, since loadings
        // of zero would be a stationary point.
        let wave = |i: usize, j: usize| {
            libm::cos(std::f64::consts::PI * j as f64 * (i as f64 + 0.5) / self.m as f64) / (1.0 + j as f64)
        };
        let loading = |(i, j): (usize, usize)| match (self.specific, i == j) {
            (Specific::Nothing, true) => self.side.pivot_theta((0.5 * variance).sqrt()),
            _ => (0.5 * variance).sqrt() * wave(i, j),
        };
        let mut start: Vec<f64> = self.places().map(loading).collect();
        start.extend(vec![self.side.theta(0.5 * variance); self.n_specific()]);
        start
    }
    fn standard_deviations(&self) -> Vec<usize> {
        let pivots = self.places().enumerate().filter(|(_, place)| self.is_pivot(*place)).map(|(at, _)| at);
        pivots.chain(self.n_loadings()..Family::n_parameters(self)).collect()
    }
    fn rescaled(&self, natural: &[f64], factor: f64) -> Vec<f64> {
        let (loadings, specific) = natural.split_at(self.n_loadings());
        loadings.iter().map(|l| l * factor.sqrt()).chain(specific.iter().map(|d| d * factor)).collect()
    }
    fn covariance<T: Number>(&self, _sites: Sites<'_>, natural: &[T], out: &mut [T]) {
        let (m, q) = (self.m, self.factors);
        let (loadings, specific) = natural.split_at(self.n_loadings());
        let mut rows = vec![T::constant(0.0); m * q];
        self.places().zip(loadings).for_each(|((i, j), value)| rows[i * q + j] = *value);
        for i in 0..m {
            for j in 0..m {
                let shared = (0..q).fold(T::constant(0.0), |sum, k| sum + rows[i * q + k] * rows[j * q + k]);
                let own = specific.get(i).or(specific.first()).filter(|_| i == j);
                out[i * m + j] = own.map_or(shared, |own| shared + *own);
            }
        }
    }
}
