//! Every value lies in its column's declared range.

use steadfast_core::frame::{Column, ColumnData};

use super::{Evidence, LooksAt, Report, Rule};
use crate::dictionary::Range;

pub(super) struct OutOfRange;

impl Rule for OutOfRange {
    fn code(&self) -> &'static str {
        "out_of_range"
    }

    fn may_be_weakened(&self) -> bool {
        true
    }

    fn looks_at(&self) -> LooksAt {
        LooksAt::Cells
    }

    fn check(&self, evidence: &Evidence<'_>, report: &mut Report<'_>) {
        for (column, variable) in evidence.described() {
            let Some(range) = variable.range() else { continue };
            for row in (0..column.len()).filter(|&row| column.is_observed(row) && !contains(range, column, row)) {
                report.cell(row, column.name(), "outside the declared range");
            }
        }
    }
}

fn contains(range: Range, column: &Column, row: usize) -> bool {
    match (range, column.data()) {
        (Range::Number(low, high), ColumnData::Float(values)) => (low..=high).contains(&values[row]),
        (Range::Number(low, high), ColumnData::Integer(values)) => (low..=high).contains(&(values[row] as f64)),
        (Range::Date(low, high), ColumnData::Date(values)) => (low..=high).contains(&values[row]),
        _ => true,
    }
}
