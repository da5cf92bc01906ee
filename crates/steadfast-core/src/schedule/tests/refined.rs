//! What the frame gains.

use super::*;

fn presence(frame: &Frame, column: &str) -> Vec<Presence> {
    let column = frame.column(column).unwrap();
    (0..column.len()).map(|row| column.presence(row)).collect()
}

fn statuses(frame: &Frame, column: &str) -> Vec<Option<String>> {
    let factor = frame.column(column).unwrap().to_factor();
    (0..frame.n_rows()).map(|row| factor.level(row).map(str::to_owned)).collect()
}

#[test]
fn absences_take_the_reason_of_their_cell_and_observed_values_stay() {
    let rows = [
        ("a", "baseline", Some(day(2020, 4, 3)), [O, M]),
        ("a", "15 months", None, [M, M]),
        ("a", "30 months", None, [M, M]),
        ("b", "baseline", Some(day(2020, 4, 3)), [M, M]),
        ("b", "another", None, [M, M]),
    ];
    let frame = frame(&rows, &[("b", day(2019, 1, 1))], &[("a", day(2021, 1, 1))]);
    let found = cut(day(2021, 12, 31)).classify(&frame).unwrap();
    let refined = found.refine(frame).unwrap();
    assert_eq!(presence(&refined, "item_1"), [O, W, NYD, NA, NA]);
    assert_eq!(presence(&refined, "item_2"), [M, W, NYD, NA, NA]);
    let expected = ["partly observed", "withdrawn", "not yet due", "not applicable", "not applicable"];
    assert_eq!(statuses(&refined, "sdq.status"), expected.map(|status| Some(status.to_owned())));
    let factor = refined.column("sdq.status").unwrap().to_factor();
    assert_eq!(factor.levels(), Status::ALL.map(|status| status.name().to_owned()));
    let imputable: Vec<usize> = (0..5).filter(|&row| refined.column("item_2").unwrap().is_imputable(row)).collect();
    assert_eq!(imputable, [0, 1]);
}

#[test]
fn a_column_of_two_forms_is_not_applicable_only_where_neither_applies() {
    let mut schedule = schedule();
    let (mut young, mut old) = (instrument("young", &["item_1"]), instrument("old", &["item_1"]));
    young.age = AgeRange { from: Some(span("2 years")), below: Some(span("4 years")) };
    old.age = AgeRange { from: Some(span("4 years")), below: None };
    schedule.instruments = vec![young, old];
    let rows = [("a", "baseline", None, [M, M]), ("b", "baseline", None, [M, M]), ("c", "baseline", None, [M, M])];
    let born = [("a", day(2019, 1, 1)), ("b", day(2017, 1, 1)), ("c", day(2015, 1, 1))];
    let frame = frame(&rows, &born, &[]);
    let refined = schedule.classify(&frame).unwrap().refine(frame).unwrap();
    assert_eq!(presence(&refined, "item_1"), [NA, M, M]);
    assert_eq!(statuses(&refined, "old.status")[1].as_deref(), Some("not applicable"));
    assert_eq!(presence(&refined, "item_2"), [M, M, M]);
}

#[test]
fn scores_are_absent_for_the_reason_of_their_instrument() {
    let mut schedule = schedule();
    schedule.instruments[0].scores = vec!["total".into()];
    let rows = [("a", "baseline", None, [M, M]), ("b", "baseline", None, [O, M])];
    let total = Column::float("total", vec![f64::NAN, f64::NAN]);
    let frame = frame(&rows, &[("a", day(2019, 1, 1))], &[]).with_column(total).unwrap();
    let found = schedule.classify(&frame).unwrap();
    assert_eq!(found.slot_of("total").unwrap().instrument(), 0);
    assert_eq!(presence(&found.refine(frame).unwrap(), "total"), [NA, M]);
}

#[test]
fn a_row_without_a_person_has_no_status_and_keeps_its_reasons() {
    let rows = [("a", "baseline", None, [M, NA]), ("a", "15 months", None, [O, O])];
    let nobody = Factor::from_codes(vec!["a".into()], vec![None, Some(0)]).unwrap();
    let frame = frame(&rows, &[], &[]).with_column(Column::from_factor("child", nobody)).unwrap();
    let refined = schedule().classify(&frame).unwrap().refine(frame).unwrap();
    assert_eq!(statuses(&refined, "sdq.status"), [None, Some("observed".to_owned())]);
    assert_eq!(presence(&refined, "item_2"), [NA, O]);
}
