//! Models of all transitions, and the probabilities of states that they predict.

use serde_json::Value;
use steadfast_core::frame::{Column, Factor, Frame};
use steadfast_core::survival::{
    Milestones, MultiState, MultiStateFit, OccupationVariance, Start, Ties, Transition, Variance,
};

use super::{ITERATED, ROUNDING, close, external, matrix, numbers};

const STATES: [&str; 3] = ["Tx", "PR", "RelDeath"];

/// The transplanted patients in years, with R's levels.
fn transplants(frame: &Frame) -> Frame {
    let years = |name: &str| {
        let days = frame.column(name).unwrap().to_numeric().unwrap();
        Column::float(name, days.iter().map(|days| days / 365.25).collect())
    };
    let levels = |frame: Frame, name: &str, levels: &[&str]| {
        let old = frame.column(name).unwrap().to_factor();
        let place = |row| levels.iter().position(|level| old.level(row) == Some(level)).map(|at| at as u32);
        let codes = (0..frame.n_rows()).map(place).collect();
        let factor = Factor::from_codes(levels.iter().map(ToString::to_string).collect(), codes).unwrap();
        frame.with_column(Column::from_factor(name, factor)).unwrap()
    };
    let frame = frame.clone().with_column(years("prtime")).unwrap().with_column(years("rfstime")).unwrap();
    let frame = levels(frame, "dissub", &["AML", "ALL", "CML"]);
    let frame = levels(frame, "age", &["<=20", "20-40", ">40"]);
    let frame = levels(frame, "drmatch", &["No gender mismatch", "Gender mismatch"]);
    levels(frame, "tcd", &["No TCD", "TCD"])
}

fn layout() -> Milestones {
    Milestones::new("Tx", [("Tx", "PR"), ("Tx", "RelDeath"), ("PR", "RelDeath")])
        .state("PR", "prtime", "prstat")
        .state("RelDeath", "rfstime", "rfsstat")
}

fn model(right: &str) -> MultiState {
    let formula = format!("Surv(start, stop, to) ~ {right}").parse().unwrap();
    MultiState::new(formula).from("from").subject("id").ties(Ties::Breslow)
}

#[test]
fn stays_written_out_are_the_rows_of_msprep() {
    let Some((frame, r)) = external("ebmt3", "mstate_ebmt3") else { return };
    let long = layout().long(&transplants(&frame)).unwrap();
    assert_eq!(long.n_rows() as u64, r["n_long_rows"].as_u64().unwrap());
    let head = &r["long_head"];
    for (ours, theirs) in
        [("id", "id"), ("transition", "trans"), ("start", "Tstart"), ("stop", "Tstop"), ("status", "status")]
    {
        let values = long.column(ours).unwrap().to_numeric().unwrap();
        let expected = numbers(&head[theirs]);
        close(theirs, &values[..expected.len()], &expected, ROUNDING);
    }
    let events = matrix(&r["events"]);
    let (transition, status) = (long.column("transition").unwrap(), long.column("status").unwrap());
    let (transition, status) = (transition.to_numeric().unwrap(), status.to_numeric().unwrap());
    let count = |number: f64| {
        transition.iter().zip(status.iter()).filter(|(t, s)| t.total_cmp(&number).is_eq() && **s > 0.0).count()
    };
    let found = [count(1.0), count(2.0), count(3.0)].map(|n| n as f64);
    close("events", &found, &[events[1], events[2], events[7]], ROUNDING);
}

/// R's names of coefficients as ours.
fn ordered(fit: &MultiStateFit, r: &Value) -> (Vec<f64>, Vec<f64>) {
    let terms = ["dissubALL", "dissubCML", "age20-40", "age>40", "drmatchGender mismatch", "tcdTCD"];
    let short = ["dissub1", "dissub2", "age1", "age2", "drmatch", "tcd"];
    let transitions = ["Tx -> PR", "Tx -> RelDeath", "PR -> RelDeath"];
    let names: Vec<String> =
        r["coef"]["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().into()).collect();
    let theirs = |ours: &String| {
        let name = match ours.split_once(": ") {
            Some((term, transition)) => {
                let (t, n) = (terms.iter().position(|t| *t == term), transitions.iter().position(|t| *t == transition));
                format!("{}.{}", short[t.unwrap()], n.unwrap() + 1)
            }
            None => "pr".to_owned(),
        };
        names.iter().position(|known| *known == name).unwrap()
    };
    let places: Vec<usize> = fit.names().iter().map(theirs).collect();
    let (coef, vcov) = (numbers(&r["coef"]["values"]), matrix(&r["vcov"]));
    let p = coef.len();
    let matrix =
        places.iter().flat_map(|&i| places.iter().map(move |&j| (i, j))).map(|(i, j)| vcov[i * p + j]).collect();
    (places.iter().map(|&at| coef[at]).collect(), matrix)
}

fn compare(case: &str, fit: &MultiStateFit, r: &Value) {
    let (coef, vcov) = ordered(fit, r);
    close(case, fit.beta(), &coef, ITERATED);
    close(case, fit.inference(Variance::Model).unwrap().vcov().as_slice(), &vcov, ITERATED);
    let (null, fitted) = fit.log_likelihood();
    close(case, &[null, fitted], &numbers(&r["loglik"]), ROUNDING);
}

/// Probabilities and standard errors from each state at the times of `r`.
fn compare_states(case: &str, fit: &MultiStateFit, new: &Frame, how: OccupationVariance, r: &Value, tolerance: f64) {
    for (from, r) in STATES.iter().zip(r.as_array().unwrap()) {
        let times = numbers(&r["at"]);
        let found = fit.predict(new, Start::at(*from, 0.0), &times, how).unwrap();
        for (number, state) in STATES.iter().enumerate() {
            let of = |value: fn(&steadfast_core::survival::Occupied) -> f64| {
                found.iter().filter(|one| one.state == *state).map(value).collect::<Vec<f64>>()
            };
            let expected = |what: &str| numbers(&r[format!("{what}{}", number + 1)]);
            close(&format!("{case} {from} {state}"), &of(|one| one.probability), &expected("pstate"), tolerance);
            close(&format!("{case} {from} {state} se"), &of(|one| one.std_error), &expected("se"), tolerance);
        }
    }
}

fn reference() -> Frame {
    let level = |name: &str, levels: &[&str]| {
        let factor = Factor::from_codes(levels.iter().map(ToString::to_string).collect(), vec![Some(0)]).unwrap();
        Column::from_factor(name, factor)
    };
    Frame::new(vec![
        level("dissub", &["AML", "ALL", "CML"]),
        level("age", &["<=20", "20-40", ">40"]),
        level("drmatch", &["No gender mismatch", "Gender mismatch"]),
        level("tcd", &["No TCD", "TCD"]),
    ])
    .unwrap()
}

#[test]
fn models_of_transitions_and_probabilities_of_states_are_those_of_mstate() {
    let Some((frame, r)) = external("ebmt3", "mstate_ebmt3") else { return };
    let stays = layout().stays(&transplants(&frame)).unwrap();
    let covariates = "dissub + age + drmatch + tcd";
    let fit = model(covariates).fit(&stays).unwrap();
    compare("c1", &fit, &r["cox_strata_trans"]);
    compare_states("c1", &fit, &reference(), OccupationVariance::Increments, &r["probtrans_cov"], ITERATED);
    let shared: Vec<Transition> = vec![("Tx", "RelDeath").into(), ("PR", "RelDeath").into()];
    let fit = model(covariates).proportional(shared).fit(&stays).unwrap();
    compare("c2", &fit, &r["cox_ph"]);
    let fit = model("1").fit(&stays).unwrap();
    compare_states("np", &fit, &reference(), OccupationVariance::Increments, &r["np_aalen"], ROUNDING);
    compare_states("np", &fit, &reference(), OccupationVariance::Greenwood, &r["np_greenwood"], ROUNDING);
    let times = matrix(&r["ELOS_tau5"]);
    for (from, expected) in STATES.iter().zip(times.chunks_exact(3)) {
        let found = fit.predict(&reference(), Start::at(*from, 0.0), &[5.0], OccupationVariance::Jackknife).unwrap();
        let found: Vec<f64> = found.iter().map(|one| one.time_in).collect();
        close(from, &found, expected, ROUNDING);
    }
}
