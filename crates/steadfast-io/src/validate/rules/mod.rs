//! The rules, one file each.

mod baseline_missing;
mod constant_outcome;
mod constant_within;
mod duplicate_key;
mod empty_table;
mod missing_column;
mod non_finite;
mod one_cluster;
mod out_of_range;
mod required;
mod two_clusters;
mod undescribed_column;
mod unknown_code;
mod visit_order;
mod wrong_type;

use steadfast_core::findings::Severity;

use super::evidence::Evidence;
use super::name_of;
use super::report::Report;

/// Which rows a rule must see at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LooksAt {
    /// Each row by itself.
    Cells,
    /// Rows that agree in some columns; it asks [`Evidence::together`] before it looks.
    Together,
    /// The columns and the number of rows, and whether a subject, cluster or outcome varies.
    Table,
    /// All rows: a file that is read in parts cannot be held against it.
    AllRows,
}

/// A rule that data may break.
pub(super) trait Rule: Sync {
    /// Its stable identifier.
    fn code(&self) -> &'static str;
    /// How much it matters that it is broken, unless the dictionary says otherwise.
    fn severity(&self) -> Severity {
        Severity::Error
    }
    /// Whether a dictionary may make it matter less. A rule that refuses cells cannot be weakened: its cells would
    /// turn into missing values without anybody being told.
    fn may_be_weakened(&self) -> bool {
        false
    }
    /// Which rows it must see at once.
    fn looks_at(&self) -> LooksAt {
        LooksAt::AllRows
    }
    /// Reports every place where the data break it.
    fn check(&self, evidence: &Evidence<'_>, report: &mut Report<'_>);
}

/// Every rule.
pub(super) static RULES: &[&dyn Rule] = &[
    &empty_table::EmptyTable,
    &missing_column::MissingColumn,
    &undescribed_column::UndescribedColumn,
    &wrong_type::WrongType,
    &unknown_code::UnknownCode,
    &non_finite::NonFinite,
    &out_of_range::OutOfRange,
    &required::Required,
    &duplicate_key::DuplicateKey,
    &visit_order::VisitOrder,
    &constant_within::ConstantWithin,
    &two_clusters::TwoClusters,
    &baseline_missing::BaselineMissing,
    &one_cluster::OneCluster,
    &constant_outcome::ConstantOutcome,
];

/// What is wrong with the severities that a dictionary gives.
pub(crate) fn unsuitable_severities(severities: &[(String, Severity)]) -> Vec<String> {
    let problem = |(code, severity): &(String, Severity)| match RULES.iter().find(|rule| rule.code() == code) {
        None => {
            let codes: Vec<&str> = RULES.iter().map(|rule| rule.code()).collect();
            Some(format!("`{code}` is no rule; the rules are: {}", codes.join(", ")))
        }
        Some(rule) if *severity < rule.severity() && !rule.may_be_weakened() => {
            Some(format!("the rule `{code}` cannot be weakened to {}", name_of(*severity)))
        }
        Some(_) => None,
    };
    severities.iter().filter_map(problem).collect()
}
