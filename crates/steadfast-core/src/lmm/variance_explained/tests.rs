use super::Spread;
use crate::frame::{Column, Frame};
use crate::lmm::fixtures::{Dense, assert_close, fev, fit, read};
use crate::lmm::{Lmm, LmmFit};

/// tr(ZGZ')/n, tr(R)/n and the variance of Xβ̂, from the textbook's matrices.
fn assert_dense(fit: &LmmFit) {
    let (dense, found) = (Dense::of(fit), fit.variance_explained(Spread::OfRows));
    let n = dense.v.nrows() as f64;
    let random = (&dense.z * &dense.g * dense.z.transpose()).trace() / n;
    let means = &dense.x * nalgebra::DVector::from_column_slice(fit.beta());
    assert_close(found.fixed, means.variance(), 1e-9);
    assert_close(found.random.iter().map(|term| term.variance).sum(), random, 1e-10);
    assert_close(found.residual, dense.v.trace() / n - random, 1e-10);
    assert_close(found.r2_marginal, means.variance() / (means.variance() + dense.v.trace() / n), 1e-9);
}

#[test]
fn the_parts_are_means_of_the_diagonals_of_textbooks() {
    assert_dense(&fit("Reaction ~ Days + (Days | Subject)", &read("sleepstudy")));
    assert_dense(&fit("strength ~ 1 + (1 | batch/cask)", &read("pastes")));
    let weighted = Lmm::new("Reaction ~ Days + offset(off) + (Days | Subject)".parse().unwrap()).weights("w");
    assert_dense(&weighted.fit(&read("sleepstudy_weighted")).unwrap());
    let some: Vec<u32> = (0..200).collect();
    assert_dense(&fit("FEV1 ~ ARMCD * AVISIT + us(AVISIT | USUBJID)", &fev().select(&some)));
}

#[test]
fn r_squared_and_icc_are_those_of_performance() {
    // performance 0.10.2, r2_nakagawa() and icc() on lme4 1.1-31 fits, REML; their variance of Xβ̂ has n − 1.
    let sleep = fit("Reaction ~ Days + (Days | Subject)", &read("sleepstudy")).variance_explained(Spread::OfSample);
    // lme4's optimiser settles the variances to about 1e-6.
    assert_close(sleep.fixed, 908.953362623132, 1e-9);
    assert_close(sleep.random[0].variance, 1698.07117134159, 1e-5);
    assert_close(sleep.r2_conditional, 0.799218901522377, 1e-6);
    assert_close(sleep.r2_marginal, 0.278652041262516, 1e-6);
    assert_close(sleep.icc_adjusted, 0.721658464482198, 1e-6);
    assert_close(sleep.icc_unadjusted, 0.520566860259860, 1e-6);
    let growth = fit("distance ~ age * Sex + (age | Subject)", &read("orthodont")).variance_explained(Spread::OfSample);
    assert_close(growth.r2_conditional, 0.806176847595477, 1e-6);
    assert_close(growth.r2_marginal, 0.409460458052912, 1e-6);
    assert_close(growth.icc_adjusted, 0.671786326508362, 1e-6);
    // icc(by_group = TRUE) for random intercepts.
    let plates = fit("diameter ~ 1 + (1 | plate) + (1 | sample)", &read("penicillin"));
    let levels = plates.variance_explained(Spread::OfSample).icc_by_level();
    assert_eq!((levels[0].0.as_str(), levels[1].0.as_str()), ("plate", "sample"));
    assert!(plates.variance_explained(Spread::OfRows).r2_marginal == 0.0);
    assert_close(levels[0].1, 0.15092029069033, 1e-6);
    assert_close(levels[1].1, 0.78541657011089, 1e-6);
}

/// performance adds only the intercept where slopes are independent of it ((Days || Subject): ICC 0.4898); the mean of z'Gz
/// does not depend on how the term is written, and is close to that of the correlated model.
#[test]
fn independent_slopes_count_as_slopes_do() {
    let found = fit("Reaction ~ Days + (Days || Subject)", &read("sleepstudy")).variance_explained(Spread::OfRows);
    let fit = fit("Reaction ~ Days + (Days || Subject)", &read("sleepstudy"));
    let g = &fit.covariance().random[0].covariance;
    // Days 0 to 9: the mean of their squares is 28.5.
    assert_close(found.random.iter().map(|term| term.variance).sum(), g[0][0] + 28.5 * g[1][1], 1e-10);
}

#[test]
fn neither_units_nor_the_order_of_rows_matter() {
    let frame = read("sleepstudy");
    let fitted = fit("Reaction ~ Days + (Days | Subject)", &frame);
    let late: Vec<f64> = frame.column("Days").unwrap().to_numeric().unwrap().iter().map(|day| 2000.0 + day).collect();
    let late =
        fit("Reaction ~ Days + (Days | Subject)", &frame.clone().with_column(Column::float("Days", late)).unwrap());
    let (one, other) = (fitted.variance_explained(Spread::OfRows), late.variance_explained(Spread::OfRows));
    assert_close(one.r2_marginal, other.r2_marginal, 1e-8);
    assert_close(one.r2_conditional, other.r2_conditional, 1e-8);
    let turned: Vec<u32> = (0..180).rev().collect();
    let turned = fit("Reaction ~ Days + (Days | Subject)", &frame.select(&turned));
    assert_eq!(one, turned.variance_explained(Spread::OfRows));
}

#[test]
fn at_a_day_the_parts_are_those_of_that_day() {
    let fitted = fit("Reaction ~ Days + (Days | Subject)", &read("sleepstudy"));
    let days = Frame::new(vec![Column::float("Days", vec![0.0, 9.0])]).unwrap();
    let found = fitted.variance_at(&days).unwrap();
    let g = &fitted.covariance().random[0].covariance;
    assert_close(found[0].random[0].variance, g[0][0], 1e-10);
    let ninth = g[0][0] + 18.0 * g[0][1] + 81.0 * g[1][1];
    assert_close(found[1].random[0].variance, ninth, 1e-10);
    assert_close(found[1].icc, ninth / (ninth + found[1].residual), 1e-12);
    assert_eq!(fitted.variance_at(&read("dyestuff")).unwrap_err().code(), "unknown_column");
}
