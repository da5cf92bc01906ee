//! −2 log-likelihood by the formula of the textbooks, with V in full, against the public deviance.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use steadfast_core::frame::Frame;
use steadfast_core::lmm::Criterion;
use steadfast_testkit::models::sample;

use crate::laws::cases;
use crate::support::{labels, model, numbers};

/// −2 log-likelihood with β profiled out: log|V| + r'V⁻¹r + n log 2π, and for REML + log|X'V⁻¹X| − p log 2π.
fn textbook(x: &DMatrix<f64>, y: &DVector<f64>, v: DMatrix<f64>, criterion: Criterion) -> f64 {
    let chol = v.cholesky().unwrap();
    let log_det = |m: &DMatrix<f64>| 2.0 * m.diagonal().iter().map(|d| d.ln()).sum::<f64>();
    let (vx, vy) = (chol.solve(x), chol.solve(y));
    let information = (x.transpose() * &vx).cholesky().unwrap();
    let beta = information.solve(&(x.transpose() * &vy));
    let residual = y - x * beta;
    let (n, p) = (y.len() as f64, x.ncols() as f64);
    let two_pi = std::f64::consts::TAU.ln();
    let ml = log_det(&chol.l()) + residual.dot(&chol.solve(&residual)) + n * two_pi;
    match criterion {
        Criterion::Ml => ml,
        Criterion::Reml => ml + log_det(&information.l()) - p * two_pi,
    }
}

/// The rows of a sample, by column.
struct Rows {
    y: Vec<f64>,
    z: Vec<f64>,
    time: Vec<f64>,
    of: BTreeMap<&'static str, Vec<String>>,
}

impl Rows {
    fn new(frame: &Frame) -> Self {
        let of = ["visit", "arm", "child", "family"].map(|name| (name, labels(frame, name)));
        let [y, z, time] = ["y", "z", "time"].map(|name| numbers(frame, name));
        Self { y, z, time, of: of.into() }
    }

    fn same(&self, group: &str, i: usize, j: usize) -> f64 {
        f64::from(u8::from(self.of[group][i] == self.of[group][j]))
    }

    fn visit(&self, i: usize) -> usize {
        self.of["visit"][i][1..].parse::<usize>().unwrap() - 1
    }

    /// 1, arm, time, z, arm × time.
    fn x(&self) -> DMatrix<f64> {
        let treated = |i: usize| f64::from(u8::from(self.of["arm"][i] == "SAU"));
        DMatrix::from_fn(self.y.len(), 5, |i, column| match column {
            0 => 1.0,
            1 => treated(i),
            2 => self.time[i],
            3 => self.z[i],
            _ => treated(i) * self.time[i],
        })
    }

    fn matrix(&self, entry: impl Fn(usize, usize) -> f64) -> DMatrix<f64> {
        DMatrix::from_fn(self.y.len(), self.y.len(), entry)
    }
}

/// Asserts that the public deviance of `formula` at `natural` is the textbook's with V = `entry`.
fn check(rows: &Rows, frame: &Frame, formula: &str, natural: &[f64], entry: impl Fn(usize, usize) -> f64) {
    for criterion in [Criterion::Reml, Criterion::Ml] {
        let public = model(formula, criterion).deviance(frame).unwrap();
        let actual = public.at(natural).unwrap_or_else(|e| panic!("{formula} ({:?}): {e}", public.parameter_names()));
        let expected = textbook(&rows.x(), &DVector::from_vec(rows.y.clone()), rows.matrix(&entry), criterion);
        let error = (actual - expected).abs() / expected.abs();
        assert!(error < 1e-11, "{formula} {criterion:?} at {natural:?}: {actual} for {expected}, off by {error:.1e}");
    }
}

/// The lower triangle by rows of BB' + I/4, which is positive definite.
fn positive_definite(order: usize, b: &[f64]) -> Vec<Vec<f64>> {
    let b = DMatrix::from_row_slice(order, order, &b[..order * order]);
    let product = &b * b.transpose();
    (0..order).map(|i| (0..order).map(|j| product[(i, j)] + if i == j { 0.25 } else { 0.0 }).collect()).collect()
}

fn packed(matrix: &[Vec<f64>]) -> Vec<f64> {
    matrix.iter().enumerate().flat_map(|(i, row)| row[..=i].to_vec()).collect()
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn the_deviance_of_random_effects_is_the_textbooks(
        seed in 0_u64..1000, variance in 0.05..4.0_f64, b in prop::collection::vec(-1.5..1.5_f64, 4), inner in 0.0..3.0_f64
    ) {
        let frame = sample(seed);
        let rows = Rows::new(&frame);
        let diagonal = |i: usize, j: usize| if i == j { variance } else { 0.0 };
        check(&rows, &frame, "y ~ arm * time + z + (1 | child)", &[inner, variance], |i, j| {
            inner * rows.same("child", i, j) + diagonal(i, j)
        });
        let g = positive_definite(2, &b);
        let natural: Vec<f64> = packed(&g).into_iter().chain([variance]).collect();
        check(&rows, &frame, "y ~ arm * time + z + (time | child)", &natural, |i, j| {
            let (s, t) = (rows.time[i], rows.time[j]);
            rows.same("child", i, j) * (g[0][0] + g[0][1] * (s + t) + g[1][1] * s * t) + diagonal(i, j)
        });
        check(&rows, &frame, "y ~ arm * time + z + (time || child)", &[g[0][0], g[1][1], variance], |i, j| {
            rows.same("child", i, j) * (g[0][0] + g[1][1] * rows.time[i] * rows.time[j]) + diagonal(i, j)
        });
        check(&rows, &frame, "y ~ arm * time + z + (1 | family/child)", &[g[0][0], inner, variance], |i, j| {
            g[0][0] * rows.same("family", i, j) + inner * rows.same("child", i, j) + diagonal(i, j)
        });
    }

    #[test]
    fn the_deviance_of_residual_structures_is_the_textbooks(
        seed in 0_u64..1000, variance in 0.5..4.0_f64, correlation in -0.3..0.95_f64,
        b in prop::collection::vec(-1.5..1.5_f64, 16), outer in 0.0..3.0_f64
    ) {
        let frame = sample(seed);
        let rows = Rows::new(&frame);
        let r = positive_definite(4, &b);
        check(&rows, &frame, "y ~ arm * time + z + us(visit | child)", &packed(&r), |i, j| {
            rows.same("child", i, j) * r[rows.visit(i)][rows.visit(j)]
        });
        let both: Vec<f64> = [outer].into_iter().chain(packed(&r)).collect();
        check(&rows, &frame, "y ~ arm * time + z + (1 | family) + us(visit | child)", &both, |i, j| {
            outer * rows.same("family", i, j) + rows.same("child", i, j) * r[rows.visit(i)][rows.visit(j)]
        });
        check(&rows, &frame, "y ~ arm * time + z + ar1(visit | child)", &[variance, correlation], |i, j| {
            let lag = rows.visit(i).abs_diff(rows.visit(j)) as i32;
            rows.same("child", i, j) * variance * correlation.powi(lag)
        });
    }
}
