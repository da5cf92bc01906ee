use steadfast_core::frame::Column;

use super::*;
use crate::analysis_sets::{Applied, SetResult};

fn design(cluster: Option<&str>) -> DesignColumns {
    DesignColumns {
        subject: "child".into(),
        cluster: cluster.map(str::to_owned),
        visit: "visit".into(),
        arm: "arm".into(),
        reference: "SAU".into(),
        strata: vec!["site".into()],
        outcome: "sdq".into(),
        baseline: Some("base".into()),
        baseline_visit: None,
        baseline_assessed: None,
        randomised: None,
    }
}

/// Four children in three families; child d has no second visit, child b's outcome is missing there.
fn frame() -> Frame {
    let sdq = Column::float("sdq", vec![10.0, 12.0, f64::NAN, 8.0, 20.0, 14.0, 6.0]);
    let base = Column::integer("base", vec![9, 9, 11, 11, 15, 15, 5]).with_presence(vec![
        Presence::Observed,
        Presence::Observed,
        Presence::Observed,
        Presence::Observed,
        Presence::Observed,
        Presence::Observed,
        Presence::NotApplicable,
    ]);
    Frame::new(vec![
        Column::factor("child", ["a", "a", "b", "b", "c", "c", "d"]),
        Column::factor("family", ["f", "f", "f", "f", "g", "g", "h"]),
        Column::factor("visit", ["1", "2", "2", "1", "1", "2", "1"]),
        Column::factor("arm", ["NIM", "NIM", "NIM", "NIM", "SAU", "SAU", "SAU"]),
        Column::factor("site", ["x", "x", "x", "x", "y", "y", "x"]),
        sdq,
        base,
    ])
    .unwrap()
}

/// The set of everybody in the file.
pub(super) fn everybody(trial: &Trial<'_>) -> Applied {
    let count = trial.count(trial.all_rows());
    let result = SetResult {
        name: "itt".into(),
        label: "ITT".into(),
        arm: "arm".into(),
        file: count.clone(),
        steps: Vec::new(),
        rows: trial.all_rows().len(),
        count,
    };
    Applied { result, rows: trial.all_rows(), losses: Vec::new() }
}

#[test]
fn clusters_and_subjects_are_both_counted_at_every_step() {
    let (frame, design) = (frame(), design(Some("family")));
    let trial = Trial::new(&frame, &design).unwrap();
    let columns = ["sdq", "arm", "visit", "base", "family"].map(|name| frame.column(name).unwrap()).to_vec();
    let needs = flow::Needs { columns, rows: trial.all_rows() };
    let flow = flow::flow(&trial, &everybody(&trial), &needs).unwrap();
    let totals: Vec<(usize, usize)> =
        flow.steps.iter().map(|step| (step.count.total.clusters, step.count.total.subjects)).collect();
    assert_eq!(totals, [(3, 4), (3, 4), (2, 3), (2, 3), (2, 2)]);
    let reasons: Vec<&str> = flow.steps[4].lost.iter().map(|loss| loss.reason.as_str()).collect();
    assert_eq!(reasons, ["no record of the visit", "sdq missing"]);
    assert_eq!(flow.steps[3].lost[0].reason, "a covariate of the analysis not applicable");
    assert_eq!(flow.steps[2].lost[0].reason, "base not applicable");
    assert_eq!(flow.steps[4].count.arms[0].count, Count { clusters: 1, subjects: 1 });
}

#[test]
fn observed_means_count_who_was_seen() {
    let (frame, design) = (frame(), design(Some("family")));
    let trial = Trial::new(&frame, &design).unwrap();
    let means = observed::observed(&trial, &trial.all_rows(), 0.95).unwrap();
    assert_eq!(means.len(), 4);
    assert_eq!((means[0].clusters, means[0].subjects, means[0].mean), (1, 2, Some(9.0)));
    // Two values 10 and 8: sd √2, t(0.975; 1) = 12.7062047361747, half-width 12.7062047361747.
    assert!((means[0].conf_high.unwrap() - 21.706_204_736_174_7).abs() < 1e-10);
    assert_eq!((means[1].absent.missing, means[1].std_dev), (1, None));
}

#[test]
fn the_baseline_table_takes_each_subject_once_and_each_cluster_once() {
    let (frame, design) = (frame(), design(Some("family")));
    let trial = Trial::new(&frame, &design).unwrap();
    let text = r#"
        version = 1
        title = "t"
        data = { file = "d.csv", dictionary = "d.toml" }
        design = { subject = "child", cluster = "family", visit = "visit", arm = "arm", reference = "SAU", outcome = "sdq" }
        analyses = [{ id = "a", label = "a", role = "primary", adjusted = false, model = "sdq ~ arm", contrast = { factor = "arm", levels = ["NIM", "SAU"] } }]
    "#;
    let plan = Plan::parse(text, "plan.toml").unwrap();
    let table = baseline::baseline(&trial, &trial.all_rows(), &plan).unwrap();
    let [clusters, subjects] = table.blocks.as_slice() else { panic!("two blocks") };
    assert_eq!((clusters.arms[0].n, clusters.arms[1].n), (1, 2));
    assert_eq!((subjects.arms[0].n, subjects.arms[1].n), (2, 2));
    let base = &subjects.variables[0];
    assert_eq!((base.arms[1].n, base.arms[1].absent.not_applicable), (1, 1));
    // NIM: 9 and 11, mean 10; SAU has one value, so that no standard deviation exists.
    assert_eq!(base.standardised_differences, [None]);
    assert_eq!(clusters.variables[0].name, "site");
    // site x: 1 of 1 against 1 of 2: 0.5/√(0.25/2).
    assert!((clusters.variables[0].standardised_differences[0].unwrap() - 2.0_f64.sqrt()).abs() < 1e-15);
}

#[test]
fn a_subject_with_two_arms_is_refused_with_its_rows() {
    let frame = frame().with_column(Column::factor("arm", ["NIM", "SAU", "NIM", "NIM", "SAU", "SAU", "SAU"])).unwrap();
    let error = Trial::new(&frame, &design(None)).unwrap_err();
    assert_eq!(error.code(), "arm_changes");
    assert!(error.to_string().contains("row 2 differs from row 1"), "{error}");
}

use crate::plan::Plan;
