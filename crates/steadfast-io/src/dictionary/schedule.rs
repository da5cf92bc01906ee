//! `[schedule]`: when visits are planned and what they ask, as TOML and as the core understands it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steadfast_core::frame::{Date, Role};
use steadfast_core::schedule::{
    AgeRange, AgeSource, DataCut, Informants, PlannedInstrument, PlannedVisit, Schedule, Span,
};

use super::{Dictionary, VariableType};

/// The section as its TOML writes it; `docs/schedule.md` describes every key.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    #[serde(skip_serializing_if = "Option::is_none")]
    visit_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<AgeColumn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawal_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_cut: Option<CutSource>,
    #[serde(default)]
    origins: BTreeMap<String, String>,
    #[serde(default)]
    visits: Vec<VisitSource>,
    #[serde(default)]
    instruments: Vec<InstrumentSource>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct AgeColumn {
    column: String,
    unit: AgeUnit,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum AgeUnit {
    Months,
    Years,
}

#[derive(Deserialize, Serialize)]
#[serde(untagged, expecting = "expected a day such as 2024-06-30, or the name of a column")]
enum CutSource {
    Day(toml::value::Datetime),
    Column(String),
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct VisitSource {
    visit: String,
    origin: String,
    target: String,
    window: WindowSource,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WindowSource {
    from: String,
    to: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct InstrumentSource {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    columns: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    scores: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<AgeSourceRange>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    visits: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    informants: Option<InformantSource>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct AgeSourceRange {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    below: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct InformantSource {
    column: String,
    expected: Vec<String>,
}

impl Source {
    /// The schedule, beside the columns that `dictionary` describes, and everything that is wrong with it.
    pub(super) fn into_schedule(self, dictionary: &Dictionary, problems: &mut Vec<String>) -> Schedule {
        let mut found = Vec::new();
        let schedule = self.resolve(dictionary, &mut found);
        // What the core says about a schedule with an unreadable length of time would be about another one.
        if found.is_empty() {
            found.extend(schedule.contradictions());
            found.extend(against_columns(&schedule, dictionary));
        }
        problems.extend(found.into_iter().map(|problem| format!("schedule: {problem}")));
        schedule
    }

    fn resolve(self, dictionary: &Dictionary, problems: &mut Vec<String>) -> Schedule {
        let mut of_role = |role, name: &str| {
            let found = dictionary.with_role(role).map(|variable| variable.name().to_owned());
            found.unwrap_or_else(|| {
                problems.push(format!("no column has the role {name}"));
                String::new()
            })
        };
        let (subject, visit) = (of_role(Role::Subject, "subject"), of_role(Role::Visit, "visit"));
        if self.birth_date.is_some() && self.age.is_some() {
            problems.push("`birth_date` and `age` are two sources of one age".to_owned());
        }
        let age = match (self.birth_date, self.age) {
            (Some(column), _) => AgeSource::BirthDate(column),
            (None, Some(AgeColumn { column, unit: AgeUnit::Years })) => AgeSource::Years(column),
            (None, Some(AgeColumn { column, unit: AgeUnit::Months })) => AgeSource::Months(column),
            (None, None) => AgeSource::Unknown,
        };
        let data_cut = match self.data_cut {
            None => DataCut::Over,
            Some(CutSource::Column(column)) => DataCut::Column(column),
            Some(CutSource::Day(day)) => date_of(&day).map_or_else(
                || {
                    problems.push("`data_cut` is a day without a time, or the name of a column".to_owned());
                    DataCut::Over
                },
                DataCut::Day,
            ),
        };
        Schedule {
            subject,
            visit,
            origins: self.origins.into_iter().collect(),
            visits: self.visits.into_iter().map(|visit| visit.resolve(problems)).collect(),
            instruments: self.instruments.into_iter().map(|instrument| instrument.resolve(problems)).collect(),
            visit_date: self.visit_date,
            age,
            withdrawal_date: self.withdrawal_date,
            data_cut,
        }
    }
}

fn date_of(day: &toml::value::Datetime) -> Option<Date> {
    let date = day.date.filter(|_| day.time.is_none())?;
    Date::from_ymd(i32::from(date.year), u32::from(date.month), u32::from(date.day))
}

fn span(text: &str, place: &str, problems: &mut Vec<String>) -> Span {
    text.parse().unwrap_or_else(|error: steadfast_core::error::Error| {
        problems.push(format!("{place}: {error}"));
        Span::days(0)
    })
}

impl VisitSource {
    fn resolve(self, problems: &mut Vec<String>) -> PlannedVisit {
        let place = format!("visit `{}`", self.visit);
        PlannedVisit {
            target: span(&self.target, &place, problems),
            from: span(&self.window.from, &place, problems),
            to: span(&self.window.to, &place, problems),
            visit: self.visit,
            origin: self.origin,
        }
    }
}

impl InstrumentSource {
    fn resolve(self, problems: &mut Vec<String>) -> PlannedInstrument {
        let place = format!("instrument `{}`", self.name);
        let mut bound = |text: &Option<String>| text.as_deref().map(|text| span(text, &place, problems));
        let age = self
            .age
            .map_or_else(AgeRange::default, |age| AgeRange { from: bound(&age.from), below: bound(&age.below) });
        PlannedInstrument {
            name: self.name,
            label: self.label,
            columns: self.columns,
            scores: self.scores,
            age,
            informants: self.informants.map(|it| Informants { column: it.column, expected: it.expected }),
            visits: self.visits,
        }
    }
}

/// What the schedule says that the descriptions of the columns contradict. A column of an instrument need not be described:
/// scores are computed.
fn against_columns(schedule: &Schedule, dictionary: &Dictionary) -> Vec<String> {
    let mut problems = Vec::new();
    for (column, is_asked, what) in named(schedule) {
        match dictionary.variable(column).map(|variable| is_asked(variable.kind())) {
            None => problems.push(format!("column `{column}` is not described")),
            Some(false) => problems.push(format!("column `{column}` is no {what}")),
            Some(true) => {}
        }
    }
    let mut levels = |column: &str, names: &mut dyn Iterator<Item = &String>| {
        let Some(variable) = dictionary.variable(column) else { return };
        let VariableType::Factor(Some(levels)) = variable.kind() else { return };
        for name in names.filter(|name| levels.levels().iter().all(|level| level.name() != name.as_str())) {
            problems.push(format!("`{name}` is no level of column `{column}`"));
        }
    };
    levels(&schedule.visit, &mut schedule.visits.iter().map(|visit| &visit.visit));
    for informants in schedule.instruments.iter().filter_map(|instrument| instrument.informants.as_ref()) {
        levels(&informants.column, &mut informants.expected.iter());
    }
    for column in schedule.instruments.iter().map(PlannedInstrument::status_column) {
        if dictionary.variable(&column).is_some() {
            problems.push(format!("column `{column}` is described, and would be made"));
        }
    }
    problems
}

type Accept = fn(&VariableType) -> bool;

/// The columns that the schedule names, with what each must be.
fn named(schedule: &Schedule) -> Vec<(&str, Accept, &'static str)> {
    let is_day: Accept = |kind| matches!(kind, VariableType::Date(_));
    let is_number: Accept = |kind| matches!(kind, VariableType::Float | VariableType::Integer(_));
    let mut columns: Vec<(&str, Accept, &'static str)> = Vec::new();
    let mut days: Vec<&String> = schedule.origins.iter().map(|(_, column)| column).collect();
    days.extend(schedule.visit_date.iter().chain(&schedule.withdrawal_date));
    match &schedule.age {
        AgeSource::BirthDate(column) => days.push(column),
        AgeSource::Years(column) | AgeSource::Months(column) => columns.push((column, is_number, "number")),
        AgeSource::Unknown => {}
    }
    if let DataCut::Column(column) = &schedule.data_cut {
        days.push(column);
    }
    columns.extend(days.into_iter().map(|column| (column.as_str(), is_day, "date")));
    let informants = schedule.instruments.iter().filter_map(|instrument| instrument.informants.as_ref());
    columns.extend(informants.map(|it| (it.column.as_str(), (|_| true) as Accept, "column")));
    columns
}

/// The section that [`Source::into_schedule`] reads back.
pub(super) fn render(schedule: &Schedule) -> Option<toml::Value> {
    let (mut birth_date, mut age) = (None, None);
    match schedule.age.clone() {
        AgeSource::Unknown => {}
        AgeSource::BirthDate(column) => birth_date = Some(column),
        AgeSource::Years(column) => age = Some(AgeColumn { column, unit: AgeUnit::Years }),
        AgeSource::Months(column) => age = Some(AgeColumn { column, unit: AgeUnit::Months }),
    }
    let source = Source {
        visit_date: schedule.visit_date.clone(),
        birth_date,
        age,
        withdrawal_date: schedule.withdrawal_date.clone(),
        data_cut: match schedule.data_cut.clone() {
            DataCut::Over => None,
            DataCut::Day(day) => Some(CutSource::Day(datetime(day))),
            DataCut::Column(column) => Some(CutSource::Column(column)),
        },
        origins: schedule.origins.iter().cloned().collect(),
        visits: schedule.visits.iter().map(visit_source).collect(),
        instruments: schedule.instruments.iter().map(instrument_source).collect(),
    };
    toml::Value::try_from(source).ok()
}

fn datetime(day: Date) -> toml::value::Datetime {
    let (year, month, day) = day.ymd();
    let date = toml::value::Date { year: year as u16, month: month as u8, day: day as u8 };
    toml::value::Datetime { date: Some(date), time: None, offset: None }
}

fn visit_source(visit: &PlannedVisit) -> VisitSource {
    VisitSource {
        visit: visit.visit.clone(),
        origin: visit.origin.clone(),
        target: visit.target.to_string(),
        window: WindowSource { from: visit.from.to_string(), to: visit.to.to_string() },
    }
}

fn instrument_source(instrument: &PlannedInstrument) -> InstrumentSource {
    let text = |bound: Option<Span>| bound.map(|bound| bound.to_string());
    InstrumentSource {
        name: instrument.name.clone(),
        label: instrument.label.clone(),
        columns: instrument.columns.clone(),
        scores: instrument.scores.clone(),
        age: instrument
            .age
            .is_bounded()
            .then(|| AgeSourceRange { from: text(instrument.age.from), below: text(instrument.age.below) }),
        visits: instrument.visits.clone(),
        informants: instrument
            .informants
            .clone()
            .map(|it| InformantSource { column: it.column, expected: it.expected }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &str = r#"
        [columns.child]
        type = "id"
        role = "subject"
        [columns.visit]
        type = "factor"
        role = "visit"
        levels = ["baseline", "15 months"]
        [columns.entered]
        type = "date"
        [columns.born]
        type = "date"
        [columns.visited]
        type = "date"
        [columns.age]
        type = "float"
        [columns.informant]
        type = "factor"
        levels = ["parent", "teacher"]
        [columns.sdq]
        type = "integer"
    "#;

    const SCHEDULE: &str = r#"
        [schedule]
        visit_date = "visited"
        birth_date = "born"
        data_cut = 2021-06-30
        [schedule.origins]
        care_entry = "entered"
        [[schedule.visits]]
        visit = "baseline"
        origin = "care_entry"
        target = "9 weeks"
        window = { from = "4 weeks", to = "14 weeks" }
        [[schedule.visits]]
        visit = "15 months"
        origin = "care_entry"
        target = "1.25 years"
        window = { from = "14 months", to = "17 months" }
        [[schedule.instruments]]
        name = "sdq"
        label = "SDQ"
        columns = ["sdq"]
        age = { from = "2 years", below = "18 years" }
        visits = ["15 months"]
        informants = { column = "informant", expected = ["parent", "teacher"] }
    "#;

    #[test]
    fn a_schedule_is_understood_and_comes_back_from_its_toml() {
        let dictionary = Dictionary::parse(&format!("{COLUMNS}{SCHEDULE}"), "d.toml").unwrap();
        let schedule = dictionary.schedule().unwrap();
        assert_eq!((schedule.subject.as_str(), schedule.visit.as_str()), ("child", "visit"));
        assert_eq!(schedule.visits[1].target, Span::months(15));
        assert_eq!(schedule.data_cut, DataCut::Day(Date::from_ymd(2021, 6, 30).unwrap()));
        assert_eq!(schedule.instruments[0].age.below, Some(Span::months(216)));
        let written = dictionary.to_toml();
        assert_eq!(Dictionary::parse(&written, "written").unwrap(), dictionary, "{written}");
    }

    #[test]
    fn every_contradiction_with_the_columns_is_reported_at_once() {
        let wrong = SCHEDULE
            .replace("visit_date = \"visited\"", "visit_date = \"age\"\nwithdrawal_date = \"left\"")
            .replace("visit = \"15 months\"", "visit = \"16 months\"")
            .replace("\"teacher\"]", "\"self\"]")
            .replace("origin = \"care_entry\"", "origin = \"birth\"");
        let columns = format!("{COLUMNS}\n[columns.\"sdq.status\"]\ntype = \"text\"\n");
        let error = Dictionary::parse(&format!("{columns}{wrong}"), "d.toml").unwrap_err();
        assert_eq!(error.code(), "invalid_dictionary");
        insta::assert_snapshot!(error.to_string(), @r"
        `d.toml`: schedule: visit `baseline`: `birth` is none of the origins
        schedule: visit `16 months`: `birth` is none of the origins
        schedule: instrument `sdq`: `15 months` is none of the visits planned
        schedule: column `age` is no date
        schedule: column `left` is not described
        schedule: `16 months` is no level of column `visit`
        schedule: `self` is no level of column `informant`
        schedule: column `sdq.status` is described, and would be made
        ");
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_place() {
        let wrong = SCHEDULE
            .replace("\"9 weeks\"", "\"nine weeks\"")
            .replace("\"2 years\"", "\"toddler\"")
            .replace("2021-06-30", "2021-06-30T10:00:00")
            .replace("birth_date = \"born\"", "birth_date = \"born\"\nage = { column = \"age\", unit = \"years\" }");
        let columns = COLUMNS.replace("role = \"visit\"", "");
        let error = Dictionary::parse(&format!("{columns}{wrong}"), "d.toml").unwrap_err();
        insta::assert_snapshot!(error.to_string(), @r"
        `d.toml`: schedule: no column has the role visit
        schedule: `birth_date` and `age` are two sources of one age
        schedule: `data_cut` is a day without a time, or the name of a column
        schedule: visit `baseline`: `nine weeks` is no length of time; write a whole number of days, weeks or months, or years that are whole months, such as `14 weeks`
        schedule: instrument `sdq`: `toddler` is no length of time; write a whole number of days, weeks or months, or years that are whole months, such as `14 weeks`
        ");
    }
}
