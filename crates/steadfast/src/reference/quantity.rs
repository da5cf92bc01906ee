//! From the name of a quantity to its value in a fit.
//!
//! | name | value |
//! |---|---|
//! | `minus_two_log_likelihood`, `sigma` | of the fit |
//! | `estimate.TERM`, `std_error.TERM` | β̂ and the square root of the diagonal of (X'V⁻¹X)⁻¹ |
//! | `std_error.METHOD.TERM`, `df. …`, `statistic. …`, `p_value. …`, `conf_low. …`, `conf_high. …` | a column of the coefficients' table under a df method |
//! | `f_statistic.METHOD.TEST`, `f_num_df. …`, `f_den_df. …`, `f_p_value. …` | a joint test that the case defines |
//! | `sd.GROUP.EFFECT`, `cov.GROUP.i.j`, `cor.GROUP.i.j` | of random effects, counted from 0 |
//! | `residual.i.j`, `residual.BY.i.j` | an element of the residual covariance matrix |
//! | `interval_low.P`, `interval_high.P` | 95 % profile limits, P = `sd.GROUP.EFFECT`, `cor.GROUP.i.j` or `sigma` |
//! | `aliased.TERM` | 1 if the column was left out, 0 if not |

use std::collections::BTreeMap;

use steadfast_core::inference::{Inference, df_method};
use steadfast_core::lmm::LmmFit;
use steadfast_core::report::{FTest, Interval, Row};

use super::covariance;
use super::runner::Failure;

/// A fit, with the inferences from it made once each.
pub(super) struct Answers<'a> {
    fit: LmmFit,
    tests: &'a BTreeMap<String, Vec<String>>,
    inferences: BTreeMap<String, Result<(Inference, Vec<Row>), Failure>>,
    intervals: Option<Result<Vec<Interval>, Failure>>,
}

impl<'a> Answers<'a> {
    pub(super) fn new(fit: LmmFit, tests: &'a BTreeMap<String, Vec<String>>) -> Self {
        Self { fit, tests, inferences: BTreeMap::new(), intervals: None }
    }

    /// The value of `quantity`.
    pub(super) fn value(&mut self, quantity: &str) -> Result<f64, Failure> {
        let (kind, of) = quantity.split_once('.').unwrap_or((quantity, ""));
        match kind {
            "minus_two_log_likelihood" => Ok(self.fit.minus_two_log_likelihood()),
            "estimate" => Ok(self.fit.beta()[self.coefficient(of)?]),
            "aliased" => Ok(f64::from(u8::from(self.fit.aliased().iter().any(|name| name == of)))),
            "sigma" | "sd" | "cov" | "cor" | "residual" => covariance::value(self.fit.covariance(), kind, of),
            "interval_low" | "interval_high" => self.limit(kind, of),
            "std_error" => self.std_error(of),
            _ if kind.starts_with("f_") => f_column(&self.test(of)?, kind),
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
            let inference = df_method(method).and_then(|method| fit.inference(method.as_ref()));
            let rows = inference.and_then(|inference| inference.coefficients().map(|rows| (inference, rows)));
            rows.map_err(|e| e.to_string())
        });
        made.as_ref().map_err(Clone::clone)
    }

    /// The row of the coefficients' table that `METHOD.TERM` names.
    fn row(&mut self, of: &str) -> Result<&Row, Failure> {
        let (method, term) = of.split_once('.').ok_or_else(|| format!("`{of}` names no method and term"))?;
        let at = self.coefficient(term)?;
        self.inference(method)?.1.get(at).ok_or_else(|| format!("the table has no row for `{term}`"))
    }

    /// The joint test that `METHOD.TEST` names.
    fn test(&mut self, of: &str) -> Result<FTest, Failure> {
        let (method, name) = of.split_once('.').ok_or_else(|| format!("`{of}` names no method and test"))?;
        let terms = self.tests.get(name).ok_or_else(|| format!("the case defines no test `{name}`"))?;
        let mut rows = Vec::new();
        for term in terms {
            let mut row = vec![0.0; self.fit.names().len()];
            row[self.coefficient(term)?] = 1.0;
            rows.push(row);
        }
        self.inference(method)?.0.test(name, &rows).map_err(|e| e.to_string())
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
