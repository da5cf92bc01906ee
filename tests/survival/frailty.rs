//! Frailty models against coxph, coxme and emfrail.

use serde_json::Value;
use steadfast_core::survival::{
    Frailty, FrailtyCriterion, FrailtyDistribution, FrailtyFit, FrailtyVariance, Ties,
};

use super::{close, external, matrix, numbers};

/// coxme (eps = 1e-11) finds the variance by a search over values of the likelihood, which is flat there: five digits.
const SEARCHED: f64 = 2e-5;

/// What follows from a variance that has five digits only.
const FOLLOWS: f64 = 2e-6;

/// Where the variance is given, Newton's method (eps = 1e-12) has all the digits that are printed.
const GIVEN: f64 = 1e-8;

fn model(formula: &str, distribution: FrailtyDistribution) -> Frailty {
    Frailty::new(formula.parse().unwrap()).distribution(distribution)
}

fn entry(fit: &FrailtyFit, variance: FrailtyVariance) -> f64 {
    fit.vcov(variance).unwrap()[(0, 0)]
}

fn history(r: &Value, name: &str) -> f64 {
    let history = r["history"].as_object().unwrap();
    history.values().next().unwrap()[name].as_f64().unwrap()
}

fn effects(fit: &FrailtyFit) -> Vec<f64> {
    fit.group_effects(0.95).unwrap().iter().map(|effect| effect.estimate).collect()
}

const RATS: &str = "Surv(time, status) ~ rx + frailty(litter)";

#[test]
fn a_gamma_frailty_of_known_variance_is_that_of_coxph() {
    let Some((frame, r)) = external("rats_f", "coxph_frailty_rats_gamma_theta05") else { return };
    let fit = model(RATS, FrailtyDistribution::Gamma).known_variance(0.5).fit(&frame).unwrap();
    close("coef", fit.beta(), &numbers(&r["coef"]["values"]), GIVEN);
    close("c.loglik", &[fit.log_likelihood()], &[history(&r, "c.loglik")], 1e-12);
    close("loglik", &[fit.null_log_likelihood(), fit.partial_log_likelihood()], &numbers(&r["loglik"]), GIVEN);
    // coxph takes the information about the 50 effects for diagonal; with `sparse = FALSE` it says 0.104362178175.
    close("vcov", &[entry(&fit, FrailtyVariance::KnownDiagonal)], &matrix(&r["vcov"]), GIVEN);
    close("vcov", &[entry(&fit, FrailtyVariance::Known)], &[0.104362178175], 1e-10);
    let logarithms: Vec<f64> = effects(&fit).iter().map(|u| u.ln()).collect();
    close("frail", &logarithms, &numbers(&r["frail"]), GIVEN);
}

#[test]
fn a_gamma_frailty_is_that_of_coxph() {
    let Some((frame, r)) = external("rats_f", "coxph_frailty_rats_gamma") else { return };
    let fit = model(RATS, FrailtyDistribution::Gamma).fit(&frame).unwrap();
    // coxph stops when the likelihood changes by 1e-10, so that θ has some five digits; the likelihood has more.
    close("theta", &[fit.theta()], &[history(&r, "theta")], 1e-5);
    close("c.loglik", &[fit.log_likelihood()], &[history(&r, "c.loglik")], 1e-11);
    close("coef", fit.beta(), &numbers(&r["coef"]["values"]), 1e-6);
    close("vcov", &[entry(&fit, FrailtyVariance::KnownDiagonal)], &matrix(&r["vcov"]), 1e-5);
}

#[test]
fn gamma_frailties_with_breslow_ties_are_those_of_emfrail() {
    let cases = [
        ("rats_f", "emfrail_rats_gamma", RATS),
        ("cgd", "emfrail_cgd_gamma", "Surv(tstart, tstop, status) ~ treat + frailty(id)"),
    ];
    for (data, case, formula) in cases {
        let Some((frame, r)) = external(data, case) else { continue };
        let fit = model(formula, FrailtyDistribution::Gamma).ties(Ties::Breslow).fit(&frame).unwrap();
        // emfrail's EM stops at a change of 1e-6 in the likelihood, and its search for θ at some 1e-4 of it.
        let sign = if data == "cgd" { -1.0 } else { 1.0 };
        let _ = sign;
        close(case, fit.beta(), &numbers(&r["coef"]["values"]), 1e-4);
        let theta = (-r["logtheta"].as_f64().unwrap()).exp();
        close(case, &[fit.theta()], &[theta], 2e-3);
        let (found, expected) = ([fit.cox_log_likelihood(), fit.log_likelihood()], numbers(&r["loglik"]));
        close(case, &found, &expected, 1e-8);
        close(case, &[entry(&fit, FrailtyVariance::Known)], &matrix(&r["vcov"])[..1], 1e-3);
        close(case, &[entry(&fit, FrailtyVariance::Total)], &matrix(&r["vcov_adj"])[..1], 1e-3);
        close(case, &[fit.log_theta_variance().unwrap()], &matrix(&r["var_logtheta"]), 1e-2);
        let interval = fit.variance_interval(0.95).unwrap();
        let expected = numbers(&r["summary_frailty_var"]["values"]);
        close(case, &[interval.estimate, interval.conf_low, interval.conf_high.unwrap()], &[expected[0], expected[2], expected[3]], 2e-3);
        close(case, &effects(&fit), &numbers(&r["frailty"]["values"]), 1e-3);
    }
}

#[test]
fn normal_frailties_are_those_of_coxme() {
    let cases = [
        ("rats_f", "coxme_rats", "Surv(time, status) ~ rx + (1 | litter)", "litter"),
        ("kidney", "coxme_kidney", "Surv(time, status) ~ age + sex + disease + (1 | id)", "id"),
        ("eortc", "coxme_eortc_ri", "Surv(y, uncens) ~ trt + (1 | center)", "center"),
    ];
    for (data, case, formula, group) in cases {
        let Some((frame, r)) = external(data, case) else { continue };
        let frame = super::with_levels(&frame, "disease", &["Other", "GN", "AN", "PKD"]);
        let fit = model(formula, FrailtyDistribution::LogNormal).fit(&frame).unwrap();
        close(case, &[fit.theta()], &[r["VarCorr"][group].as_f64().unwrap()], SEARCHED);
        let found = [fit.null_log_likelihood(), fit.log_likelihood(), fit.penalised_log_likelihood()];
        close(case, &found[..2], &numbers(&r["loglik"]["values"])[..2], 1e-10);
        close(case, &found[2..], &numbers(&r["loglik"]["values"])[2..], FOLLOWS);
        close(case, fit.beta(), &numbers(&r["fixef"]["values"]), FOLLOWS);
        close(case, fit.vcov(FrailtyVariance::Known).unwrap().as_slice(), &matrix(&r["vcov"]), SEARCHED);
        close(case, &effects(&fit), &numbers(&r["ranef"][group]["values"]), SEARCHED);
    }
}

#[test]
fn random_slopes_are_those_of_coxme() {
    let Some((frame, r)) = external("eortc", "coxme_eortc_rs") else { return };
    let fit = model("Surv(y, uncens) ~ trt + (1 + trt | center)", FrailtyDistribution::LogNormal).fit(&frame).unwrap();
    let components: Vec<f64> = fit.components().iter().map(|component| component.estimate).collect();
    let v = matrix(&r["VarCorr"]["center"]);
    // coxme prints a correlation above the diagonal. Its search over three parameters stops earlier than over one.
    let expected = [v[0], v[1] * (v[0] * v[3]).sqrt(), v[3]];
    let expected_likelihood = numbers(&r["loglik"]["values"]);
    assert!(fit.log_likelihood() >= expected_likelihood[1] - 1e-9, "{}", fit.log_likelihood());
    close("loglik", &[fit.log_likelihood()], &expected_likelihood[1..2], 1e-7);
    close("VarCorr", &components, &expected, 1e-2);
    close("fixef", fit.beta(), &numbers(&r["fixef"]["values"]), 1e-3);
    close("vcov", fit.vcov(FrailtyVariance::Known).unwrap().as_slice(), &matrix(&r["vcov"]), 1e-2);
    let found = effects(&fit);
    close("ranef", &found, &matrix(&r["ranef"]["center"]), 1e-2);
}

#[test]
fn reml_of_a_normal_frailty_is_that_of_coxph() {
    let Some((frame, r)) = external("rats_f", "coxph_frailty_rats_gauss") else { return };
    let reml = |criterion| model(RATS, FrailtyDistribution::LogNormal).criterion(criterion).fit(&frame).unwrap();
    let fit = reml(FrailtyCriterion::RemlDiagonal);
    close("theta", &[fit.theta()], &[history(&r, "theta")], 1e-7);
    close("coef", fit.beta(), &numbers(&r["coef"]["values"]), GIVEN);
    close("vcov", &[entry(&fit, FrailtyVariance::KnownDiagonal)], &matrix(&r["vcov"]), 1e-7);
    close("frail", &effects(&fit), &numbers(&r["frail"]), 1e-7);
    // coxph(…, sparse = FALSE) of the same call.
    let fit = reml(FrailtyCriterion::Reml);
    close("theta", &[fit.theta()], &[0.425105766236], 1e-7);
    close("vcov", &[entry(&fit, FrailtyVariance::Known)], &[0.104124715206], 1e-7);
}
