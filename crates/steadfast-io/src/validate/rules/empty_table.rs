//! A table has rows.

use super::{Evidence, LooksAt, Report, Rule};

pub(super) struct EmptyTable;

impl Rule for EmptyTable {
    fn code(&self) -> &'static str {
        "empty_table"
    }

    fn looks_at(&self) -> LooksAt {
        LooksAt::Table
    }

    fn check(&self, evidence: &Evidence<'_>, report: &mut Report<'_>) {
        if evidence.n_rows() == 0 {
            report.table("a header and no rows");
        }
    }
}
