//! Every column that the dictionary describes is in the file.

use super::{Evidence, LooksAt, Report, Rule};

pub(super) struct MissingColumn;

impl Rule for MissingColumn {
    fn code(&self) -> &'static str {
        "missing_column"
    }

    fn looks_at(&self) -> LooksAt {
        LooksAt::Table
    }

    fn check(&self, evidence: &Evidence<'_>, report: &mut Report<'_>) {
        for variable in evidence.dictionary().variables() {
            if evidence.column(variable.name()).is_none() {
                report.column(variable.name(), "the dictionary describes it and the file does not have it");
            }
        }
    }
}
