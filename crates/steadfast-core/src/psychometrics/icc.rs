//! Intraclass correlations of raters.

use serde::Serialize;

use super::ratings::MeanSquares;
use super::{Coefficient, Ratings, tail};
use crate::error::{Error, Result};
use crate::special::FisherF;

/// Whose ratings are judged: one rater's, or the mean of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raters {
    /// One rater's.
    One,
    /// The mean of the k raters.
    Mean,
}

/// What raters must agree in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Each subject has raters of its own: ICC(1), the one-way model.
    OneWay,
    /// In the values, the raters being a sample: ICC(A, ·).
    Absolute,
    /// In the order and the distances, whatever a rater's level: ICC(C, ·).
    Consistency,
}

/// The six intraclass correlations.
///
/// # Source
/// McGraw and Wong 1996, Psychological Methods 1, 30–46, tables 4 and 7 (with the erratum of the same volume, 390).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct IntraclassCorrelations {
    /// ICC(1): one-way, one rater.
    pub one_way: Coefficient,
    /// ICC(k): one-way, the mean of k raters.
    pub one_way_mean: Coefficient,
    /// ICC(A,1): absolute agreement, one rater.
    pub absolute: Coefficient,
    /// ICC(A,k): absolute agreement, the mean of k raters.
    pub absolute_mean: Coefficient,
    /// ICC(C,1): consistency, one rater.
    pub consistency: Coefficient,
    /// ICC(C,k): consistency, the mean of k raters; Cronbach's α.
    pub consistency_mean: Coefficient,
}

impl IntraclassCorrelations {
    /// The one for what is asked.
    pub fn of(&self, agreement: Agreement, raters: Raters) -> Coefficient {
        match (agreement, raters) {
            (Agreement::OneWay, Raters::One) => self.one_way,
            (Agreement::OneWay, Raters::Mean) => self.one_way_mean,
            (Agreement::Absolute, Raters::One) => self.absolute,
            (Agreement::Absolute, Raters::Mean) => self.absolute_mean,
            (Agreement::Consistency, Raters::One) => self.consistency,
            (Agreement::Consistency, Raters::Mean) => self.consistency_mean,
        }
    }
}

/// The intraclass correlations of the raters in the columns of `ratings`, with limits by F distributions.
///
/// # Errors
/// `no_variation` when the subjects do not differ, or the raters agree perfectly, where no F ratio exists; `level`.
pub fn intraclass_correlations(ratings: &Ratings, level: f64) -> Result<IntraclassCorrelations> {
    let squares = ratings.mean_squares();
    if squares.rows <= 0.0 || squares.residual <= 0.0 {
        let message =
            "the subjects do not differ, or nothing is left of the ratings when subjects and raters are taken out";
        return Err(Error::data("no_variation", message));
    }
    let layout = Layout { n: ratings.n() as f64, k: ratings.k() as f64, squares, tail: tail(level)?, level };
    let one_way = layout.single(squares.within, layout.n * (layout.k - 1.0))?;
    let consistency = layout.single(squares.residual, (layout.n - 1.0) * (layout.k - 1.0))?;
    let absolute = layout.absolute()?;
    Ok(IntraclassCorrelations {
        one_way_mean: layout.of_mean(one_way),
        absolute_mean: layout.of_mean(absolute),
        consistency_mean: layout.of_mean(consistency),
        one_way,
        absolute,
        consistency,
    })
}

struct Layout {
    n: f64,
    k: f64,
    squares: MeanSquares,
    tail: f64,
    level: f64,
}

impl Layout {
    fn coefficient(&self, estimate: f64, conf_low: f64, conf_high: f64) -> Coefficient {
        Coefficient { estimate, conf_low, conf_high, level: self.level, n: self.n as usize }
    }

    /// (F − 1)/(F + k − 1) for F = MS(rows)/`error` and its limits.
    fn single(&self, error: f64, dof: f64) -> Result<Coefficient> {
        let f = self.squares.rows / error;
        let icc = |f: f64| (f - 1.0) / (f + self.k - 1.0);
        let low = f / FisherF::new(self.n - 1.0, dof)?.upper_quantile(self.tail)?;
        let high = f * FisherF::new(dof, self.n - 1.0)?.upper_quantile(self.tail)?;
        Ok(self.coefficient(icc(f), icc(low), icc(high)))
    }

    /// ICC(A,1), with Satterthwaite's degrees of freedom of the raters' and the residual mean square together.
    fn absolute(&self) -> Result<Coefficient> {
        let (n, k) = (self.n, self.k);
        let MeanSquares { rows, columns, residual, .. } = self.squares;
        let estimate = (rows - residual) / (rows + (k - 1.0) * residual + k / n * (columns - residual));
        let a = k * estimate / (n * (1.0 - estimate));
        let b = 1.0 + k * estimate * (n - 1.0) / (n * (1.0 - estimate));
        let sum = a * columns + b * residual;
        let parts = (a * columns).powi(2) / (k - 1.0) + (b * residual).powi(2) / ((n - 1.0) * (k - 1.0));
        let dof = sum * sum / parts;
        let common = k * columns + (k * n - k - n) * residual;
        let f = FisherF::new(n - 1.0, dof)?.upper_quantile(self.tail)?;
        let low = n * (rows - f * residual) / (f * common + n * rows);
        let f = FisherF::new(dof, n - 1.0)?.upper_quantile(self.tail)?;
        let high = n * (f * rows - residual) / (common + n * f * rows);
        Ok(self.coefficient(estimate, low, high))
    }

    /// Spearman and Brown's formula, which is what the table has for the mean of k raters.
    fn of_mean(&self, one: Coefficient) -> Coefficient {
        let mean = |icc: f64| self.k * icc / (1.0 + (self.k - 1.0) * icc);
        self.coefficient(mean(one.estimate), mean(one.conf_low), mean(one.conf_high))
    }
}
