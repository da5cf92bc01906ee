//! How the variance of the outcome divides into fixed effects, random terms and residual: R² and intraclass
//! correlations.
//!
//! The variance that a random term gives to row i is z_i'Gz_i. Random slopes make it differ between rows; its mean over the
//! rows, tr(ZGZ')/n, takes the place of the variance of a random intercept. So does the mean of R_ii for σ² where
//! residual variances differ.

mod at;

pub use at::VarianceAt;

use serde::{Deserialize, Serialize};

use super::fit::LmmFit;

/// How the variance of the fitted means Xβ̂ over the rows is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// Σ (x_i'β̂ − mean)² / n: a mean over the rows, as the other parts are.
    #[default]
    OfRows,
    /// The same over n − 1, as the R package performance has it.
    OfSample,
}

/// The variance that one random term gives to an outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TermVariance {
    /// The term, such as `(1 + Days | Subject)`.
    pub term: String,
    /// The grouping factor, such as `Subject`.
    pub group: String,
    /// The variance z'Gz (its mean over the rows), in units of the outcome squared.
    pub variance: f64,
    /// Its share of the variance that the fixed effects leave: random terms and residual.
    pub share: f64,
}

/// The parts of the variance of an outcome, each a mean over the rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VarianceExplained {
    /// The variance of Xβ̂ over the rows, σ²_f. The offset is no part of it.
    pub fixed: f64,
    /// The random terms, in the order of the formula.
    pub random: Vec<TermVariance>,
    /// The residual variance, mean R_ii.
    pub residual: f64,
    /// σ²_f / (σ²_f + Σ random + residual).
    pub r2_marginal: f64,
    /// (σ²_f + Σ random) / (σ²_f + Σ random + residual).
    pub r2_conditional: f64,
    /// Σ random / (Σ random + residual): the correlation of two rows that share all their groups, given the covariates.
    pub icc_adjusted: f64,
    /// Σ random / (σ²_f + Σ random + residual): the fixed effects' variance counted with the rest.
    pub icc_unadjusted: f64,
}

impl VarianceExplained {
    /// The share of each grouping factor: Σ of its terms over random terms and residual, factors in the order of the
    /// formula.
    pub fn icc_by_level(&self) -> Vec<(String, f64)> {
        let mut levels: Vec<(String, f64)> = Vec::new();
        for term in &self.random {
            match levels.iter_mut().find(|(group, _)| *group == term.group) {
                Some((_, share)) => *share += term.share,
                None => levels.push((term.group.clone(), term.share)),
            }
        }
        levels
    }
}

impl LmmFit {
    /// The parts of the variance, R² and intraclass correlations. Intervals for the latter are those of
    /// [`LmmFit::variance_components`].
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::{Lmm, Spread}};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 6.0, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let explained = Lmm::new("y ~ 1 + (1 | g)".parse()?).fit(&frame)?.variance_explained(Spread::OfRows);
    /// assert!(explained.r2_marginal == 0.0 && (explained.icc_adjusted - 3.75 / 4.25).abs() < 1e-8);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Source
    /// Nakagawa and Schielzeth 2013, Methods in Ecology and Evolution 4, 133; Johnson 2014, ibid. 5, 944 (random slopes);
    /// Nakagawa, Johnson and Schielzeth 2017, J. R. Soc. Interface 14, 20170213 (ICC).
    pub fn variance_explained(&self, spread: Spread) -> VarianceExplained {
        let terms: Vec<f64> = (0..self.engine.random.len()).map(|term| mean(self.term_variances(term))).collect();
        let residual = mean(self.residual_variances());
        let fixed = self.fixed_variance(spread);
        let random = terms.iter().fold(0.0, |sum, variance| sum + variance);
        let total = fixed + random + residual;
        VarianceExplained {
            fixed,
            random: self.shares(terms, residual),
            residual,
            r2_marginal: fixed / total,
            r2_conditional: (fixed + random) / total,
            icc_adjusted: random / (random + residual),
            icc_unadjusted: random / total,
        }
    }

    /// The random terms with their `variances` beside the residual variance.
    fn shares(&self, variances: Vec<f64>, residual: f64) -> Vec<TermVariance> {
        let left = variances.iter().fold(residual, |sum, variance| sum + variance);
        let share = |(term, variance): (&crate::design::RandomTerm, f64)| TermVariance {
            term: term.label.clone(),
            group: term.group.name.clone(),
            variance,
            share: variance / left,
        };
        self.design.random.iter().zip(variances).map(share).collect()
    }

    fn fixed_variance(&self, spread: Spread) -> f64 {
        let rows = &self.design.rows;
        let (n, p) = (rows.len(), self.engine.fixed.len());
        let mut x = vec![0.0; n * p];
        self.engine.fixed.fill(rows, |_| 1.0, &mut x, p);
        let beta = &self.engine.base + &self.solution.beta / self.engine.outcome_scale;
        let means: Vec<f64> =
            (0..n).map(|i| x[i * p..(i + 1) * p].iter().zip(&beta).fold(0.0, |sum, (x, b)| sum + x * b)).collect();
        // From the smallest, so that equal means have a variance of exactly 0.
        let smallest = means.iter().copied().fold(f64::INFINITY, f64::min);
        let above: Vec<f64> = means.iter().map(|value| value - smallest).collect();
        let centre = mean(above.clone());
        let squares = mean(above.iter().map(|value| (value - centre) * (value - centre)).collect());
        match spread {
            Spread::OfRows => squares,
            Spread::OfSample => squares * n as f64 / (n as f64 - 1.0),
        }
    }
}

/// The mean, whatever the order of the values: they are added in the order of their size.
fn mean(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.iter().fold(0.0, |sum, value| sum + value) / values.len() as f64
}

#[cfg(test)]
mod tests;
