//! From one row a visit to one row a person.

use steadfast_core::findings::{Finding, Findings, Severity};
use steadfast_core::frame::{Column, Frame};

use super::assemble::{Place, gathered};
use super::long::distinct;
use super::spec::WideSpec;
use crate::error::{Error, Result};
use crate::groups::{NO_GROUP, classes, first_rows, groups};

/// The wide table of the long `frame`: one row for each key, in the order in which keys come; a visit that a key does not
/// have is missing. Columns that are neither visit nor measure must not change within a key.
///
/// # Errors
/// `bad_reshape` when the specification contradicts itself, `unknown_column` when the frame lacks a column that it names,
/// and `invalid_data` with a finding for each row that has no key or visit (`required_value`), a visit that the
/// specification does not list (`unknown_code`), the key and visit of an earlier row (`duplicate_key`), or another value
/// than the key's first row where there can be only one (`not_constant`).
pub fn to_wide(frame: &Frame, spec: &WideSpec) -> Result<Frame> {
    spec.check(frame)?;
    let key: std::result::Result<Vec<&Column>, _> = spec.key().iter().map(|name| frame.column(name)).collect();
    let long = Long { groups: groups(&key?), visits: visit_indices(frame, spec)?, frame, spec };
    let first = first_rows(&long.groups);
    let mut findings = Findings::new();
    let places = long.places(&first, &mut findings);
    let mut columns = Vec::new();
    let carried: Vec<Place> = first.iter().map(|&row| Some((0, row))).collect();
    for column in long.carried() {
        long.check_constant(column, &first, &mut findings);
        columns.push(gathered(column.name(), &[column], &carried)?);
    }
    if !findings.is_empty() {
        return Err(Error::findings("invalid_data", findings));
    }
    for measure in spec.measures() {
        let source = frame.column(measure.name())?;
        for (name, of_visit) in measure.columns().iter().zip(&places) {
            columns.push(gathered(name, &[source], of_visit)?);
        }
    }
    distinct(columns)
}

/// The index of each row's visit in the specification; `None` when it is absent or not listed.
fn visit_indices(frame: &Frame, spec: &WideSpec) -> Result<Vec<Option<usize>>> {
    let factor = frame.column(spec.visit())?.to_factor();
    let of_level: Vec<Option<usize>> =
        factor.levels().iter().map(|level| spec.visits().iter().position(|visit| visit == level)).collect();
    Ok(factor.codes().iter().map(|&code| of_level.get(code as usize).copied().flatten()).collect())
}

/// A long table with the key and the visit of each row.
struct Long<'a> {
    frame: &'a Frame,
    spec: &'a WideSpec,
    groups: Vec<u32>,
    visits: Vec<Option<usize>>,
}

impl<'a> Long<'a> {
    /// The columns that are neither visit nor measure.
    fn carried(&self) -> impl Iterator<Item = &'a Column> + use<'a> {
        let spec = self.spec;
        let is_measure = move |name: &str| spec.measures().iter().any(|measure| measure.name() == name);
        let frame: &'a Frame = self.frame;
        frame.columns().iter().filter(move |column| column.name() != spec.visit() && !is_measure(column.name()))
    }

    /// For each visit, the row of each key.
    fn places(&self, first: &[usize], findings: &mut Findings) -> Vec<Vec<Place>> {
        let mut places: Vec<Vec<Place>> = vec![vec![None; first.len()]; self.spec.visits().len()];
        let visit_column = self.frame.get(self.spec.visit());
        for (row, (&group, &visit)) in self.groups.iter().zip(&self.visits).enumerate() {
            if group == NO_GROUP {
                findings.push(finding(row, &self.spec.key().join(", "), "required_value", "the row has no key".into()));
            }
            let Some(visit) = visit else {
                let absent = visit_column.is_some_and(|column| !column.is_observed(row));
                let (code, message) = match absent {
                    true => ("required_value", "the row has no visit"),
                    false => ("unknown_code", "not one of the visits of the wide table"),
                };
                findings.push(finding(row, self.spec.visit(), code, message.into()));
                continue;
            };
            if group == NO_GROUP {
                continue;
            }
            match &mut places[visit][group as usize] {
                Some((_, earlier)) => {
                    let message = format!("repeats the key and visit of row {}", *earlier + 1);
                    findings.push(finding(row, self.spec.visit(), "duplicate_key", message));
                }
                empty => *empty = Some((0, row)),
            }
        }
        places
    }

    /// Reports each row of `column` that differs from the first row of its key in value or reason for absence.
    fn check_constant(&self, column: &Column, first: &[usize], findings: &mut Findings) {
        let values = classes(column);
        for (row, &group) in self.groups.iter().enumerate().filter(|(_, group)| **group != NO_GROUP) {
            let original = first[group as usize];
            if values[row] != values[original] || column.presence(row) != column.presence(original) {
                let message = format!("differs from row {}, which has the same key", original + 1);
                findings.push(finding(row, column.name(), "not_constant", message));
            }
        }
    }
}

fn finding(row: usize, column: &str, code: &str, message: String) -> Finding {
    Finding {
        severity: Severity::Error,
        file: None,
        row: Some(row as u64 + 1),
        column: Some(column.to_owned()),
        code: code.to_owned(),
        message,
    }
}
