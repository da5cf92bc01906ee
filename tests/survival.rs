//! Survival curves, tests and Cox models against R's survival, on data that a folder of the user's holds: `data/*.csv`, and what R
//! said of them, `refs/*.json`, each with its call and the versions.

use std::path::PathBuf;

use serde_json::Value;
use steadfast::reference::EXTERNAL_DIR;
use steadfast_core::event_history::{Columns, EventHistory};
use steadfast_core::frame::{Column, Factor, Frame};
use steadfast_core::survival::{AalenJohansen, Cox, CoxFit, LogRank, Ties, Transformation, Variance};

/// Probabilities and tests are sums: only rounding separates two engines.
const ROUNDING: f64 = 1e-11;

/// R stops when the log-likelihood changes by less than 1e-9 of itself, which leaves coefficients some 1e-7 of them wide.
const ITERATED: f64 = 1e-7;

/// The data set and R's results; `None`, and a line that says so, where there is no such folder.
fn external(data: &str, reference: &str) -> Option<(Frame, Value)> {
    let folder = std::env::var_os(EXTERNAL_DIR).map(PathBuf::from);
    let found =
        folder.map(|folder| (folder.join(format!("data/{data}.csv")), folder.join(format!("refs/{reference}.json"))));
    match found {
        Some((data, reference)) if data.exists() && reference.exists() => {
            let frame = steadfast_io::read(data).unwrap().infer().unwrap();
            let mut value: Value = serde_json::from_slice(&std::fs::read(reference).unwrap()).unwrap();
            Some((frame, value["results"].take()))
        }
        _ => {
            println!("skipped: {reference}: {EXTERNAL_DIR} names no folder that has it");
            None
        }
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    let items = value.as_array().unwrap_or_else(|| panic!("no list: {value}"));
    items.iter().map(|item| item.as_f64().unwrap_or(f64::NAN)).collect()
}

/// A matrix by rows.
fn matrix(value: &Value) -> Vec<f64> {
    value["rows"].as_array().unwrap().iter().flat_map(numbers).collect()
}

fn close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert!(!expected.is_empty() && found.len() == expected.len(), "{what}: {} of {}", found.len(), expected.len());
    let size = expected.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= tolerance * size, "{what}: {a} is not {b}");
    }
}

fn by_sex(frame: &Frame) -> Factor {
    frame.column("sex").unwrap().to_factor()
}

fn lung_history(frame: &Frame) -> EventHistory {
    EventHistory::from_frame(frame, &Columns::new("time", "status").censored("1")).unwrap()
}

/// The rows in which `column` has a value.
fn observed(frame: &Frame, column: &str) -> Frame {
    let column = frame.column(column).unwrap().clone();
    let rows: Vec<u32> = (0..frame.n_rows() as u32).filter(|&row| column.is_observed(row as usize)).collect();
    frame.select(&rows)
}

#[test]
fn kaplan_meier_curves_and_their_limits_are_those_of_r() {
    let cases = [
        ("km_lung_sex_plain", Transformation::Plain),
        ("km_lung_sex_log", Transformation::Log),
        ("km_lung_sex_loglog", Transformation::LogLog),
        ("km_lung_sex_arcsin", Transformation::Arcsine),
    ];
    for (reference, transformation) in cases {
        let Some((frame, r)) = external("lung", reference) else { continue };
        let curves = AalenJohansen::new().transformation(transformation);
        let curves = curves.by_group(&lung_history(&frame), &by_sex(&frame)).unwrap();
        let columns = ["time", "n.risk", "n.event", "surv", "std.err", "lower", "upper"].map(|name| numbers(&r[name]));
        let mut compared = 0;
        for (group, sex) in ["sex=1", "sex=2"].into_iter().enumerate() {
            let curve = curves.curve(group).unwrap();
            let rows = r["strata"].as_array().unwrap().iter().zip(0..).filter(|(stratum, _)| *stratum == sex);
            let events: Vec<usize> = rows.map(|(_, row)| row).filter(|&row: &usize| columns[2][row] > 0.0).collect();
            assert_eq!(curve.times(), events.iter().map(|&row| columns[0][row]).collect::<Vec<_>>());
            for (k, row) in events.into_iter().enumerate() {
                let found = curve.occupation(k, "(start)").unwrap();
                let expected = [columns[1][row], columns[3][row]];
                close(reference, &[f64::from(found.n_at_risk), found.probability], &expected, ROUNDING);
                // Where nobody is left R's error is no number.
                if found.probability > 1e-12 {
                    let (low, high) = found.limits.unwrap();
                    let expected = [columns[4][row], columns[5][row], columns[6][row]];
                    close(reference, &[found.std_error, low, high], &expected, ROUNDING);
                    compared += 1;
                }
            }
        }
        assert!(compared > 130, "{compared}");
    }
}

#[test]
fn cumulative_incidences_and_times_in_states_are_those_of_r() {
    let Some((frame, r)) = external("mgus2_cr", "aj_mgus2") else { return };
    let columns = Columns::new("etime", "event").censored("censor");
    let history = EventHistory::from_frame(&frame, &columns).unwrap();
    let curves = AalenJohansen::new().by_group(&history, &by_sex(&frame)).unwrap();
    let states = ["(start)", "pcm", "death"];
    let (times, strata) = (numbers(&r["at_times"]["time"]), r["at_times"]["strata"].as_array().unwrap());
    let (p, se) = (matrix(&r["at_times"]["pstate"]), matrix(&r["at_times"]["std.err"]));
    for (row, (time, stratum)) in times.iter().zip(strata).enumerate() {
        let (at, group) = (curves.at(*time).unwrap(), usize::from(stratum == "sex=M"));
        let found = states.map(|state| at.occupation(group, state).unwrap());
        close("pstate", &found.map(|found| found.probability), &p[3 * row..3 * row + 3], ROUNDING);
        close("std.err", &found.map(|found| found.std_error), &se[3 * row..3 * row + 3], ROUNDING);
    }
    // The table ends at 240 months: its times in the three states add up to that.
    let (table, at) = (matrix(&r["table"]), curves.at(240.0).unwrap());
    let mut found = Vec::new();
    for state in states {
        found.extend([0, 1].map(|group| at.time_in(group, state).unwrap().estimate));
    }
    let expected: Vec<f64> = table.chunks_exact(3).map(|row| row[2]).collect();
    close("rmean", &found, &expected, ROUNDING);
}

#[test]
fn restricted_means_and_their_difference_are_those_of_r() {
    let Some((frame, r)) = external("lung", "rmst_lung") else { return };
    let curves = AalenJohansen::new().by_group(&lung_history(&frame), &by_sex(&frame)).unwrap();
    let at = curves.at(500.0).unwrap();
    let expected = matrix(&r["survfit_table"]);
    for group in [0, 1] {
        let found = at.time_in(group, "(start)").unwrap();
        close("rmean", &[found.estimate, found.std_error], &expected[9 * group + 4..9 * group + 6], ROUNDING);
    }
    let difference = at.time_difference("(start)", 1, 0).unwrap();
    let found = [difference.estimate, difference.conf_low, difference.conf_high, difference.p_value];
    close("rmst2", &found, &matrix(&r["rmst2"])[..4], ROUNDING);
    let ratio = at.log_time_ratio("(start)", 1, 0).unwrap();
    let found = [ratio.estimate, ratio.conf_low, ratio.conf_high].map(f64::exp);
    close("rmst2 ratio", &found, &matrix(&r["rmst2"])[4..7], ROUNDING);
}

#[test]
fn log_rank_tests_are_those_of_r() {
    let Some((frame, r)) = external("lung", "survdiff_lung") else { return };
    let (history, sex) = (lung_history(&frame), by_sex(&frame));
    for (case, rho) in [("rho0", 0.0), ("rho05", 0.5), ("rho1", 1.0)] {
        let found = LogRank::new("2").weights(rho, 0.0).test(&history, &sex).unwrap();
        close(case, &found.observed, &numbers(&r[case]["obs"]), ROUNDING);
        close(case, &found.expected, &numbers(&r[case]["exp"]), ROUNDING);
        close(case, &[found.test.statistic], &[r[case]["chisq"].as_f64().unwrap()], ROUNDING);
    }
    let frame = observed(&frame, "ph.ecog");
    let (history, performance) = (lung_history(&frame), frame.column("ph.ecog").unwrap().to_factor());
    let found = LogRank::new("2").strata(performance.clone()).test(&history, &by_sex(&frame)).unwrap();
    close("strat", &[found.test.statistic], &[r["strat"]["chisq"].as_f64().unwrap()], ROUNDING);
    let found = LogRank::new("2").test(&history, &performance).unwrap();
    close("kgroups", &[found.test.statistic * 3.0], &[r["kgroups"]["chisq"].as_f64().unwrap()], ROUNDING);
    close("kgroups", found.covariance.as_slice(), &matrix(&r["kgroups"]["var"]), ROUNDING);
}

/// Coefficients, both covariances, the log-likelihoods and the score test.
fn compare(case: &str, fit: &CoxFit, r: &Value) {
    close(case, fit.beta(), &numbers(&r["coef"]["values"]), ITERATED);
    let robust = !r["naive_var"].is_null();
    let naive = matrix(if robust { &r["naive_var"] } else { &r["vcov"] });
    close(case, fit.vcov().as_slice(), &naive, ITERATED);
    if robust {
        let rows = fit.inference(Variance::Robust).unwrap().coefficients().unwrap();
        let found: Vec<f64> = rows.iter().map(|row| row.std_error).collect();
        let (vcov, p) = (matrix(&r["vcov"]), fit.beta().len());
        let expected: Vec<f64> = (0..p).map(|at| vcov[at * (p + 1)].sqrt()).collect();
        close(case, &found, &expected, ITERATED);
    }
    let (null, fitted) = fit.log_likelihood();
    close(case, &[null, fitted], &numbers(&r["loglik"]), ROUNDING);
    let score = fit.score_test().unwrap();
    close(case, &[score.statistic * score.num_df], &[r["score"].as_f64().unwrap()], 1e-9);
}

fn cox(formula: &str) -> Cox {
    Cox::new(formula.parse().unwrap())
}

const VETERAN: &str = "Surv(time, status) ~ trt + celltype + karno + diagtime + age + prior";

/// The veterans, whose cell types R has in the order of the data.
fn veteran(frame: &Frame) -> Frame {
    let types = frame.column("celltype").unwrap().to_factor();
    let levels = ["squamous", "smallcell", "adeno", "large"].map(str::to_owned).to_vec();
    let place =
        |row: usize| levels.iter().position(|level| types.level(row) == Some(level.as_str())).map(|at| at as u32);
    let codes: Vec<Option<u32>> = (0..frame.n_rows()).map(place).collect();
    let types = Factor::from_codes(levels, codes).unwrap();
    frame.clone().with_column(Column::from_factor("celltype", types)).unwrap()
}

#[test]
fn cox_models_are_those_of_r() {
    for (case, ties) in [("cox_veteran_efron", Ties::Efron), ("cox_veteran_breslow", Ties::Breslow)] {
        let Some((frame, r)) = external("veteran", case) else { continue };
        compare(case, &cox(VETERAN).ties(ties).fit(&veteran(&frame)).unwrap(), &r);
    }
    if let Some((frame, r)) = external("lung", "cox_lung_weights") {
        let weights = (1..=frame.n_rows()).map(|row| (1.0 + (row % 3) as f64) / 2.0).collect();
        let frame = frame.with_column(Column::float("w", weights)).unwrap();
        let fit = cox("Surv(time, status) ~ age + sex").censored("1").weights("w").fit(&frame).unwrap();
        compare("cox_lung_weights", &fit, &r);
    }
    if let Some((frame, r)) = external("lung", "cox_lung_strata") {
        let frame = observed(&frame, "inst");
        let institution = frame.column("inst").unwrap().to_numeric().unwrap();
        let late = institution.iter().map(|number| Some(if *number > 11.0 { "yes" } else { "no" }));
        let frame = frame.with_column(Column::from_factor("late", Factor::from_values(late))).unwrap();
        let fit = cox("Surv(time, status) ~ age + sex + ph.ecog + strata(late)").censored("1").fit(&frame).unwrap();
        compare("cox_lung_strata", &fit, &r);
    }
    if let Some((frame, r)) = external("mgus2_cr", "causespecific_mgus2") {
        for cause in ["pcm", "death"] {
            let model = cox("Surv(etime, event) ~ age + sex + mspike").censored("censor").cause(cause);
            compare(cause, &model.fit(&frame).unwrap(), &r[cause]);
        }
    }
}

#[test]
fn models_of_recurrent_events_are_those_of_r() {
    let cases = [
        ("bladder2", "cox_bladder2_ag", "Surv(start, stop, event) ~ rx + size + number + cluster(id)"),
        ("bladder2", "cox_bladder2_pwp", "Surv(start, stop, event) ~ rx + size + number + strata(enum) + cluster(id)"),
        ("bladder", "cox_bladder_wlw", "Surv(stop, event) ~ rx + size + number + strata(enum) + cluster(id)"),
    ];
    for (data, case, formula) in cases {
        let Some((frame, r)) = external(data, case) else { continue };
        compare(case, &cox(formula).fit(&frame).unwrap(), &r);
    }
}

#[test]
fn residuals_of_a_cox_model_are_those_of_r() {
    let Some((frame, r)) = external("veteran", "cox_veteran_residuals") else { return };
    let fit = cox(VETERAN).fit(&veteran(&frame)).unwrap();
    let found = fit.residuals();
    close("martingale", &found.martingale, &numbers(&r["martingale"]), ITERATED);
    close("deviance", &found.deviance, &numbers(&r["deviance"]), ITERATED);
    close("score", &found.score, &matrix(&r["score"]), ITERATED);
    close("dfbeta", &found.dfbeta, &matrix(&r["dfbeta"]), ITERATED);
}
