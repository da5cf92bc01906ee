//! A subject belongs to one cluster.

use std::collections::HashMap;

use steadfast_core::frame::Role;

use super::{Evidence, Report, Rule};
use crate::groups::{NO_GROUP, classes};

pub(super) struct TwoClusters;

impl Rule for TwoClusters {
    fn code(&self) -> &'static str {
        "subject_in_two_clusters"
    }

    fn check(&self, evidence: &Evidence<'_>, report: &mut Report<'_>) {
        let roles = (evidence.with_role(Role::Subject), evidence.with_role(Role::Cluster));
        let (Some(subject), Some(cluster)) = roles else { return };
        let (subjects, clusters) = (classes(subject), classes(cluster));
        let mut first: HashMap<u32, usize> = HashMap::new();
        for row in (0..subjects.len()).filter(|&row| subjects[row] != NO_GROUP && clusters[row] != NO_GROUP) {
            let original = *first.entry(subjects[row]).or_insert(row);
            if clusters[original] != clusters[row] {
                let message = format_args!("row {} has the same `{}` in another cluster", original + 1, subject.name());
                report.cell(row, cluster.name(), message);
            }
        }
    }
}
