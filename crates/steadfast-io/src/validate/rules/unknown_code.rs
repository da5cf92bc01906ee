//! Every cell of a column with declared codes is one of them.

use super::{Evidence, LooksAt, Report, Rule};
use crate::typing::Reason;

pub(super) struct UnknownCode;

impl Rule for UnknownCode {
    fn code(&self) -> &'static str {
        "unknown_code"
    }

    fn looks_at(&self) -> LooksAt {
        LooksAt::Cells
    }

    fn check(&self, evidence: &Evidence<'_>, report: &mut Report<'_>) {
        for (column, row) in evidence.rejected(Reason::UnknownCode) {
            report.cell(row, column, "not one of the declared codes");
        }
    }
}
