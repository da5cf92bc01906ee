//! Every column of the file is in the dictionary; one that is not is left out.

use steadfast_core::findings::Severity;

use super::{Evidence, LooksAt, Report, Rule};

pub(super) struct UndescribedColumn;

impl Rule for UndescribedColumn {
    fn code(&self) -> &'static str {
        "undescribed_column"
    }

    fn severity(&self) -> Severity {
        Severity::Warning
    }

    fn may_be_weakened(&self) -> bool {
        true
    }

    fn looks_at(&self) -> LooksAt {
        LooksAt::Table
    }

    fn check(&self, evidence: &Evidence<'_>, report: &mut Report<'_>) {
        for column in evidence.undescribed() {
            report.column(column, "the dictionary does not describe it; it is left out");
        }
    }
}
