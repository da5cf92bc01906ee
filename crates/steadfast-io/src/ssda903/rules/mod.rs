//! The rules of the return: every violation becomes a finding with its row, none is repaired.

mod absences;
mod cells;
mod dates;
mod joins;
mod reasons;
mod succession;

use std::fmt;

use steadfast_core::findings::{Finding, Findings, Severity};

use super::rows::{Place, Returns};
use super::sequence::Sequence;

/// A rule: what it is called, how much it matters, and how it is checked.
pub(super) struct Rule {
    code: &'static str,
    severity: Severity,
    /// Numbers of the official checks that say the same or nearly so.
    official: &'static [&'static str],
    about: &'static str,
    check: fn(&Context<'_>, &mut Report<'_>),
}

/// What is public about a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleDescription {
    /// The stable identifier.
    pub code: &'static str,
    /// How much a violation matters.
    pub severity: Severity,
    /// Numbers of the official checks of England's return that say the same or nearly so, where they are known.
    pub official: &'static [&'static str],
    /// When it is broken.
    pub about: &'static str,
}

const FAMILIES: [&[Rule]; 6] =
    [cells::RULES, dates::RULES, succession::RULES, reasons::RULES, joins::RULES, absences::RULES];

/// Every rule. Beside them stand findings about whole files: `missing_column` and `empty_table`.
pub fn rules() -> impl Iterator<Item = RuleDescription> {
    FAMILIES.into_iter().flatten().map(|rule| {
        let Rule { code, severity, official, about, .. } = *rule;
        RuleDescription { code, severity, official, about }
    })
}

/// What rules look at.
pub(super) struct Context<'a> {
    returns: &'a Returns,
    sequence: &'a Sequence,
}

/// Where a rule writes what it finds.
pub(super) struct Report<'a> {
    rule: &'a Rule,
    returns: &'a Returns,
    findings: &'a mut Findings,
}

impl Report<'_> {
    fn at(&mut self, place: Place, column: &str, message: impl fmt::Display) {
        self.findings.push(Finding {
            severity: self.rule.severity,
            file: Some(self.returns.files[place.file as usize].0.clone()),
            row: Some(u64::from(place.row) + 1),
            column: Some(column.to_owned()),
            code: self.rule.code.to_owned(),
            message: message.to_string(),
        });
    }
}

/// Where another row stands, for messages.
fn elsewhere(context: &Context<'_>, here: Place, there: Place) -> String {
    let row = u64::from(there.row) + 1;
    match here.file == there.file {
        true => format!("row {row}"),
        false => format!("row {row} of {}", context.returns.files[there.file as usize].0),
    }
}

pub(super) fn check(returns: &Returns, sequence: &Sequence) -> Findings {
    let mut findings = Findings::new();
    let context = Context { returns, sequence };
    for rule in FAMILIES.into_iter().flatten() {
        (rule.check)(&context, &mut Report { rule, returns, findings: &mut findings });
    }
    findings
}
