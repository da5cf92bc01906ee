//! What a schedule must not say, and what a frame must have.

use super::*;

#[test]
fn all_contradictions_are_reported_together() {
    let mut wrong = schedule();
    wrong.age = AgeSource::Unknown;
    wrong.visits[0].origin = "birth".into();
    wrong.visits[1].to = span("13 months");
    wrong.visits[2].visit = "15 months".into();
    // 4 weeks are 28 days and one month is 28 to 31: on some days the target would lie after the window.
    wrong.visits[2] = visit("15 months", "randomisation", ["0 days", "1 month", "4 weeks"]);
    wrong.instruments[0].columns.push("item_1".into());
    wrong.instruments[0].visits = vec!["60 months".into()];
    wrong.instruments[0].age.below = Some(span("24 months"));
    wrong.instruments[0].informants = Some(Informants { column: "who".into(), expected: Vec::new() });
    wrong.instruments.push(instrument("sdq", &[]));
    assert_eq!(
        wrong.contradictions(),
        [
            "the visit `15 months` is listed twice",
            "the instrument `sdq` is listed twice",
            "visit `baseline`: `birth` is none of the origins",
            "visit `15 months`: the window ends before it begins",
            "visit `15 months`: the target lies after the window",
            "visit `15 months`: the target lies after the window",
            "instrument `sdq`: the column `item_1` is listed twice",
            "instrument `sdq`: `60 months` is none of the visits planned",
            "instrument `sdq`: `expected` names no informant",
            "instrument `sdq`: no age is in its range",
            "instrument `sdq`: it has a range of ages, and the schedule has neither `birth_date` nor `age`",
            "instrument `sdq`: `columns` is empty",
        ]
    );
    assert!(schedule().contradictions().is_empty());
}

#[test]
fn every_column_that_is_not_there_or_holds_no_days_is_named_at_once() {
    let frame = Frame::new(vec![Column::factor("child", ["a"]), Column::factor("visited", ["soon"])]).unwrap();
    let error = schedule().classify(&frame).unwrap_err();
    assert_eq!(error.code(), "schedule_columns");
    let message = error.to_string();
    for part in ["`entered`", "`randomised`", "`visited` holds no days", "`item_1`", "`born`", "`withdrew`", "`visit`;"]
    {
        assert!(format!("{message};").contains(part), "{part}: {message}");
    }
}

#[test]
fn a_frame_without_rows_has_no_cells() {
    let empty = frame(&[("a", "baseline", None, [M, M])], &[], &[]).select(&[]);
    let found = schedule().classify(&empty).unwrap();
    assert_eq!((found.n_subjects(), found.findings().len()), (0, 0));
    assert_eq!(found.refine(empty).unwrap().n_rows(), 0);
}
