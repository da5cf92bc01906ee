//! What is odd about the days of visits, and where the file and the schedule contradict each other.

use super::*;

fn found(schedule: &Schedule, rows: &[Row], withdrew: &[(&str, Date)]) -> Classification {
    schedule.classify(&frame(rows, &[], withdrew)).unwrap()
}

#[test]
fn a_visit_out_of_its_window_is_early_or_late_and_no_message_holds_a_day() {
    let rows = [
        ("a", "baseline", Some(day(2020, 2, 27)), [O, O]),
        ("b", "baseline", Some(day(2020, 5, 9)), [O, O]),
        ("c", "baseline", Some(day(2020, 1, 30)), [O, O]),
        ("d", "baseline", Some(day(2020, 2, 28)), [O, O]),
    ];
    let found = found(&schedule(), &rows, &[]);
    assert_eq!(codes(&found), [("visit_early", 1), ("visit_late", 2), ("visit_before_origin", 3)]);
    for finding in found.findings() {
        assert!(!finding.message.contains(|c: char| c.is_ascii_digit()), "{finding}");
        assert_eq!(finding.column.as_deref(), Some("visited"));
    }
}

#[test]
fn two_visits_in_a_window_are_a_finding_under_either_name() {
    let twice = [
        ("a", "baseline", Some(day(2020, 4, 3)), [O, O]),
        ("a", "baseline", Some(day(2020, 4, 4)), [O, O]),
        ("b", "baseline", Some(day(2020, 4, 3)), [O, O]),
        ("b", "15 months", Some(day(2020, 4, 1)), [O, O]),
        // The same day twice is one visit, such as a row for each informant.
        ("c", "baseline", Some(day(2020, 4, 3)), [O, O]),
        ("c", "baseline", Some(day(2020, 4, 3)), [O, O]),
    ];
    let found = found(&schedule(), &twice, &[]);
    assert_eq!(codes(&found), [("two_visits_in_window", 2), ("two_visits_in_window", 4), ("visit_early", 4)]);
}

#[test]
fn a_visit_after_the_data_cut_or_after_withdrawal_is_a_finding_and_stays_observed() {
    let rows = [("a", "baseline", Some(day(2020, 4, 3)), [O, O])];
    let late = found(&cut(day(2020, 4, 2)), &rows, &[("a", day(2020, 4, 2))]);
    assert_eq!(codes(&late), [("visit_after_data_cut", 1), ("visit_after_withdrawal", 1)]);
    assert_eq!(late.slots()[0].cell(0, 0).status, Status::Observed);
    let same_day = found(&cut(day(2020, 4, 3)), &rows, &[("a", day(2020, 4, 3))]);
    assert!(same_day.findings().is_empty());
}

#[test]
fn what_is_observed_where_nothing_can_exist_is_a_finding_and_stays_observed() {
    let rows = [("a", "baseline", Some(day(2020, 4, 3)), [O, M])];
    let frame = frame(&rows, &[("a", day(2019, 1, 1))], &[]);
    let found = schedule().classify(&frame).unwrap();
    let cell = found.slots()[0].cell(0, 0);
    assert_eq!((cell.status, cell.ineligible), (Status::PartlyObserved, Some(Ineligible::Age)));
    assert_eq!(codes(&found), [("observed_not_applicable", 1)]);
}

#[test]
fn the_word_of_the_file_stands_and_is_a_finding_where_the_schedule_differs() {
    let rows = [
        ("a", "baseline", Some(day(2020, 4, 3)), [NA, NA]),
        ("b", "baseline", None, [NYD, NYD]),
        ("c", "baseline", None, [W, W]),
    ];
    let found = found(&schedule(), &rows, &[]);
    assert_eq!(codes(&found), [("recorded_not_applicable", 1), ("recorded_not_yet_due", 2)]);
    let status = |subject| found.slots()[0].cell(subject, 0).status;
    assert_eq!([status(0), status(1), status(2)], [Status::NotApplicable, Status::NotYetDue, Status::Withdrawn]);
}

#[test]
fn days_that_are_not_known_or_change_within_a_person_are_findings() {
    let rows = [("a", "baseline", None, [O, O]), ("a", "15 months", None, [M, M]), ("b", "baseline", None, [M, M])];
    let changed = days("entered", [Some(day(2020, 2, 1)), Some(day(2020, 1, 31)), None].into_iter());
    let unborn = days("born", [None, None, Some(day(2016, 1, 31))].into_iter());
    let frame = frame(&rows, &[], &[]).with_column(changed).unwrap().with_column(unborn).unwrap();
    let found = schedule().classify(&frame).unwrap();
    let expected = [("birth_date_missing", 1), ("date_changes", 1), ("origin_missing", 3), ("visit_undated", 1)];
    assert_eq!(codes(&found), expected);
    // Without an origin there is no window, and nothing excuses the absence.
    assert_eq!(found.slots()[0].cell(1, 0).status, Status::Missing);
}
