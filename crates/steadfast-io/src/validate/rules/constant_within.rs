//! What describes a person or a family does not change within it; above all the arm, which was allocated once.

use std::collections::HashMap;

use steadfast_core::frame::{Column, Role};

use super::{Evidence, LooksAt, Report, Rule};
use crate::groups::{NO_GROUP, classes};

pub(super) struct ConstantWithin;

impl Rule for ConstantWithin {
    fn code(&self) -> &'static str {
        "not_constant"
    }

    fn may_be_weakened(&self) -> bool {
        true
    }

    fn looks_at(&self) -> LooksAt {
        LooksAt::Together
    }

    fn check(&self, evidence: &Evidence<'_>, report: &mut Report<'_>) {
        for (column, variable) in evidence.described() {
            let mut within: Vec<&str> = variable.constant_within().iter().map(String::as_str).collect();
            if variable.role() == Some(Role::Arm) {
                // What changes within a subject changes within its cluster, so that the widest unit is enough.
                let unit = evidence.with_role(Role::Cluster).or_else(|| evidence.with_role(Role::Subject));
                within.extend(unit.map(Column::name));
            }
            within.sort_unstable();
            within.dedup();
            let units = within.into_iter().filter_map(|name| evidence.column(name));
            for unit in units.filter(|unit| evidence.together(&[unit])) {
                check_pair(column, unit, evidence, report);
            }
        }
    }
}

fn check_pair(column: &Column, unit: &Column, evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let (values, units) = (classes(column), classes(unit));
    let mut first: HashMap<u32, usize> = HashMap::new();
    for row in (0..units.len()).filter(|&row| units[row] != NO_GROUP && values[row] != NO_GROUP) {
        let original = *first.entry(units[row]).or_insert(row);
        if values[original] != values[row] {
            let original = evidence.file_row(original);
            let message = format_args!("differs from row {original}, which has the same `{}`", unit.name());
            report.cell(row, column.name(), message);
        }
    }
}
