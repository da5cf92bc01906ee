//! The analysis sets: who remains after each step, and why others do not.

use super::Section;
use super::table::{Kind, Table};
use super::trial::counts;
use crate::analysis_sets::{SetResult, UNDECIDED};
use crate::plan::Plan;
use crate::study::Study;
use crate::trial::ByArm;

/// A table a set, and which analysis is of which set; none where every row is in the only set.
pub(super) fn sets(study: &Study, plan: &Plan) -> Option<Section> {
    let sets = &study.results.analysis_sets;
    if sets.len() == 1 && sets[0].steps.is_empty() {
        return None;
    }
    let clustered = plan.design.is_clustered();
    let mut tables: Vec<Table> = sets.iter().map(|set| table(set, study, clustered)).collect();
    if let Some(last) = tables.last_mut() {
        let (subject, unit) = (study.label(&plan.design.subject), study.label(plan.design.unit()));
        if clustered {
            last.note(format!(
                "Each cell: distinct {subject} in distinct {unit}. A cluster is lost with its last member."
            ));
        } else {
            last.note(format!("Each cell: distinct {subject}, who were randomised one by one."));
        }
        last.note("Somebody is lost at the step at which the last row goes.");
    }
    tables.push(analyses(study));
    Some(Section { id: "analysis-sets".into(), heading: "Analysis sets".into(), tables, ..Section::default() })
}

fn table(set: &SetResult, study: &Study, clustered: bool) -> Table {
    let arms = set.file.arms.iter().map(|arm| arm.arm.clone());
    let header = [format!("By {}", study.label(&set.arm))].into_iter().chain(arms).chain(["Total".to_owned()]);
    let mut table = Table::new(&set.label, header, 1);
    let mut row = |kind: Kind, name: &str, count: &ByArm| {
        table.row(kind, [name.to_owned()].into_iter().chain(counts(count, clustered)));
    };
    row(Kind::Strong, "In the file", &set.file);
    for step in &set.steps {
        row(Kind::Inner, &format!("lost: {}", step.reason), &step.lost);
        if step.rows_undecided > 0 {
            row(Kind::Inner, &format!("lost: {UNDECIDED}"), &step.undecided);
        }
        row(Kind::Strong, &format!("where {}", step.condition), &step.remaining);
    }
    table
}

fn analyses(study: &Study) -> Table {
    let mut table = Table::new("Analyses and their sets", ["Analysis", "Set"], 2);
    for analysis in &study.results.analyses {
        let set = study.results.analysis_sets.iter().find(|set| set.name == analysis.set);
        table.row(Kind::Plain, [analysis.label.as_str(), set.map_or("", |set| set.label.as_str())]);
    }
    table
}
