//! Kernels for small dense blocks, written so that every processor gives the same bits.
//!
//! Matrices are slices in row-major order. Sums run in index order with one accumulator, and no fused
//! multiply-add is used: wider vectors change the speed and not the result.

mod cholesky;
pub(crate) mod dense;
mod exponential;
mod householder;
mod packed;
pub(crate) mod sparse;

pub(crate) use cholesky::{factor, inverse, log_determinant, semidefinite_factor, solve_lower};
pub(crate) use exponential::expm;
pub(crate) use householder::Reflections;
pub(crate) use packed::{index, length, pack, unpack};

/// C = A B for A (rows × inner) and B (inner × cols).
pub(crate) fn multiply(a: &[f64], b: &[f64], rows: usize, inner: usize, cols: usize, c: &mut [f64]) {
    for i in 0..rows {
        let row = &mut c[i * cols..(i + 1) * cols];
        row.fill(0.0);
        for (k, &x) in a[i * inner..(i + 1) * inner].iter().enumerate() {
            if x != 0.0 {
                for (target, &y) in row.iter_mut().zip(&b[k * cols..(k + 1) * cols]) {
                    *target += x * y;
                }
            }
        }
    }
}

/// Σ a_i b_i.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (x, y)| sum + x * y)
}

/// y += a x.
pub(crate) fn add_scaled(y: &mut [f64], a: f64, x: &[f64]) {
    for (target, &value) in y.iter_mut().zip(x) {
        *target += a * value;
    }
}
