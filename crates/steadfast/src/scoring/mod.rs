//! Scores of instruments: how many could be made, what they are like, how reliable they are.

mod reliability;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use steadfast_core::instrument::ScaleReport;
use steadfast_core::psychometrics::OmegaOptions;
use steadfast_io::Scored;

pub use reliability::{Reliability, Without};
pub use text::score_text;

use crate::error::Result;

/// What `score` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreResult {
    /// The rows of the data.
    pub n_rows: usize,
    /// The forms, each with its scores.
    pub instruments: Vec<FormResult>,
    /// The rules about missing scales that were in force, each with who publishes it.
    pub rules: BTreeMap<String, String>,
    /// How reliability was judged, when it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reliability: Option<ReliabilityOptions>,
}

/// How reliability was judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReliabilityOptions {
    /// The confidence level.
    pub level: f64,
    /// The replicates of the bootstrap of ω.
    pub replicates: u32,
    /// Its seed.
    pub seed: u64,
    /// The column whose levels were drawn whole; without one, rows were drawn.
    pub clusters: Option<String>,
}

/// The scores of one form.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FormResult {
    /// The first part of the names of the columns.
    pub prefix: String,
    /// The instrument.
    pub instrument: String,
    /// The definition's identifier.
    pub definition: String,
    /// Which form it is.
    pub version: String,
    /// The rows that have it.
    pub n_rows: usize,
    /// Its scores.
    pub scales: Vec<ScaleResult>,
}

/// One score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScaleResult {
    /// How many were scored, and what the scores are like.
    #[serde(flatten)]
    pub report: ScaleReport,
    /// How reliable it is, when asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reliability: Option<Reliability>,
}

impl ScoreResult {
    /// What there is to say of `scored`, with reliability where there are `options` for it.
    ///
    /// # Errors
    /// A level that is none, or a column that the request names and that is not there.
    pub fn of(scored: &Scored, options: Option<&OmegaOptions>) -> Result<Self> {
        let clusters = reliability::clusters(scored.frame());
        let mut instruments = Vec::new();
        let mut reports = scored.reports().iter();
        let mut rules = BTreeMap::new();
        for request in scored.requests() {
            for (form, report) in (0..request.forms().len()).zip(&mut reports) {
                let used: BTreeSet<&String> = report.scales.iter().filter_map(|scale| scale.rule.as_ref()).collect();
                for summary in &request.forms()[form].definition().summaries {
                    let here = summary.rules.iter().filter(|rule| used.contains(&rule.id));
                    rules.extend(here.map(|rule| (rule.id.clone(), rule.source.clone())));
                }
                let mut scales = Vec::new();
                for scale in &report.scales {
                    let reliability = match options {
                        Some(options) if scale.n_items > 1 => {
                            let of = (request, form, scale.scale.as_str());
                            Some(Reliability::of(scored.frame(), of, clusters.as_ref(), options)?)
                        }
                        _ => None,
                    };
                    scales.push(ScaleResult { report: scale.clone(), reliability });
                }
                instruments.push(FormResult {
                    prefix: report.prefix.clone(),
                    instrument: report.instrument.clone(),
                    definition: report.definition.clone(),
                    version: report.version.clone(),
                    n_rows: report.n_rows,
                    scales,
                });
            }
        }
        let reliability = options.map(|options| ReliabilityOptions {
            level: options.level,
            replicates: options.replicates,
            seed: options.seed,
            clusters: clusters.map(|(name, _)| name),
        });
        Ok(Self { n_rows: scored.frame().n_rows(), instruments, rules, reliability })
    }
}
