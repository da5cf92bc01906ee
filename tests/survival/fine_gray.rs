//! Fine and Gray's regression.

use steadfast_core::frame::Frame;
use steadfast_core::survival::{
    CensoringTies, FineGray, FineGrayFit, Population, Ties, Transformation, WeightVariance,
};

use super::{ITERATED, ROUNDING, close, external, matrix, numbers};

const FORMULA: &str = "Surv(etime, event) ~ age + sex + mspike";

fn model() -> FineGray {
    FineGray::new(FORMULA.parse().unwrap()).cause("pcm").censored("censor")
}

fn vcov(fit: &FineGrayFit, variance: WeightVariance) -> Vec<f64> {
    fit.inference(variance).unwrap().vcov().as_slice().to_vec()
}

#[test]
fn subdistribution_hazards_are_those_of_finegray_and_of_crr() {
    let Some((frame, r)) = external("mgus2_cr", "finegray_mgus2") else { return };
    let (fit, cox) = (model().fit(&frame).unwrap(), &r["finegray_coxph"]);
    close("finegray", fit.beta(), &numbers(&cox["coef"]["values"]), ITERATED);
    close("finegray", &vcov(&fit, WeightVariance::Model), &matrix(&cox["naive_var"]), ITERATED);
    // The reference takes each written row as a cluster of its own; with `cluster = id` survival 3.5-3 gives these.
    let (a, b, c) = (4.10357937250436e-05, 6.38077723200953e-05, 7.97953605765627e-04);
    let people = [3.36440431219778e-05, a, b, a, 3.42869831599943e-02, c, b, c, 2.41216995425511e-02];
    close("finegray by person", &vcov(&fit, WeightVariance::Known), &people, ITERATED);
    let (null, fitted) = fit.log_likelihood();
    close("finegray", &[null, fitted], &numbers(&cox["loglik"]), ROUNDING);
    let fit = model().ties(Ties::Breslow).censoring_ties(CensoringTies::WithEvents).fit(&frame).unwrap();
    let crr = &r["crr"];
    close("crr", fit.beta(), &numbers(&crr["coef"]["values"]), ITERATED);
    // crr's information is that of its last step but one; its variance agrees with ours to the change of that step.
    close("crr", &vcov(&fit, WeightVariance::Estimated), &matrix(&crr["var"]), ITERATED);
    let (null, fitted) = fit.log_likelihood();
    let expected = [crr["loglik_null"].as_f64().unwrap(), crr["loglik"].as_f64().unwrap()];
    close("crr", &[null, fitted], &expected, ROUNDING);
}

/// The rows with all covariates, so that people and rows of the fit are the same.
fn complete(frame: &Frame, fit: &FineGrayFit) -> Frame {
    frame.select(fit.rows())
}

#[test]
fn a_standardised_difference_between_sexes_lies_between_those_of_its_people() {
    let Some((frame, _)) = external("mgus2_cr", "finegray_mgus2") else { return };
    let fit = model().fit(&frame).unwrap();
    let what = WeightVariance::Estimated;
    let found = fit.standardise(Population::Fitted(&frame), "sex", &[120.0, 240.0], what).unwrap();
    let fixed = fit.standardise(Population::Fixed(&complete(&frame, &fit)), "sex", &[120.0, 240.0], what).unwrap();
    for at in 0..2 {
        let (sampled, given) = (found.difference("M", "F", at).unwrap(), fixed.difference("M", "F", at).unwrap());
        assert!((sampled.estimate - given.estimate).abs() < 1e-14 && sampled.estimate < 0.0);
        let alone = found.probability("F", at).unwrap();
        assert!(alone.std_error > 0.0 && sampled.std_error > 0.0);
    }
    let rows = fit.predict(&complete(&frame, &fit), &[120.0], what, Transformation::LogLog, 0.95).unwrap();
    assert!(
        rows.iter().all(|row| row.limits.is_some_and(|(low, high)| low < row.probability && row.probability < high))
    );
}
