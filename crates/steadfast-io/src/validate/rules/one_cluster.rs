//! There is more than one cluster, or more than one subject where there are no clusters.

use steadfast_core::findings::Severity;
use steadfast_core::frame::Role;

use super::{Evidence, LooksAt, Report, Rule};
use crate::groups::{NO_GROUP, classes};

pub(super) struct OneCluster;

impl Rule for OneCluster {
    fn code(&self) -> &'static str {
        "one_cluster"
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
        let unit = evidence.with_role(Role::Cluster).or_else(|| evidence.with_role(Role::Subject));
        let Some(unit) = unit else { return };
        if classes(unit).into_iter().filter(|&group| group != NO_GROUP).max() == Some(0) {
            report.column(unit.name(), "there is only one: nothing can be said about the variation between them");
        }
    }
}
