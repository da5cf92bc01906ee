//! Findings that came and went. A finding is the same in both cuts when rule, column and the key of its row are.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;
use steadfast_core::findings::{Finding, Severity};

use super::matching::{Key, Matching};
use super::{Cut, Rows};

/// The findings of one rule in one column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FindingChange {
    /// How much it matters.
    pub severity: Severity,
    /// The rule.
    pub code: String,
    /// The column, or the columns of a key.
    pub column: Option<String>,
    /// Findings that only the new cut has, with its rows.
    pub new: Rows,
    /// Findings that only the old cut has, with its rows.
    pub resolved: Rows,
    /// Findings that both have.
    pub remaining: usize,
}

/// What one finding is about, and a number that tells apart the findings about the same.
type Identity = (Severity, String, Option<String>, Option<Key>, usize);

/// The gravest first.
type Place = (Reverse<Severity>, String, Option<String>);

/// The rules and columns whose findings are not the same, gravest first.
pub(super) fn compare(old: &Cut, new: &Cut, matching: &Matching, limit: usize) -> Vec<FindingChange> {
    let before = identified(old, &matching.old_keys);
    let after = identified(new, &matching.new_keys);
    let mut groups: BTreeMap<Place, Group> = BTreeMap::new();
    for (identity, row) in &before {
        let group = groups.entry(place(identity)).or_default();
        if after.contains_key(identity) { group.remaining += 1 } else { group.resolved.push(*row) }
    }
    for (identity, row) in after.iter().filter(|(identity, _)| !before.contains_key(*identity)) {
        groups.entry(place(identity)).or_default().new.push(*row);
    }
    let changed = groups.into_iter().filter(|(_, group)| group.new.len() + group.resolved.len() > 0);
    changed
        .map(|((Reverse(severity), code, column), group)| FindingChange {
            severity,
            code,
            column,
            new: listed(group.new, limit),
            resolved: listed(group.resolved, limit),
            remaining: group.remaining,
        })
        .collect()
}

#[derive(Default)]
struct Group {
    new: Vec<Option<usize>>,
    resolved: Vec<Option<usize>>,
    remaining: usize,
}

/// All of them are counted; those about a row are listed.
fn listed(rows: Vec<Option<usize>>, limit: usize) -> Rows {
    let count = rows.len();
    Rows { count, ..Rows::of(rows.into_iter().flatten().collect(), limit) }
}

fn place(identity: &Identity) -> Place {
    (Reverse(identity.0), identity.1.clone(), identity.2.clone())
}

/// The findings of a cut with the 0-based row of each.
fn identified(cut: &Cut, keys: &[Option<Key>]) -> BTreeMap<Identity, Option<usize>> {
    let mut found = BTreeMap::new();
    let mut times: BTreeMap<(Severity, String, Option<String>, Option<Key>), usize> = BTreeMap::new();
    for finding in cut.assessment.findings() {
        let row = row(finding);
        let key = row.and_then(|row| keys.get(row).cloned().flatten());
        let of = (finding.severity, finding.code.clone(), finding.column.clone(), key);
        let time = times.entry(of.clone()).or_default();
        found.insert((of.0, of.1, of.2, of.3, *time), row);
        *time += 1;
    }
    found
}

fn row(finding: &Finding) -> Option<usize> {
    usize::try_from(finding.row?).ok()?.checked_sub(1)
}
