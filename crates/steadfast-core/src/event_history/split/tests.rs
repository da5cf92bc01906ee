use super::*;
use crate::survival::{Cox, Variance};

fn numbers(frame: &Frame, name: &str) -> Vec<f64> {
    frame.column(name).unwrap().to_numeric().unwrap().to_vec()
}

/// The values, a dot where one is absent.
fn texts(frame: &Frame, name: &str) -> Vec<String> {
    let factor = frame.column(name).unwrap().to_factor();
    (0..frame.n_rows()).map(|row| factor.level(row).unwrap_or(".").to_owned()).collect()
}

fn codes(findings: &Findings) -> Vec<String> {
    let place = |row: Option<u64>| row.unwrap_or_default();
    findings.iter().map(|finding| format!("{} {}", finding.code, place(finding.row))).collect()
}

/// survival 3.5-3: survSplit(Surv(a, b, e) ~ ., data.frame(id = 1:3, a = c(0, 2, 5), b = c(5, 9, 8), e = c(1, 1, 0)),
/// cut = c(2, 5), episode = "tg").
#[test]
fn rows_are_cut_as_survsplit_cuts_them() {
    let frame = Frame::new(vec![
        Column::integer("id", vec![1, 2, 3]),
        Column::float("a", vec![0.0, 2.0, 5.0]),
        Column::integer("b", vec![5, 9, 8]),
        Column::integer("e", vec![1, 1, 0]),
    ])
    .unwrap();
    let columns = Columns::new("b", "e").start("a").subject("id");
    let split = split_at(&frame, &columns, &[5.0, 2.0, 5.0], "tg").unwrap();
    assert_eq!(numbers(split.frame(), "id"), [1.0, 1.0, 2.0, 2.0, 3.0]);
    assert_eq!(numbers(split.frame(), "a"), [0.0, 2.0, 2.0, 5.0, 5.0]);
    assert_eq!(numbers(split.frame(), "b"), [2.0, 5.0, 5.0, 9.0, 8.0]);
    assert_eq!(numbers(split.frame(), "e"), [0.0, 1.0, 0.0, 1.0, 0.0]);
    assert_eq!(texts(split.frame(), "tg"), ["b<=2", "2<b<=5", "2<b<=5", "b>5", "b>5"]);
    assert!(matches!(split.frame().column("b").unwrap().data(), crate::frame::ColumnData::Integer(_)));
    assert_eq!((split.frame().row_number(3), split.columns()), (2, &columns));
    // Where a time is no whole number, the stops are none either.
    let halves = split_at(&frame, &columns, &[2.5], "tg").unwrap();
    assert_eq!(numbers(halves.frame(), "b"), [2.5, 5.0, 2.5, 9.0, 8.0]);
}

#[test]
fn nothing_happens_at_a_cut_whatever_says_so() {
    let events = [
        (Column::factor("e", ["home", "none", "home"]), Some("none"), ["none", "home", "none", "none", "home"]),
        (Column::integer("e", vec![2, 1, 2]), Some("1"), ["1", "2", "1", "1", "2"]),
        (Column::float("e", vec![1.0, 0.0, 1.0]), None, ["0", "1", "0", "0", "1"]),
        (Column::bool("e", vec![true, false, true]), None, ["false", "true", "false", "false", "true"]),
    ];
    for (event, censored, expected) in events {
        let frame = Frame::new(vec![Column::float("t", vec![5.0, 6.0, 3.0]), event]).unwrap();
        let columns = Columns::new("t", "e");
        let columns = censored.into_iter().fold(columns, Columns::censored);
        let split = split_at(&frame, &columns, &[4.0], "band").unwrap();
        assert_eq!(texts(split.frame(), "e"), expected);
        assert_eq!(numbers(split.frame(), "start"), [0.0, 4.0, 0.0, 4.0, 0.0]);
        EventHistory::from_frame(split.frame(), split.columns()).unwrap();
    }
}

#[test]
fn cuts_that_cannot_be_made_have_their_codes() {
    let frame = Frame::new(vec![
        Column::float("start", vec![0.0, 9.0]),
        Column::float("t", vec![5.0, f64::NAN]),
        Column::integer("e", vec![1, 0]),
    ])
    .unwrap();
    let code = |columns: &Columns, times: &[f64], band: &str| {
        split_at(&frame, columns, times, band).map(|_| ()).map_err(|error| error.code())
    };
    let columns = Columns::new("t", "e");
    assert_eq!(code(&columns, &[], "band"), Err("bad_times"));
    assert_eq!(code(&columns, &[1.0, f64::INFINITY], "band"), Err("bad_times"));
    assert_eq!(code(&columns, &[1.0], "band"), Err("column_exists"), "`start` is something else");
    assert_eq!(code(&columns.clone().start("start"), &[1.0], "e"), Err("column_exists"));
    assert_eq!(code(&Columns::new("t", "e").start("t"), &[1.0], "band"), Err("invalid_history"));
    let split = split_at(&frame, &columns.start("start"), &[7.0], "band").unwrap();
    assert_eq!(split.frame().n_rows(), 1, "the row without a stop is left out");
}

fn observed() -> Frame {
    Frame::new(vec![
        Column::integer("id", vec![1, 2, 3, 4]),
        Column::float("t", vec![10.0, 8.0, 6.0, 7.0]),
        Column::integer("e", vec![1, 0, 1, 1]),
    ])
    .unwrap()
}

fn told(rows: &[(i64, f64, i64)]) -> Frame {
    Frame::new(vec![
        Column::integer("id", rows.iter().map(|row| row.0).collect()),
        Column::float("at", rows.iter().map(|row| row.1).collect()),
        Column::integer("x", rows.iter().map(|row| row.2).collect()),
    ])
    .unwrap()
}

const CHANGES: [(i64, f64, i64); 9] =
    [(1, 3., 1), (1, 7., 2), (2, 0., 5), (3, 6., 7), (3, 2., 6), (4, -1., 9), (1, 12., 8), (5, 1., 3), (4, 7., 1)];

fn columns() -> Columns {
    Columns::new("t", "e").subject("id")
}

/// survival 3.5-3: m <- tmerge(base, base, id = id, ev = event(t, e)); tmerge(m, changes, id = id, x = tdc(at, x)), and
/// tdc(at, x, 100); one change at the time of an event, one before observation, one after it, one of a stranger.
#[test]
fn covariates_change_as_those_of_tmerge_do() {
    let (frame, changes) = (observed(), told(&CHANGES));
    let split = with_changes(&frame, &columns(), &changes, &Changes::new("id", "at", "x")).unwrap();
    assert_eq!(numbers(split.frame(), "id"), [1.0, 1.0, 1.0, 2.0, 3.0, 3.0, 4.0]);
    assert_eq!(numbers(split.frame(), "start"), [0.0, 3.0, 7.0, 0.0, 0.0, 2.0, 0.0]);
    assert_eq!(numbers(split.frame(), "t"), [3.0, 7.0, 10.0, 8.0, 2.0, 6.0, 7.0]);
    assert_eq!(numbers(split.frame(), "e"), [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0]);
    assert_eq!(texts(split.frame(), "x"), [".", "1", "2", "5", ".", "6", "9"]);
    let expected = ["unknown_person 8", "after_observation 4", "after_observation 7", "after_observation 9"];
    assert_eq!(codes(split.findings()), expected);
    let spec = Changes::new("id", "at", "x").starting_at(100.0);
    let split = with_changes(&frame, &columns(), &changes, &spec).unwrap();
    assert_eq!(numbers(split.frame(), "x"), [100.0, 1.0, 2.0, 5.0, 100.0, 6.0, 9.0]);
    assert_eq!(split.frame().row_number(5), 3);
}

#[test]
fn levels_have_a_value_before_that_is_a_level() {
    let mut changes = told(&CHANGES[..2]).columns().to_vec();
    changes[2] = Column::factor("x", ["kin", "foster"]);
    let changes = Frame::new(changes).unwrap();
    let spec = |before| Changes::new("id", "at", "x").before(before);
    let of = |before| with_changes(&observed(), &columns(), &changes, &spec(before)).unwrap().into_frame();
    assert_eq!(texts(&of(Before::Absent), "x"), [".", "kin", "foster", ".", ".", "."]);
    let home = of(Before::Level("home".into()));
    assert_eq!(texts(&home, "x"), ["home", "kin", "foster", "home", "home", "home"]);
    assert_eq!(home.column("x").unwrap().to_factor().levels(), ["home", "foster", "kin"]);
    assert_eq!(texts(&of(Before::Level("kin".into())), "x")[..2], ["kin", "kin"]);
    let error = with_changes(&observed(), &columns(), &changes, &spec(Before::Number(1.0))).unwrap_err();
    assert_eq!(error.code(), "start_value");
    let none =
        with_changes(&observed(), &columns(), &told(&[]), &Changes::new("id", "at", "x").starting_at(0.5)).unwrap();
    assert_eq!(numbers(none.frame(), "x"), [0.5; 4]);
}

#[test]
fn contradictions_are_found_with_the_rows_of_the_changes() {
    let rows = [(1, 3.0, 1), (2, 4.0, 1), (1, 3.0, 2), (2, 4.0, 1), (3, f64::INFINITY, 1), (4, f64::NAN, 1)];
    let changes = told(&rows).with_row_numbers(vec![11, 12, 13, 14, 15, 16]).unwrap();
    let spec = Changes::new("id", "at", "x");
    let error = with_changes(&observed(), &columns(), &changes, &spec).unwrap_err();
    assert_eq!(error.code(), "invalid_changes");
    let findings = error.as_findings().unwrap();
    assert_eq!(codes(findings), ["conflicting_changes 13", "bad_time 15", "incomplete_change 16"]);
    assert_eq!(findings.iter().next().unwrap().message, "row 11 has another value from the same time on");
    let code =
        |columns: &Columns, spec: &Changes| with_changes(&observed(), columns, &changes, spec).unwrap_err().code();
    assert_eq!(code(&Columns::new("t", "e"), &spec), "no_subject");
    assert_eq!(code(&columns(), &Changes::new("id", "when", "x")), "unknown_column");
    assert_eq!(code(&columns(), &Changes::new("id", "at", "e")), "unknown_column");
}

#[test]
fn neither_order_of_rows_means_anything() {
    let (frame, spec) = (observed(), Changes::new("id", "at", "x"));
    let split = with_changes(&frame, &columns(), &told(&CHANGES), &spec).unwrap();
    let mut reversed = CHANGES;
    reversed.reverse();
    let again = with_changes(&frame.select(&[3, 2, 1, 0]), &columns(), &told(&reversed), &spec).unwrap();
    let place = again.frame().select(&[4, 5, 6, 3, 1, 2, 0]);
    for name in ["id", "start", "t", "e", "x"] {
        assert_eq!(texts(&place, name), texts(split.frame(), name), "{name}");
    }
}

/// A row and its pieces are at risk at the same times: the sums have the same terms, in another order at most.
#[test]
fn pieces_have_the_likelihood_and_the_robust_variance_of_their_rows() {
    let frame = Frame::new(vec![
        Column::integer("id", (0..12).collect()),
        Column::float("t", vec![5.0, 3.0, 8.0, 3.0, 9.0, 2.0, 7.0, 5.0, 11.0, 4.0, 6.0, 10.0]),
        Column::integer("e", vec![1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1]),
        Column::float("x", vec![1.0, 0.0, 1.5, 2.0, -1.0, 0.5, 0.2, 1.1, -0.4, 0.9, 0.3, -0.7]),
    ])
    .unwrap();
    let split = split_at(&frame, &Columns::new("t", "e").subject("id"), &[2.0, 4.5, 7.0, 30.0], "band").unwrap();
    let fit = |formula: &str, frame: &Frame| {
        let fit = Cox::new(formula.parse().unwrap()).subject("id").fit(frame).unwrap();
        let error = fit.inference(Variance::Cr0).unwrap().coefficients().unwrap()[0].std_error;
        [fit.beta()[0], fit.log_likelihood().1, fit.vcov()[(0, 0)], error]
    };
    let whole = fit("Surv(t, e) ~ x + cluster(id)", &frame);
    let pieces = fit("Surv(start, t, e) ~ x + cluster(id)", split.frame());
    for (a, b) in pieces.iter().zip(&whole) {
        assert!((a - b).abs() <= 1e-12 * b.abs(), "{a} is not {b}");
    }
}
