use nalgebra::DMatrix;

use crate::frame::{Column, Frame};
use crate::inference::Asymptotic;
use crate::lmm::fixtures::{Dense, assert_close, read};
use crate::lmm::{Criterion, Groups, Lmm, LmmFit, Prediction, Solver};

/// The same model by both engines.
fn both(formula: &str, frame: &Frame, weights: Option<&str>) -> [LmmFit; 2] {
    [Solver::Clustered, Solver::Sparse].map(|solver| {
        let model = Lmm::new(formula.parse().unwrap()).criterion(Criterion::Ml).solver(solver);
        let model = weights.iter().fold(model, |model, column| model.weights(*column));
        model.fit(frame).unwrap()
    })
}

/// Crossed, nested and correlated random effects, weighted rows, and groups of a factor that never met.
pub(in crate::lmm) fn crossed_models() -> Vec<([LmmFit; 2], Frame)> {
    let penicillin = read("penicillin");
    let some: Vec<u32> = (0..penicillin.n_rows() as u32).filter(|row| row % 5 != 0).collect();
    let weighted = read("sleepstudy_weighted");
    [
        ("diameter ~ 1 + (1 | plate) + (1 | sample)", penicillin.clone(), None),
        ("diameter ~ 1 + (1 | plate) + (1 | sample)", penicillin.select(&some), None),
        ("strength ~ 1 + (1 | batch/cask)", read("pastes"), None),
        ("Reaction ~ Days + offset(off) + (Days | Subject)", weighted, Some("w")),
    ]
    .map(|(formula, frame, weights)| (both(formula, &frame, weights), frame))
    .into()
}

#[test]
fn effects_and_their_variances_are_those_of_the_dense_formulae() {
    for ([_, sparse], _) in crossed_models() {
        let (dense, effects) = (Dense::of(&sparse), sparse.random_effects().unwrap());
        let inverse = dense.v.clone().try_inverse().unwrap();
        let gain = &dense.g * dense.z.transpose();
        let modes = &gain * &inverse * &dense.residual;
        let conditional: DMatrix<f64> = &dense.g - &gain * &inverse * gain.transpose();
        let prediction: DMatrix<f64> = &dense.g - &gain * dense.p() * gain.transpose();
        let mut first = 0;
        for term in &effects {
            let q = term.names.len();
            for group in 0..term.groups.len() {
                for i in 0..q {
                    assert_close(term.modes[(group, i)], modes[first + i], 1e-9);
                    for j in 0..q {
                        let (own, other) = (term.conditional_variance(group), term.prediction_variance(group));
                        assert_close(own[(i, j)], conditional[(first + i, first + j)], 1e-9);
                        assert_close(other[(i, j)], prediction[(first + i, first + j)], 1e-9);
                    }
                }
                first += q;
            }
        }
        assert_eq!(first, dense.g.nrows());
    }
}

#[test]
fn groups_and_what_they_share_are_those_of_the_clusters() {
    for ([clustered, sparse], _) in crossed_models() {
        let (one, other) = (clustered.group_effects().unwrap(), sparse.group_effects().unwrap());
        // The two engines' optima differ by 1e-7 of a parameter.
        let close =
            |a: &DMatrix<f64>, b: &DMatrix<f64>| assert!((a - b).norm() < 1e-5 * (1.0 + a.norm()), "{a} is not {b}");
        for (one, other) in one.terms.iter().zip(&other.terms) {
            for (one, other) in one.groups.iter().zip(&other.groups) {
                assert_eq!(one.label, other.label);
                one.modes.iter().zip(&other.modes).for_each(|(a, b)| assert_close(*a, *b, 1e-5));
                close(&one.conditional_covariance, &other.conditional_covariance);
                close(&one.on_fixed_effects, &other.on_fixed_effects);
            }
        }
        let (one, other) = (one.pairs().unwrap(), other.pairs().unwrap());
        assert_eq!(one.len(), other.len());
        for (place, covariance) in &one {
            close(covariance, &other[place]);
        }
    }
}

#[test]
fn predictions_given_groups_have_the_dense_variance_and_survive_saving() {
    for ([_, sparse], frame) in crossed_models() {
        let weighted = sparse.formula().contains("off");
        let wanted = if weighted { Prediction::of_groups().weights("w") } else { Prediction::of_groups() };
        let inference = sparse.inference(&Asymptotic).unwrap();
        let found = sparse.predict(&frame, &wanted, &inference).unwrap();
        let dense = Dense::of(&sparse);
        let r = &dense.v - &dense.z * &dense.g * dense.z.transpose();
        let variance = &r - &r * dense.p() * &r;
        for (i, own) in found.iter().enumerate() {
            assert_close(own.std_error, variance[(i, i)].sqrt(), 1e-8);
        }
        let saved = sparse.save(Groups::Kept);
        let again = saved.predict(&frame, &wanted, &saved.inference(&Asymptotic).unwrap()).unwrap();
        for (one, other) in found.iter().zip(&again) {
            assert_eq!(one.std_error.to_bits(), other.std_error.to_bits());
            assert_eq!(one.estimate.to_bits(), other.estimate.to_bits());
        }
    }
}

#[test]
fn groups_that_never_met_share_what_the_dense_formula_says() {
    // Three raters of six children, each pair of a chain of children; the last child never meets the first rater.
    let child = ["a", "a", "b", "b", "c", "c", "d", "d", "e", "e", "f", "f"];
    let rater = ["r", "s", "r", "s", "s", "t", "s", "t", "t", "u", "t", "u"];
    let y = vec![1.0, 2.5, 3.0, 5.5, 2.0, 1.5, 6.0, 7.5, 4.0, 3.0, 0.5, 2.0];
    let columns = vec![Column::float("y", y), Column::factor("child", child), Column::factor("rater", rater)];
    let frame = Frame::new(columns).unwrap();
    let formula = "y ~ 1 + (1 | child) + (1 | rater)";
    let fit = Lmm::new(formula.parse().unwrap()).solver(Solver::Sparse).fit(&frame).unwrap();
    let dense = Dense::of(&fit);
    let gain = &dense.g * dense.z.transpose();
    let conditional: DMatrix<f64> = &dense.g - &gain * dense.v.clone().try_inverse().unwrap() * gain.transpose();
    let pairs = fit.group_effects().unwrap().pairs().unwrap();
    assert_eq!(pairs.len(), 24);
    for ([(_, child), (_, rater)], own) in pairs {
        assert_close(own[(0, 0)], conditional[(child, 6 + rater)], 1e-10);
    }
}
