use super::*;
use crate::error::Error;
use crate::event_history::{Columns, EventHistory};
use crate::frame::Column;
use crate::survival::{AalenJohansen, Cox, OccupationVariance, Population, Start, Variance};

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{a} is not {b}");
    }
}

/// Twelve people with two kinds of events.
fn twelve() -> Frame {
    Frame::new(vec![
        Column::integer("id", (1..=12).collect()),
        Column::float("t", vec![1., 2., 2., 2., 3., 4., 4., 5., 5., 6., 7., 8.]),
        Column::factor("s", ["b", "c", "b", "a", "a", "c", "b", "a", "c", "b", "a", "c"]),
        Column::float("x", vec![0., 1., 0., 1., 1., 0., 1., 0., 1., 1., 0., 0.]),
        Column::factor("arm", ["u", "v", "u", "v", "v", "u", "v", "u", "v", "v", "u", "u"]),
    ])
    .unwrap()
}

fn model(formula: &str) -> MultiState {
    MultiState::new(formula.parse().unwrap()).censored("c")
}

fn one(x: f64) -> Frame {
    Frame::new(vec![Column::float("x", vec![x])]).unwrap()
}

fn probabilities(found: &[Occupied]) -> Vec<f64> {
    found.iter().map(|state| state.probability).collect()
}

/// survival 3.5-3: coxph(Surv(t, s) ~ x, id = id) and its survfit(newdata = data.frame(x = 0:1)); 1e-9 as R's last step may leave.
#[test]
fn competing_events_are_those_of_a_multi_state_coxph() {
    let fit = model("Surv(t, s) ~ x").steps(Steps::Exponential).fit(&twelve()).unwrap();
    assert_eq!(fit.names(), ["x: (start) -> a", "x: (start) -> b"]);
    close(fit.beta(), &[0.777229713143156, 0.198445966501594], 1e-9);
    let robust = fit.inference(Variance::Cr0).unwrap();
    let expected = [1.0454390037584669, -0.0842583635955963, -0.0842583635955963, 0.9793385269454369];
    close(robust.vcov().as_slice(), &expected, 1e-9);
    close(&fit.inference(Variance::Model).unwrap().vcov().as_slice()[..2], &[1.52077789470128, 0.0], 1e-9);
    let times = [1.0, 4.0, 7.0];
    let found = fit.predict(&one(1.0), Start::at("(start)", 0.0), &times, OccupationVariance::Model).unwrap();
    let expected = [
        0.912492980255660,
        0.0,
        0.0875070197443402,
        0.526451612868509,
        0.2140515770427085,
        0.2594968100887826,
        0.090351841862551,
        0.5266795728837667,
        0.3829685852536823,
    ];
    close(&probabilities(&found), &expected, 1e-8);
    // The product integral leaves less than nothing there, as R's by hand does: -0.0189531603803315.
    let product = model("Surv(t, s) ~ x").fit(&twelve()).unwrap();
    let error = product.predict(&one(1.0), Start::at("(start)", 0.0), &[7.0], OccupationVariance::Model).unwrap_err();
    assert_eq!(error.code(), "hazard_above_one");
}

#[test]
fn each_transition_alone_is_a_model_of_cox() {
    let fit = model("Surv(t, s) ~ x").fit(&twelve()).unwrap();
    for (at, cause) in ["a", "b"].iter().enumerate() {
        let cox = Cox::new("Surv(t, s) ~ x".parse().unwrap()).censored("c").cause(*cause).fit(&twelve()).unwrap();
        assert_eq!(fit.beta()[at..=at], cox.beta()[..1]);
    }
}

/// Eight people between two states and out of the second; invented.
fn illness() -> Frame {
    Frame::new(vec![
        Column::integer("id", vec![1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 8]),
        Column::float("start", vec![0., 2., 0., 0., 3., 0., 0., 1., 0., 0., 4., 0., 5.]),
        Column::float("stop", vec![2., 6., 4., 3., 7., 5., 1., 9., 8., 4., 6.5, 5., 10.]),
        Column::factor(
            "from",
            ["home", "care", "home", "home", "care", "home", "home", "care", "home", "home", "care", "home", "care"],
        ),
        Column::factor(
            "to",
            ["care", "out", "out", "care", "none", "none", "care", "home", "out", "care", "out", "care", "none"],
        ),
        Column::float("x", vec![0., 0., 1., 1., 1., 0., 0., 0., 1., 1., 1., 0., 0.]),
        Column::float("w", vec![1., 1., 1.5, 0.5, 0.5, 1., 2., 2., 1., 1., 1., 1.2, 1.2]),
    ])
    .unwrap()
}

fn between(formula: &str) -> MultiState {
    MultiState::new(formula.parse().unwrap()).from("from").subject("id").censored("none")
}

#[test]
fn without_covariates_it_is_the_estimator_of_aalen_and_johansen_with_its_jackknife() {
    let fit = between("Surv(start, stop, to) ~ 1").weights("w").fit(&illness()).unwrap();
    let nobody = Frame::new(vec![Column::float("x", vec![0.0])]).unwrap();
    let times = [3.5, 6.0, 8.5];
    let found = fit.predict(&nobody, Start::at("home", 0.0), &times, OccupationVariance::Jackknife).unwrap();
    let columns = Columns::new("stop", "to").start("start").from("from").subject("id").censored("none").weight("w");
    let history = EventHistory::from_frame(&illness(), &columns).unwrap();
    let curves = AalenJohansen::new().estimate(&history).unwrap();
    for one in &found {
        let at = curves.at(one.time).unwrap();
        let expected = at.occupation(0, &one.state).unwrap();
        close(&[one.probability, one.std_error], &[expected.probability, expected.std_error], 1e-12);
        let time = at.time_in(0, &one.state).unwrap();
        close(&[one.time_in, one.time_in_std_error], &[time.estimate, time.std_error], 1e-12);
    }
}

/// All quantities of x = 1 at 6 when the person `id` weighs 1 + change times as much.
fn perturbed(id: i64, change: f64, steps: Steps) -> Vec<f64> {
    let frame = illness();
    let ids = frame.column("id").unwrap().to_numeric().unwrap();
    let w = frame.column("w").unwrap().to_numeric().unwrap();
    let heavier = |(id_of, w): (&f64, &f64)| if *id_of as i64 == id { w * (1.0 + change) } else { *w };
    let frame = frame.clone().with_column(Column::float("w", ids.iter().zip(w.iter()).map(heavier).collect())).unwrap();
    let fit = oscillation(steps).fit(&frame).unwrap();
    let found = fit.predict(&one(1.0), Start::at("home", 0.5), &[6.0], OccupationVariance::Model).unwrap();
    found.iter().flat_map(|state| [state.probability, state.time_in]).collect()
}

fn oscillation(steps: Steps) -> MultiState {
    let wanted = [("home", "care"), ("home", "out"), ("care", "out")];
    let model = between("Surv(start, stop, to) ~ x").weights("w").steps(steps).transitions(wanted);
    model.proportional([("home", "out"), ("care", "out")]).common("x", Vec::<Transition>::new())
}

#[test]
fn the_jackknife_is_the_derivative_of_all_predictions_by_the_weight_of_people() {
    // Central differences of step 1e-4 of a weight are good to 1e-7.
    for steps in [Steps::Product, Steps::Exponential] {
        let fit = oscillation(steps).fit(&illness()).unwrap();
        let found = fit.predict(&one(1.0), Start::at("home", 0.5), &[6.0], OccupationVariance::Jackknife).unwrap();
        let mut variance = vec![0.0; found.len() * 2];
        for id in 1..=8 {
            let (up, down) = (perturbed(id, 1e-4, steps), perturbed(id, -1e-4, steps));
            for (sum, (up, down)) in variance.iter_mut().zip(up.iter().zip(&down)) {
                *sum += ((up - down) / 2e-4) * ((up - down) / 2e-4);
            }
        }
        let errors: Vec<f64> = found.iter().flat_map(|state| [state.std_error, state.time_in_std_error]).collect();
        let expected: Vec<f64> = variance.iter().map(|sum| sum.sqrt()).collect();
        close(&errors, &expected, 1e-5);
        close(&[found.iter().map(|state| state.probability).sum()], &[1.0], 1e-13);
    }
}

#[test]
fn shared_baselines_and_coefficients_have_their_names() {
    let fit = oscillation(Steps::Product).fit(&illness()).unwrap();
    assert_eq!(fit.names(), ["x", "care -> out"]);
    assert_eq!(fit.transitions().len(), 3);
    assert!(fit.hazards(&one(0.0), &[6.0], OccupationVariance::Model).unwrap().iter().all(|of| of.std_error > 0.0));
}

#[test]
fn a_standardised_difference_without_other_covariates_is_that_of_two_predictions() {
    let fit = model("Surv(t, s) ~ arm").steps(Steps::Exponential).fit(&twelve()).unwrap();
    let start = Start::at("(start)", 0.0);
    let what = ("a", Quantity::Probability);
    let jackknife = OccupationVariance::Jackknife;
    let found = fit.standardise(Population::Fitted(&twelve()), "arm", what, &start, &[5.0], jackknife).unwrap();
    let new = Frame::new(vec![Column::factor("arm", ["u", "v"])]).unwrap();
    let rows = fit.predict(&new, start, &[5.0], jackknife).unwrap();
    let of = |row: usize| rows.iter().find(|one| one.row == row && one.state == "a").unwrap();
    let probability = found.probability("u", 0).unwrap();
    close(&[probability.estimate, probability.std_error], &[of(0).probability, of(0).std_error], 1e-13);
    let difference = found.difference("v", "u", 0).unwrap();
    close(&[difference.estimate], &[of(1).probability - of(0).probability], 1e-13);
}

#[test]
fn somebody_in_a_state_that_nothing_leaves_stays_there_and_one_that_nothing_leads_to_is_empty() {
    let fit = oscillation(Steps::Product).fit(&illness()).unwrap();
    let found = fit.predict(&one(0.0), Start::at("out", 0.0), &[8.0], OccupationVariance::Jackknife).unwrap();
    for state in found {
        let here = f64::from(u8::from(state.state == "out"));
        assert_eq!((state.probability, state.std_error, state.time_in), (here, 0.0, 8.0 * here));
    }
    let found = fit.predict(&one(0.0), Start::at("care", 1.0), &[8.0], OccupationVariance::Model).unwrap();
    let home = found.iter().find(|state| state.state == "home").unwrap();
    assert_eq!((home.probability, home.std_error), (0.0, 0.0));
}

#[test]
fn what_cannot_be_estimated_is_an_error_that_names_the_transition() {
    let error = |model: MultiState| model.fit(&illness()).map_or_else(|error| error, |_| Error::usage("ok", ""));
    let never = error(between("Surv(start, stop, to) ~ x").transitions([("home", "care"), ("out", "care")]));
    assert_eq!((never.code(), never.to_string().contains("out -> care")), ("no_events", true));
    assert_eq!(error(between("Surv(start, stop, to) ~ x").transitions([("home", "moon")])).code(), "unknown_state");
    let constant = Column::float("x", vec![0., 1., 1., 1., 1., 0., 0., 1., 1., 1., 1., 0., 1.]);
    let frame = illness().with_column(constant).unwrap();
    let found = between("Surv(start, stop, to) ~ x").fit(&frame).unwrap_err();
    assert_eq!((found.code(), found.to_string().contains("care -> ")), ("constant_covariate", true));
    let one = between("Surv(start, stop, to) ~ x").transitions([("home", "care")]);
    let found = error(one.clone().common("z", [("home", "care")]));
    assert_eq!(found.code(), "unknown_term");
    let found = error(one.proportional([("out", "care")]));
    assert_eq!(found.code(), "unknown_transition");
}

#[test]
fn stays_follow_from_the_times_at_which_states_were_entered() {
    let frame = Frame::new(vec![
        Column::integer("id", vec![1, 2, 3]),
        Column::float("ill", vec![2.0, 5.0, 4.0]),
        Column::integer("is_ill", vec![1, 0, 1]),
        Column::float("dead", vec![6.0, 5.0, 4.5]),
        Column::integer("is_dead", vec![0, 1, 1]),
    ])
    .unwrap();
    let layout = Milestones::new("well", [("well", "ill"), ("well", "dead"), ("ill", "dead")])
        .state("ill", "ill", "is_ill")
        .state("dead", "dead", "is_dead");
    let stays = layout.stays(&frame).unwrap();
    let numbers = |name: &str| stays.column(name).unwrap().to_numeric().unwrap().to_vec();
    assert_eq!(numbers("start"), [0.0, 2.0, 0.0, 0.0, 4.0]);
    assert_eq!(numbers("stop"), [2.0, 6.0, 5.0, 4.0, 4.5]);
    let to = stays.column("to").unwrap().to_factor();
    let to: Vec<&str> = (0..5).filter_map(|row| to.level(row)).collect();
    assert_eq!(to, ["ill", "(none)", "dead", "ill", "dead"]);
    let long = layout.long(&frame).unwrap();
    let status = long.column("status").unwrap().to_numeric().unwrap().to_vec();
    assert_eq!(status, [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0]);
    let both = frame.with_column(Column::float("dead", vec![6.0, 5.0, 4.0])).unwrap();
    assert_eq!(layout.stays(&both).unwrap_err().code(), "tied_milestones");
}
