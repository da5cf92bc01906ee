//! Seven children by hand, and what is refused.

use steadfast_core::frame::{Column, Frame};

use super::*;

/// Seven children: home at 1, adopted at 2, censored at 3, home at 4, home at 5, censored at 6, home at 7.
fn children() -> Frame {
    let exits = ["home", "adopted", "none", "home", "home", "none", "home"];
    Frame::new(vec![
        Column::float("months", vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]),
        Column::factor("exit", exits),
        Column::factor("arm", ["NIM", "SAU", "NIM", "SAU", "NIM", "SAU", "NIM"]),
        Column::factor("family", ["a", "a", "b", "b", "c", "c", "d"]),
    ])
    .unwrap()
}

fn spec(kind: Kind) -> CurveSpec {
    CurveSpec {
        kind,
        censored: Some("none".to_owned()),
        at: vec![0.0, 2.0, 4.0, 8.0],
        ..CurveSpec::new("Surv(months, exit) ~ 1")
    }
}

#[test]
fn seven_children_by_hand() {
    let result = spec(Kind::Incidence).estimate(&children()).unwrap().result().unwrap();
    let at = |time: f64| {
        let of = |state: &str| {
            let known = result.probabilities.iter().find(|one| one.state == state && one.time == time);
            known.unwrap().probability
        };
        (of("home"), of("adopted"))
    };
    assert_eq!(at(0.0), (Some(0.0), Some(0.0)));
    // 1/7 and 1/7 of seven and of six; at 4 one of four of the five sevenths left.
    let (home, adopted) = at(4.0);
    assert!((home.unwrap() - (1.0 / 7.0 + 5.0 / 28.0)).abs() < 1e-15 && (adopted.unwrap() - 1.0 / 7.0).abs() < 1e-15);
    assert_eq!(at(8.0), (None, None), "nobody is observed there");
    let counts = &result.at_risk[2];
    assert_eq!((counts.time, counts.at_risk, counts.events["home"], counts.censored), (4.0, 4, 2, 1));
    assert_eq!(result.at_risk[0].at_risk, 7);
}

#[test]
fn one_cause_alone_is_no_probability_and_says_so() {
    let one = CurveSpec { cause: Some("home".to_owned()), ..spec(Kind::Survival) };
    let result = one.estimate(&children()).unwrap().result().unwrap();
    assert_eq!(result.censored_events, ["adopted"]);
    assert!(result.cautions.iter().any(|one| one.starts_with("adopted ends observation")));
    let any = spec(Kind::Survival).estimate(&children()).unwrap().result().unwrap();
    assert!(any.censored_events.is_empty());
    assert!(any.cautions.iter().any(|one| one == "event-free: without any of adopted, home"));
}

#[test]
fn groups_are_compared_with_the_reference_within_strata_and_clusters() {
    let two = CurveSpec {
        formula: "Surv(months, exit) ~ arm + cluster(family)".to_owned(),
        means_until: vec![5.0],
        ..spec(Kind::Survival)
    };
    let result = two.estimate(&children()).unwrap().result().unwrap();
    assert_eq!(result.groups.iter().map(|group| group.group.as_str()).collect::<Vec<_>>(), ["NIM", "SAU"]);
    assert!(result.differences.iter().all(|one| one.row.term == "SAU - NIM"));
    assert_eq!((result.restricted_means.len(), result.mean_differences.len(), result.mean_ratios.len()), (2, 1, 1));
    assert!(result.tests.iter().all(|test| test.variance == "clustered" && !test.stratified));
    let by_family =
        CurveSpec { formula: "Surv(months, exit) ~ arm + strata(family)".to_owned(), ..spec(Kind::Survival) };
    let result = by_family.estimate(&children()).unwrap().result().unwrap();
    assert_eq!(result.strata, ["family"]);
    assert!(result.tests.iter().all(|test| test.stratified));
}

#[test]
fn a_step_function_has_a_line_for_each_event_time() {
    let steps = spec(Kind::Survival).estimate(&children()).unwrap().steps().unwrap();
    let text = String::from_utf8(steps).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').take(6).collect()).collect();
    assert_eq!(lines.len(), 1 + 1 + 5);
    assert_eq!(lines[1][3..6], ["7", "0", "0"]);
    assert_eq!(lines[4][3..6], ["4", "1", "1"], "one was censored between 2 and 4");
}

#[test]
fn what_makes_no_curve_is_refused_with_its_code() {
    let code =
        |spec: CurveSpec| spec.estimate(&children()).and_then(|curves| curves.result()).unwrap_err().code().to_owned();
    let with = |formula: &str| CurveSpec { formula: formula.to_owned(), ..spec(Kind::Survival) };
    assert_eq!(code(with("Surv(months, exit) ~ arm * family")), "unsupported_term");
    assert_eq!(code(with("Surv(months, exit) ~ frailty(family)")), "unsupported_term");
    assert_eq!(code(with("months ~ arm")), "no_survival_response");
    assert_eq!(code(CurveSpec { quantiles: vec![1.0], ..spec(Kind::Survival) }), "bad_quantile");
    assert_eq!(code(CurveSpec { at: vec![f64::NAN], ..spec(Kind::Survival) }), "bad_time");
    assert_eq!(code(CurveSpec { means_until: vec![9.0], ..spec(Kind::Survival) }), "beyond_observation");
    assert_eq!(code(CurveSpec { cause: Some("kin".to_owned()), ..spec(Kind::Survival) }), "unknown_cause");
    assert_eq!(code(CurveSpec { from: Some("arm".to_owned()), ..spec(Kind::Survival) }), "states_need_columns");
}
