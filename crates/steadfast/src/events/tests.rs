//! What the facade adds to the fit: rows as in the file, persons, and cautions by name.

use steadfast_core::frame::{Column, Frame};

use super::*;
use crate::events::result::Robustness;

fn spells() -> Frame {
    Frame::new(vec![
        Column::float("months", vec![3.0, 8.0, f64::NAN, 12.0, 5.0, 7.0, 11.0, 14.0, 6.0]),
        Column::factor("exit", ["home", "home", "none", "none", "adopted", "home", "none", "home", "home"]),
        Column::factor("arm", ["NIM", "NIM", "NIM", "NIM", "SAU", "SAU", "SAU", "SAU", "NIM"]),
        Column::integer("family", vec![1, 1, 2, 2, 3, 3, 4, 4, 5]),
    ])
    .unwrap()
}

fn spec() -> EventSpec {
    EventSpec {
        cause: Some("home".to_owned()),
        censored: Some("none".to_owned()),
        ..EventSpec::new("Surv(months, exit) ~ arm + cluster(family)")
    }
}

#[test]
fn persons_clusters_events_and_rows_left_out_are_counted() {
    let result = spec().fit(&spells()).unwrap().result().unwrap();
    assert_eq!((result.rows.used, result.rows.missing), (8, 1));
    assert_eq!((result.observed.persons, result.observed.clusters), (8, 5));
    assert_eq!((result.observed.count("home"), result.observed.count("adopted")), (5, 1));
    assert!((result.observed.time_at_risk - 66.0).abs() < 1e-12);
    let nim = &result.levels[0];
    assert_eq!((nim.level.as_str(), nim.observed.persons, nim.observed.clusters), ("NIM", 4, 3));
}

#[test]
fn a_named_cluster_makes_the_variance_robust_and_events_that_end_observation_are_named() {
    let result = spec().fit(&spells()).unwrap().result().unwrap();
    assert_eq!((result.vcov_method.as_str(), result.vcov_reason), ("cr0", Robustness::Clusters));
    assert_eq!(result.competing, ["adopted"]);
    assert!(result.cautions.iter().any(|one| one.starts_with("adopted (1) end observation")));
    let alone = EventSpec { formula: "Surv(months, exit) ~ arm".to_owned(), ..spec() };
    let result = alone.fit(&spells()).unwrap().result().unwrap();
    assert_eq!((result.vcov_method.as_str(), result.vcov_reason), ("model", Robustness::Independent));
}

#[test]
fn what_cannot_be_answered_says_which_events_there_are() {
    let error = EventSpec { cause: None, ..spec() }.fit(&spells()).unwrap_err();
    assert_eq!(error.code(), "several_causes");
    assert!(error.to_string().contains("adopted, home"));
    let error = EventSpec { cause: Some("kin".to_owned()), ..spec() }.fit(&spells()).unwrap_err();
    assert_eq!(error.code(), "unknown_cause");
    assert_eq!(EventSpec { level: 95.0, ..spec() }.fit(&spells()).unwrap_err().code(), "confidence_level");
}

#[test]
fn tables_call_rows_as_the_file_does() {
    let fitted = spec().fit(&spells()).unwrap();
    let rows = |bytes: Vec<u8>| -> Vec<String> {
        let text = String::from_utf8(bytes).unwrap();
        text.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
    };
    assert_eq!(rows(residuals(&fitted).unwrap()), ["1", "2", "4", "5", "6", "7", "8", "9"]);
    assert_eq!(rows(schoenfeld(&fitted).unwrap()), ["1", "9", "6", "2", "8"]);
}

/// Forty children of two arms and two sexes: months of a small arithmetic, one in four censored.
fn trial() -> Frame {
    let row = |at: usize| at as f64;
    Frame::new(vec![
        Column::float("months", (0..40).map(|at| 2.0 + row(at * 17 % 40) + row(at % 7) / 10.0).collect()),
        Column::integer("home", (0..40).map(|at| i64::from(at % 5 != 4)).collect()),
        Column::factor("arm", (0..40).map(|at| ["NIM", "SAU"][at % 2])),
        Column::factor("sex", (0..40).map(|at| ["f", "m"][at / 2 % 2])),
        Column::float("age", (0..40).map(|at| row(at * 7 % 5)).collect()),
    ])
    .unwrap()
}

#[test]
fn contrasts_of_subgroups_come_from_one_model_and_their_ratios_are_exponentials() {
    let asked = EventSpec {
        contrasts: Some(MeansSpec { slices: true, ..MeansSpec::new("arm | sex") }),
        ..EventSpec::new("Surv(months, home) ~ arm * sex + age")
    };
    let result = asked.fit(&trial()).unwrap().result().unwrap();
    let contrasts = result.contrasts.unwrap();
    assert_eq!(contrasts.iter().map(|one| one.at["sex"].as_str()).collect::<Vec<_>>(), ["f", "m"]);
    let beta: Vec<f64> = result.coefficients.iter().map(|one| one.row.estimate).collect();
    let terms: Vec<&str> = result.coefficients.iter().map(|one| one.row.term.as_str()).collect();
    assert_eq!(terms, ["armSAU", "sexm", "age", "armSAU:sexm"]);
    for (contrast, expected) in contrasts.iter().zip([beta[0], beta[0] + beta[3]]) {
        assert!((contrast.row.row.estimate - expected).abs() < 1e-12, "{}", contrast.row.row.term);
        assert!((contrast.row.ratio.ln() - expected).abs() < 1e-12);
    }
    assert!(result.not_estimable.is_empty(), "means have no place in a Cox model and are not reported as lost");
    assert_eq!(result.slices.unwrap().len(), 2);
    assert_eq!(result.tests.iter().map(|one| one.term.as_str()).collect::<Vec<_>>(), ["arm", "sex", "age", "arm:sex"]);
}

#[test]
fn everybody_at_each_level_has_a_risk_and_a_mean_time_unless_events_compete() {
    let absolute = Some(AbsoluteSpec { factor: "arm".to_owned(), times: vec![12.0, 24.0] });
    let asked = EventSpec { absolute, diagnostics: true, ..EventSpec::new("Surv(months, home) ~ arm + age") };
    let fitted = asked.fit(&trial()).unwrap();
    let result = fitted.result().unwrap();
    let found = result.absolute.unwrap();
    assert_eq!((found.risks.len(), found.risk_differences.len(), found.mean_differences.len()), (4, 2, 2));
    let difference = found.risks[1].risk - found.risks[0].risk;
    assert!((found.risk_differences[0].row.estimate - difference).abs() < 1e-12);
    assert_eq!(found.risk_differences[0].row.term, "SAU - NIM");
    let diagnostics = result.diagnostics.unwrap();
    assert_eq!(diagnostics.proportional.len(), 2);
    assert!(diagnostics.concordance.is_some_and(|c| c.estimate > 0.0 && c.estimate < 1.0));
    let lines = String::from_utf8(predictions(&fitted, &[12.0]).unwrap()).unwrap().lines().count();
    assert_eq!(lines, 41);
    let absolute = Some(AbsoluteSpec { factor: "arm".to_owned(), times: vec![5.0] });
    let error = EventSpec { absolute, ..spec() }.fit(&spells()).unwrap().result().unwrap_err();
    assert_eq!(error.code(), "competing_events");
}

/// Four children with moves; one is adopted.
fn moves() -> Frame {
    Frame::new(vec![
        Column::float("from", vec![0.0, 2.0, 5.0, 0.0, 3.0, 0.0, 4.0, 0.0]),
        Column::float("until", vec![2.0, 5.0, 6.5, 3.0, 4.5, 4.0, 7.0, 6.0]),
        Column::factor("what", ["move", "move", "none", "move", "adopted", "move", "none", "none"]),
        Column::factor("child", ["a", "a", "a", "b", "b", "c", "c", "d"]),
        Column::factor("arm", ["A", "A", "A", "B", "B", "B", "B", "A"]),
    ])
    .unwrap()
}

#[test]
fn recurrent_events_need_a_layout_and_persons_are_clusters_then() {
    let plain = EventSpec {
        subject: Some("child".to_owned()),
        cause: Some("move".to_owned()),
        censored: Some("none".to_owned()),
        ..EventSpec::new("Surv(from, until, what) ~ arm")
    };
    let error = plain.fit(&moves()).unwrap_err();
    assert_eq!(error.code(), "invalid_history", "a child is at risk after its event");
    assert!(error.to_string().contains("--layout"), "{error}");
    let recurrent = Some(RecurrentSpec { layout: layout("counting").unwrap(), terminal: Vec::new(), most: None });
    let silent = EventSpec { recurrent, ..plain.clone() }.fit(&moves()).unwrap().result().unwrap();
    assert!(silent.cautions.iter().any(|one| one.starts_with("adopted (1) are no events here")));
    let of = |layout| {
        let recurrent = Some(RecurrentSpec { layout, terminal: vec!["adopted".to_owned()], most: None });
        EventSpec { recurrent, ..plain.clone() }.fit(&moves()).unwrap().result().unwrap()
    };
    let result = of(layout("counting").unwrap());
    assert_eq!((result.observed.persons, result.observed.rows, result.observed.count("event")), (4, 8, 4));
    assert_eq!((result.layout, result.vcov_reason), (Some("counting"), Robustness::Clusters));
    assert!(result.cautions.iter().any(|one| one.starts_with("adopted (1) end all events")));
    // The same rows by hand, each a row of its own.
    let by_hand = EventSpec { subject: None, ..plain.clone() };
    let by_hand = EventSpec { formula: "Surv(from, until, what) ~ arm + cluster(child)".to_owned(), ..by_hand };
    let expected = by_hand.fit(&moves()).unwrap().result().unwrap();
    let row = |result: &EventResult| (result.coefficients[0].row.estimate, result.coefficients[0].row.std_error);
    let ((a, b), (c, d)) = (row(&result), row(&expected));
    assert!((a - c).abs() < 1e-12 && (b - d).abs() < 1e-12, "{a} {c} {b} {d}");
    assert!(of(layout("gap-time").unwrap()).formula.contains("strata(order)"));
    assert_eq!(layout("ag").unwrap_err().code(), "unknown_layout");
}

#[test]
fn a_subdistribution_without_competing_events_is_a_cox_model_and_answers_for_coefficients_alone() {
    let cox = EventSpec::new("Surv(months, home) ~ arm + age");
    let fine_gray = EventSpec { subdistribution: true, cause: Some("home".to_owned()), ..cox.clone() };
    let of = |spec: &EventSpec| spec.fit(&trial()).unwrap().result().unwrap();
    let (expected, found) = (of(&cox), of(&fine_gray));
    for (a, b) in expected.coefficients.iter().zip(&found.coefficients) {
        assert!((a.row.estimate - b.row.estimate).abs() < 1e-9, "{}", a.row.term);
    }
    assert_eq!((found.model, found.vcov_method.as_str()), ("fine-gray", "fine_gray"));
    assert_eq!(found.tests.len(), 2);
    let asked = EventSpec { diagnostics: true, ..fine_gray.clone() };
    assert_eq!(asked.fit(&trial()).unwrap().result().unwrap_err().code(), "method_does_not_apply");
    let asked = EventSpec { vcov: Some("cr2".to_owned()), ..fine_gray };
    assert_eq!(asked.fit(&trial()).unwrap_err().code(), "unknown_vcov_method");
}

#[test]
fn what_a_family_shares_is_part_of_the_model_and_asked_in_its_own_words() {
    let families = trial().with_column(Column::integer("family", (0..40).map(|at| at / 3).collect())).unwrap();
    let asked = EventSpec::new("Surv(months, home) ~ arm + frailty(family)");
    let result = asked.fit(&families).unwrap().result().unwrap();
    let found = result.frailty.unwrap();
    assert_eq!((result.model, found.distribution, found.groups[0].count), ("frailty", "gamma", 14));
    assert!(found.components[0].estimate >= 0.0 && found.test.is_some());
    let normal = EventSpec { frailty: Some(frailty("log-normal").unwrap()), ..asked.clone() };
    assert_eq!(normal.fit(&families).unwrap().result().unwrap().frailty.unwrap().distribution, "log-normal");
    let bars = EventSpec::new("Surv(months, home) ~ arm + (1 | family)");
    assert_eq!(bars.fit(&families).unwrap().result().unwrap().frailty.unwrap().distribution, "log-normal");
    let code = |spec: EventSpec| spec.fit(&families).unwrap_err().code();
    assert_eq!(code(EventSpec { vcov: Some("cr0".to_owned()), ..asked.clone() }), "unknown_vcov_method");
    assert_eq!(code(EventSpec { subdistribution: true, ..asked }), "method_does_not_apply");
    assert_eq!(
        code(EventSpec { frailty: Some(frailty("gamma").unwrap()), ..EventSpec::new("Surv(months, home) ~ arm") }),
        "no_frailty"
    );
}

#[test]
fn a_level_that_nobody_called_the_end_of_observation_is_named() {
    let silent = EventSpec { censored: None, ..spec() };
    let said = silent.fit(&spells()).unwrap().result().unwrap().cautions;
    assert!(said.iter().any(|one| one.starts_with("`adopted` (1 of 8 rows)")), "{said:?}");
    let said = spec().fit(&spells()).unwrap().result().unwrap().cautions;
    assert!(!said.iter().any(|one| one.contains("--censored")), "{said:?}");
}

#[test]
fn what_would_do_nothing_is_refused() {
    let both =
        EventSpec { formula: "Surv(months, exit) ~ arm + frailty(family) + cluster(family)".to_owned(), ..spec() };
    assert_eq!(both.check().unwrap_err().code(), "method_does_not_apply");
    let lone = EventSpec { frailty: Some(FrailtyDistribution::Gamma), ..spec() };
    assert_eq!(lone.check().unwrap_err().code(), "no_frailty");
    let absolute = Some(AbsoluteSpec { factor: "family".to_owned(), times: vec![6.0] });
    let elsewhere = EventSpec { absolute, cause: None, ..EventSpec::new("Surv(months, home) ~ arm") };
    let rows = spells().with_column(Column::integer("home", vec![1, 1, 0, 0, 1, 1, 0, 1, 1])).unwrap();
    assert_eq!(elsewhere.fit(&rows).unwrap().result().unwrap_err().code(), "unknown_factor");
}

#[test]
fn covariates_that_say_nothing_or_too_much_are_called_so() {
    let z = Column::float("z", vec![0.3, -0.5, 0.0, 1.2, -1.0, 0.8, -0.2, 0.5, -0.7]);
    let rows = spells().with_column(Column::float("same", vec![1.5; 9])).unwrap().with_column(z).unwrap();
    let said = |formula: &str| {
        let asked = EventSpec { formula: formula.to_owned(), ..spec() };
        asked.fit(&rows).unwrap().result().unwrap().cautions
    };
    assert!(said("Surv(months, exit) ~ same").iter().any(|one| one.starts_with("the data determine no coefficient")));
    let future = |formula: &str| said(formula).iter().any(|one| one.starts_with("`months` is among the covariates"));
    assert!(future("Surv(months, exit) ~ z + z:log(months)"));
    assert!(!future("Surv(months, exit) ~ arm + tt(family, log(months))"));
}

#[test]
fn the_variance_of_a_frailty_is_a_parameter_and_each_group_has_a_line() {
    let rows = Frame::new(vec![
        Column::float("time", vec![1.0, 2.0, 9.0, 11.0, 3.0, 4.0, 14.0, 16.0, 2.5, 3.5, 10.0, 12.0]),
        Column::integer("event", vec![1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1]),
        Column::integer("x", vec![0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 0]),
        Column::integer("family", (0..12).map(|row| row / 2).collect()),
    ])
    .unwrap();
    let fitted = EventSpec::new("Surv(time, event) ~ x + frailty(family)").fit(&rows).unwrap();
    let result = fitted.result().unwrap();
    assert!((result.aic - (2.0 * 2.0 - 2.0 * result.log_likelihood)).abs() < 1e-12, "the coefficient and the variance");
    let text = String::from_utf8(frailty_effects(&fitted).unwrap()).unwrap();
    assert!(text.starts_with("term,group,effect,estimate,conf_low,conf_high\n"));
    assert_eq!(text.lines().count(), 7);
    let plain = EventSpec::new("Surv(time, event) ~ x").fit(&rows).unwrap();
    assert_eq!(frailty_effects(&plain).unwrap_err().code(), "method_does_not_apply");
}
