//! The data held against their dictionary: all findings at once, each with its place, none repaired.

mod evidence;
mod report;
mod rules;

use steadfast_core::findings::{Findings, Severity};
use steadfast_core::frame::Frame;

use crate::dictionary::Dictionary;
use crate::error::{Error, Result};
use crate::raw::RawTable;
use evidence::Evidence;
use report::Report;

pub(crate) use rules::unsuitable_severities;

/// Data that break no rule, and the cautions that came up on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Valid {
    frame: Frame,
    findings: Findings,
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

/// Data with everything that was found in them, errors included: to look at, never to analyse.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    frame: Frame,
    findings: Findings,
    refused: Vec<(String, Vec<usize>)>,
}

impl Assessment {
    /// The described columns that the file has, in its order. A refused cell counts as missing there.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Everything found, gravest first.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The 0-based rows, ascending, in which `column` holds something that is no value of its type or codes.
    pub fn refused(&self, column: &str) -> &[usize] {
        self.refused.iter().find(|(name, _)| name == column).map_or(&[], |(_, rows)| rows)
    }
}

/// Holds `raw` against `dictionary`, and gives everything back whatever it finds.
pub(crate) fn assess(raw: &RawTable, dictionary: &Dictionary) -> Result<Assessment> {
    let evidence = Evidence::of(raw, dictionary)?;
    let mut findings = Findings::new();
    for rule in rules::RULES {
        let severity = dictionary.severity(rule.code()).unwrap_or(rule.severity());
        let mut report = Report::new(raw.file(), rule.code(), severity);
        rule.check(&evidence, &mut report);
        findings.extend(report.into_findings());
    }
    let refused = evidence.refused_rows();
    Ok(Assessment { frame: evidence.into_frame(), findings: findings.sorted(), refused })
}

/// Holds `raw` against `dictionary`; one error forbids the frame.
pub(crate) fn validate(raw: &RawTable, dictionary: &Dictionary) -> Result<Valid> {
    let Assessment { frame, findings, .. } = assess(raw, dictionary)?;
    if findings.has_errors() {
        return Err(Error::findings("invalid_data", findings));
    }
    Ok(Valid { frame, findings })
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
