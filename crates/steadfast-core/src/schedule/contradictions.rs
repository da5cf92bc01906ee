//! What a schedule must not say.

use std::collections::BTreeSet;

use super::plan::{AgeSource, PlannedInstrument, PlannedVisit, Schedule};
use super::span::Span;
use crate::frame::Date;

impl Schedule {
    /// Every contradiction in the schedule itself, one sentence each.
    pub fn contradictions(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.visits.is_empty() {
            problems.push("it plans no visit".to_owned());
        }
        if self.instruments.is_empty() {
            problems.push("it plans no instrument".to_owned());
        }
        twice(self.visits.iter().map(|visit| visit.visit.as_str()), "the visit", &mut problems);
        twice(self.instruments.iter().map(|instrument| instrument.name.as_str()), "the instrument", &mut problems);
        for visit in &self.visits {
            let name = &visit.visit;
            problems.extend(self.of_visit(visit).into_iter().map(|problem| format!("visit `{name}`: {problem}")));
        }
        for instrument in &self.instruments {
            let name = &instrument.name;
            let found = self.of_instrument(instrument);
            problems.extend(found.into_iter().map(|problem| format!("instrument `{name}`: {problem}")));
        }
        problems
    }

    fn of_visit(&self, visit: &PlannedVisit) -> Vec<String> {
        let mut problems = Vec::new();
        if !self.origins.iter().any(|(name, _)| *name == visit.origin) {
            problems.push(format!("`{}` is none of the origins", visit.origin));
        }
        for (first, second, what) in [
            (visit.from, visit.to, "the window ends before it begins"),
            (visit.from, visit.target, "the target lies before the window"),
            (visit.target, visit.to, "the target lies after the window"),
        ] {
            if ever_later(first, second) {
                problems.push(what.to_owned());
            }
        }
        problems
    }

    fn of_instrument(&self, instrument: &PlannedInstrument) -> Vec<String> {
        let mut problems = Vec::new();
        if instrument.columns.is_empty() {
            problems.push("`columns` is empty".to_owned());
        }
        twice(instrument.columns.iter().chain(&instrument.scores).map(String::as_str), "the column", &mut problems);
        twice(instrument.visits.iter().map(String::as_str), "the visit", &mut problems);
        for visit in &instrument.visits {
            if !self.visits.iter().any(|planned| planned.visit == *visit) {
                problems.push(format!("`{visit}` is none of the visits planned"));
            }
        }
        if let Some(informants) = &instrument.informants {
            if informants.expected.is_empty() {
                problems.push("`expected` names no informant".to_owned());
            }
            twice(informants.expected.iter().map(String::as_str), "the informant", &mut problems);
        }
        problems.extend(self.of_ages(instrument));
        problems
    }

    fn of_ages(&self, instrument: &PlannedInstrument) -> Vec<String> {
        let mut problems = Vec::new();
        let age = instrument.age;
        if let (Some(from), Some(below)) = (age.from, age.below)
            && (ever_later(from, below) || from == below)
        {
            problems.push("no age is in its range".to_owned());
        }
        if age.is_bounded() && self.age == AgeSource::Unknown {
            problems.push("it has a range of ages, and the schedule has neither `birth_date` nor `age`".to_owned());
        }
        let in_days = |span: &Span| span.in_months().is_none();
        let is_column = matches!(self.age, AgeSource::Years(_) | AgeSource::Months(_));
        if is_column && age.from.iter().chain(&age.below).any(in_days) {
            problems.push("ages in a column are compared in months or years, not in days or weeks".to_owned());
        }
        problems
    }
}

fn twice<'a>(names: impl Iterator<Item = &'a str>, what: &str, problems: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    let repeated = names.filter(|name| !seen.insert(*name));
    problems.extend(repeated.map(|name| format!("{what} `{name}` is listed twice")));
}

/// Whether there is a day of the calendar after which `first` ends later than `second`: months differ in length, so
/// every day of a cycle of leap years is tried.
fn ever_later(first: Span, second: Span) -> bool {
    let start = Date::from_ymd(2001, 1, 1).map_or(0, |day| day.0);
    (0..1461).map(|at| Date(start + at)).any(|day| first.after(day) > second.after(day))
}
