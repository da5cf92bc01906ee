//! Scores of all rows of a frame, as columns.

use super::columns::Columns;
use super::form::{Answer, Form, Output, Score};
use super::report::{FormScales, ScaleReport, moments};
use super::request::{Reference, Request};
use super::selection::{Selected, Selection};
use super::standardise::standardised;
use crate::error::{Error, Result};
use crate::findings::{Finding, Findings, Severity};
use crate::frame::{Column, Factor, Frame, Presence};

mod outputs;
use outputs::Outputs;

/// A frame with its scores, and what came up on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The frame, with the columns of the scores added.
    pub frame: Frame,
    /// What the items break; with an error among them, the rows concerned have no score.
    pub findings: Findings,
    /// How many were scored, by form.
    pub reports: Vec<FormScales>,
}

/// Where a scoring writes what it finds.
struct Notes<'a> {
    file: Option<&'a str>,
    findings: Findings,
}

impl Notes<'_> {
    fn add(&mut self, severity: Severity, row: Option<usize>, column: Option<&str>, code: &str, message: String) {
        self.findings.push(Finding {
            severity,
            file: self.file.map(str::to_owned),
            row: row.map(|row| row as u64 + 1),
            column: column.map(str::to_owned),
            code: code.to_owned(),
            message,
        });
    }
}

/// `frame` with the scores of every request; `file` is what findings call it. The columns of a score are `prefix_scale`,
/// `prefix_scale.prorated` (the items filled in), `prefix_scale.band` where it has bands, `prefix_scale.z` where standardised
/// scores are asked for, and `prefix.form` where there are several forms.
///
/// | finding | severity | when |
/// |---|---|---|
/// | `missing_item_column` | error | a scale has some of its columns and not others |
/// | `item_not_numeric` | error | a column of an item holds no numbers |
/// | `item_out_of_range`, `item_not_whole` | error | an answer that the form does not know |
/// | `unknown_informant` | error | the request does not say what the informant means |
/// | `answered_outside_age` | warning | items are answered at an age for which no form is valid; they are not scored |
/// | `form_undecided` | warning | rows without age or informant, which have no score |
/// | `not_collected` | note | a scale none of whose columns is there |
///
/// # Errors
/// `invalid_request` with all that makes no sense in a request, `unknown_column`, `not_numeric`, `column_exists`.
pub fn score(frame: &Frame, requests: &[Request], file: Option<&str>) -> Result<Scored> {
    let mut notes = Notes { file, findings: Findings::new() };
    let (mut scored, mut reports) = (frame.clone(), Vec::new());
    for request in requests {
        let problems = request.problems();
        if !problems.is_empty() {
            let message = format!("instrument `{}`: {}", request.prefix, problems.join("\n"));
            return Err(Error::usage("invalid_request", message));
        }
        let (columns, of_forms) = one(frame, request, &mut notes)?;
        for column in columns {
            if scored.get(column.name()).is_some() {
                let message = format!("there is a column `{}` already: choose another prefix", column.name());
                return Err(Error::usage("column_exists", message));
            }
            scored = scored.with_column(column)?;
        }
        reports.extend(of_forms);
    }
    Ok(Scored { frame: scored, findings: notes.findings.sorted(), reports })
}

fn one(frame: &Frame, request: &Request, notes: &mut Notes<'_>) -> Result<(Vec<Column>, Vec<FormScales>)> {
    let (columns, not_numbers) = Columns::of(frame, request);
    for name in not_numbers {
        notes.add(Severity::Error, None, Some(&name), "item_not_numeric", "the answers are no numbers".to_owned());
    }
    let selection = Selection::of(frame, request)?;
    for &row in &selection.strangers {
        let message = "no form is answered by this informant, and the request does not say `none`".to_owned();
        notes.add(Severity::Error, Some(row), selection.informant.as_deref(), "unknown_informant", message);
    }
    let undecided = selection.rows.iter().filter(|one| **one == Selected::Undecided).count();
    if undecided > selection.strangers.len() {
        let n = undecided - selection.strangers.len();
        let message = format!("instrument `{}`: {n} rows lack age or informant and have no score", request.prefix);
        notes.add(Severity::Warning, None, None, "form_undecided", message);
    }
    let collected: Vec<Vec<bool>> =
        request.forms.iter().map(|form| collected(form, &columns, request, notes)).collect();
    let mut outputs = Outputs::new(request, &collected, frame.n_rows());
    for row in 0..frame.n_rows() {
        match selection.rows[row] {
            Selected::Form(form) => {
                let answers = answers(&request.forms[form], &columns, row, notes);
                let scores = request.forms[form].scores(&answers, request.rule.as_deref());
                outputs.put(row, form, &scores);
            }
            Selected::NotApplicable => {
                if is_answered(&request.forms, &columns, row) {
                    let message = format!(
                        "instrument `{}` is answered where no form of it applies; it is not scored",
                        request.prefix
                    );
                    notes.add(Severity::Warning, Some(row), None, "answered_outside_age", message);
                }
                outputs.not_applicable(row);
            }
            Selected::Undecided => {}
        }
    }
    let reference = reference(frame, request)?;
    let reports = outputs.reports(&selection);
    Ok((outputs.into_columns(&selection, reference.as_deref())?, reports))
}

/// For each output of `form` whether its items were collected.
fn collected(form: &Form, columns: &Columns<'_>, request: &Request, notes: &mut Notes<'_>) -> Vec<bool> {
    let mut found = Vec::new();
    for (place, output) in form.outputs().enumerate() {
        let items = form.items_of(place).into_iter().chain(form.deciding(place));
        let ids: Vec<&str> = items.map(|item| form.items()[item].id.as_str()).collect();
        let absent: Vec<&str> = ids.iter().copied().filter(|id| columns.get(id).is_none()).collect();
        found.push(absent.is_empty());
        if !matches!(output, Output::Scale(_)) || absent.is_empty() {
            continue;
        }
        let name = |id: &str| request.items.column(id).unwrap_or_else(|| format!("of item {id}"));
        if absent.len() == ids.len() {
            let message = format!(
                "instrument `{}`: the scale `{}` is not scored, none of its columns is there",
                request.prefix,
                output.id()
            );
            notes.add(Severity::Note, None, None, "not_collected", message);
            continue;
        }
        for id in absent {
            let message = format!("the scale `{}` of instrument `{}` needs it", output.id(), request.prefix);
            notes.add(Severity::Error, None, Some(&name(id)), "missing_item_column", message);
        }
    }
    if !found.contains(&true) {
        let message = format!("instrument `{}`: no scale of `{}` can be scored", request.prefix, form.definition().id);
        notes.add(Severity::Error, None, None, "missing_item_column", message);
    }
    found
}

/// The answers of `row`; one that the form does not know is reported and counts as missing.
fn answers(form: &Form, columns: &Columns<'_>, row: usize, notes: &mut Notes<'_>) -> Vec<Answer> {
    let mut found = Vec::with_capacity(form.items().len());
    for item in form.items() {
        let Some(column) = columns.get(&item.id) else {
            found.push(Answer::Missing);
            continue;
        };
        let answer = column.answer(row);
        let problem = match answer {
            Answer::Given(answer) if !(item.min..=item.max).contains(&answer) => {
                Some(("item_out_of_range", format!("the answer is not from {} to {}", item.min, item.max)))
            }
            Answer::Given(answer) if item.whole && answer.fract() != 0.0 => {
                Some(("item_not_whole", "the answer is no whole number".to_owned()))
            }
            _ => None,
        };
        found.push(if problem.is_some() { Answer::Missing } else { answer });
        if let Some((code, message)) = problem {
            notes.add(Severity::Error, Some(row), Some(column.name()), code, message);
        }
    }
    found
}

fn is_answered(forms: &[Form], columns: &Columns<'_>, row: usize) -> bool {
    let mut items = forms.iter().flat_map(Form::item_ids).filter_map(|id| columns.get(id));
    items.any(|column| matches!(column.answer(row), Answer::Given(_)))
}

/// Which rows are of the reference, where standardised scores are asked for.
fn reference(frame: &Frame, request: &Request) -> Result<Option<Vec<bool>>> {
    match &request.standardise {
        None => Ok(None),
        Some(Reference::All) => Ok(Some(vec![true; frame.n_rows()])),
        Some(Reference::At { column, level }) => {
            let factor = frame.column(column)?.to_factor();
            if factor.level_index(level).is_none() {
                let message = format!("column `{column}` has no level `{level}`, the reference of standardised scores");
                return Err(Error::usage("unknown_level", message));
            }
            Ok(Some((0..frame.n_rows()).map(|row| factor.level(row) == Some(level)).collect()))
        }
    }
}
