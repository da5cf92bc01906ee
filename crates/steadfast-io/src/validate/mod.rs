//! The data held against their dictionary: all findings at once, each with its place, none repaired.

mod evidence;
mod report;
mod rules;

use steadfast_core::findings::{Findings, Severity};
use steadfast_core::frame::Frame;
use steadfast_core::instrument::{Lookup, Request};

use crate::dictionary::Dictionary;
use crate::error::{Error, Result};
use crate::raw::RawTable;
use evidence::Evidence;
use report::Report;

pub(crate) use rules::unsuitable_severities;

/// Data that break no rule, and the cautions that came up on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Valid {
    pub(crate) frame: Frame,
    pub(crate) findings: Findings,
    pub(crate) file: String,
    pub(crate) requests: Vec<Request>,
    pub(crate) lookups: Vec<Lookup>,
}

impl Valid {
    /// The warnings and notes.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The typed columns, in the order of the file.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The typed columns, without the cautions.
    pub fn into_frame(self) -> Frame {
        self.frame
    }
}

/// Holds `raw` against `dictionary`.
pub(crate) fn validate(raw: &RawTable, dictionary: &Dictionary) -> Result<Valid> {
    let evidence = Evidence::of(raw, dictionary)?;
    let mut findings = Findings::new();
    for rule in rules::RULES {
        let severity = dictionary.severity(rule.code()).unwrap_or(rule.severity());
        let mut report = Report::new(raw.file(), rule.code(), severity);
        rule.check(&evidence, &mut report);
        findings.extend(report.into_findings());
    }
    if findings.has_errors() {
        return Err(Error::findings("invalid_data", findings));
    }
    Ok(Valid {
        frame: evidence.into_frame(),
        findings: findings.sorted(),
        file: raw.file().to_owned(),
        requests: dictionary.instruments().to_vec(),
        lookups: dictionary.lookups().to_vec(),
    })
}

/// What a severity is called in a dictionary.
pub(crate) fn name_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

#[cfg(test)]
mod bad_files;
#[cfg(test)]
mod tests;
