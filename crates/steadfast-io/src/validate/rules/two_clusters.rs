//! A subject belongs to one cluster.

use std::collections::HashMap;

use steadfast_core::frame::Role;

use super::{Evidence, LooksAt, Report, Rule};
use crate::groups::{NO_GROUP, classes};

pub(super) struct TwoClusters;

impl Rule for TwoClusters {
    fn code(&self) -> &'static str {
        "subject_in_two_clusters"
    }

    fn looks_at(&self) -> LooksAt {
        LooksAt::Together
    }

    fn check(&self, evidence: &Evidence<'_>, report: &mut Report<'_>) {
        let roles = (evidence.with_role(Role::Subject), evidence.with_role(Role::Cluster));
        let (Some(subject), Some(cluster)) = roles else { return };
        if !evidence.together(&[subject]) {
            return;
        }
        let (subjects, clusters) = (classes(subject), classes(cluster));
        let mut first: HashMap<u32, usize> = HashMap::new();
        for row in (0..subjects.len()).filter(|&row| subjects[row] != NO_GROUP && clusters[row] != NO_GROUP) {
            let original = *first.entry(subjects[row]).or_insert(row);
            if clusters[original] != clusters[row] {
                let original = evidence.file_row(original);
                let message = format_args!("row {original} has the same `{}` in another cluster", subject.name());
                report.cell(row, cluster.name(), message);
            }
        }
    }
}
