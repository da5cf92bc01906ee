use nalgebra::{DMatrix, DVector};

use crate::frame::Frame;
use crate::lmm::fixtures::{Dense, assert_close, fit, read};
use crate::lmm::{Lmm, LmmFit};

/// V⁻¹, V⁻¹X and V⁻¹r from the equations, and from V inverted as a whole.
fn assert_dense(fit: &LmmFit) {
    let (dense, equations) = (Dense::of(fit), fit.mixed_equations().unwrap());
    let (rows, n) = (equations.rows(), dense.v.nrows());
    let inverse = dense.v.clone().try_inverse().unwrap();
    let with_r = &inverse * &dense.residual;
    let s = fit.engine.outcome_scale;
    let whole: DMatrix<f64> = &inverse * &dense.x * &fit.engine.fixed.to_user / s;
    for i in 0..n {
        let (scale, u) = (rows.scale[i] / s, rows.loading(i));
        for j in 0..n {
            let own = f64::from(u8::from(i == j)) - equations.inner(u, rows.loading(j));
            assert_close(own / scale / (rows.scale[j] / s), inverse[(i, j)], 1e-9);
        }
        assert_close((rows.r[i] - equations.mode(u)) / scale, with_r[i], 1e-9);
        let x = DVector::from_vec(equations.unexplained(rows.x(i), u)) / scale;
        (0..x.len()).for_each(|j| assert_close(x[j], whole[(i, j)], 1e-9));
    }
}

fn weighted() -> LmmFit {
    let model = Lmm::new("Reaction ~ Days + offset(off) + (Days | Subject)".parse().unwrap()).weights("w");
    model.fit(&read("sleepstudy_weighted")).unwrap()
}

#[test]
fn the_inverse_of_v_is_that_of_the_dense_matrix() {
    assert_dense(&fit("Reaction ~ Days + (Days | Subject)", &read("sleepstudy")));
    assert_dense(&fit("diameter ~ 1 + (1 | plate) + (1 | sample)", &read("penicillin")));
    assert_dense(&fit("strength ~ 1 + (1 | batch/cask)", &read("pastes")));
    assert_dense(&fit("Yield ~ 1 + (1 | Batch)", &read("dyestuff2")));
    assert_dense(&fit("distance ~ age", &read("orthodont")));
    assert_dense(&weighted());
}

#[test]
fn a_variance_function_is_part_of_the_residual_variance() {
    let fit = fit("distance ~ age + (1 | Subject) + var_ident(Sex)", &read("orthodont"));
    let variances = fit.residual_variances();
    let mut expected = vec![0.0; variances.len()];
    fit.for_each_cluster(|cluster| {
        let m = cluster.rows.len();
        let squared = fit.engine.outcome_scale * fit.engine.outcome_scale;
        let random = fit.covariance().random[0].covariance[0][0];
        cluster.rows.iter().enumerate().for_each(|(i, &row)| {
            expected[fit.position(row)] = cluster.v[i * m + i] / squared - random;
        });
    })
    .unwrap();
    variances.iter().zip(&expected).for_each(|(own, other)| assert_close(*own, *other, 1e-12));
    assert!((variances[0] - variances[107]).abs() > 0.1);
}

#[test]
fn residual_structures_are_refused() {
    let fit = fit("distance ~ age + ar1(visit | Subject)", &read("orthodont"));
    assert_eq!(fit.mixed_equations().unwrap_err().code(), "structured_residuals");
}

#[test]
fn the_order_of_rows_leaves_every_bit() {
    let frame = read("penicillin");
    let turned: Vec<u32> = (0..frame.n_rows() as u32).rev().collect();
    let modes = |frame: &Frame| {
        let fit = fit("diameter ~ 1 + (1 | plate) + (1 | sample)", frame);
        fit.mixed_equations().unwrap().modes.iter().map(|v| v.to_bits()).collect::<Vec<u64>>()
    };
    assert_eq!(modes(&frame), modes(&frame.select(&turned)));
}
