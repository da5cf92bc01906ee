use nalgebra::DVector;

use super::{Predicted, Prediction};
use crate::frame::{Column, Frame};
use crate::inference::{Asymptotic, Satterthwaite};
use crate::lmm::fixtures::{Dense, assert_close, fev, fit, read};
use crate::lmm::{Criterion, Lmm, LmmFit};
use crate::special::Normal;

fn predict(fit: &LmmFit, frame: &Frame, prediction: &Prediction) -> Vec<Predicted> {
    fit.predict(frame, prediction, &fit.inference(&Asymptotic).unwrap()).unwrap()
}

fn code(fit: &LmmFit, frame: &Frame, prediction: &Prediction) -> &'static str {
    fit.predict(frame, prediction, &fit.inference(&Asymptotic).unwrap()).unwrap_err().code()
}

/// `frame` with the outcome `name` missing in `rows`.
fn without(frame: &Frame, name: &str, rows: &[usize]) -> Frame {
    let mut values = frame.column(name).unwrap().to_numeric().unwrap().to_vec();
    rows.iter().for_each(|&row| values[row] = f64::NAN);
    frame.clone().with_column(Column::float(name, values)).unwrap()
}

#[test]
fn missing_outcomes_of_a_trial_are_predicted_as_by_mmrm() {
    // mmrm 0.3.18, predict(fit, newdata = fev_data, conditional = TRUE), rows 1, 3, 5, 9 and 11.
    let model = Lmm::new("FEV1 ~ RACE + SEX + ARMCD * AVISIT + us(AVISIT | USUBJID)".parse().unwrap());
    let expected = [32.620057745822265, 45.887220185785864, 28.03512187633611, 30.820083464284746, 42.807454056080786];
    let (frame, fit) = (fev(), model.criterion(Criterion::Reml).fit(&fev()).unwrap());
    let predicted = predict(&fit, &frame, &Prediction::conditional());
    assert_eq!(predicted.len(), 263);
    for (own, (row, value)) in predicted.iter().zip([0, 2, 4, 8, 10].into_iter().zip(expected)) {
        assert_eq!(own.row, row);
        assert_close(own.estimate, value, 1e-12);
    }
}

#[test]
fn population_and_conditional_predictions_are_those_of_sas() {
    // PROC MIXED, MODEL FEV1 = ARMCD / DDFM=SATTERTHWAITE OUTP= OUTPM=, REPEATED / TYPE=CS: row 1 of the data.
    let frame = fev();
    let fit = fit("FEV1 ~ ARMCD + cs(AVISIT | USUBJID)", &frame);
    let inference = fit.inference(&Satterthwaite::default()).unwrap();
    let mean = &fit.predict(&frame, &Prediction::population(), &inference).unwrap()[0];
    let outcome = &fit.predict(&frame, &Prediction::conditional(), &inference).unwrap()[0];
    let [pm, pmsd, p, psd] = SAS;
    assert!((mean.estimate - pm).abs() < 1e-6 && (mean.std_error - pmsd).abs() < 1e-6);
    assert!((outcome.estimate - p).abs() < 1e-5 && (outcome.prediction_std_error - psd).abs() < 1e-5);
    assert!(mean.df.unwrap() > 150.0 && mean.conf_high - mean.estimate > Normal.upper_quantile(0.025).unwrap() * pmsd);
}

/// PM, PMSD, P and PSD of that row.
const SAS: [f64; 4] = [44.4461111903273, 0.5696502466282, 44.0595030539703, 9.10525401644359];

/// Predicts `rows` from all others in the textbook's way.
fn assert_dense(fit: &LmmFit, frame: &Frame, outcome: &str, rows: &[usize], prediction: &Prediction) {
    let dense = Dense::of(fit);
    let known: Vec<usize> = (0..dense.x.nrows()).filter(|row| !rows.contains(row)).collect();
    let block = |a: &[usize], b: &[usize]| dense.v.select_rows(a).select_columns(b);
    let weights = block(rows, &known) * block(&known, &known).try_inverse().unwrap();
    let fitted = fit.residuals().unwrap().fitted;
    let fitted = DVector::from_iterator(rows.len(), rows.iter().map(|&row| fitted[row]));
    let expected = fitted + &weights * dense.residual.select_rows(&known);
    let contrast = dense.x.select_rows(rows) - &weights * dense.x.select_rows(&known);
    let of_mean = &contrast * fit.vcov() * contrast.transpose();
    let variance = block(rows, rows) - &weights * block(&known, rows) + &of_mean;
    let predicted = predict(fit, &without(frame, outcome, rows), prediction);
    assert_eq!(predicted.iter().map(|own| own.row as usize).collect::<Vec<_>>(), rows);
    let z = Normal.upper_quantile(0.025).unwrap();
    for (i, own) in predicted.iter().enumerate() {
        assert_close(own.estimate, expected[i], 1e-10);
        assert_close(own.std_error, of_mean[(i, i)].sqrt(), 1e-9);
        assert_close(own.prediction_std_error, variance[(i, i)].sqrt(), 1e-9);
        assert_close(own.conf_low, expected[i] - z * of_mean[(i, i)].sqrt(), 1e-9);
        assert_close(own.prediction_high, expected[i] + z * variance[(i, i)].sqrt(), 1e-9);
    }
}

#[test]
fn conditional_predictions_are_those_of_the_dense_formulae() {
    let frame = read("sleepstudy_weighted");
    let slopes = Lmm::new("Reaction ~ Days + offset(off) + (Days | Subject)".parse().unwrap()).weights("w");
    let by_weight = Prediction::conditional().weights("w");
    assert_dense(&slopes.fit(&frame).unwrap(), &frame, "Reaction", &[3, 4, 27, 179], &by_weight);
    let frame = read("pastes");
    assert_dense(
        &fit("strength ~ 1 + (1 | batch/cask)", &frame),
        &frame,
        "strength",
        &[0, 7],
        &Prediction::conditional(),
    );
    let frame = read("penicillin");
    let crossed = fit("diameter ~ 1 + (1 | plate) + (1 | sample)", &frame);
    assert_dense(&crossed, &frame, "diameter", &[0, 50, 51], &Prediction::conditional());
    let frame = read("orthodont");
    let both = fit("distance ~ age * Sex + (1 | Subject) + diag(visit | Subject)", &frame);
    assert_dense(&both, &frame, "distance", &[1, 2, 100], &Prediction::conditional());
    let by_sex = fit("distance ~ age * Sex + ar1(visit | Sex/Subject)", &frame);
    assert_dense(&by_sex, &frame, "distance", &[0, 3, 107], &Prediction::conditional());
}

#[test]
fn the_mean_needs_neither_outcome_nor_groups() {
    let fit = fit("Reaction ~ Days + (Days | Subject)", &read("sleepstudy"));
    let new = Frame::new(vec![Column::float("Days", vec![0.0, 9.0])]).unwrap();
    let predicted = predict(&fit, &new, &Prediction::population());
    let covariance = &fit.covariance().random[0].covariance;
    let variance = covariance[0][0] + 18.0 * covariance[0][1] + 81.0 * covariance[1][1];
    let sigma = match &fit.covariance().residual {
        crate::lmm::ResidualCovariance::Independent { sigma } => *sigma,
        other => panic!("{other:?}"),
    };
    assert_close(predicted[1].estimate, fit.beta()[0] + 9.0 * fit.beta()[1], 1e-12);
    assert_close(predicted[0].std_error, fit.vcov()[(0, 0)].sqrt(), 1e-10);
    let total = variance + sigma * sigma + predicted[1].std_error * predicted[1].std_error;
    assert_close(predicted[1].prediction_std_error, total.sqrt(), 1e-9);
}

#[test]
fn the_variance_of_a_new_row_is_that_of_a_row_of_the_fit() {
    // r_i / pearson_i = √V_ii, from the engine.
    let frame = read("orthodont");
    let formulae = [
        "distance ~ age + (age | Subject) + diag(visit | Subject)",
        "distance ~ age + ar1(visit | Sex/Subject)",
        "distance ~ age + (1 | Subject) + var_ident(Sex)",
        "distance ~ age + cs(visit | Subject) + var_power(age)",
        "distance ~ age * Sex + var_power()",
        "distance ~ age",
    ];
    for formula in formulae {
        let fit = Lmm::new(formula.parse().unwrap()).fit(&frame).unwrap_or_else(|error| panic!("{formula}: {error}"));
        let residuals = fit.residuals().unwrap();
        for (i, own) in predict(&fit, &frame, &Prediction::population()).iter().enumerate() {
            let root = residuals.response[i] / residuals.pearson[i];
            let total = (root * root + own.std_error * own.std_error).sqrt();
            assert_close(own.prediction_std_error, total, 1e-9);
            assert_close(own.estimate, residuals.fitted[i], 1e-12);
        }
    }
}

#[test]
fn a_cluster_without_outcomes_is_predicted_at_the_mean() {
    let fit = fit("Reaction ~ Days + (Days | Subject)", &read("sleepstudy"));
    let new = Frame::new(vec![
        Column::float("Reaction", vec![f64::NAN, f64::NAN]),
        Column::float("Days", vec![0.0, 9.0]),
        Column::factor("Subject", ["nobody", "nobody"]),
    ])
    .unwrap();
    assert_eq!(predict(&fit, &new, &Prediction::conditional()), predict(&fit, &new, &Prediction::population()));
}

#[test]
fn a_model_without_intercept_knows_the_mean_at_zero() {
    let fit = fit("Reaction ~ 0 + Days + (1 | Subject)", &read("sleepstudy"));
    let predicted =
        predict(&fit, &Frame::new(vec![Column::float("Days", vec![0.0])]).unwrap(), &Prediction::population());
    assert_eq!((predicted[0].estimate, predicted[0].std_error, predicted[0].df), (0.0, 0.0, None));
    assert!(predicted[0].prediction_high > 0.0);
}

#[test]
fn what_the_model_does_not_know_is_refused() {
    let frame = read("orthodont");
    let fit = fit("distance ~ age * Sex + ar1(visit | Subject)", &frame);
    let (mean, given) = (Prediction::population(), Prediction::conditional());
    let rows: Vec<u32> = (0..4).collect();
    let few = frame.select(&rows);
    let late = few.clone().with_column(Column::float("visit", vec![1.0, 2.0, 3.0, 9.0])).unwrap();
    assert_eq!(code(&fit, &late, &mean), "unknown_level");
    let twice = few.clone().with_column(Column::float("visit", vec![1.0, 2.0, 3.0, 3.0])).unwrap();
    assert_eq!(code(&fit, &twice, &given), "duplicate_visit");
    let unknown = few.clone().with_column(Column::float("age", vec![f64::NAN; 4])).unwrap();
    assert_eq!(code(&fit, &unknown, &mean), "missing_value");
    assert_eq!(code(&fit, &few, &Prediction::population().weights("w")), "unknown_column");
    let scaled = self::fit("scale(distance) ~ age + (1 | Subject)", &frame);
    assert_eq!(code(&scaled, &few, &given), "learnt_outcome");
}

#[test]
fn known_groups_are_predicted_as_by_lme4() {
    // lme4 1.1-31, predict(fit, newdata, allow.new.levels = TRUE) at days 10, 3 and 10 of subjects 308, 337 and a new one.
    let fit = fit("Reaction ~ Days + (Days | Subject)", &read("sleepstudy"));
    let new = Frame::new(vec![
        Column::float("Days", vec![10.0, 3.0, 10.0]),
        Column::factor("Subject", ["308", "337", "new"]),
    ])
    .unwrap();
    let found = predict(&fit, &new, &Prediction::of_groups());
    for (own, expected) in found.iter().zip(LME4) {
        assert!((own.estimate - expected).abs() < 1e-3);
    }
    // A group that nobody has seen is one of the population.
    let population = &predict(&fit, &new, &Prediction::population())[2];
    assert_close(found[2].estimate, population.estimate, 1e-12);
    assert_close(found[2].prediction_std_error, population.prediction_std_error, 1e-10);
    assert_close(found[2].std_error, population.std_error, 1e-10);
}

/// The variance of x(β̂ − β) + z(b̂ − b) at the rows of the fit is (R − RPR)_ii.
fn assert_known_groups_dense(fit: &LmmFit, frame: &Frame, prediction: &Prediction) {
    let (dense, found) = (Dense::of(fit), predict(fit, frame, prediction));
    let r = &dense.v - &dense.z * &dense.g * dense.z.transpose();
    let variance = &r - &r * dense.p() * &r;
    let fitted = fit.conditional_residuals().unwrap().fitted;
    for (i, own) in found.iter().enumerate() {
        assert_close(own.estimate, fitted[i], 1e-10);
        assert_close(own.std_error, variance[(i, i)].sqrt(), 1e-8);
        assert_close(own.prediction_std_error, (variance[(i, i)] + r[(i, i)]).sqrt(), 1e-9);
        assert_close(own.prediction_high - own.estimate, own.prediction_std_error * Z, 1e-10);
        assert_close(own.conf_high - own.estimate, own.std_error * Z, 1e-9);
    }
}

/// The 97.5th percentile of the normal distribution, 1.959963984540054.
const Z: f64 = 1.959_963_984_540_054;

#[test]
fn limits_for_known_groups_hold_the_uncertainty_of_their_effects() {
    let frame = read("sleepstudy");
    assert_known_groups_dense(&fit("Reaction ~ Days + (Days | Subject)", &frame), &frame, &Prediction::of_groups());
    let frame = read("penicillin");
    let fitted = fit("diameter ~ 1 + (1 | plate) + (1 | sample)", &frame);
    assert_known_groups_dense(&fitted, &frame, &Prediction::of_groups());
    let frame = read("sleepstudy_weighted");
    let model = Lmm::new("Reaction ~ Days + offset(off) + (Days | Subject)".parse().unwrap()).weights("w");
    assert_known_groups_dense(&model.fit(&frame).unwrap(), &frame, &Prediction::of_groups().weights("w"));
}

const LME4: [f64; 3] = [450.326247576553, 343.582167703692, 356.077964444447];
