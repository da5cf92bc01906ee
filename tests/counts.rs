//! Models of counts against R, on made-up data that the project holds: `data-fixtures/counts/moves.R` says how both were made.

use serde_json::Value;
use steadfast_core::counts::{
    Correction, CountFit, CountModel, CountResidual, Covariates, FewClusters, Standardisation, Variance,
};
use steadfast_core::family::{NegativeBinomial1, NegativeBinomial2};
use steadfast_core::frame::Frame;
use steadfast_core::inference::vcov::{Clusters, Cr2, LeverageRoot};
use steadfast_core::inference::{DfMethod, Information, Robust, Satterthwaite};

use crate::support::root;

/// R's iterations stop when the deviance changes by 1e-15 of itself: rounding of the sums is what is left.
const ITERATED: f64 = 1e-9;

/// Optima that R's general optimiser found, polished by Newton steps with numerical derivatives.
const POLISHED: f64 = 1e-7;

/// Newton steps with TMB's exact derivatives.
const EXACT: f64 = 1e-10;

/// Numerical second derivatives of the log-likelihood.
const NUMERICAL: f64 = 2e-6;

fn data() -> (Frame, Value) {
    let folder = root().join("data-fixtures/counts");
    let frame = steadfast_io::read(folder.join("moves.csv")).unwrap().infer().unwrap();
    (frame, serde_json::from_slice(&std::fs::read(folder.join("moves.json")).unwrap()).unwrap())
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|item| item.as_f64().unwrap()).collect()
}

fn close(what: &str, found: &[f64], expected: &Value, tolerance: f64) {
    let expected = if expected.is_array() { numbers(expected) } else { vec![expected.as_f64().unwrap()] };
    assert_eq!(found.len(), expected.len(), "{what}");
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{what}: {a} is not {b}");
    }
}

const FORMULA: &str = "moves ~ factor(arm, ref = \"SAU\") + site + age + cluster(family)";

fn model(formula: &str) -> CountModel {
    CountModel::new(formula.parse().unwrap()).exposure("years")
}

fn errors(fit: &CountFit, variance: Variance) -> Vec<f64> {
    fit.inference(variance).unwrap().coefficients().unwrap().iter().map(|row| row.std_error).collect()
}

fn robust(correction: Correction) -> Variance {
    Variance::Robust(correction, FewClusters::Clusters)
}

#[test]
fn poisson_rates_and_all_their_standard_errors_are_those_of_r() {
    let (frame, r) = data();
    let fit = model(FORMULA).fit(&frame).unwrap();
    let r = &r["poisson"];
    close("coefficients", fit.beta(), &r["coef"], ITERATED);
    close("model", &errors(&fit, Variance::default()), &r["se"], ITERATED);
    close("observed", &errors(&fit, Variance::Model(Information::Observed)), &r["se"], ITERATED);
    close("log-likelihood", &[fit.log_likelihood()], &r["loglik"], ITERATED);
    close("AIC", &[fit.aic()], &r["aic"], ITERATED);
    close("BIC", &[fit.bic()], &r["bic"], ITERATED);
    close("deviance", &[fit.deviance().unwrap()], &r["deviance"], ITERATED);
    close("Pearson", &[fit.pearson().0], &r["pearson"], ITERATED);
    close("cr0", &errors(&fit, robust(Correction::Cr0)), &r["cr0"], ITERATED);
    close("cr1", &errors(&fit, robust(Correction::Cr1)), &r["cr1"], ITERATED);
    close("cr3", &errors(&fit, robust(Correction::Cr3)), &r["cr3"], ITERATED);
    // clubSandwich takes symmetric adjustment matrices; the two roots differ in the third digit here.
    let symmetric =
        Robust::new(Cr2 { root: LeverageRoot::Symmetric }, Satterthwaite::default(), Clusters::Likelihood).unwrap();
    let rows = symmetric.infer(&fit).unwrap().coefficients().unwrap();
    close("cr2", &rows.iter().map(|row| row.std_error).collect::<Vec<_>>(), &r["cr2"], ITERATED);
    close("df", &rows.iter().map(|row| row.df.unwrap()).collect::<Vec<_>>(), &r["df_cr2"], 1e-7);
    let first = |kind| fit.residuals(kind).unwrap()[..5].to_vec();
    close("Pearson residuals", &first(CountResidual::Pearson), &r["residuals_pearson"], ITERATED);
    close("deviance residuals", &first(CountResidual::Deviance), &r["residuals_deviance"], ITERATED);
    let single = model("moves ~ factor(arm, ref = \"SAU\") + site + age").fit(&frame).unwrap();
    close("hc0", &errors(&single, robust(Correction::Cr0)), &r["hc0"], ITERATED);
}

#[test]
fn weighted_rates_are_those_of_r() {
    let (frame, r) = data();
    let fit = model(FORMULA).weights("w").fit(&frame).unwrap();
    close("coefficients", fit.beta(), &r["poisson_weighted"]["coef"], ITERATED);
    close("model", &errors(&fit, Variance::default()), &r["poisson_weighted"]["se"], ITERATED);
}

#[test]
fn negative_binomials_and_the_interval_of_their_spread_are_those_of_r() {
    let (frame, r) = data();
    let second = model(FORMULA).distribution(&NegativeBinomial2).fit(&frame).unwrap();
    let expected = &r["nb2"];
    close("nb2", second.beta(), &expected["coef"], POLISHED);
    close("nb2 α", &[second.alpha().unwrap()], &expected["alpha"], POLISHED);
    close("nb2 log-likelihood", &[second.log_likelihood()], &expected["loglik"], POLISHED);
    let observed = errors(&second, Variance::Model(Information::Observed));
    close("nb2 observed", &observed, &expected["se_observed"], NUMERICAL);
    // glm.nb alternates between β and θ until the deviance settles: six digits of θ.
    close("glm.nb", &errors(&second, Variance::default()), &expected["se_glm_nb"], NUMERICAL);
    close("nb2 cr0", &errors(&second, robust(Correction::Cr0)), &expected["cr0"], NUMERICAL);
    let test = second.dispersion_test().unwrap();
    let twice = 2.0 * (expected["loglik"].as_f64().unwrap() - expected["poisson_loglik"].as_f64().unwrap());
    assert!((test.statistic - twice).abs() < 1e-6 && test.p_value < 1e-6);
    let interval = second.dispersion_interval(0.95).unwrap();
    close("low", &[interval.conf_low], &expected["low"], 1e-6);
    close("high", &[interval.conf_high.unwrap()], &expected["high"], 1e-6);
    let first = model(FORMULA).distribution(&NegativeBinomial1).fit(&frame).unwrap();
    let expected = &r["nb1"];
    close("nb1", first.beta(), &expected["coef"], POLISHED);
    close("nb1 α", &[first.alpha().unwrap()], &expected["alpha"], POLISHED);
    close("nb1 log-likelihood", &[first.log_likelihood()], &expected["loglik"], POLISHED);
    close("nb1 observed", &errors(&first, Variance::default()), &expected["se_observed"], NUMERICAL);
}

#[test]
fn excess_zeros_are_those_of_r() {
    let (frame, r) = data();
    let formula = "disrupted ~ factor(arm, ref = \"SAU\") + age + cluster(family)";
    let zero = || "~ factor(arm, ref = \"SAU\")".parse().unwrap();
    let all = |fit: &CountFit| [fit.beta(), fit.gamma()].concat();
    let both = |fit: &CountFit, variance| {
        let mut found = errors(fit, variance);
        found.extend(fit.zero_inference(variance).unwrap().coefficients().unwrap().iter().map(|row| row.std_error));
        found
    };
    let poisson = model(formula).zero(zero()).fit(&frame).unwrap();
    close("zip", &all(&poisson), &r["zip"]["coef"], POLISHED);
    close("zip log-likelihood", &[poisson.log_likelihood()], &r["zip"]["loglik"], POLISHED);
    close("zip errors", &both(&poisson, Variance::default()), &r["zip"]["se"], NUMERICAL);
    // pscl's own optimum and numerical Hessian.
    close("zip cr0", &both(&poisson, robust(Correction::Cr0)), &r["zip"]["cr0"], 1e-4);
    let negative = model(formula).zero(zero()).distribution(&NegativeBinomial2).fit(&frame).unwrap();
    close("zinb", &all(&negative), &r["zinb"]["coef"], EXACT);
    close("zinb α", &[negative.alpha().unwrap()], &r["zinb"]["alpha"], EXACT);
    close("zinb log-likelihood", &[negative.log_likelihood()], &r["zinb"]["loglik"], EXACT);
    close("zinb errors", &both(&negative, Variance::default()), &r["zinb"]["se"], EXACT);
}

#[test]
fn standardised_rates_are_those_of_r() {
    let (frame, r) = data();
    let fit = model(FORMULA).fit(&frame).unwrap();
    for (name, variance) in [("gcomp", Variance::default()), ("gcomp_cr1", robust(Correction::Cr1))] {
        let expected = &r[name];
        let rates = fit.standardise(&Standardisation::over("arm")).unwrap();
        let rows = rates.rows(variance).unwrap();
        close(
            "rates",
            &[rows[0].estimate, rows[1].estimate],
            &serde_json::json!([expected["nim"], expected["sau"]]),
            ITERATED,
        );
        close("rate's error", &[rows[0].std_error], &expected["nim_se"], ITERATED);
        let difference = rates.difference("NIM", "SAU", variance).unwrap();
        close("difference", &[difference.estimate], &expected["difference"], ITERATED);
        close("difference's error", &[difference.std_error], &expected["difference_se"], ITERATED);
        let ratio = rates.ratio("NIM", "SAU", variance).unwrap().logarithm;
        close("ratio", &[ratio.estimate], &expected["lnratio"], ITERATED);
        close("ratio's error", &[ratio.std_error], &expected["lnratio_se"], ITERATED);
    }
    let sampled = fit.standardise(&Standardisation::over("arm").covariates(Covariates::Sampled)).unwrap();
    let difference = sampled.difference("NIM", "SAU", robust(Correction::Cr0)).unwrap();
    close("influence", &[difference.std_error], &r["gcomp_sampled_cr0"], ITERATED);
}

#[test]
fn subgroups_and_their_interaction_come_from_one_model() {
    let (frame, r) = data();
    let fit = model("moves ~ factor(arm, ref = \"SAU\") * sex + age").fit(&frame).unwrap();
    let rates = fit.standardise(&Standardisation::over("arm").by("sex")).unwrap();
    let variance = Variance::default();
    for (group, name) in [("f", "gcomp_girls"), ("m", "gcomp_boys")] {
        let difference = rates.difference_within(Some(group), "NIM", "SAU", variance).unwrap();
        close("difference", &[difference.estimate], &r[name]["difference"], ITERATED);
        close("difference's error", &[difference.std_error], &r[name]["difference_se"], ITERATED);
    }
    // Nothing but arm and sex enters the ratio: it is the interaction's coefficient.
    let ratio = rates.ratio_of_ratios(("m", "f"), ("NIM", "SAU"), variance).unwrap().logarithm;
    let rows = fit.inference(variance).unwrap().coefficients().unwrap();
    let interaction = rows.last().unwrap();
    assert!((ratio.estimate - interaction.estimate).abs() < 1e-12);
    assert!((ratio.std_error - interaction.std_error).abs() < 1e-12);
    let girls = rates.difference_within(Some("f"), "NIM", "SAU", variance).unwrap();
    let boys = rates.difference_within(Some("m"), "NIM", "SAU", variance).unwrap();
    let both = rates.difference_of_differences(("m", "f"), ("NIM", "SAU"), variance).unwrap();
    assert!((both.estimate - (boys.estimate - girls.estimate)).abs() < 1e-12);
}

#[test]
fn tests_of_spread_and_of_excess_zeros_are_those_of_r() {
    let (frame, r) = data();
    let fit = model(FORMULA).fit(&frame).unwrap();
    let tests = fit.overdispersion_tests().unwrap();
    for (test, name) in tests.iter().zip(["dean", "dean1", "ct2", "ct1"]) {
        close(&test.term, &[test.statistic], &r["tests"][name], ITERATED);
    }
    close("excess zeros", &[fit.excess_zero_score_test().unwrap().statistic], &r["tests"]["broek"], ITERATED);
    // The Poisson estimate is part of every fit.
    let negative = model(FORMULA).distribution(&NegativeBinomial2).fit(&frame).unwrap();
    assert_eq!(negative.overdispersion_tests().unwrap(), tests);
}
