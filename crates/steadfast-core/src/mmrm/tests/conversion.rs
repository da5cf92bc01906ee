use super::*;
use crate::frame::{Presence, Role};

fn in_column(analysis: Baseline) -> Mmrm {
    sdq(analysis).baseline(Recorded::in_column("sdq0").visit_called("0"), analysis)
}

#[test]
fn either_form_of_the_data_gives_the_same_bits() {
    let trial = Trial::complete(40).with_missing_visits();
    for analysis in [ANCOVA, Baseline::Change, Baseline::Constrained, Baseline::Unconstrained] {
        let rows = sdq(analysis).fit(&trial.rows(4)).unwrap();
        let columns = in_column(analysis).fit(&trial.columns(4)).unwrap();
        assert_eq!(rows.lmm().beta(), columns.lmm().beta(), "{analysis:?}");
        assert_eq!(rows.lmm().vcov(), columns.lmm().vcov());
        assert_eq!(rows.counts(), columns.counts());
        assert_eq!(rows.lmm().rows(), columns.lmm().rows());
    }
}

fn texts(frame: &Frame, column: &str) -> Vec<String> {
    let factor = frame.column(column).unwrap().to_factor();
    (0..frame.n_rows()).map(|row| factor.level(row).unwrap_or("-").to_owned()).collect()
}

/// Three children: `a` has everything, `b` no baseline, `c` is too young for one.
fn small() -> Frame {
    let absent = [Presence::Observed, Presence::Missing, Presence::Missing, Presence::NotApplicable];
    Frame::new(vec![
        Column::factor("child", ["a", "b", "b", "c"]),
        Column::factor("arm", ["SAU", "NIM", "NIM", "NIM"]),
        Column::integer("visit", vec![15, 15, 30, 15]),
        Column::integer("sdq", vec![9, 11, 13, 8]).with_role(Role::Outcome).with_unit("points"),
        Column::integer("sdq0", vec![10, 0, 0, 0]).with_presence(absent.to_vec()),
        Column::integer("age", vec![3, 5, 5, 1]),
        Column::integer("days", vec![460, 470, 910, 455]),
    ])
    .unwrap()
}

#[test]
fn a_column_becomes_a_row_above_the_later_ones() {
    let prepared = in_column(Baseline::Constrained).covariate("age", Slope::Common).prepare(&small()).unwrap();
    let frame = &prepared.frame;
    assert_eq!(texts(frame, "child"), ["a", "a", "b", "b", "c"]);
    assert_eq!(texts(frame, "visit"), ["0", "15", "15", "30", "15"]);
    assert_eq!(texts(frame, "sdq"), ["10", "9", "11", "13", "8"]);
    assert_eq!(texts(frame, "age"), ["3", "3", "5", "5", "1"]);
    assert_eq!(texts(frame, "arm_post"), ["SAU", "SAU", "NIM", "NIM", "NIM"]);
    let visit = frame.column("visit").unwrap().as_factor().unwrap();
    assert_eq!((visit.levels(), visit.reference()), (["0", "15", "30"].map(str::to_owned).as_slice(), 0));
    let outcome = frame.column("sdq").unwrap();
    assert_eq!((outcome.role(), outcome.unit()), (Some(Role::Outcome), Some("points")));
    let expected = [
        "baseline is missing for 1 subjects with later outcomes; these contribute",
        "baseline is not applicable for 1 subjects with later outcomes; these contribute",
        "`arm_post` is `arm` after baseline and its reference level at baseline, where its column is empty",
    ];
    assert_eq!(prepared.notes, expected);
    assert_eq!(prepared.counts.unwrap().outcomes_without_baseline, 3);
}

#[test]
fn a_column_that_varies_is_missing_at_baseline_and_cannot_be_a_covariate_there() {
    let mut frame = small();
    frame = frame.with_column(Column::integer("child", vec![1, 1, 2, 3])).unwrap();
    frame = frame.with_column(Column::factor("arm", ["NIM", "NIM", "NIM", "SAU"])).unwrap();
    let sdq0 = Column::float("sdq0", vec![10.0, f64::NAN, 12.0, 11.0]);
    frame = frame.with_column(sdq0).unwrap();
    frame = frame.with_column(Column::integer("visit", vec![15, 30, 15, 15])).unwrap();
    let prepared = in_column(Baseline::Constrained).prepare(&frame).unwrap();
    assert_eq!(texts(&prepared.frame, "days"), ["-", "460", "470", "910", "910", "455", "455"]);
    let model = in_column(Baseline::Constrained).covariate("days", Slope::Common);
    assert_eq!(model.prepare(&frame).unwrap_err().code(), "varies_within_subject");
    let weighted = in_column(Baseline::Constrained).weights("age");
    assert_eq!(weighted.prepare(&frame).unwrap_err().code(), "baseline_weight");
    // In the other form each baseline serves all rows of its subject.
    let ancova = in_column(ANCOVA).prepare(&frame).unwrap().frame;
    assert_eq!(texts(&ancova, "sdq0"), ["10", "10", "12", "11"]);
}

#[test]
fn rows_become_a_column_and_their_visit_is_gone() {
    let rows = in_column(Baseline::Unconstrained).prepare(&small()).unwrap().frame;
    let back = sdq(ANCOVA).prepare(&rows).unwrap();
    assert_eq!(texts(&back.frame, "child"), ["a", "b", "b", "c"]);
    assert_eq!(texts(&back.frame, "baseline"), ["10", "-", "-", "-"]);
    let visit = back.frame.column("visit").unwrap().as_factor().unwrap();
    assert_eq!(visit.levels(), ["15", "30"]);
    let expected = "baseline is missing for 2 subjects with later outcomes; these do not enter";
    assert_eq!(back.notes, [expected]);
    let change = in_column(Baseline::Change).prepare(&small()).unwrap().frame;
    let change = change.column("sdq_change").unwrap();
    let presence: Vec<Presence> = (0..4).map(|row| change.presence(row)).collect();
    let expected = [Presence::Observed, Presence::Missing, Presence::Missing, Presence::NotApplicable];
    assert_eq!(presence, expected);
    assert_eq!(change.unit(), Some("points"));
}

#[test]
fn data_that_contradict_themselves_are_refused() {
    let code = |model: &Mmrm, column: Column| model.prepare(&small().with_column(column).unwrap()).unwrap_err().code();
    let clda = in_column(Baseline::Constrained);
    assert_eq!(code(&clda, Column::factor("arm", ["SAU", "NIM", "SAU", "NIM"])), "arm_differs");
    assert_eq!(code(&clda, Column::float("sdq0", vec![1.0, 2.0, 3.0, 4.0])), "baseline_differs");
    assert_eq!(code(&clda, Column::float("sdq0", vec![f64::NAN; 4])), "no_baseline");
    assert_eq!(code(&clda, Column::integer("visit", vec![0, 15, 30, 15])), "baseline_twice");
    assert_eq!(code(&clda, Column::integer("arm_post", vec![0; 4])), "column_exists");
    let at_visit = sdq(ANCOVA);
    assert_eq!(code(&at_visit, Column::integer("age", vec![0; 4])), "unknown_visit");
    assert_eq!(code(&at_visit, Column::integer("visit", vec![15, 0, 0, 15])), "duplicate_baseline");
    let taken = at_visit.baseline(Recorded::at_visit("15").column_called("age"), ANCOVA);
    assert_eq!(taken.prepare(&small()).unwrap_err().code(), "column_exists");
    let reference = Mmrm::new("sdq", Arm::new("arm", "none"), "visit", "child");
    assert_eq!(reference.prepare(&small()).unwrap_err().code(), "unknown_level");
}

#[test]
fn without_baseline_nothing_but_factors_changes() {
    let model = Mmrm::new("sdq", Arm::new("arm", "SAU"), "visit", "child");
    let prepared = model.prepare(&small()).unwrap();
    assert_eq!((prepared.frame.n_rows(), prepared.counts), (4, None));
    assert!(prepared.frame.column("visit").unwrap().as_factor().is_some());
    let unused = sdq(Baseline::Unused).baseline(Recorded::at_visit("15"), Baseline::Unused);
    assert_eq!(unused.prepare(&small()).unwrap().frame.n_rows(), 1);
}

#[test]
fn rows_without_visit_or_subject_are_left_to_the_count_of_incomplete_rows() {
    let visits = Factor::from_values([Some("0"), Some("15"), None, Some("15"), Some("0"), Some("15")]);
    let children = Factor::from_values([Some("a"), Some("a"), Some("a"), None, Some("b"), Some("b")]);
    let frame = Frame::new(vec![
        Column::from_factor("child", children),
        Column::factor("arm", ["SAU", "SAU", "SAU", "NIM", "NIM", "NIM"]),
        Column::from_factor("visit", visits),
        Column::float("sdq", vec![10.0, 9.0, 8.0, 7.0, 6.0, 5.0]),
    ])
    .unwrap();
    for (analysis, rows) in [(ANCOVA, 4), (Baseline::Constrained, 6)] {
        let prepared = sdq(analysis).prepare(&frame).unwrap();
        assert_eq!(prepared.frame.n_rows(), rows);
        assert_eq!(prepared.counts.unwrap().subjects, 2);
    }
}
