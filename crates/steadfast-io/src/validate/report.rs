//! Where a rule writes what it finds.

use std::fmt;

use steadfast_core::findings::{Finding, Findings, Severity};

/// The findings of one rule.
pub(super) struct Report<'a> {
    file: &'a str,
    code: &'static str,
    severity: Severity,
    findings: Findings,
}

impl<'a> Report<'a> {
    pub(super) fn new(file: &'a str, code: &'static str, severity: Severity) -> Self {
        Self { file, code, severity, findings: Findings::new() }
    }

    /// A finding in the 0-based `row` of `column`.
    pub(super) fn cell(&mut self, row: usize, column: &str, message: impl fmt::Display) {
        self.add(Some(row), Some(column), &message);
    }

    /// A finding about the whole of `column`.
    pub(super) fn column(&mut self, column: &str, message: impl fmt::Display) {
        self.add(None, Some(column), &message);
    }

    /// A finding about the whole table.
    pub(super) fn table(&mut self, message: impl fmt::Display) {
        self.add(None, None, &message);
    }

    pub(super) fn into_findings(self) -> Findings {
        self.findings
    }

    fn add(&mut self, row: Option<usize>, column: Option<&str>, message: &dyn fmt::Display) {
        self.findings.push(Finding {
            severity: self.severity,
            file: Some(self.file.to_owned()),
            row: row.map(|row| row as u64 + 1),
            column: column.map(str::to_owned),
            code: self.code.to_owned(),
            message: message.to_string(),
        });
    }
}
