//! Every subject has a baseline value, unless none can exist.

use steadfast_core::findings::Severity;
use steadfast_core::frame::{Presence, Role};

use super::{Evidence, LooksAt, Report, Rule};
use crate::groups::{NO_GROUP, classes, first_rows};

pub(super) struct BaselineMissing;

impl Rule for BaselineMissing {
    fn code(&self) -> &'static str {
        "baseline_missing"
    }

    fn severity(&self) -> Severity {
        Severity::Warning
    }

    fn may_be_weakened(&self) -> bool {
        true
    }

    fn looks_at(&self) -> LooksAt {
        LooksAt::Together
    }

    fn check(&self, evidence: &Evidence<'_>, report: &mut Report<'_>) {
        let Some(subject) = evidence.with_role(Role::Subject) else { return };
        if !evidence.together(&[subject]) {
            return;
        }
        let subjects = classes(subject);
        let first = first_rows(&subjects);
        for (baseline, _) in evidence.described().filter(|(column, _)| column.role() == Some(Role::Baseline)) {
            let (mut observed, mut missing) = (vec![false; first.len()], vec![false; first.len()]);
            for (row, &group) in subjects.iter().enumerate().filter(|(_, group)| **group != NO_GROUP) {
                match baseline.presence(row) {
                    Presence::Observed => observed[group as usize] = true,
                    Presence::Missing if evidence.is_rejected(baseline.name(), row) => observed[group as usize] = true,
                    Presence::Missing | Presence::Withdrawn => missing[group as usize] = true,
                    Presence::NotApplicable | Presence::NotYetDue => {}
                }
            }
            for group in (0..first.len()).filter(|&group| missing[group] && !observed[group]) {
                report.cell(first[group], baseline.name(), "no baseline value in any row of this subject");
            }
        }
    }
}
