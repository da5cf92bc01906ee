//! Several columns from one number: polynomials and splines, with the places where they were fitted.

mod polynomial;
mod spline;

pub use polynomial::Polynomial;
pub use spline::Spline;

use serde::{Deserialize, Serialize};

use super::arguments::Arguments;
use crate::error::Result;

/// A basis of functions of one number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Basis {
    /// Orthogonal polynomials.
    Orthogonal(Polynomial),
    /// x, x², …
    Raw {
        /// The highest power.
        degree: usize,
    },
    /// B-splines or natural splines.
    Spline(Spline),
}

impl Basis {
    /// The functions of the formula language that make a basis.
    pub(super) const FUNCTIONS: [&'static str; 3] = ["poly", "ns", "bs"];

    /// The parameters of `function`, in R's order.
    pub(super) fn parameters(function: &str) -> &'static [&'static str] {
        match function {
            "ns" => &["x", "df", "knots", "intercept", "Boundary.knots"],
            "bs" => &["x", "df", "knots", "degree", "intercept", "Boundary.knots"],
            _ => &["x", "degree", "raw"],
        }
    }

    /// Reads the call of a basis, and learns from the values `x` of the rows used.
    pub(super) fn learn(function: &str, call: &Arguments<'_>, x: &[f64]) -> Result<Self> {
        if function != "poly" {
            return Ok(Basis::Spline(Spline::learn(function == "ns", call, x)?));
        }
        let degree = call.whole("degree")?.unwrap_or(1);
        if call.flag("raw")?.unwrap_or(false) {
            return Ok(Basis::Raw { degree });
        }
        if distinct(x) <= degree {
            return Err(call.refuse_call("this needs more distinct values in the rows used than its degree"));
        }
        Ok(Basis::Orthogonal(Polynomial::learn(x, degree)))
    }

    /// The number of columns.
    pub fn len(&self) -> usize {
        match self {
            Basis::Orthogonal(polynomial) => polynomial.degree(),
            Basis::Raw { degree } => *degree,
            Basis::Spline(spline) => spline.len(),
        }
    }

    /// Whether there are no columns.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The columns at `x`.
    pub(super) fn evaluate(&self, x: &[f64]) -> Vec<Vec<f64>> {
        match self {
            Basis::Orthogonal(polynomial) => polynomial.evaluate(x),
            Basis::Spline(spline) => spline.evaluate(x),
            Basis::Raw { degree } => {
                let power = |k: usize| x.iter().map(|&x| libm::pow(x, k as f64)).collect();
                (1..=*degree).map(power).collect()
            }
        }
    }
}

fn distinct(x: &[f64]) -> usize {
    let mut sorted = x.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.dedup();
    sorted.len()
}
