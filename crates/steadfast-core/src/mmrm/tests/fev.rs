//! The example trial of the R package mmrm 0.3.18, against its fits after Newton steps (`polished`).
#![allow(clippy::excessive_precision, reason = "expected values stand as they were printed")]

use super::*;

fn frame() -> Frame {
    fixture::Table::read("fev").frame(&["USUBJID", "AVISIT", "ARMCD", "RACE", "SEX"], &["FEV1", "FEV1_BL", "WEIGHT"])
}

fn model() -> Mmrm {
    Mmrm::new("FEV1", Arm::new("ARMCD", "PBO"), "AVISIT", "USUBJID").strata(["RACE", "SEX"])
}

/// −2 log-likelihood, the effect at the first visit and its model-based standard error, and the interactions.
fn check(model: &Mmrm, deviance: f64, (first, error): (f64, f64), interactions: [f64; 3]) {
    let fit = model.fit(&frame()).unwrap();
    assert_near(fit.lmm().minus_two_log_likelihood(), deviance, 1e-11);
    let found = effects(&fit);
    // Both optima are Newton's: eleven digits agree, and nine are asked for on any platform.
    assert_near(found[0].0, first, 1e-9);
    assert_near(found[0].1, error, 1e-9);
    for (found, interaction) in found[1..].iter().zip(interactions) {
        assert_near(found.0, first + interaction, 1e-9);
    }
}

/// `mmrm(FEV1 ~ FEV1_BL * AVISIT + RACE + SEX + ARMCD * AVISIT + us(AVISIT | USUBJID), reml = TRUE)`
#[test]
fn baseline_by_visit() {
    let interactions = [-0.06955562700176277, -1.01944620286778, 0.3800834079996181];
    check(
        &model().baseline(Recorded::in_column("FEV1_BL"), ANCOVA),
        3370.78721753872,
        (4.030498475738674, 1.0518733421901634),
        interactions,
    );
}

/// `mmrm(FEV1 ~ RACE + SEX + ARMCD * AVISIT + us(AVISIT | ARMCD / USUBJID), reml = TRUE)`
#[test]
fn a_covariance_for_each_arm() {
    let interactions = [-0.026290132574658953, -0.7233262428479083, 0.7652713577797734];
    check(
        &model().within(Within::default().by_arm()),
        3378.688329807661,
        (3.7383848105992117, 1.0734275326611942),
        interactions,
    );
}

/// `mmrm(FEV1 ~ RACE + SEX + ARMCD * AVISIT + us(AVISIT | USUBJID), reml = TRUE, weights = WEIGHT)`
#[test]
fn weights() {
    let interactions = [0.021935490841992922, -0.0033091755781615856, 0.8654018949316926];
    check(&model().weights("WEIGHT"), 3475.7714417137067, (3.3961736909098175, 1.0925651055031766), interactions);
}
