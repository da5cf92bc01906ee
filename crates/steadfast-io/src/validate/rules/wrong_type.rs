//! Every cell is written as its column's type is.

use super::{Evidence, LooksAt, Report, Rule};
use crate::dictionary::VariableType;
use crate::typing::Reason;

pub(super) struct WrongType;

impl Rule for WrongType {
    fn code(&self) -> &'static str {
        "wrong_type"
    }

    fn looks_at(&self) -> LooksAt {
        LooksAt::Cells
    }

    fn check(&self, evidence: &Evidence<'_>, report: &mut Report<'_>) {
        for (column, row) in evidence.rejected(Reason::NotOfType) {
            let expected = evidence.dictionary().variable(column).map_or("a value", |variable| match variable.kind() {
                VariableType::Float => "a number",
                VariableType::Integer(_) => "a whole number",
                VariableType::Bool => "yes or no",
                VariableType::Date(_) => "a day in the declared format",
                VariableType::Text | VariableType::Factor(_) => "a text",
            });
            report.cell(row, column, format_args!("not {expected}"));
        }
    }
}
