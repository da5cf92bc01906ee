//! Σ w x x' over rows in memory, the product that costs most of a Cox model.

use nalgebra::DMatrix;
use pulp::{Arch, Simd, WithSimd};

/// Rows are padded with zeros to a multiple of this: a vector of the widest common kind.
pub(super) const LANES: usize = 4;

/// The length of a padded row of `p` numbers.
pub(super) fn stride(p: usize) -> usize {
    p.next_multiple_of(LANES)
}

/// x'y of padded rows, in four sums.
#[inline]
pub(super) fn product(x: &[f64], y: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    for (x, y) in x.chunks_exact(LANES).zip(y.chunks_exact(LANES)) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

/// `values` with the zeros behind them.
pub(super) fn padded(values: &[f64]) -> Vec<f64> {
    let mut row = values.to_vec();
    row.resize(stride(values.len()), 0.0);
    row
}

/// A sum of outer products of rows of `p` numbers, whose bits do not depend on the processor: four rows at a time, each of the
/// p × stride sums by itself.
#[derive(Debug, Clone)]
pub(super) struct Gram {
    p: usize,
    sums: Vec<f64>,
}

impl Gram {
    pub(super) fn new(p: usize) -> Self {
        Self { p, sums: vec![0.0; p * stride(p)] }
    }

    /// Adds Σ w_r x_r x_r' for padded `rows`, one to each weight.
    pub(super) fn add(&mut self, weights: &[f64], rows: &[f64]) {
        if self.p > 0 {
            Arch::new().dispatch(Update { p: self.p, sums: &mut self.sums, weights, rows });
        }
    }

    /// The symmetric p × p matrix.
    pub(super) fn matrix(&self) -> DMatrix<f64> {
        let stride = stride(self.p);
        DMatrix::from_fn(self.p, self.p, |i, j| self.sums[i.min(j) * stride + i.max(j)])
    }
}

struct Update<'a> {
    p: usize,
    sums: &'a mut [f64],
    weights: &'a [f64],
    rows: &'a [f64],
}

impl WithSimd for Update<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let stride = stride(self.p);
        let (four, rows) = (self.weights.chunks_exact(4), self.rows.chunks_exact(4 * stride));
        let (last_weights, last_rows) = (four.remainder(), rows.remainder());
        for (w, x) in four.zip(rows) {
            let (a, rest) = x.split_at(stride);
            let (b, rest) = rest.split_at(stride);
            let (c, d) = rest.split_at(stride);
            for (j, sums) in self.sums.chunks_exact_mut(stride).enumerate() {
                let s = [w[0] * a[j], w[1] * b[j], w[2] * c[j], w[3] * d[j]];
                // Row j of the upper triangle, from the vector on in which its diagonal lies.
                let from = j / LANES * LANES;
                let vectors = a[from..].chunks_exact(LANES).zip(b[from..].chunks_exact(LANES));
                let vectors = vectors.zip(c[from..].chunks_exact(LANES).zip(d[from..].chunks_exact(LANES)));
                for (sum, ((a, b), (c, d))) in sums[from..].chunks_exact_mut(LANES).zip(vectors) {
                    for i in 0..LANES {
                        sum[i] += (s[0] * a[i] + s[1] * b[i]) + (s[2] * c[i] + s[3] * d[i]);
                    }
                }
            }
        }
        for (w, x) in last_weights.iter().zip(last_rows.chunks_exact(stride)) {
            for (j, sums) in self.sums.chunks_exact_mut(stride).enumerate() {
                let s = w * x[j];
                sums.iter_mut().zip(x).for_each(|(sum, x)| *sum += s * x);
            }
        }
    }
}
