//! From the name of a quantity to its value in a fit.
//!
//! | name | value |
//! |---|---|
//! | `minus_two_log_likelihood`, `sigma` | of the fit |
//! | `aic.PROGRAM`, `aicc.PROGRAM`, `bic.PROGRAM` | an information criterion as `mmrm`, `nlme`, `lme4` or `sas` counts; `sas/200` for SAS's number of subjects |
//! | `estimate.TERM`, `std_error.TERM` | β̂ and the square root of the diagonal of (X'V⁻¹X)⁻¹ |
//! | `std_error.METHOD.TERM`, `df. …`, `statistic. …`, `p_value. …`, `conf_low. …`, `conf_high. …` | a column of the coefficients' table under a method |
//! | `vcov.METHOD.i.j` | an element of the covariance of β̂ under a method |
//! | `f_statistic.METHOD.TEST`, `f_num_df. …`, `f_den_df. …`, `f_p_value. …` | a joint test that the case defines, or `type II TERM` and the like |
//! | `mean.CELL`, `mean_std_error.METHOD.CELL`, `mean_df. …`, `mean_conf_low. …` | a marginal mean; CELL is `ARM=A,VISIT=1` |
//! | `difference.CELL - CHANGE`, `difference_std_error.METHOD. …`, … | a mean less the mean of the same cell with changed levels: `ARM=A,VISIT=1 - ARM=B` |
//! | `adjusted_p_value.METHOD.RULE SPEC: A - B` | of a difference of means, as `tukey` or another rule adjusts it |
//! | `counterfactual.CELL`, … | a mean over the rows, each set to the levels of the cell |
//! | `sd.GROUP.EFFECT`, `cov.GROUP.i.j`, `cor.GROUP.i.j` | of random effects, counted from 0 |
//! | `residual.i.j`, `residual.BY.i.j`, `residual_cor. …` | an element of the residual covariance or correlation matrix |
//! | `parameter.NAME`, `parameter.BY.NAME` | a covariance parameter by the name that its structure gives it |
//! | `interval_low.P`, `interval_high.P` | 95 % profile limits, P = `sd.GROUP.EFFECT`, `cor.GROUP.i.j` or `sigma` |
//! | `profile_low.TERM`, `profile_high.TERM` | 95 % profile limits of a fixed effect, by ML |
//! | `fitted.ROW`, `response_residual. …`, `pearson_residual. …`, `studentized_residual. …`, `normalized_residual. …` | of a row of the data, the first being 1 |
//! | `population.ROW`, `population_std_error.METHOD.ROW`, `population_df. …` | the predicted mean of a row |
//! | `foretold.ROW`, `foretold_std_error.METHOD.ROW` | the outcome of a row without one, given those of its cluster, and √Var(y − ŷ) |
//! | `mode.GROUP.LEVEL.EFFECT` | a random effect of a group |
//! | `aliased.TERM` | 1 if the column was left out, 0 if not |
//!
//! A METHOD is a df method, with `+` and a covariance method behind it where that is not the model's: `satterthwaite+cr2`.

use std::collections::BTreeMap;

use steadfast_core::frame::Frame;
use steadfast_core::inference::{Inference, inference_method};
use steadfast_core::lmm::{LmmFit, Profile};
use steadfast_core::report::{FTest, Interval, Row};

use super::case::Case;
use super::runner::Failure;
use super::{covariance, criteria, grid, rows};

/// A fit, with the inferences from it made once each.
pub(super) struct Answers<'a> {
    fit: LmmFit,
    tests: &'a BTreeMap<String, Vec<String>>,
    inferences: BTreeMap<String, Result<(Inference, Vec<Row>), Failure>>,
    intervals: Option<Result<Vec<Interval>, Failure>>,
    profile: Option<Result<Profile, Failure>>,
    grid: grid::Grid,
    rows: rows::Rows<'a>,
}

impl<'a> Answers<'a> {
    pub(super) fn new(fit: LmmFit, frame: Frame, case: &'a Case) -> Self {
        let rows = rows::Rows::new(frame, case.weights.as_deref());
        let (inferences, grid) = (BTreeMap::new(), grid::Grid::default());
        Self { fit, tests: &case.tests, inferences, intervals: None, profile: None, grid, rows }
    }

    /// The value of `quantity`.
    pub(super) fn value(&mut self, quantity: &str) -> Result<f64, Failure> {
        let (kind, of) = quantity.split_once('.').unwrap_or((quantity, ""));
        let (family, _) = kind.split_once('_').unwrap_or((kind, ""));
        match kind {
            "minus_two_log_likelihood" => Ok(self.fit.minus_two_log_likelihood()),
            "aic" | "aicc" | "bic" => criteria::value(&self.fit, kind, of),
            "estimate" => Ok(self.fit.beta()[self.coefficient(of)?]),
            "aliased" => Ok(f64::from(u8::from(self.fit.aliased().iter().any(|name| name == of)))),
            "sigma" | "sd" | "cov" | "cor" | "residual" | "residual_cor" => {
                covariance::value(self.fit.covariance(), kind, of)
            }
            "parameter" => covariance::parameter(&self.fit, of),
            "interval_low" | "interval_high" => self.limit(kind, of),
            "profile_low" | "profile_high" => self.profile_limit(kind, of),
            "std_error" => self.std_error(of),
            "vcov" => self.vcov(of),
            "mode" => self.rows.mode(&self.fit, of),
            "adjusted_p_value" => {
                let (method, comparison) = method_and(of)?;
                let inference = self.inference(method)?.0.clone();
                grid::adjusted_p_value(&self.fit, &inference, comparison)
            }
            _ if kind == "fitted" || kind.ends_with("_residual") => self.rows.residual(&self.fit, kind, of),
            _ if family == "f" => f_column(&self.test(of)?, kind),
            _ if grid::FAMILIES.contains(&family) => self.combination(kind, family, of),
            _ if rows::FAMILIES.contains(&family) => self.prediction(kind, family, of),
            _ => row_column(self.row(of)?, kind),
        }
    }

    fn coefficient(&self, term: &str) -> Result<usize, Failure> {
        self.fit
            .names()
            .iter()
            .position(|name| same_product(name, term))
            .ok_or_else(|| format!("there is no coefficient `{term}`; there are: {}", self.fit.names().join(", ")))
    }

    /// The model-based standard error, or that of a df method when one is named.
    fn std_error(&mut self, of: &str) -> Result<f64, Failure> {
        match self.coefficient(of) {
            Ok(at) => Ok(self.fit.vcov()[(at, at)].sqrt()),
            Err(_) => row_column(self.row(of)?, "std_error"),
        }
    }

    fn inference(&mut self, method: &str) -> Result<&(Inference, Vec<Row>), Failure> {
        let fit = &self.fit;
        let made = self.inferences.entry(method.to_owned()).or_insert_with(|| {
            let (df, vcov) = method.split_once('+').unwrap_or((method, "model"));
            let inference = inference_method(df, vcov).and_then(|method| fit.inference(method.as_ref()));
            let rows = inference.and_then(|inference| inference.coefficients().map(|rows| (inference, rows)));
            rows.map_err(|e| e.to_string())
        });
        made.as_ref().map_err(Clone::clone)
    }

    /// The row of the coefficients' table that `METHOD.TERM` names.
    fn row(&mut self, of: &str) -> Result<&Row, Failure> {
        let (method, term) = method_and(of)?;
        let at = self.coefficient(term)?;
        self.inference(method)?.1.get(at).ok_or_else(|| format!("the table has no row for `{term}`"))
    }

    /// The element `METHOD.i.j` of the covariance of β̂.
    fn vcov(&mut self, of: &str) -> Result<f64, Failure> {
        let (method, element) = method_and(of)?;
        let at = element.split_once('.').and_then(|(i, j)| Some((i.parse().ok()?, j.parse().ok()?)));
        let at: (usize, usize) = at.ok_or_else(|| format!("`{element}` names no element"))?;
        let vcov = self.inference(method)?.0.vcov();
        vcov.get(at).copied().ok_or_else(|| format!("the covariance has no element `{element}`"))
    }

    /// The joint test that `METHOD.TEST` names.
    fn test(&mut self, of: &str) -> Result<FTest, Failure> {
        let (method, name) = method_and(of)?;
        let rows = match self.tests.get(name) {
            Some(terms) => self.unit_rows(terms)?,
            None => self.grid.hypothesis(&self.fit, name)?,
        };
        self.inference(method)?.0.test(name, &rows).map_err(|e| e.to_string())
    }

    fn unit_rows(&self, terms: &[String]) -> Result<Vec<Vec<f64>>, Failure> {
        let unit = |term: &String| {
            let mut row = vec![0.0; self.fit.names().len()];
            row[self.coefficient(term)?] = 1.0;
            Ok(row)
        };
        terms.iter().map(unit).collect()
    }

    /// The value of a mean or difference, or what a method says about it.
    fn combination(&mut self, kind: &str, family: &str, of: &str) -> Result<f64, Failure> {
        let Some(column) = kind.strip_prefix(family).and_then(|rest| rest.strip_prefix('_')) else {
            let row = self.grid.combination(&self.fit, family, of)?;
            return Ok(row.iter().zip(self.fit.beta()).map(|(l, b)| l * b).sum());
        };
        let (method, cell) = method_and(of)?;
        let row = self.grid.combination(&self.fit, family, cell)?;
        let row = self.inference(method)?.0.estimate(cell, &row).map_err(|e| e.to_string())?;
        row_column(&row, column)
    }

    /// The value of a prediction, or what a method says about it.
    fn prediction(&mut self, kind: &str, family: &str, of: &str) -> Result<f64, Failure> {
        let column = kind.strip_prefix(family).and_then(|rest| rest.strip_prefix('_'));
        // The estimate is the same under every method.
        let (method, row) = if column.is_some() { method_and(of)? } else { ("asymptotic", of) };
        let inference = self.inference(method)?.0.clone();
        self.rows.prediction(&self.fit, (method, &inference), (family, row), column)
    }

    fn limit(&mut self, kind: &str, of: &str) -> Result<f64, Failure> {
        let term = covariance::interval_term(self.fit.covariance(), of)?;
        let fit = &self.fit;
        let made = self.intervals.get_or_insert_with(|| {
            fit.variance_components(0.95).map(|found| found.intervals).map_err(|e| e.to_string())
        });
        let intervals = made.as_ref().map_err(Clone::clone)?;
        let named = intervals.iter().find(|interval| interval.term == term);
        let named = named.ok_or_else(|| format!("there is no interval `{term}`"))?;
        match (kind, named.conf_high) {
            ("interval_low", _) => Ok(named.conf_low),
            (_, Some(high)) => Ok(high),
            (_, None) => Err(format!("`{term}` is not bounded from above")),
        }
    }

    fn profile_limit(&mut self, kind: &str, of: &str) -> Result<f64, Failure> {
        let fit = &self.fit;
        let made = self.profile.get_or_insert_with(|| fit.profile(0.95).map_err(|e| e.to_string()));
        let traces = &made.as_ref().map_err(Clone::clone)?.traces;
        let named = traces.iter().find(|trace| same_product(&trace.term, of));
        let named = named.ok_or_else(|| format!("there is no profile of `{of}`"))?;
        let limit = if kind == "profile_low" { named.conf_low } else { named.conf_high };
        limit.ok_or_else(|| format!("the profile does not bound `{of}`"))
    }
}

/// The method and what follows it.
fn method_and(of: &str) -> Result<(&str, &str), Failure> {
    of.split_once('.').ok_or_else(|| format!("`{of}` names no method"))
}

/// Whether two names are the same product: R writes `cask:batch` where others write `batch:cask`.
pub(super) fn same_product(a: &str, b: &str) -> bool {
    let parts = |name: &str| {
        let mut parts: Vec<String> = name.split(':').map(str::to_owned).collect();
        parts.sort();
        parts
    };
    a == b || parts(a) == parts(b)
}

fn row_column(row: &Row, kind: &str) -> Result<f64, Failure> {
    match kind {
        "std_error" => Ok(row.std_error),
        "df" => row.df.ok_or_else(|| "the reference distribution is the normal".to_owned()),
        "statistic" => Ok(row.statistic),
        "p_value" => Ok(row.p_value),
        "conf_low" => Ok(row.conf_low),
        "conf_high" => Ok(row.conf_high),
        _ => Err(format!("there is no quantity `{kind}`")),
    }
}

fn f_column(test: &FTest, kind: &str) -> Result<f64, Failure> {
    match kind {
        "f_statistic" => Ok(test.statistic),
        "f_num_df" => Ok(test.num_df),
        "f_den_df" => test.den_df.ok_or_else(|| "the reference distribution is χ²".to_owned()),
        "f_p_value" => Ok(test.p_value),
        _ => Err(format!("there is no quantity `{kind}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::same_product;

    #[test]
    fn the_order_of_the_factors_of_a_product_is_free() {
        assert!(same_product("cask:batch", "batch:cask"));
        assert!(same_product("(Intercept)", "(Intercept)"));
        assert!(!same_product("a:b", "a:c"));
    }
}
