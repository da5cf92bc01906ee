//! What a format cannot carry of a frame, collected while it is written.

use steadfast_core::findings::{Finding, Findings, Severity};
use steadfast_core::frame::{Column, Frame};

/// Notes about what is not in the file.
#[derive(Debug, Default)]
pub(crate) struct Losses(Findings);

impl Losses {
    /// `message` says what the file lacks of the column called `column`.
    pub(super) fn push(&mut self, column: &str, code: &str, message: impl Into<String>) {
        self.0.push(Finding {
            severity: Severity::Note,
            file: None,
            row: None,
            column: Some(column.to_owned()),
            code: code.to_owned(),
            message: message.into(),
        });
    }

    /// What neither of the formats of statistical packages has a place for.
    pub(super) fn of_design(&mut self, column: &Column) {
        if column.role().is_some() {
            self.push(column.name(), "role_not_carried", "the role is not in the file; a dictionary can hold it");
        }
        if column.unit().is_some() {
            self.push(column.name(), "unit_not_carried", "the unit is not in the file; a dictionary can hold it");
        }
    }

    /// What text has no place for.
    pub(super) fn of_text(&mut self, frame: &Frame) {
        for column in frame.columns() {
            self.of_design(column);
            if column.label() != column.name() {
                self.push(column.name(), "label_not_carried", "the label is not in the file; a dictionary can hold it");
            }
            if column.coding().is_some_and(|coding| !coding.labels().is_empty()) {
                self.push(column.name(), "codes_not_carried", "levels are written by name, without their codes");
            }
            if let Some(factor) = column.as_factor()
                && !super::coded::is_text(factor, |row| column.is_observed(row))
            {
                let message = "the levels' order, reference or number is not in the file; a dictionary can hold it";
                self.push(column.name(), "levels_not_carried", message);
            }
        }
    }

    pub(super) fn into_findings(self) -> Findings {
        self.0
    }
}
