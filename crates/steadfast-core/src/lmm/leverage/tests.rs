use nalgebra::DMatrix;

use crate::lmm::fixtures::{Dense, assert_close, fit, read};
use crate::lmm::{Lmm, LmmFit};

fn assert_dense(fit: &LmmFit) {
    let (dense, found) = (Dense::of(fit), fit.leverage().unwrap());
    let n = dense.v.nrows();
    let r = &dense.v - &dense.z * &dense.g * dense.z.transpose();
    let hat = DMatrix::identity(n, n) - r * dense.p();
    (0..n).for_each(|i| assert_close(found.leverage[i], hat[(i, i)], 1e-9));
}

#[test]
fn leverages_are_the_derivatives_of_the_fitted_values() {
    assert_dense(&fit("Reaction ~ Days + (Days | Subject)", &read("sleepstudy")));
    assert_dense(&fit("diameter ~ 1 + (1 | plate) + (1 | sample)", &read("penicillin")));
    assert_dense(&fit("Yield ~ 1 + (1 | Batch)", &read("dyestuff2")));
    let weighted = Lmm::new("Reaction ~ Days + offset(off) + (Days || Subject)".parse().unwrap()).weights("w");
    assert_dense(&weighted.fit(&read("sleepstudy_weighted")).unwrap());
}

/// lme4 1.1-31, hatvalues() and cooks.distance(): rows 1 to 3, the sum of the leverages, and the largest distance. lme4's
/// optimiser settles θ to about 1e-6, which a distance multiplies.
#[test]
fn leverages_and_distances_are_those_of_lme4() {
    let assert_lme4 = |fit: LmmFit, h: [f64; 3], sum: f64, d: [f64; 3], (largest, at): (f64, usize)| {
        let found = fit.leverage().unwrap();
        assert_close(found.leverage.iter().sum::<f64>() / sum, 1.0, 2e-6);
        for i in 0..3 {
            assert_close(found.leverage[i], h[i], 2e-6);
            assert_close(found.cook_distance[i].unwrap(), d[i], 1e-5);
        }
        assert_close(found.cook_distance[at - 1].unwrap(), largest, 1e-5);
        assert!(found.cook_distance.iter().all(|d| d.unwrap() <= found.cook_distance[at - 1].unwrap()));
    };
    assert_lme4(
        fit("Reaction ~ Days + (Days | Subject)", &read("sleepstudy")),
        [0.229303018574708, 0.169729266562972, 0.126823229259683],
        29.0220679841859,
        [0.00496312671955817, 0.0402059584373841, 0.22609779182704],
        (4.33215262025219, 60),
    );
    assert_lme4(
        fit("diameter ~ 1 + (1 | plate) + (1 | sample)", &read("penicillin")),
        [0.190780292640787; 3],
        27.4723621402734,
        [1.03433441517805, 0.0526186427944822, 0.0784323718972081],
        (2.58649561934808, 137),
    );
    let weighted = Lmm::new("Reaction ~ Days + offset(off) + (Days | Subject)".parse().unwrap()).weights("w");
    assert_lme4(
        weighted.fit(&read("sleepstudy_weighted")).unwrap(),
        [0.178684070759621, 0.15209373285501, 0.140814054599912],
        29.2562433270141,
        [0.0376637064112038, 0.0937889738975128, 0.424865333479166],
        (1.8916305802831, 8),
    );
}

#[test]
fn without_random_effects_they_are_those_of_least_squares() {
    let fit = fit("distance ~ age", &read("orthodont"));
    let (dense, found) = (Dense::of(&fit), fit.leverage().unwrap());
    let hat = &dense.x * (dense.x.transpose() * &dense.x).try_inverse().unwrap() * dense.x.transpose();
    for i in 0..108 {
        let (h, e, s2) = (hat[(i, i)], dense.residual[i], dense.v[(i, i)]);
        assert_close(found.leverage[i], h, 1e-12);
        assert_close(found.cook_distance[i].unwrap(), e * e * h / (2.0 * s2 * (1.0 - h) * (1.0 - h)), 1e-11);
    }
}
