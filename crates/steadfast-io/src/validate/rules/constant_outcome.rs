//! An outcome varies.

use steadfast_core::findings::Severity;
use steadfast_core::frame::Role;

use super::{Evidence, LooksAt, Report, Rule};
use crate::groups::{NO_GROUP, classes};

pub(super) struct ConstantOutcome;

impl Rule for ConstantOutcome {
    fn code(&self) -> &'static str {
        "constant_outcome"
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
        for (outcome, _) in evidence.described().filter(|(column, _)| column.role() == Some(Role::Outcome)) {
            if outcome.is_empty() {
                continue;
            }
            match classes(outcome).into_iter().filter(|&group| group != NO_GROUP).max() {
                None => report.column(outcome.name(), "the outcome has no value in any row"),
                Some(0) => report.column(outcome.name(), "the outcome has one and the same value wherever it has any"),
                Some(_) => {}
            }
        }
    }
}
