use super::{Groups, SavedFit};
use crate::frame::{Column, Frame};
use crate::inference::vcov::{Clusters, Cr2};
use crate::inference::{Asymptotic, DfMethod, Robust, Satterthwaite, df_methods};
use crate::lmm::fixtures::{fev, fit, read};
use crate::lmm::{Criterion, Given, Lmm, LmmFit, Predicted, Prediction, ResidualCovariance, Solver};
use crate::reference_grid::{FixedEffects, ReferenceGrid, Weights, type_one};

fn models() -> Vec<(LmmFit, Frame)> {
    let (sleep, orthodont, fev, pastes) = (read("sleepstudy"), read("orthodont"), fev(), read("pastes"));
    let penicillin = read("penicillin");
    let sparse =
        |formula: &str, frame: &Frame| Lmm::new(formula.parse().unwrap()).solver(Solver::Sparse).fit(frame).unwrap();
    let of = |formula: &str, frame: &Frame| (fit(formula, frame), frame.clone());
    vec![
        of("Reaction ~ Days + (Days | Subject)", &sleep),
        of("Reaction ~ poly(Days, 2) + (Days || Subject) + var_power()", &sleep),
        of("distance ~ age * Sex + (age | Subject) + var_ident(Sex)", &orthodont),
        of("FEV1 ~ RACE + SEX + ARMCD * AVISIT + us(AVISIT | USUBJID)", &fev),
        of("FEV1 ~ RACE + ARMCD * AVISIT + ar1h(AVISIT | ARMCD/USUBJID)", &fev),
        of("strength ~ 1 + (1 | batch/cask)", &pastes),
        (sparse("diameter ~ 1 + (1 | plate) + (1 | sample)", &penicillin), penicillin),
    ]
}

/// The bits of what a method says about the coefficients, or the code of its refusal.
fn answer(inference: crate::error::Result<crate::inference::Inference>) -> Result<Vec<u64>, &'static str> {
    let inference = inference.map_err(|error| error.code())?;
    let rows = inference.coefficients().map_err(|error| error.code())?;
    let bits = |row: &crate::report::Row| {
        [row.estimate, row.std_error, row.df.unwrap_or(0.0), row.p_value, row.conf_low].map(f64::to_bits)
    };
    Ok(rows.iter().flat_map(bits).collect())
}

#[test]
fn every_method_says_the_same_of_a_fit_and_of_what_was_saved_of_it() {
    let mut answered = 0;
    for (fit, _) in models() {
        let saved = fit.save(Groups::Kept);
        for method in df_methods() {
            let (own, other) = (answer(fit.inference(method.as_ref())), answer(saved.inference(method.as_ref())));
            assert_eq!(own, other, "{} of {}", method.name(), fit.formula());
            answered += usize::from(own.is_ok());
        }
        let (own, other) = (fit.inference(&Satterthwaite::default()), saved.inference(&Satterthwaite::default()));
        assert_eq!(own.unwrap().cautions(), other.unwrap().cautions());
    }
    assert!(answered > 40, "{answered}");
}

fn means(source: &dyn FixedEffects, weights: Weights) -> Vec<Vec<f64>> {
    let grid = ReferenceGrid::new(source).weights(weights);
    grid.means("ARMCD | AVISIT").unwrap().into_iter().map(|mean| mean.row).collect()
}

#[test]
fn marginal_means_are_the_same_also_by_observed_combinations() {
    let fit = fit("FEV1 ~ RACE * SEX + ARMCD * AVISIT + us(AVISIT | USUBJID)", &fev());
    let saved = fit.save(Groups::LeftOut);
    for weights in [Weights::Equal, Weights::Proportional, Weights::Joint, Weights::Cells] {
        assert_eq!(means(&fit, weights), means(&saved, weights));
    }
    let refused = ReferenceGrid::new(&saved).weights(Weights::Counterfactual).means("ARMCD");
    assert_eq!(refused.unwrap_err().code(), "needs_rows");
}

#[test]
fn what_needs_the_rows_says_so() {
    let saved = fit("Reaction ~ Days + (Days | Subject)", &read("sleepstudy")).save(Groups::LeftOut);
    let robust = Robust::new(Cr2::default(), Satterthwaite::default(), Clusters::Likelihood).unwrap();
    assert_eq!(saved.inference(&robust).unwrap_err().code(), "needs_rows");
    assert_eq!(type_one(&saved).unwrap_err().code(), "needs_rows");
    assert_eq!(saved.group_effects().unwrap_err().code(), "left_out");
}

/// Every prediction, with the bits of its numbers.
fn bits(predicted: Vec<Predicted>) -> Vec<(u32, [u64; 4])> {
    let bits = |one: &Predicted| {
        [one.estimate, one.std_error, one.prediction_std_error, one.prediction_high].map(f64::to_bits)
    };
    predicted.iter().map(|one| (one.row, bits(one))).collect()
}

#[test]
fn predictions_of_a_fit_and_of_what_was_saved_of_it_are_the_same() {
    for (fit, frame) in models() {
        let saved = fit.save(Groups::Kept);
        let method: &dyn DfMethod = &Satterthwaite::default();
        let (own, other) = (fit.inference(method).unwrap(), saved.inference(method).unwrap());
        for prediction in [Prediction::population(), Prediction::conditional(), Prediction::of_groups()] {
            let (a, b) = (fit.predict(&frame, &prediction, &own), saved.predict(&frame, &prediction, &other));
            assert_eq!(bits(a.unwrap()), bits(b.unwrap()), "{:?} of {}", prediction, fit.formula());
        }
    }
    assert_ne!(Given::Groups, Given::Covariates);
}

fn predicted(saved: &SavedFit, frame: &Frame, prediction: &Prediction) -> Vec<Predicted> {
    saved.predict(frame, prediction, &saved.inference(&Asymptotic).unwrap()).unwrap()
}

#[test]
fn a_group_that_the_fit_does_not_know_has_the_mean_and_the_variance_of_all() {
    let frame = read("sleepstudy");
    let saved = fit("Reaction ~ Days + (Days | Subject)", &frame).save(Groups::Kept);
    let new = Frame::new(vec![Column::float("Days", vec![3.0, 12.0]), Column::factor("Subject", ["new", "other"])]);
    let new = new.unwrap();
    assert_eq!(
        bits(predicted(&saved, &new, &Prediction::of_groups())),
        bits(predicted(&saved, &new, &Prediction::population()))
    );
}

/// The labels of a column, with `rename` in the place of those of every third row.
fn labels(frame: &Frame, name: &str, rename: Option<&str>) -> Vec<String> {
    let factor = frame.column(name).unwrap().to_factor();
    let label = |row: usize| rename.filter(|_| row.is_multiple_of(3)).or(factor.level(row)).unwrap().to_owned();
    (0..frame.n_rows()).map(label).collect()
}

#[test]
fn predictions_given_the_groups_are_those_given_their_outcomes() {
    // Independent residuals: what the rows of the fit say of a new row, they say through the random effects alone. So the
    // best prediction from all rows together is that from the groups' effects, with the same variance. Some of the new
    // rows are of a new group.
    for (formula, name, group, outcome) in [
        ("Reaction ~ Days + (Days | Subject)", "sleepstudy", "Subject", "Reaction"),
        ("strength ~ 1 + (1 | batch/cask)", "pastes", "cask", "strength"),
        ("diameter ~ 1 + (1 | plate) + (1 | sample)", "penicillin", "sample", "diameter"),
    ] {
        let frame = read(name);
        let fit = fit(formula, &frame);
        let n = frame.n_rows();
        let (known, new) = (labels(&frame, group, None), labels(&frame, group, Some("new")));
        let twice = frame.select(&(0..n as u32).chain(0..n as u32).collect::<Vec<u32>>());
        let values = frame.column(outcome).unwrap().to_numeric().unwrap();
        let values = values.iter().copied().chain(std::iter::repeat_n(f64::NAN, n)).collect();
        let both = known.iter().chain(&new).cloned().collect::<Vec<String>>();
        let twice = twice.with_column(Column::float(outcome, values)).unwrap();
        let twice = twice.with_column(Column::factor(group, both)).unwrap();
        let alone = frame.clone().with_column(Column::factor(group, new)).unwrap();
        let inference = fit.inference(&Asymptotic).unwrap();
        let given = fit.predict(&twice, &Prediction::conditional(), &inference).unwrap();
        let of_groups = fit.predict(&alone, &Prediction::of_groups(), &inference).unwrap();
        assert_eq!((given.len(), of_groups.len()), (n, n), "{group}");
        for (a, b) in given.iter().zip(&of_groups) {
            // Two formulae: one solves with V of all rows that belong together, one with that of the fit's rows.
            let close = |x: f64, y: f64| (x - y).abs() < 1e-9 * x.abs();
            assert!(close(a.estimate, b.estimate) && close(a.prediction_std_error, b.prediction_std_error));
            // The mean of a known group has all of that variance but the residual's; of a new one less.
            let ResidualCovariance::Independent { sigma } = fit.covariance().residual else { panic!("one σ") };
            let beside = b.prediction_std_error.powi(2) - b.std_error.powi(2);
            assert!(b.std_error > a.std_error || b.row.is_multiple_of(3));
            assert!(if b.row.is_multiple_of(3) { beside > 1.1 * sigma * sigma } else { close(beside, sigma * sigma) });
        }
    }
}

#[test]
fn modes_and_their_covariances_are_those_of_the_fit() {
    let fit = fit("Reaction ~ Days + (Days | Subject)", &read("sleepstudy"));
    let (effects, groups) = (&fit.random_effects().unwrap()[0], fit.group_effects().unwrap());
    for (at, group) in groups.terms[0].groups.iter().enumerate() {
        let modes = nalgebra::DVector::from_column_slice(&group.modes);
        assert!((modes - effects.modes.row(at).transpose()).norm() < 1e-9);
        let conditional = effects.conditional_variance(at);
        assert!((&group.conditional_covariance - &conditional).norm() < 1e-9 * conditional.norm());
        // Var(b̂ − b) = Var(b | y) + BΦB'.
        let b = &group.on_fixed_effects;
        let both = conditional + b * fit.vcov() * b.transpose();
        assert!((&both - effects.prediction_variance(at)).norm() < 1e-9 * both.norm());
    }
}

#[test]
fn a_comparison_of_saved_fits_is_that_of_the_fits() {
    let frame = read("sleepstudy");
    let ml = |formula: &str| Lmm::new(formula.parse().unwrap()).criterion(Criterion::Ml).fit(&frame).unwrap();
    let small = ml("Reaction ~ 1 + (1 | Subject)");
    let large = ml("Reaction ~ Days + (Days | Subject)");
    let saved = |fit: &LmmFit| fit.save(Groups::LeftOut);
    assert_eq!(saved(&large).likelihood_ratio(&saved(&small)).unwrap(), large.likelihood_ratio(&small).unwrap());
    let cells = ml("Reaction ~ 0 + factor(Days) + (1 | Subject)");
    assert_eq!(saved(&cells).likelihood_ratio(&saved(&small)).unwrap_err().code(), "needs_rows");
    let some = frame.select(&(0..100).collect::<Vec<u32>>());
    let fewer = Lmm::new("Reaction ~ 1 + (1 | Subject)".parse().unwrap()).criterion(Criterion::Ml).fit(&some).unwrap();
    assert_eq!(saved(&large).likelihood_ratio(&saved(&fewer)).unwrap_err().code(), "different_rows");
    let reml = fit("Reaction ~ Days + (Days | Subject)", &frame);
    assert_eq!(saved(&reml).require_comparable(&saved(&small)).unwrap_err().code(), "different_criteria");
    assert_eq!(
        saved(&large).information_criteria(crate::lmm::Convention::Lme4).unwrap(),
        large.information_criteria(crate::lmm::Convention::Lme4).unwrap()
    );
}
