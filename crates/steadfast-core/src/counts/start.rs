//! Where the search for the optimum starts, and the units in which it is made.

use nalgebra::{DMatrix, DVector};

use super::cells::Cells;
use crate::family::Distribution;

/// Coefficients whose means are half-way between the counts and the common rate, by weighted least squares on ln μ; and the scale of
/// each column that makes their information alike.
pub(super) fn start(cells: &Cells) -> (Vec<f64>, Vec<f64>) {
    let (mut events, mut exposure) = (0.0, 0.0);
    for cell in 0..cells.n() {
        events += cells.weight[cell] * cells.y[cell];
        exposure += cells.weight[cell] * libm::exp(cells.offset[cell]);
    }
    let rate = events / exposure;
    let mean = |cell: usize| 0.5 * cells.y[cell] + 0.5 * rate * libm::exp(cells.offset[cell]);
    let target = |cell: usize| libm::log(mean(cell)) - cells.offset[cell];
    let (p, weight) = (cells.p, |cell: usize| cells.weight[cell] * mean(cell));
    let beta = project(cells.n(), p, |cell| cells.x(cell), weight, target);
    let information =
        |j: usize| -> f64 { (0..cells.n()).map(|cell| weight(cell) * cells.x(cell)[j] * cells.x(cell)[j]).sum() };
    let sizes: Vec<f64> = (0..p).map(information).collect();
    let most = sizes.iter().fold(0.0_f64, |most, size| most.max(*size));
    // Powers of two, which change no digit.
    let scale = |size: &f64| libm::ldexp(1.0, libm::frexp((most / size).sqrt()).1 - 1);
    let scale: Vec<f64> = sizes.iter().map(|size| if *size > 0.0 { scale(size) } else { 1.0 }).collect();
    (beta.iter().zip(&scale).map(|(beta, scale)| beta / scale).collect(), scale)
}

/// The least-squares coefficients of `target` on columns; zeros where the columns do not determine them.
pub(super) fn project<'c>(
    n: usize,
    width: usize,
    line: impl Fn(usize) -> &'c [f64],
    weight: impl Fn(usize) -> f64,
    target: impl Fn(usize) -> f64,
) -> Vec<f64> {
    let (mut gram, mut right) = (DMatrix::zeros(width, width), DVector::zeros(width));
    for row in 0..n {
        let (own, weight) = (DVector::from_column_slice(line(row)), weight(row));
        gram.ger(weight, &own, &own, 1.0);
        right.axpy(weight * target(row), &own, 1.0);
    }
    gram.cholesky().map_or_else(|| vec![0.0; width], |factor| factor.solve(&right).as_slice().to_vec())
}

/// α by moments about the Poisson means at `beta`, and the slope of the log-likelihood in α at 0.
pub(super) fn spread(cells: &Cells, distribution: &dyn Distribution, beta: &[f64]) -> (f64, f64) {
    let (mut above, mut unit, mut slope) = (0.0, 0.0, 0.0);
    for cell in 0..cells.n() {
        let (eta, y, weight) = (cells.eta(cell, beta), cells.y[cell], cells.weight[cell]);
        let mu = libm::exp(eta);
        above += weight * ((y - mu) * (y - mu) - mu);
        unit += weight * (distribution.variance(mu, 1.0) - mu);
        slope += weight * distribution.terms(y, eta, 0.0).alpha;
    }
    (above / unit, slope)
}
