//! Several columns from one number: polynomials and splines, with the places where they were fitted.

mod polynomial;

pub use polynomial::Polynomial;

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
}

impl Basis {
    /// The functions of the formula language that make a basis.
    pub(super) const FUNCTIONS: [&'static str; 1] = ["poly"];

    /// The parameters of `function`, in order.
    pub(super) fn parameters(_function: &str) -> &'static [&'static str] {
        &["x", "degree", "raw"]
    }

    /// Reads the call of a basis, and learns from the values `x` of the rows used.
    pub(super) fn learn(_function: &str, call: &Arguments<'_>, x: &[f64]) -> Result<Self> {
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
