//! Everything about one column.

use serde::Serialize;
use steadfast_core::frame::{Column, ColumnData, Role};
use steadfast_io::{Variable, VariableType};

use super::completeness::{self, Part, VisitCompleteness};
use super::disclosure::{Disclosure, Persons, SUBJECTS, Shown, Tally};
use super::numbers::{self, Bin, Numbers};
use super::{Examined, Visits, distinct};

/// Levels that nobody declared are listed up to this number.
const MOST_LEVELS: usize = 20;

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnReport {
    /// Its name.
    pub name: String,
    /// Its type, as a dictionary calls it.
    pub r#type: &'static str,
    /// Its role.
    pub role: Option<Role>,
    /// Its label, where it has one.
    pub label: Option<String>,
    /// Its unit.
    pub unit: Option<String>,
    /// Its cells: observed, missing, not applicable, refused.
    pub parts: Vec<Part>,
    /// The same at each visit.
    pub visits: Vec<VisitCompleteness>,
    /// Distinct values.
    pub distinct: usize,
    /// What numbers and days are like; none where too few are observed.
    pub numbers: Option<Numbers>,
    /// How numbers and days are distributed, the counts rounded unless everything is shown.
    pub bins: Vec<Bin>,
    /// The levels; nothing where they could name people.
    pub levels: Vec<LevelCount>,
    /// Levels that nobody declared and few subjects have, taken together without their names.
    pub other_levels: Option<OtherLevels>,
}

/// One level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LevelCount {
    /// The level.
    pub level: String,
    /// Its cells.
    pub cells: Shown,
    /// Distinct subjects who have it in any row; none where no column says who the subject is.
    pub subjects: Option<Shown>,
}

/// Levels that are not named.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OtherLevels {
    /// How many levels.
    pub levels: usize,
    /// Their cells.
    pub cells: Shown,
    /// Distinct subjects who have one of them.
    pub subjects: Option<Shown>,
}

impl LevelCount {
    /// What a reader counts: subjects, or cells where nobody says who the subjects are.
    pub(super) fn counted(&self) -> Shown {
        self.subjects.unwrap_or(self.cells)
    }
}

/// A level before it is shown.
struct Level {
    name: String,
    declared: bool,
    rows: Vec<usize>,
    tally: Tally,
}

/// The report about `column`.
pub(super) fn report(
    examined: &Examined,
    column: &Column,
    visits: &Visits,
    persons: &Persons,
    disclosure: &Disclosure,
) -> ColumnReport {
    let variable = examined.variable(column.name());
    let refused = examined.refused(column.name());
    let rows: Vec<usize> = (0..column.len()).collect();
    let all = completeness::tallies(column, refused, &rows, persons);
    let by_visit = completeness::by_visit(column, refused, visits, persons);
    let levels = levels(column, variable, persons);
    let mut tallies: Vec<Tally> = all.iter().map(|(_, tally)| *tally).collect();
    tallies.extend(by_visit.iter().flat_map(|(_, tallies)| tallies.iter().map(|(_, tally)| *tally)));
    tallies.extend(levels.iter().map(|level| level.tally));
    let coarse = disclosure.is_coarse(&tallies);
    let visit = |(visit, tallies): &(String, completeness::Tallies)| VisitCompleteness {
        visit: visit.clone(),
        parts: completeness::parts(tallies, disclosure, coarse),
    };
    let numbers = numbers::numbers(column, persons, disclosure);
    let (levels, other_levels) = shown(levels, persons, disclosure, coarse);
    ColumnReport {
        name: column.name().to_owned(),
        r#type: type_name(column, variable),
        role: column.role(),
        label: (column.label() != column.name()).then(|| column.label().to_owned()),
        unit: column.unit().map(str::to_owned),
        parts: completeness::parts(&all, disclosure, coarse),
        visits: by_visit.iter().map(visit).collect(),
        distinct: distinct(column, persons).rows,
        bins: numbers.as_ref().map(|numbers| numbers::bins(column, numbers, persons, disclosure)).unwrap_or_default(),
        numbers,
        levels,
        other_levels,
    }
}

fn type_name(column: &Column, variable: Option<&Variable>) -> &'static str {
    match (variable.map(Variable::kind), column.data()) {
        (Some(VariableType::Text), _) => "text",
        (_, ColumnData::Float(_)) => "float",
        (_, ColumnData::Integer(_)) => "integer",
        (_, ColumnData::Date(_)) => "date",
        (_, ColumnData::Bool(_)) => "bool",
        _ => "factor",
    }
}

/// The levels of a factor, the codes of a whole number, yes and no; nothing where a level could be a person.
fn levels(column: &Column, variable: Option<&Variable>, persons: &Persons) -> Vec<Level> {
    let is_person = matches!(column.role(), Some(Role::Subject | Role::Cluster));
    let kind = variable.map(Variable::kind);
    let declared = match (kind, column.data()) {
        _ if is_person => return Vec::new(),
        (Some(VariableType::Text), _) => return Vec::new(),
        (Some(VariableType::Factor(Some(_)) | VariableType::Integer(Some(_))), _) | (_, ColumnData::Bool(_)) => true,
        (_, ColumnData::Factor(_)) => false,
        _ => return Vec::new(),
    };
    let factor = column.to_factor();
    if !declared && factor.levels().len() > MOST_LEVELS {
        return Vec::new();
    }
    let mut rows = vec![Vec::new(); factor.levels().len()];
    for row in (0..column.len()).filter(|&row| column.is_observed(row)) {
        if let Some(of_level) = rows.get_mut(factor.codes()[row] as usize) {
            of_level.push(row);
        }
    }
    let named = factor.levels().iter().map(|level| match (column.data(), level.as_str()) {
        (ColumnData::Bool(_), "true") => "yes".to_owned(),
        (ColumnData::Bool(_), "false") => "no".to_owned(),
        _ => level.clone(),
    });
    let level = |(name, rows): (String, Vec<usize>)| {
        let tally = persons.tally(rows.iter().copied());
        Level { name, declared, rows, tally }
    };
    named.zip(rows).map(level).collect()
}

/// The levels as they may be shown: those that nobody declared and few have are counted together without their names.
fn shown(
    levels: Vec<Level>,
    persons: &Persons,
    disclosure: &Disclosure,
    coarse: bool,
) -> (Vec<LevelCount>, Option<OtherLevels>) {
    let (hidden, named): (Vec<Level>, Vec<Level>) =
        levels.into_iter().partition(|level| !level.declared && disclosure.is_small(level.tally));
    let subjects = |tally: Tally| {
        let count = Tally { rows: tally.persons, ..tally };
        (disclosure.counted == SUBJECTS).then(|| disclosure.show(count, coarse))
    };
    let count = |level: Level| LevelCount {
        cells: disclosure.show(level.tally, coarse),
        subjects: subjects(level.tally),
        level: level.name,
    };
    let together = persons.tally(hidden.iter().flat_map(|level| level.rows.iter().copied()));
    let others = (!hidden.is_empty()).then(|| OtherLevels {
        levels: hidden.len(),
        cells: disclosure.show(together, coarse),
        subjects: subjects(together),
    });
    (named.into_iter().map(count).collect(), others)
}
