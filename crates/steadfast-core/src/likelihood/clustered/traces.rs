//! tr(V̇_k A V̇_l B) for all pairs of parameters, from small matrices between slots.
//!
//! With V̇_k = Σ_s F_s Σ̇_k F_s' the trace is Σ_st tr(Σ̇_k (F_s'AF_t) Σ̇_l (F_t'BF_s)): matrices of order q, and for
//! derivatives with a single entry a handful of products.

use nalgebra::DMatrix;

use super::Clustered;
use super::assemble::{BlockMatrices, Local, LocalDerivatives};
use super::signature::Signature;
use crate::linalg;

/// Buffers of [`Clustered::add_traces`].
#[derive(Debug, Default)]
pub(super) struct Between {
    a: Vec<f64>,
    b: Vec<f64>,
    half: Vec<f64>,
    product: Vec<f64>,
    middle: Vec<f64>,
}

impl Clustered {
    /// The derivatives of every slot of `signature`.
    pub(super) fn locals(
        &self,
        signature: &Signature,
        natural: &[f64],
        all: &[BlockMatrices],
        out: &mut Vec<LocalDerivatives>,
    ) {
        out.resize_with(out.len().max(signature.slots.len()), LocalDerivatives::default);
        for (slot, local) in signature.slots.iter().zip(out) {
            self.local(slot, natural, all, local);
        }
    }

    /// total_kl += tr(V̇_k A V̇_l B) for k ≤ l and symmetric A and B (m × m).
    pub(super) fn add_traces(
        &self,
        signature: &Signature,
        locals: &[LocalDerivatives],
        (a, b): (&[f64], &[f64]),
        between: &mut Between,
        total: &mut DMatrix<f64>,
    ) {
        let m = signature.m;
        for (left, own) in signature.slots.iter().zip(locals) {
            for (right, other) in signature.slots.iter().zip(locals) {
                if left.block > right.block {
                    continue;
                }
                left.project(right, a, m, &mut between.half, &mut between.a);
                left.project(right, b, m, &mut between.half, &mut between.b);
                let (rows, columns) = (left.order(), right.order());
                let (first, second) = (self.blocks[left.block].offset, self.blocks[right.block].offset);
                for (l, derivative) in other.each.iter().enumerate() {
                    let until = if left.block == right.block { l + 1 } else { own.each.len() };
                    match *derivative {
                        Local::Zero => {}
                        Local::Entry(i, j, v) => {
                            for (k, mine) in own.each[..until].iter().enumerate() {
                                total[(first + k, second + l)] +=
                                    v * entry_trace(*mine, own, between, (rows, columns), (i, j));
                            }
                        }
                        Local::Matrix(at) => {
                            between.sandwich(other.matrix(at, columns), rows, columns);
                            for (k, mine) in own.each[..until].iter().enumerate() {
                                total[(first + k, second + l)] += plain_trace(*mine, own, &between.middle, rows);
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Between {
    /// middle = A Σ̇ B', rows × rows.
    fn sandwich(&mut self, sigma: &[f64], rows: usize, columns: usize) {
        self.product.resize(rows * columns, 0.0);
        linalg::multiply(&self.a, sigma, rows, columns, columns, &mut self.product);
        self.middle.resize(rows * rows, 0.0);
        for i in 0..rows {
            for j in 0..rows {
                let line = &self.product[i * columns..(i + 1) * columns];
                self.middle[i * rows + j] = linalg::dot(line, &self.b[j * columns..(j + 1) * columns]);
            }
        }
    }

    /// (A e_i)(B e_j)' + (A e_j)(B e_i)', or its half where i = j, at (s, t).
    fn at(&self, (s, t): (usize, usize), (i, j): (usize, usize), columns: usize) -> f64 {
        let one = self.a[s * columns + i] * self.b[t * columns + j];
        if i == j { one } else { one + self.a[s * columns + j] * self.b[t * columns + i] }
    }
}

/// tr(Σ̇_k M) for M of order d.
fn plain_trace(derivative: Local, all: &LocalDerivatives, middle: &[f64], d: usize) -> f64 {
    match derivative {
        Local::Zero => 0.0,
        Local::Entry(i, j, v) if i == j => v * middle[i * d + i],
        Local::Entry(i, j, v) => v * (middle[i * d + j] + middle[j * d + i]),
        Local::Matrix(at) => linalg::dot(all.matrix(at, d), &middle[..d * d]),
    }
}

/// tr(Σ̇_k A E B') for the symmetric unit E with entries at (i, j) and (j, i).
fn entry_trace(
    derivative: Local,
    all: &LocalDerivatives,
    between: &Between,
    (rows, columns): (usize, usize),
    ij: (usize, usize),
) -> f64 {
    match derivative {
        Local::Zero => 0.0,
        Local::Entry(s, t, v) if s == t => v * between.at((s, s), ij, columns),
        Local::Entry(s, t, v) => v * (between.at((s, t), ij, columns) + between.at((t, s), ij, columns)),
        Local::Matrix(at) => {
            let matrix = all.matrix(at, rows);
            let entries = (0..rows * rows).filter(|e| matrix[*e] != 0.0);
            entries.fold(0.0, |sum, e| sum + matrix[e] * between.at((e / rows, e % rows), ij, columns))
        }
    }
}
