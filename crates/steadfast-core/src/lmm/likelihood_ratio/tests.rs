use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::Null;
use crate::lmm::fixtures::{assert_close, fev, fit, read, with_levels};
use crate::lmm::{Criterion, Lmm, LmmFit};

fn ml(formula: &str) -> LmmFit {
    Lmm::new(formula.parse().unwrap()).criterion(Criterion::Ml).fit(&read("sleepstudy")).unwrap()
}

fn sf(df: f64, x: f64) -> f64 {
    ChiSquared::new(df).unwrap().sf(x)
}

#[test]
fn statistics_are_those_of_lme4_and_nulls_are_found() {
    // lme4 1.1-31, anova(f1, f2, f3) by ML.
    let intercept = ml("Reaction ~ Days + (1 | Subject)");
    let independent = ml("Reaction ~ Days + (Days || Subject)");
    let correlated = ml("Reaction ~ Days + (Days | Subject)");

    let slope = independent.likelihood_ratio(&intercept).unwrap();
    assert!((slope.statistic - 42.07538786062514).abs() < 1e-7);
    assert_close(slope.chi_squared.value / 8.782158506476383e-11, 1.0, 1e-6);
    assert_eq!((slope.df, slope.null), (1, Null::OneDimension));
    assert_close(slope.p_value().value, 0.5 * slope.chi_squared.value, 1e-15);

    let correlation = correlated.likelihood_ratio(&independent).unwrap();
    assert!((correlation.statistic - 0.06391065560978859).abs() < 1e-6);
    assert!((correlation.p_value().value - 0.8004184641892057).abs() < 1e-6);
    assert_eq!((correlation.df, correlation.null, &correlation.mixture), (1, Null::Interior, &None));
}

#[test]
fn one_more_correlated_effect_mixes_the_chi_squared_of_q_and_of_q_plus_one() {
    // Stram and Lee 1994, case 3 with q = 1; lmerTest 3.1-3, ranova(): LRT 42.8368 with 2 df.
    let frame = read("sleepstudy");
    let (small, large) =
        (fit("Reaction ~ Days + (1 | Subject)", &frame), fit("Reaction ~ Days + (Days | Subject)", &frame));
    let test = large.likelihood_ratio(&small).unwrap();
    let x = 42.836813434969145;
    assert!((test.statistic - x).abs() < 1e-6);
    assert_eq!(test.p_value().reference, "0.5 chi-squared(1) + 0.5 chi-squared(2)");
    assert_close(test.p_value().value / (0.5 * sf(1.0, x) + 0.5 * sf(2.0, x)), 1.0, 1e-6);
    assert_close(test.chi_squared.value / 4.990041430607354e-10, 1.0, 1e-6);
}

#[test]
fn several_dimensions_at_once_have_no_simple_reference() {
    let test = ml("Reaction ~ Days + (Days | Subject)").likelihood_ratio(&ml("Reaction ~ Days")).unwrap();
    assert_eq!((test.df, test.null, test.mixture), (3, Null::Irregular, None));
}

#[test]
fn a_variance_estimated_at_zero_gives_no_evidence() {
    let frame = read("dyestuff2");
    let test = fit("Yield ~ 1 + (1 | Batch)", &frame).likelihood_ratio(&fit("Yield ~ 1", &frame)).unwrap();
    assert_eq!((test.statistic, test.p_value().value, test.chi_squared.value), (0.0, 1.0, 1.0));
}

#[test]
fn fixed_effects_compare_by_ml_also_when_coded_otherwise() {
    // Cell means span the same columns as main effects and interaction.
    let small = ml("Reaction ~ 1 + (1 | Subject)");
    let large = ml("Reaction ~ 0 + factor(Days) + (1 | Subject)");
    let test = large.likelihood_ratio(&small).unwrap();
    assert_eq!((test.df, test.null), (9, Null::Interior));
    assert_eq!(large.likelihood_ratio(&ml("Reaction ~ I(Days^7) + (1 | Subject)")).unwrap().df, 8);
}

#[test]
fn residual_structures_compare_too() {
    let frame = fev();
    let mean = "FEV1 ~ ARMCD * AVISIT";
    let fit = |structure: &str| fit(&format!("{mean} + {structure}"), &frame);
    let test = fit("us(AVISIT | USUBJID)").likelihood_ratio(&fit("cs(AVISIT | USUBJID)")).unwrap();
    assert_eq!((test.df, test.null), (8, Null::Interior));
    let by_arm = fit("us(AVISIT | ARMCD/USUBJID)").likelihood_ratio(&fit("us(AVISIT | USUBJID)")).unwrap();
    assert_eq!((by_arm.df, by_arm.null), (10, Null::Interior));
}

#[test]
fn what_does_not_compare_is_refused() {
    let frame = read("sleepstudy");
    let code = |large: &LmmFit, small: &LmmFit| large.likelihood_ratio(small).unwrap_err().code();
    let (small, large) = (fit("Reaction ~ 1 + (1 | Subject)", &frame), fit("Reaction ~ Days + (1 | Subject)", &frame));
    assert_eq!(code(&large, &small), "different_fixed_effects");
    assert_eq!(code(&ml("Reaction ~ Days + (1 | Subject)"), &small), "different_criteria");
    assert_eq!(code(&ml("Reaction ~ 1 + (1 | Subject)"), &ml("Reaction ~ Days + (1 | Subject)")), "not_nested");
    assert_eq!(
        code(&ml("Reaction ~ I(Days^2) + (Days | Subject)"), &ml("Reaction ~ Days + (1 | Subject)")),
        "not_nested"
    );
    assert_eq!(code(&ml("Reaction ~ Days + (Days | Subject)"), &ml("Reaction ~ (1 | Days)")), "not_nested");
    let some = frame.select(&(0..100).collect::<Vec<u32>>());
    assert_eq!(code(&large, &fit("Reaction ~ Days + (1 | Subject)", &some)), "different_rows");
    let fev = with_levels(fev(), "ARMCD", &["PBO", "TRT"]);
    let (us, grouped) =
        (fit("FEV1 ~ ARMCD + us(AVISIT | USUBJID)", &fev), fit("FEV1 ~ ARMCD + cs(AVISIT | ARMCD/USUBJID)", &fev));
    assert_eq!(code(&us, &grouped), "not_nested");
}
