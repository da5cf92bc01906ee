//! The parts of the variance and the dimensions of the random effects, as they leave the program.

use serde::Serialize;
use steadfast_core::lmm::{TermVariance, VarianceExplained};

use super::ModelResult;
use super::layout::{columns, fixed, significant};

/// R², intraclass correlations and the parts of the variance, each a mean over the rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    /// The variance of the fitted means Xβ̂.
    pub fixed: f64,
    /// The random terms.
    pub random: Vec<TermVariance>,
    /// The residual variance.
    pub residual: f64,
    /// The share of the fixed effects.
    pub r2_marginal: f64,
    /// The share of fixed and random effects.
    pub r2_conditional: f64,
    /// The share of the random effects in what the fixed effects leave.
    pub icc_adjusted: f64,
    /// The share of the random effects in everything.
    pub icc_unadjusted: f64,
    /// The adjusted share of each grouping factor.
    pub icc_by_level: Vec<Level>,
}

/// The intraclass correlation of one grouping factor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Level {
    /// The factor.
    pub group: String,
    /// Its share of random terms and residual.
    pub icc: f64,
}

impl From<VarianceExplained> for Explained {
    fn from(found: VarianceExplained) -> Self {
        let level = |(group, icc): (String, f64)| Level { group, icc };
        Self {
            icc_by_level: found.icc_by_level().into_iter().map(level).collect(),
            fixed: found.fixed,
            random: found.random,
            residual: found.residual,
            r2_marginal: found.r2_marginal,
            r2_conditional: found.r2_conditional,
            icc_adjusted: found.icc_adjusted,
            icc_unadjusted: found.icc_unadjusted,
        }
    }
}

/// The block of the summary.
pub(super) fn block(result: &ModelResult) -> String {
    let Some(found) = &result.variance_explained else { return String::new() };
    let total = found.random.iter().fold(found.fixed + found.residual, |sum, term| sum + term.variance);
    let row = |name: String, variance: f64, icc: Option<f64>| {
        let share = format!("{} %", fixed(100.0 * variance / total, 1));
        vec![name, significant(variance, 5), share, icc.map(|icc| fixed(icc, 4)).unwrap_or_default()]
    };
    let mut rows = vec![["Part", "Mean variance", "Share", "ICC"].map(str::to_owned).to_vec()];
    rows.push(row("Fixed effects".to_owned(), found.fixed, None));
    rows.extend(found.random.iter().map(|term| row(term.term.clone(), term.variance, Some(term.share))));
    rows.push(row("Residual".to_owned(), found.residual, None));
    let values = [
        ("R² marginal", found.r2_marginal),
        ("R² conditional", found.r2_conditional),
        ("ICC adjusted", found.icc_adjusted),
        ("ICC unadjusted", found.icc_unadjusted),
    ];
    let values = values.map(|(name, value)| format!("{name} {}", fixed(value, 4))).join(", ");
    format!("Variance explained (Nakagawa and Schielzeth; Johnson)\n{}  {values}\n", columns(&rows, 1))
}

/// The principal components, a block a grouping factor.
pub(super) fn components(result: &ModelResult) -> String {
    let mut text = String::new();
    for found in result.principal_components.iter().flatten() {
        let mut header = vec!["Component".to_owned(), "Std. dev.".to_owned(), "Share".to_owned()];
        header.extend(found.names.iter().cloned());
        let mut rows = vec![header];
        for (at, sd) in found.std_devs.iter().enumerate() {
            let mut row =
                vec![format!("{}", at + 1), significant(*sd, 5), format!("{} %", fixed(100.0 * found.shares[at], 1))];
            row.extend(found.loadings.iter().map(|effect| fixed(effect[at], 3)));
            rows.push(row);
        }
        text.push_str(&format!("Principal components of the random effects, {}\n{}", found.group, columns(&rows, 1)));
    }
    text
}
