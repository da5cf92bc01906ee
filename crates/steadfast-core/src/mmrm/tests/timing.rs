use super::*;
use crate::findings::Severity;
use crate::frame::Date;

/// Children `a` (before), `b` (after), `c` (the same day), `d` (not known), `e` (after, without baseline).
fn frame(assessed: Column) -> Frame {
    Frame::new(vec![
        Column::factor("child", ["a", "b", "b", "c", "d", "e"]),
        Column::factor("arm", ["SAU", "NIM", "NIM", "NIM", "SAU", "SAU"]),
        Column::factor("visit", ["15", "15", "30", "15", "15", "15"]),
        Column::float("sdq", vec![9.0, 8.0, 11.0, 7.0, 5.0, 4.0]),
        Column::float("sdq0", vec![10.0, 12.0, 12.0, 13.0, 9.0, f64::NAN]),
        assessed,
        Column::date("randomised", vec![Date(100); 6]),
    ])
    .unwrap()
}

fn dates() -> Column {
    use crate::frame::Presence::{Missing, Observed};
    let presence = vec![Observed, Observed, Observed, Observed, Missing, Observed];
    Column::date("assessed", [90, 101, 101, 100, 0, 300].map(Date).to_vec()).with_presence(presence)
}

fn model(analysis: Baseline) -> Mmrm {
    sdq(analysis).baseline(Recorded::in_column("sdq0").timed("assessed", "randomised"), analysis)
}

#[test]
fn a_baseline_after_randomisation_is_found_by_row_and_column_without_its_value() {
    for analysis in [ANCOVA, Baseline::Constrained] {
        let prepared = model(analysis).prepare(&frame(dates())).unwrap();
        let found: Vec<_> = prepared.findings.iter().collect();
        assert_eq!(found.len(), 1, "one for each subject, at its first row");
        assert_eq!((found[0].severity, found[0].row), (Severity::Warning, Some(2)));
        assert_eq!(found[0].column.as_deref(), Some("assessed"));
        assert_eq!(found[0].code, "baseline_after_randomisation");
        assert!(!found[0].message.contains(char::is_numeric));
        let timing = prepared.notes.iter().filter(|note| note.contains("randomisation"));
        assert_eq!(timing.count(), 2, "{:?}", prepared.notes);
    }
}

#[test]
fn where_baseline_is_a_row_its_own_date_counts() {
    let rows = Frame::new(vec![
        Column::factor("child", ["a", "a", "b", "b"]),
        Column::factor("arm", ["SAU", "SAU", "NIM", "NIM"]),
        Column::factor("visit", ["15", "0", "15", "0"]),
        Column::float("sdq", vec![9.0, 8.0, 11.0, 7.0]),
        Column::integer("day", vec![450, 3, 450, -3]),
        Column::integer("randomised", vec![0; 4]),
    ])
    .unwrap();
    let model = sdq(ANCOVA).baseline(Recorded::at_visit("0").timed("day", "randomised"), ANCOVA);
    let findings = model.prepare(&rows).unwrap().findings;
    assert_eq!(findings.iter().map(|finding| finding.row).collect::<Vec<_>>(), [Some(2)]);
}

#[test]
fn dates_are_not_compared_with_numbers() {
    let numbers = Column::integer("assessed", vec![0; 6]);
    assert_eq!(model(ANCOVA).prepare(&frame(numbers)).unwrap_err().code(), "different_time_scales");
    let texts = Column::factor("assessed", ["x"; 6]);
    assert_eq!(model(ANCOVA).prepare(&frame(texts)).unwrap_err().code(), "different_time_scales");
}
