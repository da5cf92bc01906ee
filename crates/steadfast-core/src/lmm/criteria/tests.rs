use super::{Convention, Counting};
use crate::lmm::fixtures::{assert_close, fev, fit, read};
use crate::lmm::{Criterion, Lmm};

const FEV: &str = "FEV1 ~ RACE + SEX + ARMCD * AVISIT + us(AVISIT | USUBJID)";

#[test]
fn mmrm_counts_covariance_parameters_and_clusters() {
    // mmrm 0.3.18, AIC(fit), AIC(fit, corrected = TRUE), BIC(fit), optimum refined by Newton steps.
    let expected = [
        (Criterion::Reml, 3406.449871162349, 3406.8770556283685, 3439.281908449729),
        (Criterion::Ml, 3417.5721965601315, 3417.999381026151, 3450.4042338475115),
    ];
    for (criterion, aic, aicc, bic) in expected {
        let fit = Lmm::new(FEV.parse().unwrap()).criterion(criterion).fit(&fev()).unwrap();
        let own = fit.information_criteria(Convention::Mmrm).unwrap();
        assert_close(own.aic, aic, 1e-12);
        assert_close(own.aicc, aicc, 1e-12);
        assert_close(own.bic, bic, 1e-12);
    }
}

#[test]
fn sas_counts_fixed_effects_under_ml_and_subjects_without_an_outcome() {
    // PROC MIXED, AICC and BIC as printed; 200 subjects, 3 of them without any outcome.
    let sas = Counting::from(Convention::Sas).with_subjects(200);
    for (criterion, aicc, bic) in [(Criterion::Reml, 3406.9, 3439.4), (Criterion::Ml, 3441.4, 3508.8)] {
        let fit = Lmm::new(FEV.parse().unwrap()).criterion(criterion).fit(&fev()).unwrap();
        let own = fit.information_criteria(sas).unwrap();
        assert!((own.aicc - aicc).abs() < 0.05 && (own.bic - bic).abs() < 0.05);
        assert_eq!(fit.information_criteria(Convention::Sas).unwrap().n_bic, 197);
    }
}

#[test]
fn nlme_and_lme4_count_all_parameters_and_differ_in_n() {
    // nlme 3.1-162, lme(distance ~ age * Sex, random = ~ 1 | Subject): 6 parameters, N − p = 104.
    let nlme = fit("distance ~ age * Sex + (1 | Subject)", &read("orthodont"));
    let own = nlme.information_criteria(Convention::Nlme).unwrap();
    assert_close(own.aic, 445.75724920113623, 1e-12);
    assert_close(own.bic, 461.62359459598446, 1e-12);
    // lme4 1.1-31, lmer(distance ~ age * Sex + (age | Subject)): 8 parameters, N = 108.
    let lme4 = fit("distance ~ age * Sex + (age | Subject)", &read("orthodont"));
    let own = lme4.information_criteria(Convention::Lme4).unwrap();
    assert_close(own.aic, 448.58166150260814, 1e-12);
    assert_close(own.bic, 470.03871131960193, 1e-12);
}

#[test]
fn the_corrected_criterion_keeps_a_denominator() {
    // 4 rows, d = 3 (β₀, σ²_b, σ²): n* = max(4, 5) = 5, so AICc = −2ℓ + 2·3·5/1.
    let frame = crate::frame::Frame::new(vec![
        crate::frame::Column::float("y", vec![1.0, 2.0, 5.0, 6.0]),
        crate::frame::Column::factor("g", ["a", "a", "b", "b"]),
    ]);
    let own = fit("y ~ 1 + (1 | g)", &frame.unwrap()).information_criteria(Convention::Lme4).unwrap();
    assert_close(own.aicc - own.minus_two_log_likelihood, 30.0, 1e-12);
}
