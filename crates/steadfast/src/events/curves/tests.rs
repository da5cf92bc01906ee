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
            let known = result.probabilities.iter().find(|one| one.state == state && one.time.total_cmp(&time).is_eq());
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

/// Two children of arm A with moves at 2 and 5, and at 3 before adoption at 4; one of arm B without any until 6.
fn moves() -> Frame {
    Frame::new(vec![
        Column::float("start", vec![0.0, 2.0, 5.0, 0.0, 3.0, 0.0]),
        Column::float("stop", vec![2.0, 5.0, 6.0, 3.0, 4.0, 6.0]),
        Column::factor("event", ["move", "move", "none", "move", "adopted", "none"]),
        Column::factor("child", ["a", "a", "a", "b", "b", "c"]),
        Column::factor("arm", ["A", "A", "A", "A", "A", "B"]),
    ])
    .unwrap()
}

#[test]
fn moves_are_counted_and_adoption_ends_them() {
    let asked = CurveSpec {
        subject: Some("child".to_owned()),
        terminal: vec!["adopted".to_owned()],
        formula: "Surv(start, stop, event) ~ arm".to_owned(),
        ..spec(Kind::MeanCumulative)
    };
    let found = asked.mean_numbers(&moves()).unwrap();
    let result = found.result().unwrap();
    let mean = |time: f64| {
        result
            .means
            .iter()
            .find(|one| one.row.term == "A" && one.time.total_cmp(&time).is_eq())
            .map(|one| one.row.estimate)
    };
    // One half at 2; another at 3; after 4, when one of two is adopted, the move at 5 is of the half that is left.
    assert_eq!((mean(2.0), mean(4.0), mean(8.0)), (Some(0.5), Some(1.0), None));
    let of_a = &result.groups[0].observed;
    assert_eq!((of_a.persons, of_a.count("move"), of_a.count("adopted")), (2, 3, 1));
    assert_eq!(result.terminal, ["adopted"]);
    assert!(result.cautions.is_empty());
    assert_eq!(found.figures().unwrap()[0].file, "mean-cumulative.svg");
    let silent = CurveSpec { terminal: Vec::new(), ..asked.clone() };
    let result = silent.mean_numbers(&moves()).unwrap().result().unwrap();
    assert!(result.cautions[0].starts_with("no event ends all others"));
    let nobody = CurveSpec { subject: None, ..asked };
    assert_eq!(nobody.mean_numbers(&moves()).unwrap_err().code(), "needs_subject");
}

#[test]
fn states_between_which_people_move_are_occupied() {
    let frame = Frame::new(vec![
        Column::float("start", vec![0.0, 3.0, 0.0]),
        Column::float("stop", vec![3.0, 6.0, 6.0]),
        Column::factor("state", ["care", "home", "care"]),
        Column::factor("to", ["home", "none", "none"]),
        Column::factor("child", ["a", "a", "b"]),
    ])
    .unwrap();
    let asked = CurveSpec {
        formula: "Surv(start, stop, to) ~ 1".to_owned(),
        from: Some("state".to_owned()),
        subject: Some("child".to_owned()),
        at: vec![0.0, 4.0],
        ..spec(Kind::Occupation)
    };
    let curves = asked.estimate(&frame).unwrap();
    let result = curves.result().unwrap();
    let found: Vec<(f64, &str, f64)> =
        result.probabilities.iter().map(|one| (one.time, one.state.as_str(), one.probability.unwrap())).collect();
    assert_eq!(found, [(0.0, "care", 1.0), (0.0, "home", 0.0), (4.0, "care", 0.5), (4.0, "home", 0.5)]);
    assert_eq!((result.at_risk[1].in_state["care"], result.at_risk[1].in_state["home"]), (1, 1));
    assert_eq!(curves.figures().unwrap()[0].file, "occupation.svg");
}
