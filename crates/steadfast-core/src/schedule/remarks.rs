//! Where a classification writes what it finds: rows and columns, never a day.

use crate::findings::{Finding, Findings, Severity};

/// The findings so far.
#[derive(Default)]
pub(super) struct Remarks {
    findings: Findings,
}

impl Remarks {
    /// A warning about the 0-based `row` of `column`.
    pub(super) fn warn(&mut self, row: u32, column: &str, code: &str, message: &str) {
        self.add(Severity::Warning, row, column, code, message);
    }

    /// A note about the 0-based `row` of `column`.
    pub(super) fn note(&mut self, row: u32, column: &str, code: &str, message: &str) {
        self.add(Severity::Note, row, column, code, message);
    }

    /// What was found, in the order of severity, row and column.
    pub(super) fn into_findings(self) -> Findings {
        self.findings.sorted()
    }

    fn add(&mut self, severity: Severity, row: u32, column: &str, code: &str, message: &str) {
        self.findings.push(Finding {
            severity,
            file: None,
            row: Some(u64::from(row) + 1),
            column: Some(column.to_owned()),
            code: code.to_owned(),
            message: message.to_owned(),
        });
    }
}
