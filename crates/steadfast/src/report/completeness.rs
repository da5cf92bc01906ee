//! What was expected, what became of it, and whether visits took place in their windows.

use super::Section;
use super::table::{Kind, Table};
use crate::plan::Plan;
use crate::results::layout::fixed;
use crate::study::Study;
use crate::trial::Count;
use crate::trial::completeness::{Completeness, CompletenessRow};

/// The completeness of every instrument; none where the dictionary has no schedule.
pub(super) fn completeness(study: &Study, plan: &Plan) -> Option<Section> {
    let found = study.results.completeness.as_ref()?;
    let clustered = plan.design.is_clustered();
    let mut tables = vec![classes(found, study, plan), windows(found, study, plan)];
    let (subject, unit) = (study.label(&plan.design.subject), study.label(plan.design.unit()));
    for table in &mut tables {
        if clustered {
            table.note(format!(
                "Each cell: distinct {subject}, and distinct {unit} in parentheses. A cluster is counted in every column \
                 in which it has a member."
            ));
        } else {
            table.note(format!("Each cell: distinct {subject}."));
        }
    }
    Some(Section { id: "completeness".into(), heading: "Completeness".into(), tables, ..Section::default() })
}

fn classes(found: &Completeness, study: &Study, plan: &Plan) -> Table {
    let numbers =
        ["Expected", "Observed", "Partly", "Missing", "Withdrawn", "Not yet due", "Not applicable", "Complete"];
    let mut table = table("Observations expected and what became of them", &numbers, found, study, plan);
    rows(&mut table, found, |row| {
        let it = &row.counts;
        let counts =
            [it.expected, it.observed, it.partly_observed, it.missing, it.withdrawn, it.not_yet_due, it.not_applicable];
        let share = row.percent_of_expected.map_or_else(|| "–".to_owned(), |share| format!("{} %", fixed(share, 1)));
        let due = row.percent_of_due.filter(|_| it.not_yet_due.subjects > 0);
        let of_due = due.map(|share| format!(" ({} % of those due)", fixed(share, 1))).unwrap_or_default();
        let is_clustered = plan.design.is_clustered();
        counts.iter().map(|count| cell(count, is_clustered)).chain([format!("{share}{of_due}")]).collect()
    });
    table.note(
        "Expected: everybody to whom the instrument applies at the visit, with or without a record in the file. Observed \
         to not yet due add up to expected. Complete: persons observed in full, in per cent of those expected.",
    );
    table
}

fn windows(found: &Completeness, study: &Study, plan: &Plan) -> Table {
    let has_undated = found.rows.iter().any(|row| row.counts.undated.subjects > 0);
    let numbers = ["In window", "Early", "Late", "Day not known"];
    let numbers = if has_undated { &numbers[..] } else { &numbers[..3] };
    let mut table = table("Windows met by the visits observed", numbers, found, study, plan);
    rows(&mut table, found, |row| {
        let it = &row.counts;
        let counts = [it.in_window, it.early, it.late, it.undated];
        counts[..numbers.len()].iter().map(|count| cell(count, plan.design.is_clustered())).collect()
    });
    table.note("Of those observed, in full or in part. The first and the last day of a window belong to it.");
    table
}

/// A table with the columns that name its rows.
fn table(caption: &str, numbers: &[&str], found: &Completeness, study: &Study, plan: &Plan) -> Table {
    let visit = study.label(&plan.design.visit);
    let informant = has_informants(found).then_some("Informant");
    let keys = [visit].into_iter().chain(informant).chain([study.label(&plan.design.arm)]);
    let left = 2 + usize::from(informant.is_some());
    Table::new(caption, keys.chain(numbers.iter().copied()), left)
}

/// A heading for each instrument and a row for each of its visits, informants and arms.
fn rows(table: &mut Table, found: &Completeness, numbers: impl Fn(&CompletenessRow) -> Vec<String>) {
    let mut instrument = None;
    for row in &found.rows {
        if instrument != Some(&row.instrument) {
            table.row(Kind::Group, [row.label.as_str()]);
            instrument = Some(&row.instrument);
        }
        let informant = has_informants(found).then(|| row.informant.clone().unwrap_or_default());
        let keys = [row.visit.clone()].into_iter().chain(informant);
        let kind = if row.arm.is_some() { Kind::Plain } else { Kind::Strong };
        let arm = row.arm.clone().unwrap_or_else(|| "Total".to_owned());
        table.row(kind, keys.chain([arm]).chain(numbers(row)));
    }
}

fn has_informants(found: &Completeness) -> bool {
    found.rows.iter().any(|row| row.informant.is_some())
}

fn cell(count: &Count, is_clustered: bool) -> String {
    if is_clustered && count.subjects > 0 {
        format!("{} ({})", count.subjects, count.clusters)
    } else {
        count.subjects.to_string()
    }
}
