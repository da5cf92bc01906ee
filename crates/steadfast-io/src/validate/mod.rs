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

pub(crate) use evidence::{SomeRows, Together};
pub(crate) use rules::{LooksAt, unsuitable_severities};

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

    /// The data of `file` without what was found wrong, when nothing was: one error forbids them.
    ///
    /// # Errors
    /// `invalid_data`, with all findings.
    pub fn into_valid(self, file: &str, dictionary: &Dictionary) -> Result<Valid> {
        if self.findings.has_errors() {
            return Err(Error::findings("invalid_data", self.findings));
        }
        Ok(Valid {
            frame: self.frame,
            findings: self.findings,
            file: file.to_owned(),
            requests: dictionary.instruments().to_vec(),
            lookups: dictionary.lookups().to_vec(),
        })
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
    assess(raw, dictionary)?.into_valid(raw.file(), dictionary)
}

/// What the rules that look at `what` find in `some` rows of the file `name`; `together` says which rows are all here.
pub(crate) fn findings(
    name: &str,
    dictionary: &Dictionary,
    some: SomeRows,
    (what, together): (&[LooksAt], Together<'_>),
) -> Findings {
    let rows = some.rows.clone();
    let evidence = Evidence::of_rows(dictionary, some, together);
    let mut findings = Findings::new();
    for rule in rules::RULES.iter().filter(|rule| what.contains(&rule.looks_at())) {
        let severity = dictionary.severity(rule.code()).unwrap_or(rule.severity());
        let mut report = Report::new(name, rule.code(), severity);
        rule.check(&evidence, &mut report);
        for finding in &report.into_findings() {
            let mut finding = finding.clone();
            finding.row = finding.row.map(|row| rows.get(row as usize - 1).map_or(row, |row| row + 1));
            findings.push(finding);
        }
    }
    findings
}

/// The first rule that must see all rows at once.
pub(crate) fn rule_of_all_rows() -> Option<&'static str> {
    rules::RULES.iter().find(|rule| rule.looks_at() == LooksAt::AllRows).map(|rule| rule.code())
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
