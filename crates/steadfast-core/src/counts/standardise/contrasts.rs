//! Differences and ratios of standardised rates, and how they differ between subgroups.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::StandardisedRates;
use crate::counts::inference::Constant;
use crate::counts::marginal::Part;
use crate::counts::{FewClusters, Variance};
use crate::error::{Error, Result};
use crate::inference::Inference;
use crate::report::Row;

/// A ratio with its interval, which is that of its logarithm.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratio {
    /// What is compared, such as `NIM / SAU`.
    pub term: String,
    /// The ratio.
    pub ratio: f64,
    /// The lower confidence limit.
    pub conf_low: f64,
    /// The upper confidence limit.
    pub conf_high: f64,
    /// The logarithm of the ratio, with its standard error and test.
    pub logarithm: Row,
}

impl Ratio {
    /// The ratio whose logarithm is `row`, such as a coefficient of a model of rates.
    pub fn of(row: &Row) -> Self {
        Self {
            term: row.term.clone(),
            ratio: libm::exp(row.estimate),
            conf_low: libm::exp(row.conf_low),
            conf_high: libm::exp(row.conf_high),
            logarithm: row.clone(),
        }
    }
}

/// A covariance of the rates and how it was estimated.
type Uncertainty<'a> = (Variance, &'a DMatrix<f64>);

impl StandardisedRates<'_> {
    /// The rate at `level` less that at `reference`.
    ///
    /// # Errors
    /// `unknown_level`; else as `CountFit::inference`.
    pub fn difference(&self, level: &str, reference: &str, variance: Variance) -> Result<Row> {
        self.difference_within(None, level, reference, variance)
    }

    /// The same within the subgroup `group`.
    ///
    /// # Errors
    /// As [`StandardisedRates::difference`].
    pub fn difference_within(
        &self,
        group: Option<&str>,
        level: &str,
        reference: &str,
        variance: Variance,
    ) -> Result<Row> {
        let mut weights = vec![0.0; self.rates.len()];
        weights[self.place(group, level)?] += 1.0;
        weights[self.place(group, reference)?] -= 1.0;
        let term = labelled(format!("{level} - {reference}"), group);
        self.linear(&term, &weights, (variance, &self.vcov(variance)?))
    }

    /// The rate at `level` over that at `reference`.
    ///
    /// # Errors
    /// As [`StandardisedRates::difference`].
    pub fn ratio(&self, level: &str, reference: &str, variance: Variance) -> Result<Ratio> {
        self.ratio_within(None, level, reference, variance)
    }

    /// The same within the subgroup `group`.
    ///
    /// # Errors
    /// As [`StandardisedRates::difference`].
    pub fn ratio_within(&self, group: Option<&str>, level: &str, reference: &str, variance: Variance) -> Result<Ratio> {
        let signs = [(self.place(group, level)?, 1.0), (self.place(group, reference)?, -1.0)];
        self.logarithmic(&labelled(format!("{level} / {reference}"), group), &signs, variance)
    }

    /// The difference in the first group of `groups` less that in the second.
    ///
    /// # Errors
    /// As [`StandardisedRates::difference`].
    pub fn difference_of_differences(
        &self,
        groups: (&str, &str),
        (level, reference): (&str, &str),
        variance: Variance,
    ) -> Result<Row> {
        let mut weights = vec![0.0; self.rates.len()];
        for (place, sign) in self.four(groups, (level, reference))? {
            weights[place] += sign;
        }
        let term = format!("({level} - {reference}) : ({} - {})", groups.0, groups.1);
        self.linear(&term, &weights, (variance, &self.vcov(variance)?))
    }

    /// The ratio in the first group of `groups` over that in the second.
    ///
    /// # Errors
    /// As [`StandardisedRates::difference`]; `contrast_known` where the model has no interaction, so that it is 1 whatever the data are.
    pub fn ratio_of_ratios(
        &self,
        groups: (&str, &str),
        (level, reference): (&str, &str),
        variance: Variance,
    ) -> Result<Ratio> {
        let term = format!("({level} / {reference}) : ({} / {})", groups.0, groups.1);
        self.logarithmic(&term, &self.four(groups, (level, reference))?, variance)
    }

    fn four(&self, groups: (&str, &str), (level, reference): (&str, &str)) -> Result<[(usize, f64); 4]> {
        Ok([
            (self.place(Some(groups.0), level)?, 1.0),
            (self.place(Some(groups.0), reference)?, -1.0),
            (self.place(Some(groups.1), level)?, -1.0),
            (self.place(Some(groups.1), reference)?, 1.0),
        ])
    }

    /// Σ sign ln(rate), and what it is the logarithm of.
    fn logarithmic(&self, term: &str, signs: &[(usize, f64)], variance: Variance) -> Result<Ratio> {
        let mut weights = vec![0.0; self.rates.len()];
        let mut estimate = 0.0;
        for &(place, sign) in signs {
            let rate = self.rates[place].rate;
            weights[place] += sign / rate;
            estimate += sign * libm::log(rate);
        }
        if self.is_known(&weights) {
            let message = format!("the model says what `{term}` is, whatever the data are");
            return Err(Error::usage("contrast_known", message));
        }
        let row = self.estimated(term, (estimate, &weights), (variance, &self.vcov(variance)?))?;
        Ok(Ratio::of(&row))
    }

    /// Whether a combination of the rates with these slopes moves with no coefficient.
    fn is_known(&self, weights: &[f64]) -> bool {
        let columns = self.gradient.column_iter();
        columns.into_iter().all(|column| {
            let (mut sum, mut size) = (0.0_f64, 0.0_f64);
            for (slope, weight) in column.iter().zip(weights) {
                sum += slope * weight;
                size += (slope * weight).abs();
            }
            // Slopes that cancel leave a few roundings of their sizes.
            sum.abs() <= 1e-12 * size
        })
    }

    /// Σ w rate.
    pub(super) fn linear(&self, term: &str, weights: &[f64], by: Uncertainty<'_>) -> Result<Row> {
        let estimate = self.rates.iter().zip(weights).map(|(rate, weight)| weight * rate.rate).sum();
        self.estimated(term, (estimate, weights), by)
    }

    /// An estimate whose slopes in the rates are `weights`.
    pub(super) fn estimated(
        &self,
        term: &str,
        (estimate, weights): (f64, &[f64]),
        (variance, vcov): Uncertainty<'_>,
    ) -> Result<Row> {
        let weights = nalgebra::DVector::from_column_slice(weights);
        if weights.iter().all(|weight| *weight == 0.0) {
            return Err(Error::usage("contrast_zero", format!("the contrast `{term}` is zero")));
        }
        let square = DMatrix::from_element(1, 1, weights.dot(&(vcov * &weights)));
        let names = [term.to_owned()];
        let part = Part { names: &names, beta: &[estimate], vcov: &square };
        let rule = Constant(self.dof(variance, &weights)?);
        Inference::new("standardised", &part, square.clone(), Arc::new(rule))
            .with_level(self.level)?
            .estimate(term, &[1.0])
    }

    /// The degrees of freedom of a combination: those of its slopes in the coefficients.
    fn dof(&self, variance: Variance, weights: &nalgebra::DVector<f64>) -> Result<f64> {
        match variance {
            Variance::Model(_) | Variance::Robust(_, FewClusters::Normal) => Ok(f64::INFINITY),
            Variance::Robust(_, FewClusters::Clusters) => Ok(self.fit.n_clusters() as f64 - 1.0),
            Variance::Robust(_, FewClusters::BellMcCaffrey) => {
                let slopes = self.gradient.transpose() * weights;
                let row = self.fit.inference(variance)?.estimate("slopes", slopes.as_slice())?;
                Ok(row.df.unwrap_or(f64::INFINITY))
            }
        }
    }
}

fn labelled(term: String, group: Option<&str>) -> String {
    group.map_or(term.clone(), |group| format!("{term} | {group}"))
}
