//! Which form each row has, by age and informant.

use super::form::Form;
use super::request::{InformantColumn, Request};
use crate::error::{Error, Result};
use crate::frame::{Factor, Frame, Presence};

/// What is known of a row's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Selected {
    /// It is the form at this place.
    Form(usize),
    /// No form is meant for such a person, or the informant has none.
    NotApplicable,
    /// Age or informant is missing.
    Undecided,
}

/// The form of every row.
pub(super) struct Selection {
    pub(super) rows: Vec<Selected>,
    /// For each form the rows whose informant is its own and whose age is that of no form.
    pub(super) outside: Vec<usize>,
    /// The rows whose informant is not known to the request.
    pub(super) strangers: Vec<usize>,
    /// The column of the informant, for messages.
    pub(super) informant: Option<String>,
}

impl Selection {
    /// The form of every row of `frame`: of those whose informant is the row's, the first whose ages contain its age.
    pub(super) fn of(frame: &Frame, request: &Request) -> Result<Self> {
        let mut selection = Self {
            rows: Vec::with_capacity(frame.n_rows()),
            outside: vec![0; request.forms.len()],
            strangers: Vec::new(),
            informant: request.informant.as_ref().map(|one| one.column.clone()),
        };
        let informants = Informants::of(frame, request)?;
        let ages = Ages::of(frame, request)?;
        for row in 0..frame.n_rows() {
            let chosen = selection.choose(request, row, informants.at(row), ages.at(row));
            selection.rows.push(chosen);
        }
        Ok(selection)
    }

    fn choose(&mut self, request: &Request, row: usize, informant: Known<&str>, age: Known<f64>) -> Selected {
        let informant = match informant {
            Known::Value(name) if InformantColumn::is_nobody(name) => return Selected::NotApplicable,
            Known::Value(name) => Some(name),
            Known::NotAsked => None,
            Known::NotApplicable => return Selected::NotApplicable,
            Known::Missing => return Selected::Undecided,
            Known::Stranger => {
                self.strangers.push(row);
                return Selected::Undecided;
            }
        };
        let is_candidate = |form: &Form| informant.is_none() || form.definition().informant.as_deref() == informant;
        let mut candidates = request.forms.iter().enumerate().filter(|(_, form)| is_candidate(form)).peekable();
        if candidates.peek().is_none() {
            self.strangers.push(row);
            return Selected::Undecided;
        }
        let fits = |form: &Form| match (form.definition().age, age) {
            (Some(range), Known::Value(months)) => range.contains(months),
            _ => true,
        };
        let depends_on_age = candidates.clone().any(|(_, form)| form.definition().age.is_some());
        match age {
            Known::Missing if depends_on_age => Selected::Undecided,
            Known::NotApplicable if depends_on_age => Selected::NotApplicable,
            _ => match candidates.clone().find(|(_, form)| fits(form)) {
                Some((form, _)) => Selected::Form(form),
                None => {
                    candidates.for_each(|(form, _)| self.outside[form] += 1);
                    Selected::NotApplicable
                }
            },
        }
    }
}

/// What a row says of something.
#[derive(Clone, Copy)]
enum Known<T> {
    Value(T),
    /// There is no such column.
    NotAsked,
    Missing,
    NotApplicable,
    /// The request does not know what the level means.
    Stranger,
}

/// Who answered, by row.
struct Informants<'a> {
    column: Option<(Factor, Vec<Presence>, &'a InformantColumn)>,
}

impl<'a> Informants<'a> {
    fn of(frame: &Frame, request: &'a Request) -> Result<Self> {
        let Some(asked) = &request.informant else { return Ok(Self { column: None }) };
        let column = frame.column(&asked.column)?;
        let presence = (0..column.len()).map(|row| column.presence(row)).collect();
        Ok(Self { column: Some((column.to_factor(), presence, asked)) })
    }

    fn at(&self, row: usize) -> Known<&str> {
        let Some((factor, presence, asked)) = &self.column else { return Known::NotAsked };
        match (presence[row], factor.level(row)) {
            (Presence::NotApplicable, _) => Known::NotApplicable,
            (Presence::Observed, Some(level)) => asked.informant(level).map_or(Known::Stranger, Known::Value),
            _ => Known::Missing,
        }
    }
}

/// Ages in months, by row.
struct Ages {
    column: Option<Vec<Known<f64>>>,
}

impl Ages {
    fn of(frame: &Frame, request: &Request) -> Result<Self> {
        let Some(asked) = &request.age else { return Ok(Self { column: None }) };
        let column = frame.column(&asked.column)?;
        let numbers = column.to_numeric().ok_or_else(|| {
            Error::usage("not_numeric", format!("the age in column `{}` is no number", column.name()))
        })?;
        let known = |row: usize| match column.presence(row) {
            Presence::Observed if numbers[row].is_finite() => Known::Value(asked.unit.months(numbers[row])),
            Presence::NotApplicable => Known::NotApplicable,
            _ => Known::Missing,
        };
        Ok(Self { column: Some((0..column.len()).map(known).collect()) })
    }

    fn at(&self, row: usize) -> Known<f64> {
        self.column.as_ref().map_or(Known::NotAsked, |ages| ages[row])
    }
}
