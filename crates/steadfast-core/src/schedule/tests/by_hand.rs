//! Cells worked by hand: each class, each precedence, and the days on which windows and ages begin and end.

use super::Status::{Missing, NotApplicable, NotYetDue, Observed, PartlyObserved, Withdrawn};
use super::*;

const BASELINE: Option<(i32, u32, u32)> = Some((2020, 4, 3));

fn at(row: Option<(i32, u32, u32)>) -> Option<Date> {
    row.map(|(year, month, of_month)| day(year, month, of_month))
}

#[test]
fn a_visit_without_a_row_is_expected_nonetheless() {
    let frame = frame(&[("a", "baseline", at(BASELINE), [O, O])], &[], &[]);
    assert_eq!(classes(&schedule(), &frame), [Observed, Missing, Missing]);
    let found = schedule().classify(&frame).unwrap();
    assert_eq!((found.timing(0, 0), found.timing(0, 1)), (Timing::InWindow, Timing::NoRecord));
    assert_eq!(found.without_row(&found.slots()[0]).collect::<Vec<_>>(), [(0, 1), (0, 2)]);
    assert_eq!(found.counts(&found.slots()[0], 1), [0, 0, 1, 0, 0, 0]);
}

#[test]
fn some_items_make_a_cell_partly_observed_and_items_that_do_not_apply_take_nothing_away() {
    let of = |items| classes(&schedule(), &frame(&[("a", "baseline", at(BASELINE), items)], &[], &[]))[0];
    assert_eq!([of([O, O]), of([O, M]), of([O, NA]), of([M, M])], [Observed, PartlyObserved, Observed, Missing]);
    // The reason differs between the items: nothing is known but that both are absent.
    assert_eq!([of([NA, M]), of([NA, NA]), of([W, W]), of([NYD, NYD])], [Missing, NotApplicable, Withdrawn, NotYetDue]);
}

#[test]
fn two_rows_of_a_visit_are_one_cell() {
    let rows = [("a", "baseline", None, [O, M]), ("a", "baseline", at(BASELINE), [M, O])];
    // Each row has one item: neither is a whole questionnaire.
    assert_eq!(classes(&schedule(), &frame(&rows, &[], &[]))[0], PartlyObserved);
    let rows = [("a", "baseline", None, [O, M]), ("a", "baseline", at(BASELINE), [O, O])];
    assert_eq!(classes(&schedule(), &frame(&rows, &[], &[]))[0], Observed);
}

#[test]
fn the_age_is_that_of_the_day_of_the_visit_and_of_the_target_without_one() {
    // 2 years old on 30 April 2021, the target of 15 months; the visit took place a day earlier, or not at all.
    let born = [("a", day(2019, 4, 30))];
    let of = |on| classes(&schedule(), &frame(&[("a", "15 months", on, [M, M])], &born, &[]));
    assert_eq!(of(None), [NotApplicable, Missing, Missing]);
    assert_eq!(of(Some(day(2021, 4, 29))), [NotApplicable, NotApplicable, Missing]);
    assert_eq!(of(Some(day(2021, 4, 30))), [NotApplicable, Missing, Missing]);
}

#[test]
fn the_lower_age_belongs_to_the_range_and_the_upper_does_not() {
    let range = AgeRange { from: Some(span("2 years")), below: Some(span("48 months")) };
    let birth = day(2018, 1, 31);
    assert!(!range.holds_on(birth, day(2020, 1, 30)) && range.holds_on(birth, day(2020, 1, 31)));
    assert!(range.holds_on(birth, day(2022, 1, 30)) && !range.holds_on(birth, day(2022, 1, 31)));
    // Born on a leap day: 2 years old on the last of February.
    assert!(!range.holds_on(day(2020, 2, 29), day(2022, 2, 27)) && range.holds_on(day(2020, 2, 29), day(2022, 2, 28)));
    assert!(!range.holds_months(23.99) && range.holds_months(24.0));
    assert!(range.holds_months(47.99) && !range.holds_months(48.0));
}

#[test]
fn an_instrument_that_the_visit_does_not_ask_for_is_not_applicable() {
    let mut schedule = schedule();
    schedule.instruments[0].visits = vec!["baseline".into(), "15 months".into()];
    let frame = frame(&[("a", "baseline", at(BASELINE), [O, O])], &[], &[]);
    assert_eq!(classes(&schedule, &frame), [Observed, Missing, NotApplicable]);
    let cell = schedule.classify(&frame).unwrap().slots()[0].cell(0, 2);
    assert_eq!(cell.ineligible, Some(Ineligible::NotPlanned));
}

#[test]
fn a_visit_is_due_when_its_window_has_closed_on_the_last_day_of_the_data() {
    let frame = frame(&[("a", "baseline", at(BASELINE), [O, O])], &[], &[]);
    // The window of 15 months closes on 30 June 2021.
    assert_eq!(classes(&cut(day(2021, 6, 29)), &frame), [Observed, NotYetDue, NotYetDue]);
    assert_eq!(classes(&cut(day(2021, 6, 30)), &frame), [Observed, Missing, NotYetDue]);
    assert_eq!(classes(&cut(day(2023, 4, 30)), &frame), [Observed, Missing, Missing]);
    // What was observed early in an open window is observed.
    assert_eq!(classes(&cut(day(2020, 4, 3)), &frame), [Observed, NotYetDue, NotYetDue]);
}

#[test]
fn who_withdraws_on_the_last_day_of_a_window_is_withdrawn_there() {
    let of = |on| classes(&schedule(), &frame(&[("a", "baseline", at(BASELINE), [O, O])], &[], &[("a", on)]));
    assert_eq!(of(day(2021, 6, 30)), [Observed, Withdrawn, Withdrawn]);
    assert_eq!(of(day(2021, 7, 1)), [Observed, Missing, Withdrawn]);
    // Before anything: what was observed stays so.
    assert_eq!(of(day(2020, 2, 1)), [Observed, Withdrawn, Withdrawn]);
}

#[test]
fn not_applicable_counts_before_not_yet_due_and_that_before_withdrawn() {
    let rows = [("a", "baseline", None, [M, M])];
    // Born on 1 March 2021: under 2 on 30 April 2021 and, at 1 year 11 months, on 28 February 2023.
    let frame = frame(&rows, &[("a", day(2021, 3, 1))], &[("a", day(2020, 6, 1))]);
    assert_eq!(classes(&cut(day(2020, 5, 1)), &frame), [NotApplicable; 3]);
    let older = super::frame(&rows, &[], &[("a", day(2020, 6, 1))]);
    // Baseline closed on 8 May 2020, before the withdrawal on 1 June.
    assert_eq!(classes(&cut(day(2020, 5, 7)), &older), [NotYetDue; 3]);
    assert_eq!(classes(&cut(day(2021, 6, 30)), &older), [Missing, Withdrawn, NotYetDue]);
}

#[test]
fn each_informant_expected_has_a_cell_of_its_own() {
    let mut schedule = schedule();
    schedule.instruments[0].informants =
        Some(Informants { column: "who".into(), expected: vec!["parent".into(), "teacher".into(), "self".into()] });
    let rows = [
        ("a", "baseline", at(BASELINE), [O, O]),
        ("a", "baseline", at(BASELINE), [O, M]),
        ("a", "baseline", at(BASELINE), [O, O]),
    ];
    let who = Column::factor("who", ["parent", "teacher", "stranger"]);
    let frame = frame(&rows, &[], &[]).with_column(who).unwrap();
    let found = schedule.classify(&frame).unwrap();
    let of = |slot: usize| (found.slots()[slot].informant().unwrap(), found.slots()[slot].cell(0, 0).status);
    assert_eq!([of(0), of(1), of(2)], [("parent", Observed), ("teacher", PartlyObserved), ("self", Missing)]);
}

#[test]
fn an_age_in_a_column_serves_where_the_day_of_birth_is_not_known() {
    let schedule = Schedule { age: AgeSource::Years("age".into()), ..schedule() };
    let rows = [("a", "baseline", at(BASELINE), [M, M]), ("a", "15 months", None, [M, M])];
    let frame = frame(&rows, &[], &[]).with_column(Column::float("age", vec![1.9, 2.0])).unwrap();
    // No row, no age: 30 months are expected.
    assert_eq!(classes(&schedule, &frame), [NotApplicable, Missing, Missing]);
}

#[test]
fn a_visit_counts_by_a_day_in_its_window_if_it_has_one() {
    let rows = [("a", "baseline", at(Some((2020, 2, 27))), [O, O]), ("a", "baseline", at(BASELINE), [O, O])];
    assert_eq!(schedule().classify(&frame(&rows, &[], &[])).unwrap().timing(0, 0), Timing::InWindow);
    for (on, timing) in [
        ((2020, 2, 27), Timing::Early),
        ((2020, 2, 28), Timing::InWindow),
        ((2020, 5, 8), Timing::InWindow),
        ((2020, 5, 9), Timing::Late),
    ] {
        let frame = frame(&[("a", "baseline", at(Some(on)), [O, O])], &[], &[]);
        assert_eq!(schedule().classify(&frame).unwrap().timing(0, 0), timing, "{on:?}");
    }
}
