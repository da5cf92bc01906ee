use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::findings::Severity;
use crate::frame::{Column, Factor, Frame, Presence, Role};

/// A form of five items from 0 to 2, item 5 reversed, prorated from three answers on, for ages 4 to below 18.
fn form(id: &str, informant: &str, from: f64, below: f64) -> Form {
    let mut definition = Definition::new(id, "Test").items(["1-5"], 0.0, 2.0).scale("total", "Total", ["1-5"]);
    definition.items[0].reverse = ItemList::new(["5"]).unwrap();
    definition.scales[0].method = Method::ProratedSum;
    definition.scales[0].minimum = Some(Minimum { count: Some(3), fraction: None, inclusive: true });
    definition.scales[0].rounding = Rounding::HalfUp;
    definition.informant = Some(informant.to_owned());
    definition.version = id.to_owned();
    definition.age = Some(AgeRange { from, below, unit: AgeUnit::Years });
    Form::new(definition).unwrap()
}

fn pattern() -> ItemColumns {
    ItemColumns::Pattern("q{item}".to_owned())
}

fn request(forms: Vec<Form>) -> Request {
    Request::new("t", forms, pattern()).age("age", AgeUnit::Years)
}

/// A frame of items `q1` to `q5` by column, with NaN for missing, and ages.
fn frame(items: [Vec<f64>; 5], ages: Vec<f64>) -> Frame {
    let items = items.into_iter().enumerate().map(|(at, values)| Column::float(format!("q{}", at + 1), values));
    Frame::new(items.chain([Column::float("age", ages)]).collect()).unwrap()
}

fn presence(frame: &Frame, column: &str) -> Vec<Presence> {
    let column = frame.column(column).unwrap();
    (0..column.len()).map(|row| column.presence(row)).collect()
}

#[test]
fn not_applicable_by_age_is_not_missing() {
    let nan = f64::NAN;
    let ones = |last: f64| vec![1.0, nan, nan, 1.0, last];
    let mut items = [ones(1.0), ones(1.0), ones(1.0), ones(1.0), ones(1.0)];
    items[0][3] = nan;
    items[1][3] = nan;
    items[2][3] = nan;
    // Rows: answered at 5; nothing at 3.99; nothing at 6; two answers at 17.9; answered without an age.
    let scored =
        score(&frame(items, vec![5.0, 3.99, 6.0, 17.9, nan]), &[request(vec![form("f", "p", 4.0, 18.0)])], None)
            .unwrap();
    use Presence::{Missing, NotApplicable, Observed};
    let expected = [Observed, NotApplicable, Missing, Missing, Missing];
    assert_eq!(presence(&scored.frame, "t_total"), expected);
    assert_eq!(presence(&scored.frame, "t_total.prorated"), expected);
    let report = &scored.reports[0].scales[0];
    let counts = (report.n_scored, report.n_prorated, report.n_not_scorable, report.n_not_applicable);
    assert_eq!(counts, (1, 0, 2, 1));
    assert_eq!(scored.findings.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), ["form_undecided"]);
}

#[test]
fn an_age_of_exactly_the_upper_bound_is_outside() {
    let all = || vec![0.0; 4];
    let scored = score(
        &frame([all(), all(), all(), all(), all()], vec![4.0, 17.999, 18.0, 3.999]),
        &[request(vec![form("f", "p", 4.0, 18.0)])],
        None,
    )
    .unwrap();
    use Presence::{NotApplicable, Observed};
    assert_eq!(presence(&scored.frame, "t_total"), [Observed, Observed, NotApplicable, NotApplicable]);
    // Items were answered where no form applies: somebody should look.
    let rows: Vec<_> = scored.findings.iter().map(|f| (f.severity, f.row, f.code.as_str())).collect();
    let warning = Severity::Warning;
    assert_eq!(rows, [(warning, Some(3), "answered_outside_age"), (warning, Some(4), "answered_outside_age")]);
}

#[test]
fn an_answer_outside_its_range_is_a_finding_with_its_place_and_no_score() {
    let two = |a: f64, b: f64| vec![a, b];
    let items = [two(3.0, 0.0), two(0.0, 0.5), two(0.0, 0.0), two(0.0, 0.0), two(-1.0, 0.0)];
    let scored =
        score(&frame(items, vec![5.0, 5.0]), &[request(vec![form("f", "p", 4.0, 18.0)])], Some("d.csv")).unwrap();
    let found: Vec<_> = scored
        .findings
        .iter()
        .map(|f| {
            (f.severity, f.file.as_deref().unwrap(), f.row.unwrap(), f.column.as_deref().unwrap(), f.code.as_str())
        })
        .collect();
    assert_eq!(
        found,
        [
            (Severity::Error, "d.csv", 1, "q1", "item_out_of_range"),
            (Severity::Error, "d.csv", 1, "q5", "item_out_of_range"),
            (Severity::Error, "d.csv", 2, "q2", "item_not_whole"),
        ]
    );
    assert!(!scored.findings.to_string().contains("0.5") && !scored.findings.to_string().contains("-1"));
}

#[test]
fn each_row_has_the_form_of_its_age_and_informant() {
    let ones = || vec![1.0; 5];
    let informants = Column::factor("who", ["carer", "carer", "school", "school", "nobody"]);
    let data = frame([ones(), ones(), ones(), ones(), vec![2.0; 5]], vec![3.0, 5.0, 5.0, 3.0, 5.0]);
    let data = data.with_column(informants).unwrap();
    let means =
        [("carer", "parent"), ("school", "teacher"), ("nobody", "none")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    let forms = vec![form("p2", "parent", 2.0, 5.0), form("p4", "parent", 4.0, 18.0), form("t4", "teacher", 4.0, 18.0)];
    let asked = request(forms).informant(InformantColumn { column: "who".to_owned(), means: BTreeMap::from(means) });
    let scored = score(&data, std::slice::from_ref(&asked), None).unwrap();
    let chosen = scored.frame.column("t.form").unwrap().to_factor();
    let levels: Vec<Option<&str>> = (0..5).map(|row| chosen.level(row)).collect();
    assert_eq!(levels, [Some("p2"), Some("p4"), Some("t4"), None, None]);
    use Presence::{NotApplicable, Observed};
    assert_eq!(presence(&scored.frame, "t_total"), [Observed, Observed, Observed, NotApplicable, NotApplicable]);
    // The teacher's row of a child of three counts against the teacher's form alone.
    let outside: Vec<usize> = scored.reports.iter().map(|report| report.scales[0].n_not_applicable).collect();
    assert_eq!(outside, [0, 0, 1]);
    // An informant of whom the request says nothing is an error with its row, and never its name.
    let means =
        BTreeMap::from([("carer".to_owned(), "parent".to_owned()), ("school".to_owned(), "teacher".to_owned())]);
    let asked = Request { informant: Some(InformantColumn { column: "who".to_owned(), means }), ..asked };
    let scored = score(&data, &[asked], None).unwrap();
    let finding = scored.findings.iter().find(|f| f.code == "unknown_informant").unwrap();
    assert_eq!((finding.row, finding.column.as_deref()), (Some(5), Some("who")));
    assert!(!finding.message.contains("nobody"));
}

#[test]
fn a_supplement_that_was_not_collected_is_left_out_and_half_of_one_is_an_error() {
    let mut definition =
        Definition::new("f", "Test").items(["1-4"], 0.0, 2.0).scale("a", "A", ["1-2"]).scale("b", "B", ["3-4"]);
    definition.summaries.push(Summary {
        id: "both".to_owned(),
        label: "Both".to_owned(),
        of: vec!["a".to_owned(), "b".to_owned()],
        rules: Vec::new(),
        rounding: Rounding::None,
        bands: Vec::new(),
    });
    let asked = Request::new("t", vec![Form::new(definition).unwrap()], pattern());
    let column = |name: &str| Column::integer(name, vec![1, 2]);
    let without = Frame::new(vec![column("q1"), column("q2")]).unwrap();
    let scored = score(&without, std::slice::from_ref(&asked), None).unwrap();
    let names: Vec<&str> = scored.frame.columns().iter().map(Column::name).collect();
    assert_eq!(names, ["q1", "q2", "t_a", "t_a.prorated"]);
    assert_eq!(scored.findings.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), ["not_collected"]);
    let half = Frame::new(vec![column("q1"), column("q2"), column("q3")]).unwrap();
    let scored = score(&half, std::slice::from_ref(&asked), None).unwrap();
    let finding = scored.findings.iter().find(|f| f.code == "missing_item_column").unwrap();
    assert_eq!((finding.severity, finding.column.as_deref()), (Severity::Error, Some("q4")));
    let none = Frame::new(vec![Column::integer("x", vec![1])]).unwrap();
    assert!(score(&none, &[asked], None).unwrap().findings.has_errors());
}

#[test]
fn scores_take_no_column_of_the_data() {
    let zero = || vec![0.0];
    let data = frame([zero(), zero(), zero(), zero(), zero()], vec![5.0]);
    let taken = data.clone().with_column(Column::integer("t_total", vec![1])).unwrap();
    let asked = request(vec![form("f", "p", 4.0, 18.0)]);
    assert_eq!(score(&taken, std::slice::from_ref(&asked), None).unwrap_err().code(), "column_exists");
    let label = score(&data, &[asked], None).unwrap().frame.column("t_total").unwrap().label().to_owned();
    assert_eq!(label, "Test: Total (f)");
    let asked = Request::new("t", vec![form("a", "p", 2.0, 5.0), form("b", "p", 4.0, 9.0)], pattern()).rule("x");
    let error = score(&data, &[asked], None).unwrap_err();
    assert_eq!(error.code(), "invalid_request");
    assert!(error.to_string().contains("`age`") && error.to_string().contains("`x` is no rule"), "{error}");
}

#[test]
fn standardised_scores_are_within_informant_and_from_the_reference() {
    // Reference of group 0: 1, 3 (mean 2, SD √2); of group 1: 10, 20, 30 (mean 20, SD 10).
    let values = [Some(1.0), Some(3.0), Some(10.0), Some(20.0), Some(30.0), Some(2.0), Some(40.0), None, Some(5.0)];
    let groups = [Some(0), Some(0), Some(1), Some(1), Some(1), Some(0), Some(1), Some(1), None];
    let reference = [true, true, true, true, true, false, false, true, true];
    let z = standardised(&values, &groups, &reference);
    let expected = [-0.5_f64.sqrt(), 0.5_f64.sqrt(), -1.0, 0.0, 1.0, 0.0, 2.0];
    for (z, expected) in z.iter().zip(expected) {
        assert!((z.unwrap() - expected).abs() < 1e-15);
    }
    assert_eq!(&z[7..], [None, None]);
    assert_eq!(standardised(&[Some(1.0), Some(1.0)], &[Some(0), Some(0)], &[true, true]), [None, None]);
}

#[test]
fn reliable_change_by_hand() {
    // SD 7.5, r 0.82: the error of a difference is 7.5·√0.36 = 4.5; 1.96·4.5 = 8.82.
    let index = ReliableChange::new(7.5, 0.82, 0.95, Better::Low).unwrap();
    assert!((index.index(20.0, 11.0) + 2.0).abs() < 1e-14);
    let classes = [11.0, 11.5, 28.5, 29.0].map(|second| index.class(20.0, second));
    assert_eq!(classes, [Change::Improved, Change::NoReliableChange, Change::NoReliableChange, Change::Deteriorated]);
    let high = ReliableChange::new(7.5, 0.82, 0.95, Better::High).unwrap();
    assert_eq!(high.class(20.0, 11.0), Change::Deteriorated);
    for (std_dev, reliability) in [(0.0, 0.5), (1.0, 1.0), (1.0, -0.1), (f64::NAN, 0.5)] {
        assert_eq!(ReliableChange::new(std_dev, reliability, 0.95, Better::Low).unwrap_err().code(), "reliable_change");
    }
}

/// Invented norms: T scores by sex and raw score for ages 12 to below 24 and 24 to below 36 months.
fn norms() -> Frame {
    Frame::new(vec![
        Column::factor("sex", ["girl", "girl", "boy", "girl"]),
        Column::integer("raw", vec![1, 2, 1, 1]),
        Column::float("age_from", vec![12.0, 12.0, 12.0, 24.0]),
        Column::float("age_below", vec![24.0, 24.0, 24.0, 36.0]),
        Column::integer("t", vec![45, 55, 47, 40]),
    ])
    .unwrap()
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

fn ages() -> Ages {
    Ages { from: "age_from".to_owned(), below: "age_below".to_owned(), unit: AgeUnit::Months }
}

#[test]
fn norms_are_joined_by_key_and_never_beyond_their_ages() {
    let table = LookupTable::new(&norms(), &texts(["sex", "raw"]), &texts(["t"]), Some(&ages())).unwrap();
    let lookup = Lookup {
        name: "norms.csv".to_owned(),
        table,
        join: Join::Columns(texts(["sex", "score"])),
        age: Some(("years".to_owned(), AgeUnit::Years)),
        values: BTreeMap::from([("t".to_owned(), ("t_score".to_owned(), "T score".to_owned()))]),
    };
    let data = Frame::new(vec![
        Column::factor("sex", ["girl", "girl", "boy", "girl", "boy", "girl", "girl"]),
        // 1.0 finds the entry of 1.
        Column::float("score", vec![1.0, 2.0, 1.0, 1.0, 1.0, f64::NAN, 1.0]),
        Column::float("years", vec![1.0, 1.99, 1.5, 2.0, 2.5, 1.5, 3.0]),
    ])
    .unwrap();
    let (columns, findings) = lookup.columns(&data, Some("d.csv")).unwrap();
    let t = &columns[0];
    let values = t.to_numeric().unwrap();
    assert_eq!(values[..4], [45.0, 55.0, 47.0, 40.0]);
    // A boy of 30 months is of an age that the table knows, and it has no entry for him; 36 months are beyond the table.
    use Presence::{Missing, NotApplicable};
    assert_eq!([4, 5, 6].map(|row| t.presence(row)), [Missing, Missing, NotApplicable]);
    let found: Vec<_> = findings.iter().map(|f| (f.row, f.column.as_deref(), f.code.as_str())).collect();
    assert_eq!(found, [(Some(5), Some("sex"), "no_table_entry")]);
}

#[test]
fn a_tariff_is_summed_over_the_levels_of_its_items() {
    // Invented: 1 − 0.1 for level 2 of item a − 0.25 for level 3 of item b.
    let table = Frame::new(vec![
        Column::factor("item", ["a", "a", "b", "b", "b"]),
        Column::integer("level", vec![1, 2, 1, 2, 3]),
        Column::float("value", vec![0.0, -0.1, 0.0, -0.05, -0.25]),
    ])
    .unwrap();
    let table = LookupTable::new(&table, &texts(["item", "level"]), &texts(["value"]), None).unwrap();
    let columns = ItemColumns::Pattern("u_{item}".to_owned());
    let lookup = Lookup {
        name: "tariff.csv".to_owned(),
        table,
        join: Join::Items { items: texts(["a", "b"]), columns, constant: 1.0 },
        age: None,
        values: BTreeMap::from([("value".to_owned(), ("utility".to_owned(), "Utility".to_owned()))]),
    };
    let levels = |values: [i64; 3]| values.to_vec();
    let data =
        Frame::new(vec![Column::integer("u_a", levels([2, 1, 3])), Column::integer("u_b", levels([3, 1, 1]))]).unwrap();
    let (columns, findings) = lookup.columns(&data, None).unwrap();
    let values = columns[0].to_numeric().unwrap();
    assert!((values[0] - 0.65).abs() < 1e-15 && (values[1] - 1.0).abs() < 1e-15);
    assert_eq!((columns[0].presence(2), findings.len()), (Presence::Missing, 1));
}

#[test]
fn a_table_that_says_something_twice_or_nothing_is_refused_with_all_rows() {
    let mut columns = norms().columns().to_vec();
    columns[0] = Column::from_factor("sex", Factor::from_values([Some("girl"), Some("girl"), None, Some("girl")]));
    columns[1] = Column::integer("raw", vec![1, 1, 1, 1]);
    columns[3] = Column::float("age_below", vec![24.0, 24.0, 24.0, 24.0]);
    let error = LookupTable::new(&Frame::new(columns).unwrap(), &texts(["sex", "raw"]), &texts(["t"]), Some(&ages()))
        .unwrap_err();
    assert_eq!(error.code(), "lookup_table");
    assert_eq!(error.to_string().lines().count(), 3, "{error}");
}

#[test]
fn coded_items_of_a_form_are_those_that_reliability_is_of() {
    let nan = f64::NAN;
    let items =
        [vec![0.0, 1.0, 2.0], vec![0.0, 1.0, 2.0], vec![1.0, nan, 1.0], vec![2.0, 2.0, 2.0], vec![0.0, 1.0, 2.0]];
    let rows =
        item_rows(&frame(items, vec![5.0, 5.0, 5.0]), &request(vec![form("f", "p", 4.0, 18.0)]), 0, "total").unwrap();
    assert_eq!((rows.n_items, rows.n_rows, rows.rows.clone()), (5, 3, vec![0, 2]));
    // Item 5 is reversed.
    assert_eq!(rows.values, [0.0, 0.0, 1.0, 2.0, 2.0, 2.0, 2.0, 1.0, 2.0, 0.0]);
}

#[test]
fn the_order_of_the_rows_changes_no_bit_of_a_report() {
    let column = |shift: usize| (0..40).map(|row| ((row * 7 + shift) % 3) as f64).collect::<Vec<f64>>();
    let data = frame([column(0), column(1), column(2), column(0), column(1)], vec![5.0; 40])
        .with_column(Column::factor("child", (0..40).map(|row| row.to_string())).with_role(Role::Subject))
        .unwrap();
    let order: Vec<u32> = (0..40).rev().collect();
    let asked = [request(vec![form("f", "p", 4.0, 18.0)])];
    let (one, other) = (score(&data, &asked, None).unwrap(), score(&data.select(&order), &asked, None).unwrap());
    assert_eq!(one.reports, other.reports);
    assert_eq!(one.frame.select(&order), other.frame);
}

fn given(answers: &[Option<u8>]) -> Vec<Answer> {
    answers.iter().map(|answer| answer.map_or(Answer::Missing, |x| Answer::Given(f64::from(x)))).collect()
}

/// A form whose items are listed in the order `order` in its scale.
fn ordered(order: &[usize], method: Method, reverse: &[&str]) -> Form {
    let items: Vec<String> = order.iter().map(usize::to_string).collect();
    let mut definition =
        Definition::new("f", "F").items(["1-5"], 0.0, 2.0).scale("s", "S", items.iter().map(String::as_str));
    definition.items[0].reverse = ItemList::new(reverse).unwrap();
    definition.scales[0].method = method;
    if method != Method::Sum {
        definition.scales[0].minimum = Some(Minimum { count: None, fraction: Some(0.5), inclusive: true });
    }
    Form::new(definition).unwrap()
}

const METHODS: [Method; 4] = [Method::Sum, Method::Mean, Method::ProratedSum, Method::MeanOf100];

proptest! {
    #[test]
    fn a_score_does_not_depend_on_the_order_of_the_items(
        answers in prop::collection::vec(prop::option::weighted(0.8, 0_u8..3), 5),
        order in Just(vec![1, 2, 3, 4, 5]).prop_shuffle(),
    ) {
        for method in METHODS {
            let answers = given(&answers);
            let (one, other) = (ordered(&[1, 2, 3, 4, 5], method, &["2"]), ordered(&order, method, &["2"]));
            prop_assert_eq!(one.scores(&answers, None), other.scores(&answers, None));
        }
    }

    #[test]
    fn reversing_twice_is_the_identity(answers in prop::collection::vec(prop::option::weighted(0.8, 0_u8..3), 5)) {
        let reversed: Vec<Option<u8>> = answers.iter().map(|answer| answer.map(|x| 2 - x)).collect();
        let all = ["1", "2", "3", "4", "5"];
        for method in METHODS {
            let plain = ordered(&[1, 2, 3, 4, 5], method, &[]).scores(&given(&answers), None);
            prop_assert_eq!(plain, ordered(&[1, 2, 3, 4, 5], method, &all).scores(&given(&reversed), None));
        }
    }

    #[test]
    fn a_prorated_score_of_complete_answers_is_their_sum(answers in prop::collection::vec(0_u8..3, 5)) {
        let answers: Vec<Option<u8>> = answers.into_iter().map(Some).collect();
        let of = |method| ordered(&[1, 2, 3, 4, 5], method, &["4"]).scores(&given(&answers), None);
        prop_assert_eq!(of(Method::ProratedSum), of(Method::Sum));
    }

    #[test]
    fn scores_lie_within_their_bounds(answers in prop::collection::vec(prop::option::of(0_u8..3), 5)) {
        for (method, high) in METHODS.into_iter().zip([10.0, 2.0, 10.0, 100.0]) {
            match ordered(&[1, 2, 3, 4, 5], method, &["1", "3"]).scores(&given(&answers), None)[0] {
                Score::Made { value, filled } => {
                    prop_assert!((0.0..=high).contains(&value));
                    prop_assert_eq!(filled, answers.iter().filter(|answer| answer.is_none()).count());
                }
                Score::Missing => {}
                Score::NotApplicable => prop_assert!(false, "nothing is not applicable"),
            }
        }
    }
}
