use crate::frame::{Column, Frame};
use crate::lmm::fixtures::{assert_close, fev, read};
use crate::lmm::{Criterion, Lmm, LmmFit, Solver};
use crate::parallel::Threads;

/// Another outcome of about the same size, without any pattern that a model knows.
fn another(response: &[f64], size: f64) -> Vec<f64> {
    response.iter().enumerate().map(|(i, y)| size * (y + 40.0 * libm::sin(1.7 * i as f64 * i as f64))).collect()
}

fn with_response(frame: &Frame, name: &str, values: Vec<f64>) -> Frame {
    frame.clone().with_column(Column::float(name, values)).unwrap()
}

fn assert_same(one: &LmmFit, other: &LmmFit, tolerance: f64) {
    assert_close(one.minus_two_log_likelihood(), other.minus_two_log_likelihood(), tolerance);
    one.beta().iter().zip(other.beta()).for_each(|(a, b)| assert_close(*a, *b, tolerance));
    one.vcov().iter().zip(other.vcov().iter()).for_each(|(a, b)| assert_close(*a, *b, tolerance));
    for ((name, a), (_, b)) in one.natural_parameters().iter().zip(other.natural_parameters()) {
        assert!((a - b).abs() <= tolerance * (a.abs() + b.abs() + 1.0), "{name}: {a} is not {b}");
    }
    assert_eq!(one.convergence().position, other.convergence().position);
}

/// A refit agrees with a fit to a frame that holds the new outcome. Estimates are found to 1e-9 of their standard errors.
fn check(model: &Lmm, frame: &Frame, response: &str, size: f64) {
    let first = model.fit(frame).unwrap();
    let old: Vec<f64> = first.design.response.iter().copied().collect();
    let new = another(&old, size);
    let again = model.fit(&with_response(frame, response, new.clone())).unwrap();
    assert_same(&first.refit(&new).unwrap(), &again, 2e-7);
    // And back: nothing of the outcome between stays.
    assert_same(&first.refit(&new).unwrap().refit(&old).unwrap(), &first, 2e-7);
}

#[test]
fn a_refit_is_the_fit_of_a_frame_with_the_new_outcome() {
    let sleepstudy = read("sleepstudy");
    for formula in ["Reaction ~ Days + (Days | Subject)", "Reaction ~ Days + (1 | Subject)", "Reaction ~ Days"] {
        for criterion in [Criterion::Ml, Criterion::Reml] {
            check(&Lmm::new(formula.parse().unwrap()).criterion(criterion), &sleepstudy, "Reaction", 1.0);
        }
    }
    let weighted = "Reaction ~ Days + offset(off) + (Days | Subject)".parse().unwrap();
    check(&Lmm::new(weighted).weights("w"), &read("sleepstudy_weighted"), "Reaction", 1.0);
}

#[test]
fn a_refit_takes_outcomes_of_another_size_and_columns_that_are_nearly_dependent() {
    let model = Lmm::new("Reaction ~ Days + (Days | Subject)".parse().unwrap());
    check(&model, &read("sleepstudy"), "Reaction", 1e-5);
    check(&model, &read("sleepstudy"), "Reaction", 1e6);
    let powers = "Reaction ~ Days + I(Days^2) + I(Days^3) + I(Days^4) + I(Days^5) + (1 | Subject)".parse().unwrap();
    check(&Lmm::new(powers), &read("sleepstudy"), "Reaction", 1.0);
}

#[test]
fn a_refit_goes_through_every_rotation() {
    // Structured residuals, with subjects that are exchanged within sites, and a model in which both kinds of term are.
    let frame = fev();
    for formula in [
        "FEV1 ~ ARMCD * AVISIT + us(AVISIT | USUBJID)",
        "FEV1 ~ ARMCD + RACE + cs(AVISIT | USUBJID) + (1 | RACE:SEX)",
        "FEV1 ~ ARMCD + ar1(AVISIT | ARMCD/USUBJID)",
    ] {
        check(&Lmm::new(formula.parse().unwrap()).threads(Threads::new(2)), &frame, "FEV1", 1.0);
    }
    check(&Lmm::new("strength ~ 1 + (1 | batch/cask)".parse().unwrap()), &read("pastes"), "strength", 1.0);
}

#[test]
fn a_refit_in_the_space_of_the_effects_is_a_fit_too() {
    let sparse = |formula: &str| Lmm::new(formula.parse().unwrap()).solver(Solver::Sparse);
    for criterion in [Criterion::Ml, Criterion::Reml] {
        let crossed = sparse("diameter ~ 1 + (1 | plate) + (1 | sample)").criterion(criterion);
        check(&crossed, &read("penicillin"), "diameter", 1.0);
    }
    check(&sparse("Reaction ~ Days + (Days | Subject) + (1 | Days)"), &read("sleepstudy"), "Reaction", 1e-5);
    let weighted = sparse("Reaction ~ Days + offset(off) + (Days | Subject)").weights("w");
    check(&weighted, &read("sleepstudy_weighted"), "Reaction", 1.0);
}

#[test]
fn rows_that_did_not_enter_are_not_looked_at_and_the_others_are_checked() {
    let frame = fev();
    let fit = Lmm::new("FEV1 ~ ARMCD + us(AVISIT | USUBJID)".parse().unwrap()).fit(&frame).unwrap();
    let old: Vec<f64> = fit.design.response.iter().copied().collect();
    assert!(old.iter().any(|value| value.is_nan()));
    assert_same(&fit.refit(&old).unwrap(), &fit, 2e-7);
    assert_eq!(fit.refit(&old[1..]).unwrap_err().code(), "response_length");
    let mut broken = old.clone();
    broken[fit.design.rows[3] as usize] = f64::NAN;
    assert_eq!(fit.refit(&broken).unwrap_err().code(), "not_finite");
    assert_eq!(fit.refit(&vec![1.0; old.len()]).unwrap_err().code(), "constant_outcome");
}
