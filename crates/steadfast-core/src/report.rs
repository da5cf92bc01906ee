//! Tidy rows: the form in which every estimate leaves the engine.

use serde::{Deserialize, Serialize};

/// One estimate with its uncertainty, on the scale of the outcome unless said otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What is estimated, such as `armNIM` or `NIM - SAU`.
    pub term: String,
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: f64,
    /// The degrees of freedom of the reference t distribution; `None` where it is the normal.
    pub df: Option<f64>,
    /// estimate / standard error.
    pub statistic: f64,
    /// The two-sided p-value.
    pub p_value: f64,
    /// The lower confidence limit.
    pub conf_low: f64,
    /// The upper confidence limit.
    pub conf_high: f64,
}

/// A test of several linear hypotheses at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FTest {
    /// What is tested.
    pub term: String,
    /// Numerator degrees of freedom: the rank of the hypothesis.
    pub num_df: f64,
    /// Denominator degrees of freedom; `None` where the reference is χ²/num_df.
    pub den_df: Option<f64>,
    /// The F statistic (scaled, for Kenward–Roger).
    pub statistic: f64,
    /// The upper-tail probability.
    pub p_value: f64,
}

/// An interval for a parameter that may lie on the boundary of its range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// What is estimated, such as `sd (Intercept) | family` or `ICC family`.
    pub term: String,
    /// The estimate.
    pub estimate: f64,
    /// The lower limit; the boundary itself where the data cannot exclude it.
    pub conf_low: f64,
    /// The upper limit; `None` where the data do not bound the parameter from above.
    pub conf_high: Option<f64>,
    /// The confidence level.
    pub level: f64,
}
