//! No two rows have the same key, such as subject and visit.

use super::{Evidence, LooksAt, Report, Rule};
use crate::groups::{NO_GROUP, first_rows, groups};

pub(super) struct DuplicateKey;

impl Rule for DuplicateKey {
    fn code(&self) -> &'static str {
        "duplicate_key"
    }

    fn looks_at(&self) -> LooksAt {
        LooksAt::Together
    }

    fn check(&self, evidence: &Evidence<'_>, report: &mut Report<'_>) {
        for key in evidence.dictionary().keys() {
            let Some(columns) = evidence.columns(&key) else { continue };
            if !evidence.together(&columns) {
                continue;
            }
            let groups = groups(&columns);
            let first = first_rows(&groups);
            let name = key.join(", ");
            for (row, &group) in groups.iter().enumerate().filter(|(_, group)| **group != NO_GROUP) {
                let original = first[group as usize];
                if original != row {
                    report.cell(row, &name, format_args!("repeats the key of row {}", evidence.file_row(original)));
                }
            }
        }
    }
}
