//! One model of one file: what the commands share that ask about a single fit.

use serde::{Deserialize, Serialize};
use steadfast_core::findings::Findings;
use steadfast_core::formula::Formula;
use steadfast_core::frame::Frame;
use steadfast_core::lmm::{Criterion, Lmm, LmmFit};
use steadfast_core::parallel::Threads;

use crate::data::{self, Input};
use crate::error::Result;
use crate::filter::Filter;

/// A linear mixed model of some rows of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneModel {
    /// The formula.
    pub formula: String,
    /// REML or ML.
    pub criterion: Criterion,
    /// The column of weights.
    pub weights: Option<String>,
    /// The rows to use.
    #[serde(rename = "where")]
    pub condition: Option<String>,
}

/// The rows that a condition chose.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The rows.
    pub frame: Frame,
    /// Warnings and notes about the data.
    pub findings: Findings,
    /// Rows left out because an absent value leaves the condition undecided.
    pub undecided: usize,
}

/// The rows of `data` for which `condition` is true; all of them without one.
///
/// # Errors
/// A file, dictionary or condition that cannot be read, or all the findings of the validation.
pub fn chosen(data: Input, dictionary: Option<&Input>, condition: Option<&str>) -> Result<Chosen> {
    let filter = condition.map(str::parse::<Filter>).transpose()?;
    let data::Data { frame, findings, .. } = data::frame(data, dictionary)?;
    let Some(filter) = filter else { return Ok(Chosen { frame, findings, undecided: 0 }) };
    let selection = filter.select(&frame)?;
    Ok(Chosen { frame: frame.select(&selection.rows), findings, undecided: selection.undecided })
}

impl OneModel {
    /// The fit to `frame`.
    ///
    /// # Errors
    /// A formula that is none, a request that the frame cannot answer, data that break a rule, or `not_converged`.
    pub fn fit(&self, frame: &Frame, threads: Threads) -> Result<LmmFit> {
        let mut model = Lmm::new(self.formula.parse::<Formula>()?).criterion(self.criterion).threads(threads);
        if let Some(weights) = &self.weights {
            model = model.weights(weights);
        }
        Ok(model.fit(frame)?)
    }
}
