use nalgebra::DMatrix;

use crate::lmm::fixtures::{Dense, assert_close, fit, read};
use crate::lmm::{Lmm, LmmFit};

fn assert_dense(fit: &LmmFit) {
    let dense = Dense::of(fit);
    let inverse = dense.v.clone().try_inverse().unwrap();
    let gz = &dense.g * dense.z.transpose();
    let modes = &gz * &inverse * &dense.residual;
    let conditional = &dense.g - &gz * &inverse * gz.transpose();
    let prediction = &dense.g - &gz * dense.p() * gz.transpose();
    let mut first = 0;
    for effects in fit.random_effects().unwrap() {
        let q = effects.names.len();
        for group in 0..effects.groups.len() {
            let block = |all: &DMatrix<f64>| all.view((first, first), (q, q)).into_owned();
            let (p, c) = (effects.prediction_variance(group), effects.conditional_variance(group));
            for i in 0..q {
                assert_close(effects.modes[(group, i)], modes[first + i], 1e-9);
                assert_close(effects.std_errors()[(group, i)], block(&prediction)[(i, i)].sqrt(), 1e-9);
                for j in 0..q {
                    assert_close(p[(i, j)], block(&prediction)[(i, j)], 1e-9);
                    assert_close(c[(i, j)], block(&conditional)[(i, j)], 1e-9);
                }
            }
            first += q;
        }
    }
    assert_eq!(first, dense.g.nrows());
}

#[test]
fn modes_and_variances_are_those_of_the_dense_formulae() {
    assert_dense(&fit("strength ~ 1 + (1 | batch/cask)", &read("pastes")));
    assert_dense(&fit("diameter ~ 1 + (1 | plate) + (1 | sample)", &read("penicillin")));
    assert_dense(&fit("distance ~ age + (age | Subject) + diag(visit | Subject)", &read("orthodont")));
    let weighted = Lmm::new("Reaction ~ Days + (Days || Subject)".parse().unwrap()).weights("w");
    assert_dense(&weighted.fit(&read("sleepstudy_weighted")).unwrap());
}

#[test]
fn modes_and_conditional_variances_are_those_of_lme4() {
    // lme4 1.1-31, ranef(lmer(Reaction ~ Days + (Days | Subject)), condVar = TRUE), optimum refined by Newton steps.
    let effects = fit("Reaction ~ Days + (Days | Subject)", &read("sleepstudy")).random_effects().unwrap();
    let [effects] = &effects[..] else { panic!("one term") };
    assert_eq!((effects.groups[0].as_str(), effects.names[1].as_str()), ("308", "Days"));
    let expected = [[2.258565426594247, 9.198971899480163], [-40.39858023667868, -8.619702655398168]];
    let variance = [[145.70510441655355, -21.44442673281219], [-21.44442673281219, 5.312273691776012]];
    for i in 0..2 {
        for j in 0..2 {
            assert_close(effects.modes[(i, j)], expected[i][j], 1e-7);
            assert_close(effects.conditional_variance(0)[(i, j)], variance[i][j], 1e-8);
        }
    }
}

#[test]
fn effects_do_not_depend_on_how_time_is_coded() {
    let frame = read("sleepstudy");
    let years: Vec<f64> = frame.column("Days").unwrap().to_numeric().unwrap().iter().map(|day| 2000.0 + day).collect();
    let late = frame.clone().with_column(crate::frame::Column::float("Days", years)).unwrap();
    let (one, other) =
        (fit("Reaction ~ Days + (Days | Subject)", &frame), fit("Reaction ~ Days + (Days | Subject)", &late));
    let (one, other) = (one.random_effects().unwrap().remove(0), other.random_effects().unwrap().remove(0));
    for group in 0..18 {
        assert_close(one.modes[(group, 1)], other.modes[(group, 1)], 1e-7);
        assert_close(one.std_errors()[(group, 1)], other.std_errors()[(group, 1)], 1e-7);
        let intercept = other.modes[(group, 0)] + 2000.0 * other.modes[(group, 1)];
        assert!((one.modes[(group, 0)] - intercept).abs() < 1e-5);
    }
}

#[test]
fn a_variance_of_zero_leaves_no_effects_and_no_doubt() {
    let effects = fit("Yield ~ 1 + (1 | Batch)", &read("dyestuff2")).random_effects().unwrap();
    assert!(effects[0].modes.iter().chain(effects[0].std_errors().iter()).all(|value| *value == 0.0));
}
