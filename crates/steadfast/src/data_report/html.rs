//! The report as one HTML page without links to anywhere.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value, context};
use serde::Serialize;

use super::completeness::{self, Share, part, share};
use super::disclosure::Shown;
use super::{ColumnReport, DataReport, expected, figures};
use crate::error::{Error, Result};

const TEMPLATE: &str = include_str!("page.html");
/// The look of every report, and what only this one has.
const STYLE: &str = concat!(include_str!("../report/report.css"), include_str!("page.css"));

/// A table with cells that may be coloured.
#[derive(Serialize)]
struct Table {
    caption: String,
    header: Vec<String>,
    /// How many columns name the row.
    left: usize,
    rows: Vec<Vec<Cell>>,
    note: String,
}

/// A cell, and the class that gives it its colour.
#[derive(Serialize)]
struct Cell {
    text: String,
    class: &'static str,
}

/// A column with its drawing.
#[derive(Serialize)]
struct Card {
    name: String,
    label: String,
    kind: String,
    summary: String,
    svg: Option<String>,
}

/// The page about `report`.
///
/// # Errors
/// `report_template` when the template cannot be rendered.
pub fn html(report: &DataReport) -> Result<String> {
    let mut tables = vec![columns(report)];
    tables.extend(by_visit(report));
    tables.extend(by_schedule(report));
    let cards: Vec<Card> = report.columns.iter().map(card).collect();
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let remarks = [report.rules(), report.disclosure.sentence()];
    let view = context! {
        title => format!("Data report: {}", report.file),
        style => STYLE,
        version => env!("CARGO_PKG_VERSION"),
        headline => report.headline(),
        remarks => Value::from(Serde(&remarks)),
        findings => Value::from(Serde(&findings(report))),
        visits => Value::from(Serde(&visits(report))),
        completeness => Value::from(Serde(&tables)),
        counted => report.disclosure.counted,
        cards => Value::from(Serde(&cards)),
    };
    environment
        .render_str(TEMPLATE, view)
        .map_err(|error| Error::usage("report_template", format!("the report cannot be rendered: {error:#}")))
}

fn plain(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), class: "" }
}

fn texts(header: &[&str]) -> Vec<String> {
    header.iter().map(|text| (*text).to_owned()).collect()
}

fn findings(report: &DataReport) -> Option<Table> {
    let row = |group: &super::FindingGroup| {
        let rule = Cell { text: format!("{}: {}", group.severity_name(), group.code), class: group.severity_name() };
        let column = plain(group.column.clone().unwrap_or_default());
        vec![rule, column, plain(&group.message), plain(group.places()), plain(group.count.to_string())]
    };
    (!report.findings.is_empty()).then(|| Table {
        caption: "By rule and column".into(),
        header: texts(&["Rule", "Column", "What (of the first)", "Rows", "Count"]),
        left: 4,
        rows: report.findings.iter().map(row).collect(),
        note: "Row 1 is the first after the header. Counts of findings are about the file and are exact.".into(),
    })
}

fn visits(report: &DataReport) -> Option<Table> {
    let row = |visit: &super::VisitCount| {
        vec![plain(&visit.visit), plain(visit.rows.to_string()), plain(visit.subjects.to_string())]
    };
    (!report.visits.is_empty()).then(|| Table {
        caption: "Visits".into(),
        header: texts(&["Visit", "Rows", "Subjects"]),
        left: 1,
        rows: report.visits.iter().map(row).collect(),
        note: String::new(),
    })
}

/// Every column with the reasons of what is absent.
fn columns(report: &DataReport) -> Table {
    let reasons = completeness::reasons(&report.columns);
    let row = |column: &ColumnReport| {
        let mut cells = vec![plain(&column.name), plain(column.label.clone().unwrap_or_default())];
        cells.push(plain(kind(column)));
        let complete = share(&column.parts);
        cells.push(Cell { text: percent(complete), class: shade(complete) });
        cells.extend(reasons.iter().map(|reason| quiet_zero(part(&column.parts, reason))));
        cells.push(plain(column.distinct.to_string()));
        cells
    };
    let headings = reasons.iter().map(|reason| capital(&completeness::heading(reason)));
    Table {
        caption: "By column".into(),
        header: texts(&["Column", "Label", "Type and role", "Complete"])
            .into_iter()
            .chain(headings)
            .chain(["Distinct".to_owned()])
            .collect(),
        left: 3,
        rows: report.columns.iter().map(row).collect(),
        note:
            "Complete: observed, of the cells that could have a value; what is not applicable, or not yet due, is not missing. Refused: \
               the cell holds something that is no value of the column."
                .into(),
    }
}

/// The share observed of each column at each visit.
fn by_visit(report: &DataReport) -> Option<Table> {
    let row = |column: &ColumnReport| {
        let mut cells = vec![plain(&column.name)];
        cells.extend(column.visits.iter().map(|visit| {
            let complete = share(&visit.parts);
            let not_applicable = part(&visit.parts, "not_applicable");
            let not_yet_due = part(&visit.parts, "not_yet_due");
            let mut text = percent(complete);
            if !not_applicable.is_zero() {
                text.push_str(&format!(" (n/a {not_applicable})"));
            }
            if !not_yet_due.is_zero() {
                text.push_str(&format!(" (due later {not_yet_due})"));
            }
            Cell { text, class: shade(complete) }
        }));
        cells
    };
    (!report.visits.is_empty()).then(|| Table {
        caption: "By column and visit: observed, of the cells that could have a value".into(),
        header: std::iter::once("Column".to_owned()).chain(report.visits.iter().map(|visit| visit.visit.clone())).collect(),
        left: 1,
        rows: report.columns.iter().map(row).collect(),
        note: "n/a: cells in which no value can exist by design; they are outside the percentage. A count in the place of a \
               percentage: some are absent, too few to say how many. –: no cell could have a value, or too few people do."
            .into(),
    })
}

/// What became of every observation that the schedule expects, and whether visits were in their windows.
fn by_schedule(report: &DataReport) -> Option<Table> {
    let rows = report.schedule.as_ref().filter(|rows| !rows.is_empty())?;
    let (left, header, lines) = expected::table(rows);
    Some(Table {
        caption: "By the schedule: observations expected, what became of them, and windows met".into(),
        header: header.iter().map(|name| capital(name)).collect(),
        left,
        rows: lines.into_iter().map(|line| line.into_iter().map(plain).collect()).collect(),
        note: format!(
            "{} Expected: everybody to whom the instrument applies at the visit, with or without a record in the file; observed to not \
             yet due add up to it. In window, early and late: of those observed, in full or in part.",
            expected::note(rows)
        ),
    })
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn quiet_zero(shown: Shown) -> Cell {
    if shown.is_zero() { Cell { text: "0".into(), class: "quiet" } } else { plain(shown.to_string()) }
}

/// Whole per cent, where a hundred means all and zero none.
fn percent(share: Share) -> String {
    let whole = |percent: f64| match percent {
        percent if percent >= 100.0 => 100.0,
        percent if percent <= 0.0 => 0.0,
        percent => percent.round().clamp(1.0, 99.0),
    };
    match share {
        Share::Unknown => "–".to_owned(),
        Share::AllBut(count) => format!("{count} absent"),
        Share::Percent(percent) => format!("{:.0} %", whole(percent)),
        Share::About(percent) => format!("≈{:.0} %", whole(percent)),
    }
}

fn shade(share: Share) -> &'static str {
    match share {
        Share::Unknown => "c",
        Share::AllBut(_) => "c few",
        Share::Percent(percent) | Share::About(percent) => match percent {
            percent if percent >= 100.0 => "c c5",
            percent if percent >= 95.0 => "c c4",
            percent if percent >= 80.0 => "c c3",
            percent if percent >= 50.0 => "c c2",
            percent if percent > 0.0 => "c c1",
            _ => "c c0",
        },
    }
}

/// The type, and the role where there is one.
fn kind(column: &ColumnReport) -> String {
    match column.role_name() {
        role if role.is_empty() => column.r#type.to_owned(),
        role => format!("{}, {role}", column.r#type),
    }
}

fn card(column: &ColumnReport) -> Card {
    let unit = column.unit.as_ref().map(|unit| format!(", {unit}")).unwrap_or_default();
    Card {
        name: column.name.clone(),
        label: column.label.as_ref().map(|label| format!("{label}{unit}")).unwrap_or_default(),
        kind: kind(column),
        summary: column.summary(),
        svg: figures::distribution(column),
    }
}
