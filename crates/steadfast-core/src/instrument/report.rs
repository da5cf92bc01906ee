//! How many could be scored, and what the scores are like.

use serde::Serialize;

/// The scores that one form of an instrument made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FormScales {
    /// The first part of the names of the columns.
    pub prefix: String,
    /// The instrument's short name.
    pub instrument: String,
    /// The form's definition.
    pub definition: String,
    /// Which form it is.
    pub version: String,
    /// The rows that have it.
    pub n_rows: usize,
    /// Its scores.
    pub scales: Vec<ScaleReport>,
}

/// One score of one form.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScaleReport {
    /// The scale or summary.
    pub scale: String,
    /// Its name in tables.
    pub label: String,
    /// The column of the scores.
    pub column: String,
    /// The rule about missing scales, of a summary.
    pub rule: Option<String>,
    /// The number of its items.
    pub n_items: usize,
    /// Rows with a score.
    pub n_scored: usize,
    /// Those of them in which items were filled in.
    pub n_prorated: usize,
    /// Rows with too few answers.
    pub n_not_scorable: usize,
    /// Rows that can have no score by design: the age is that of no form, or no item applies.
    pub n_not_applicable: usize,
    /// The mean of the scores.
    pub mean: Option<f64>,
    /// Their standard deviation, with n − 1.
    pub std_dev: Option<f64>,
    /// The smallest.
    pub min: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
}

/// Mean and standard deviation, whatever the order of `values`.
pub(super) fn moments(mut values: Vec<f64>) -> (Option<f64>, Option<f64>) {
    // Sums in ascending order do not depend on the order of the rows.
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    if values.is_empty() {
        return (None, None);
    }
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (Some(mean), (values.len() > 1).then(|| libm::sqrt(squares / (n - 1.0))))
}
