//! Type I and II tests against differences of residual sums of squares, and against PROC MIXED and mmrm.

use super::*;
use crate::frame::Factor;
use crate::inference::{Inference, Satterthwaite};
use crate::lmm::{Lmm, LmmFit};

fn residual_sum_of_squares(formula: &str) -> f64 {
    let fit = ols(formula);
    let y = DVector::from_fn(fit.design.rows.len(), |i, _| fit.design.response[fit.design.rows[i] as usize]);
    let x = DMatrix::from_fn(y.len(), fit.beta.len(), |i, j| fit.design.fixed[j].value(fit.design.rows[i] as usize));
    (y - x * &fit.beta).norm_squared()
}

/// F of what `with` adds to `without`, on the residual variance of `full`.
fn f_of(full: &str, without: &str, with: &str, df: f64) -> f64 {
    let fit = ols(full);
    let sigma2 = residual_sum_of_squares(full) / (fit.design.rows.len() - fit.beta.len()) as f64;
    (residual_sum_of_squares(without) - residual_sum_of_squares(with)) / df / sigma2
}

fn assert_f(formula: &str, hypotheses: &[Hypothesis], expected: &[(&str, usize, &str, &str)]) {
    let fit = ols(formula);
    assert_eq!(hypotheses.len(), expected.len());
    for (hypothesis, (term, df, without, with)) in hypotheses.iter().zip(expected) {
        assert_eq!((hypothesis.term.as_str(), hypothesis.rows.len()), (*term, *df), "{formula}");
        let f = f_of(formula, without, with, *df as f64);
        let found = fit.f_value(hypothesis);
        assert!((found - f).abs() < 1e-9 * f.max(1.0), "{found} {f} of {term} in {formula}");
    }
}

#[test]
fn type_one_tests_are_what_each_term_adds_to_those_before_it() {
    let full = "y ~ x + arm * visit + sex";
    let expected = [
        ("x", 1, "y ~ 1", "y ~ x"),
        ("arm", 1, "y ~ x", "y ~ x + arm"),
        ("visit", 2, "y ~ x + arm", "y ~ x + arm + visit"),
        ("sex", 1, "y ~ x + arm + visit", "y ~ x + arm + visit + sex"),
        ("arm:visit", 2, "y ~ x + arm + visit + sex", full),
    ];
    assert_f(full, &type_one(&ols_design(full)).unwrap(), &expected);
    let without_intercept = "y ~ 0 + arm + x";
    let expected = [("arm", 2, "y ~ 0", "y ~ 0 + arm"), ("x", 1, "y ~ 0 + arm", "y ~ 0 + arm + x")];
    let found = type_one(&ols_design(without_intercept)).unwrap();
    assert_f(without_intercept, &found[1..], &expected[1..]);
    assert_eq!(found[0].rows.len(), 2);
}

#[test]
fn type_two_tests_are_what_each_term_adds_to_those_that_do_not_contain_it() {
    let full = "y ~ arm * visit + log(x) + sex";
    let expected = [
        ("arm", 1, "y ~ visit + log(x) + sex", "y ~ arm + visit + log(x) + sex"),
        ("visit", 2, "y ~ arm + log(x) + sex", "y ~ arm + visit + log(x) + sex"),
        ("log(x)", 1, "y ~ arm * visit + sex", full),
        ("sex", 1, "y ~ arm * visit + log(x)", full),
        ("arm:visit", 2, "y ~ arm + visit + log(x) + sex", full),
    ];
    assert_f(full, &type_two(&ols_design(full)).unwrap(), &expected);
    // A slope by arm does not contain the arm, and the slope is contained in it.
    let slopes = "y ~ arm * x + sex";
    let expected = [
        ("arm", 1, "y ~ x + sex + arm:x", slopes),
        ("x", 1, "y ~ arm + sex", "y ~ arm + sex + x"),
        ("sex", 1, "y ~ arm * x", slopes),
        ("arm:x", 1, "y ~ arm + sex + x", slopes),
    ];
    let found = type_two(&ols_design(slopes)).unwrap();
    assert_f(slopes, &found[1..], &expected[1..]);
    // With arm:x spelt as R codes it after x, the model without arm has a slope for each arm and one intercept.
    assert_f(slopes, &found[..1], &expected[..1]);
}

#[test]
fn tests_of_every_type_do_not_depend_on_the_coding_of_factors() {
    let formulas =
        ["y ~ arm * visit + log(x) + sex", "y ~ arm * sex + x:arm", "y ~ arm:visit + arm:sex", "y ~ visit/arm"];
    for formula in formulas {
        let tests = |contrasts: &str| -> Vec<f64> {
            let arm = format!("factor(arm, contrasts = {contrasts})");
            let visit = format!("factor(visit, contrasts = {contrasts})");
            let fit = ols(&formula.replace("arm", &arm).replace("visit", &visit));
            let all = [type_one(&fit.design).unwrap(), type_two(&fit.design).unwrap()].concat();
            all.iter().map(|hypothesis| fit.f_value(hypothesis)).collect()
        };
        let plain = tests("treatment");
        for contrasts in ["sum", "helmert", "poly"] {
            assert_values(&tests(contrasts), &plain);
        }
    }
}

#[test]
fn aliased_columns_leave_the_tests_of_the_others_as_they_are() {
    let twice = ols("y ~ arm + sex + factor(sex) + x");
    let once = ols("y ~ arm + sex + x");
    let found = type_two(&twice.design).unwrap();
    assert_eq!(found.iter().map(|h| h.rows.len()).collect::<Vec<_>>(), [1, 0, 0, 1]);
    let expected = type_two(&once.design).unwrap();
    assert_values(
        &[twice.f_value(&found[0]), twice.f_value(&found[3])],
        &[once.f_value(&expected[0]), once.f_value(&expected[2])],
    );
    assert_eq!(type_two(once.design.recipe()).unwrap_err().code(), "needs_rows");
}

fn fev(formula: &str) -> (LmmFit, Inference) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data-fixtures/fev/data.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let rows: Vec<Vec<&str>> = lines.collect();
    let column = |(at, name): (usize, &&str)| {
        let values = rows.iter().map(|row| row[at]);
        match *name {
            "FEV1" | "FEV1_BL" => Column::float(*name, values.map(|value| value.parse().unwrap_or(f64::NAN)).collect()),
            _ => Column::from_factor(*name, Factor::from_values(values.map(Some))),
        }
    };
    let frame = Frame::new(names.iter().enumerate().map(column).collect()).unwrap();
    let fit = Lmm::new(formula.parse().unwrap()).fit(&frame).unwrap();
    let inference = fit.inference(&Satterthwaite::default()).unwrap();
    (fit, inference)
}

fn assert_tests(hypotheses: &[Hypothesis], inference: &Inference, expected: &[(f64, f64, f64)], tolerance: f64) {
    assert_eq!(hypotheses.len(), expected.len());
    for (hypothesis, &(num_df, den_df, f)) in hypotheses.iter().zip(expected) {
        let test = hypothesis.test(inference).unwrap();
        approx::assert_relative_eq!(test.num_df, num_df);
        approx::assert_relative_eq!(test.statistic, f, max_relative = tolerance);
        approx::assert_relative_eq!(test.den_df.unwrap(), den_df, max_relative = tolerance);
    }
}

/// SAS PROC MIXED, `model FEV1 = ARMCD SEX ARMCD*SEX ARMCD*FEV1_BL / ddfm=sat htype=2 (3)`, `repeated … / type=ar(1)`, as
/// archived by the R package mmrm (design/anova/test2_2.csv, test3_2.csv). SAS stopped where 6 digits are settled.
#[test]
fn types_two_and_three_are_those_of_sas_where_slopes_differ_by_arm() {
    let (fit, inference) = fev("FEV1 ~ ARMCD * SEX + ARMCD:FEV1_BL + ar1(AVISIT | USUBJID)");
    // In the order of our terms: ARMCD, SEX, ARMCD:SEX, ARMCD:FEV1_BL.
    let second = [
        (1.0, 196.700026021882, 0.03093826913613),
        (1.0, 186.404412481085, 0.10489707559679),
        (1.0, 186.11901853766, 0.46643535342468),
        (2.0, 194.942672335072, 6.11482167585228),
    ];
    assert_tests(&type_two(&fit).unwrap(), &inference, &second, 5e-6);
    let third = [
        (1.0, 197.423866403271, 0.04875135180324),
        (1.0, 186.119018537661, 0.09277653315012),
        (1.0, 186.11901853766, 0.46643535342468),
        (2.0, 194.942672335072, 6.11482167585228),
    ];
    assert_tests(&type_three(&fit).unwrap(), &inference, &third, 5e-6);
}

/// SAS PROC MIXED as above for `ARMCD FEV1_BL ARMCD*FEV1_BL`, `htype=2` (design/anova/test2_1.csv): ARMCD is adjusted for
/// the slopes, and FEV1_BL is not.
#[test]
fn a_slope_by_arm_contains_the_slope_and_not_the_arm() {
    let (fit, inference) = fev("FEV1 ~ ARMCD * FEV1_BL + ar1(AVISIT | USUBJID)");
    let expected = [
        (1.0, 199.582314485653, 0.03099660681111),
        (1.0, 196.41571750149, 11.5301174147263),
        (1.0, 198.163532037944, 0.7644368094469),
    ];
    assert_tests(&type_two(&fit).unwrap(), &inference, &expected, 5e-6);
}

/// R's mmrm 0.3.18, car::Anova(fit, type = "II") of the same model, its optimum refined by Newton steps. Denominator df of
/// several rows are not compared: mmrm's depend on the rows by which it writes a hypothesis, ours on the hypothesis.
#[test]
fn type_two_is_that_of_mmrm() {
    let (fit, inference) = fev("FEV1 ~ RACE + SEX + ARMCD * AVISIT + us(AVISIT | USUBJID)");
    let found: Vec<f64> =
        type_two(&fit).unwrap().iter().map(|hypothesis| hypothesis.test(&inference).unwrap().statistic).collect();
    let expected = [36.913431862760405, 0.3756553428904816, 31.424091139902643, 142.81419278486564, 0.2580532443767759];
    assert_values(&found, &expected);
    let arm = type_two(&fit).unwrap()[2].test(&inference).unwrap();
    approx::assert_relative_eq!(arm.den_df.unwrap(), 169.12590665470373, max_relative = 1e-8);
}
