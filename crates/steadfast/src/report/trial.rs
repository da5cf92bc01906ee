//! Who took part, who they were, and what was observed.

use super::table::{Kind, Table};
use super::{Figure, Section};
use crate::plan::Plan;
use crate::results::layout::{fixed, significant};
use crate::study::Study;
use crate::trial::baseline::{ArmDescription, Block, Description, Variable};
use crate::trial::observed::ObservedMean;
use crate::trial::{ByArm, Count};

/// The participant flow.
pub(super) fn flow(study: &Study, plan: &Plan) -> Section {
    let clustered = plan.design.is_clustered();
    let flow = &study.results.flow;
    let arms: Vec<String> =
        flow.steps.first().map(|step| step.count.arms.iter().map(|arm| arm.arm.clone()).collect()).unwrap_or_default();
    let header = ["Step".to_owned()].into_iter().chain(arms).chain(["Total".to_owned()]);
    let mut table = Table::new("Participant flow", header, 1);
    for step in &flow.steps {
        table.row(Kind::Strong, [step.step.clone()].into_iter().chain(counts(&step.count, clustered)));
        for loss in &step.lost {
            let reason = format!("not here: {}", loss.reason);
            table.row(Kind::Inner, [reason].into_iter().chain(counts(&loss.count, clustered)));
        }
    }
    let (subject, unit) = (study.label(&plan.design.subject), study.label(plan.design.unit()));
    if clustered {
        table.note(format!("Each cell: distinct {subject} in distinct {unit}."));
        table.note(
            "A cluster may reach a step with some of its members and miss it with others: it is counted in both rows.",
        );
    } else {
        table.note(format!("Each cell: distinct {subject}, who were randomised one by one."));
    }
    Section { id: "flow".into(), heading: "Participant flow".into(), tables: vec![table], ..Section::default() }
}

pub(super) fn counts(by_arm: &ByArm, clustered: bool) -> Vec<String> {
    let text = |count: &Count| {
        if clustered { format!("{} in {}", count.subjects, count.clusters) } else { count.subjects.to_string() }
    };
    by_arm.arms.iter().map(|arm| &arm.count).chain([&by_arm.total]).map(text).collect()
}

/// The baseline table.
pub(super) fn baseline(study: &Study, plan: &Plan) -> Section {
    let blocks = &study.results.baseline.blocks;
    let arms: Vec<String> =
        blocks.first().map(|b| b.arms.iter().map(|arm| arm.arm.clone()).collect()).unwrap_or_default();
    let header = ["".to_owned()].into_iter().chain(arms).chain(["Standardised difference".to_owned()]);
    let mut table = Table::new("Baseline", header, 1);
    for block in blocks {
        let sizes = block.arms.iter().map(|arm| format!("n = {}", arm.n));
        let heading = [study.label(&block.unit).to_owned()].into_iter().chain(sizes).chain([String::new()]);
        table.row(Kind::Group, heading);
        rows(&mut table, block);
    }
    let reference = &plan.design.reference;
    table.note("Numeric variables: mean (standard deviation), median [quartiles]. Levels: number (per cent of those observed).");
    table.note(format!("Standardised difference: the other arm minus {reference}, over √((s₁² + s₂²)/2). No p-values: differences at baseline are due to chance."));
    Section { id: "baseline".into(), heading: "Baseline".into(), tables: vec![table], ..Section::default() }
}

fn rows(table: &mut Table, block: &Block) {
    for variable in &block.variables {
        let unit = variable.unit.as_ref().map(|unit| format!(", {unit}")).unwrap_or_default();
        let name = format!("{}{unit}", variable.label);
        let difference = |i: usize| match variable.standardised_differences.get(i) {
            Some(Some(difference)) => fixed(*difference, 2),
            Some(None) => "–".to_owned(),
            None => String::new(),
        };
        match variable.arms.first().map(|arm| &arm.values) {
            Some(Description::Levels { levels }) => {
                table.row(
                    Kind::Plain,
                    [name].into_iter().chain(variable.arms.iter().map(|_| String::new())).chain([String::new()]),
                );
                for (i, level) in levels.iter().enumerate() {
                    let cells = variable.arms.iter().map(|arm| share(arm, i));
                    table.row(Kind::Inner, [level.level.clone()].into_iter().chain(cells).chain([difference(i)]));
                }
            }
            _ => {
                let cells = variable.arms.iter().map(numbers);
                table.row(Kind::Plain, [name].into_iter().chain(cells).chain([difference(0)]));
            }
        }
        absences(table, variable);
    }
}

/// Missing and not applicable, each in a row of its own where there is any.
fn absences(table: &mut Table, variable: &Variable) {
    let counts = |of: fn(&ArmDescription) -> usize| variable.arms.iter().map(of).collect::<Vec<usize>>();
    let absent = [
        ("missing", counts(|arm| arm.absent.missing)),
        ("withdrawn", counts(|arm| arm.absent.withdrawn)),
        ("not yet due", counts(|arm| arm.absent.not_yet_due)),
        ("not applicable", counts(|arm| arm.absent.not_applicable)),
    ];
    for (name, counts) in absent {
        if counts.iter().any(|count| *count > 0) {
            let cells = counts.iter().map(usize::to_string);
            table.row(Kind::Inner, [name.to_owned()].into_iter().chain(cells).chain([String::new()]));
        }
    }
}

fn numbers(arm: &ArmDescription) -> String {
    let Description::Numeric { mean: Some(mean), std_dev, quartile_1, median, quartile_3 } = &arm.values else {
        return "–".to_owned();
    };
    let std_dev = std_dev.map_or_else(|| "–".to_owned(), |sd| fixed(sd, 1));
    let quartile = |value: &Option<f64>| value.map_or_else(|| "–".to_owned(), |value| significant(value, 3));
    format!(
        "{} ({std_dev}), {} [{} to {}]",
        fixed(*mean, 1),
        quartile(median),
        quartile(quartile_1),
        quartile(quartile_3)
    )
}

fn share(arm: &ArmDescription, level: usize) -> String {
    let Description::Levels { levels } = &arm.values else { return "–".to_owned() };
    let count = levels.get(level).map_or(0, |level| level.count);
    if arm.n == 0 { count.to_string() } else { format!("{count} ({:.0} %)", 100.0 * count as f64 / arm.n as f64) }
}

/// The observed means.
pub(super) fn observed(study: &Study, plan: &Plan, figures: &[Figure]) -> Section {
    let clustered = plan.design.is_clustered();
    let visit = study.label(&plan.design.visit);
    let header = [
        "Arm",
        visit,
        "Observed",
        "Missing",
        "Withdrawn",
        "Not yet due",
        "Not applicable",
        "Mean (SD)",
        "95 % interval",
    ];
    let mut table = Table::new(&format!("{}, observed", study.label(&plan.design.outcome)), header, 2);
    for mean in &study.results.observed {
        let n = if clustered { format!("{} in {}", mean.subjects, mean.clusters) } else { mean.subjects.to_string() };
        let absent = mean.absent.numbers().map(|count| count.to_string());
        let cells = [mean.arm.clone(), mean.visit.clone(), n].into_iter().chain(absent).chain(moments(mean));
        table.row(Kind::Plain, cells);
    }
    let mut note = "Means of the observed values, before any model; intervals from Student's t".to_owned();
    note.push_str(if clustered { ", as if members of a cluster were independent." } else { "." });
    table.note(note);
    let figures = figures.iter().filter(|figure| figure.file == "figures/observed_means.svg").map(Into::into).collect();
    Section {
        id: "observed".into(),
        heading: "Observed outcome".into(),
        figures,
        tables: vec![table],
        ..Section::default()
    }
}

fn moments(mean: &ObservedMean) -> [String; 2] {
    let value = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| fixed(value, 2));
    let interval = match (mean.conf_low, mean.conf_high) {
        (Some(low), Some(high)) => format!("{} to {}", fixed(low, 2), fixed(high, 2)),
        _ => "–".to_owned(),
    };
    [format!("{} ({})", value(mean.mean), value(mean.std_dev)), interval]
}
