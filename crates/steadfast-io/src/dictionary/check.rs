//! What a dictionary must not say.

use std::collections::BTreeSet;

use steadfast_core::frame::Role;

use super::{Dictionary, Level, Levels, Variable, VariableType};
use crate::validate;

/// Roles that only one column can have, because rules and designs ask for *the* column.
const UNIQUE_ROLES: [(Role, &str); 4] =
    [(Role::Subject, "subject"), (Role::Cluster, "cluster"), (Role::Visit, "visit"), (Role::Arm, "arm")];

/// Every contradiction in `dictionary`, one sentence each.
pub(super) fn contradictions(dictionary: &Dictionary) -> Vec<String> {
    let mut problems = Vec::new();
    for (role, name) in UNIQUE_ROLES {
        let holders: Vec<&str> =
            dictionary.variables.iter().filter(|v| v.role == Some(role)).map(Variable::name).collect();
        if holders.len() > 1 {
            problems.push(format!("the role {name} is given to several columns: {}", holders.join(", ")));
        }
    }
    for column in dictionary.keys.iter().flatten() {
        if dictionary.variable(column).is_none() {
            problems.push(format!("`keys` names `{column}`, which is not described"));
        }
    }
    for variable in &dictionary.variables {
        let name = &variable.name;
        for column in &variable.constant_within {
            if dictionary.variable(column).is_none() {
                problems.push(format!("column `{name}`: `constant_within` names `{column}`, which is not described"));
            }
        }
        problems.extend(of_variable(variable).into_iter().map(|problem| format!("column `{name}`: {problem}")));
    }
    for (place, column) in dictionary.scoring.columns() {
        if dictionary.variable(&column).is_none() {
            problems.push(format!("{place} names the column `{column}`, which is not described"));
        }
    }
    problems.extend(validate::unsuitable_severities(dictionary.severities()));
    problems
}

fn of_variable(variable: &Variable) -> Vec<String> {
    let mut problems = Vec::new();
    let reasons = variable.absent();
    for (at, (why, codes)) in reasons.iter().enumerate() {
        for (other, others) in &reasons[..at] {
            if let Some(both) = codes.iter().find(|code| others.contains(code)) {
                problems.push(format!("`{both}` cannot stand for {} and for {}", why.name(), other.name()));
            }
        }
    }
    let VariableType::Factor(Some(levels)) = &variable.kind else { return problems };
    problems.extend(of_levels(levels));
    let is_absent = |level: &&Level| reasons.iter().any(|(_, codes)| codes.contains(&level.code));
    for level in levels.levels.iter().filter(is_absent) {
        problems.push(format!("`{}` is a level and stands for an absent value", level.code));
    }
    problems
}

fn of_levels(levels: &Levels) -> Vec<String> {
    let mut problems = Vec::new();
    let (mut codes, mut names) = (BTreeSet::new(), BTreeSet::new());
    for level in &levels.levels {
        if !codes.insert(level.code()) || !names.insert(level.name()) {
            problems.push(format!("the level `{}` is listed twice", level.name()));
        }
    }
    if levels.levels.is_empty() {
        problems.push("`levels` is empty".to_owned());
    }
    if let Some(reference) = &levels.reference {
        let matches = levels.levels.iter().filter(|level| level.code == *reference || level.name() == reference);
        match matches.count() {
            1 => {}
            0 => problems.push(format!("the reference `{reference}` is not one of the levels")),
            _ => {
                problems.push(format!("the reference `{reference}` is the code of one level and the label of another"))
            }
        }
    }
    problems
}
