//! The codes behind a column's values and absences, as the file had them that the column came from.

use std::sync::Arc;

/// A code with the text that says what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    code: String,
    label: Option<String>,
}

impl Code {
    /// `code` as its file writes it, such as `1`, `99` or `.a`.
    pub fn new(code: impl Into<String>) -> Self {
        Self { code: code.into(), label: None }
    }

    /// The code with its meaning.
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// The code as its file writes it.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What it means, where somebody has said so.
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }
}

/// What a column's values are called by number, and which code stood where a value is absent. No model reads it; files
/// are written with it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coding {
    labels: Arc<Vec<Code>>,
    reasons: Arc<Vec<Code>>,
    /// For each row 0, or one more than the place of its code among `reasons`.
    rows: Option<Arc<Vec<u16>>>,
}

impl Coding {
    /// The codes of values and their labels, in the order of the file; for a factor, labels are names of levels.
    pub fn of_values(labels: Vec<Code>) -> Self {
        Self { labels: Arc::new(labels), ..Self::default() }
    }

    /// The coding with the codes of absences: in each row 0 for none, or one more than a place among `reasons`. A
    /// number past the reasons counts as none.
    pub fn with_reasons(mut self, reasons: Vec<Code>, mut rows: Vec<u16>) -> Self {
        for row in &mut rows {
            if usize::from(*row) > reasons.len() {
                *row = 0;
            }
        }
        self.rows = rows.iter().any(|row| *row != 0).then(|| Arc::new(rows));
        self.reasons = Arc::new(reasons);
        self
    }

    /// The coding with the codes of absences that `other` has.
    pub fn with_reasons_of(mut self, other: &Coding) -> Self {
        self.reasons = Arc::clone(&other.reasons);
        self.rows = other.rows.clone();
        self
    }

    /// The codes of values with their labels.
    pub fn labels(&self) -> &[Code] {
        &self.labels
    }

    /// The codes that stand for an absent value, whether they occur or not.
    pub fn reasons(&self) -> &[Code] {
        &self.reasons
    }

    /// The code of the value that is called `label`.
    pub fn code_of(&self, label: &str) -> Option<&str> {
        self.labels.iter().find(|code| code.label() == Some(label)).map(Code::code)
    }

    /// The code that stood in `row` in the place of a value.
    pub fn reason(&self, row: usize) -> Option<&Code> {
        self.reasons.get(self.reason_index(row)?)
    }

    /// The place of the code of `row` among the reasons.
    pub fn reason_index(&self, row: usize) -> Option<usize> {
        usize::from(*self.rows.as_ref()?.get(row)?).checked_sub(1)
    }

    /// Whether some row has a code in the place of a value.
    pub fn has_reasons(&self) -> bool {
        self.rows.is_some()
    }

    /// Whether nothing is said.
    pub(super) fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.reasons.is_empty() && self.rows.is_none()
    }

    /// The coding of a column of `length` rows, without codes where a value is observed.
    pub(super) fn fitted(mut self, length: usize, is_observed: impl Fn(usize) -> bool) -> Self {
        if let Some(rows) = self.rows.take() {
            let mut rows = Arc::unwrap_or_clone(rows);
            rows.resize(length, 0);
            for (row, reason) in rows.iter_mut().enumerate() {
                if is_observed(row) {
                    *reason = 0;
                }
            }
            self.rows = rows.iter().any(|row| *row != 0).then(|| Arc::new(rows));
        }
        self
    }

    /// The coding of the rows at `rows`.
    pub(super) fn select(&self, rows: &[u32]) -> Self {
        let picked = self.rows.as_ref().map(|own| rows.iter().map(|&row| own[row as usize]).collect::<Vec<u16>>());
        Self { rows: picked.filter(|rows| rows.iter().any(|row| *row != 0)).map(Arc::new), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Column, Frame, Presence};

    fn coded() -> Column {
        let coding = Coding::of_values(vec![Code::new("1").with_label("never"), Code::new("2").with_label("often")])
            .with_reasons(vec![Code::new(".a").with_label("refused"), Code::new("99")], vec![0, 1, 2, 1]);
        let presence = vec![Presence::Observed, Presence::Missing, Presence::NotApplicable, Presence::Observed];
        Column::integer("x", vec![1, 0, 0, 2]).with_presence(presence).with_coding(coding)
    }

    fn reason(column: &Column, row: usize) -> Option<&str> {
        column.coding().and_then(|coding| coding.reason(row)).map(Code::code)
    }

    #[test]
    fn an_observed_row_has_no_reason_to_be_absent() {
        let column = coded();
        let reasons: Vec<_> = (0..4).map(|row| reason(&column, row)).collect();
        assert_eq!(reasons, [None, Some(".a"), Some("99"), None]);
    }

    #[test]
    fn codes_follow_their_rows_and_their_column() {
        let frame = Frame::new(vec![coded().renamed("y").with_label("Y")]).unwrap().select(&[2, 2, 0]);
        let column = frame.column("y").unwrap();
        assert_eq!([reason(column, 0), reason(column, 1), reason(column, 2)], [Some("99"), Some("99"), None]);
        assert_eq!(column.coding().unwrap().code_of("often"), Some("2"));
        assert!(!frame.select(&[2]).columns()[0].coding().unwrap().has_reasons());
    }

    #[test]
    fn a_number_past_the_reasons_is_no_reason() {
        let coding = Coding::default().with_reasons(vec![Code::new(".a")], vec![2, 0]);
        assert!(!coding.has_reasons() && coding.reason(0).is_none());
    }
}
