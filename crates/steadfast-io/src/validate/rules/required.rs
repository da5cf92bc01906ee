//! Every row says whom it is about, and has a value wherever one is required.

use std::collections::BTreeSet;

use steadfast_core::frame::Role;

use super::{Evidence, LooksAt, Report, Rule};

pub(super) struct Required;

impl Rule for Required {
    fn code(&self) -> &'static str {
        "required_value"
    }

    fn looks_at(&self) -> LooksAt {
        LooksAt::Cells
    }

    fn check(&self, evidence: &Evidence<'_>, report: &mut Report<'_>) {
        let keys: BTreeSet<String> = evidence.dictionary().keys().into_iter().flatten().collect();
        for (column, variable) in evidence.described() {
            let identifies = matches!(variable.role(), Some(Role::Subject | Role::Cluster));
            if !(variable.is_required() || identifies || keys.contains(variable.name())) {
                continue;
            }
            let name = column.name();
            let absent = |row: &usize| !column.is_observed(*row) && !evidence.is_rejected(name, *row);
            for row in (0..column.len()).filter(absent) {
                report.cell(row, name, "no value where every row must have one");
            }
        }
    }
}
