//! Every number is finite; a missing value is written as one.

use super::{Evidence, LooksAt, Report, Rule};
use crate::typing::Reason;

pub(super) struct NonFinite;

impl Rule for NonFinite {
    fn code(&self) -> &'static str {
        "non_finite"
    }

    fn looks_at(&self) -> LooksAt {
        LooksAt::Cells
    }

    fn check(&self, evidence: &Evidence<'_>, report: &mut Report<'_>) {
        for (column, row) in evidence.rejected(Reason::NonFinite) {
            report.cell(row, column, "infinite or not a number");
        }
    }
}
