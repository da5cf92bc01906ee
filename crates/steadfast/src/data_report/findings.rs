//! Findings by rule and column.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;
use steadfast_core::findings::{Finding, Findings, Severity};

/// How many rows of a group are listed.
const LISTED: usize = 10;

/// The findings of one rule in one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingGroup {
    /// How much they matter.
    pub severity: Severity,
    /// The rule.
    pub code: String,
    /// The column, or the columns of a key.
    pub column: Option<String>,
    /// How many there are.
    pub count: usize,
    /// The first rows, 1 being the first after the header.
    pub rows: Vec<u64>,
    /// What the first says.
    pub message: String,
}

/// Severity, rule and column: the gravest first.
type Place<'a> = (Reverse<Severity>, &'a str, Option<&'a str>);

/// The findings by rule and column, gravest first.
pub(super) fn grouped(findings: &Findings) -> Vec<FindingGroup> {
    let mut groups: BTreeMap<Place<'_>, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        let key = (Reverse(finding.severity), finding.code.as_str(), finding.column.as_deref());
        groups.entry(key).or_default().push(finding);
    }
    let group = |((severity, code, column), mut of): (Place<'_>, Vec<&Finding>)| {
        of.sort_by_key(|finding| finding.row);
        FindingGroup {
            severity: severity.0,
            code: code.to_owned(),
            column: column.map(str::to_owned),
            count: of.len(),
            rows: of.iter().filter_map(|finding| finding.row).take(LISTED).collect(),
            message: of.first().map(|finding| finding.message.clone()).unwrap_or_default(),
        }
    };
    groups.into_iter().map(group).collect()
}

impl FindingGroup {
    /// The severity as a word.
    pub(super) fn severity_name(&self) -> &'static str {
        match self.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The rows as text, with how many more there are.
    pub(super) fn places(&self) -> String {
        let rows: Vec<String> = self.rows.iter().map(u64::to_string).collect();
        let more = self.count.saturating_sub(rows.len());
        match (rows.is_empty(), more) {
            (true, _) => String::new(),
            (_, 0) => rows.join(", "),
            _ => format!("{} and {more} more", rows.join(", ")),
        }
    }
}
