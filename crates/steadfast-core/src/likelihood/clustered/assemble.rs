//! V of a signature and its derivatives, put together from the blocks' matrices.

use super::signature::Signature;
use super::{Block, Clustered};
use crate::covariance::Side;
use crate::linalg;

/// The matrices of one block at one φ.
#[derive(Debug)]
pub(super) struct BlockMatrices {
    order: usize,
    value: Vec<f64>,
    first: Vec<Vec<f64>>,
}

impl BlockMatrices {
    /// Σ and, where asked for, its first derivatives.
    pub(super) fn new(block: &Block, natural: &[f64], derivatives: bool) -> Self {
        let (order, phi) = (block.order(), block.of(natural));
        let mut value = vec![0.0; order * order];
        block.structure.covariance(order, phi, &mut value);
        let count = if derivatives { block.n_parameters } else { 0 };
        let derivative = |a| {
            let mut out = vec![0.0; order * order];
            block.structure.derivative(order, phi, a, &mut out);
            out
        };
        Self { order, value, first: (0..count).map(derivative).collect() }
    }
}

/// What a block contributes to V of a signature when its matrix is `matrix`: V += Σ_g Z_g matrix Z_g', or the entries
/// of `matrix` at the rows' visits.
fn add(signature: &Signature, terms: &[usize], index: usize, side: Side, order: usize, matrix: &[f64], v: &mut [f64]) {
    match side {
        Side::Random => add_random(signature, terms, index, order, matrix, v),
        Side::Residual => add_residual(signature, (index - terms.len()) as u32, order, matrix, v),
    }
}

fn add_random(signature: &Signature, terms: &[usize], index: usize, q: usize, matrix: &[f64], v: &mut [f64]) {
    let (m, columns) = (signature.m, signature.columns);
    let before: usize = terms.iter().zip(&signature.n_groups).take(index).map(|(q, groups)| q * groups).sum();
    let (mut on_stack, mut on_heap) = ([0.0; 8], Vec::new());
    let left: &mut [f64] = if q <= on_stack.len() {
        &mut on_stack[..q]
    } else {
        on_heap.resize(q, 0.0);
        &mut on_heap
    };
    for group in 0..signature.n_groups[index] {
        let first = before + group * q;
        let row = |i: usize| &signature.z[i * columns + first..i * columns + first + q];
        for i in 0..m {
            linalg::multiply(row(i), matrix, 1, q, q, left);
            for j in 0..=i {
                let value = linalg::dot(left, row(j));
                v[i * m + j] += value;
                if j < i {
                    v[j * m + i] += value;
                }
            }
        }
    }
}

fn add_residual(signature: &Signature, group: u32, order: usize, matrix: &[f64], v: &mut [f64]) {
    let m = signature.m;
    for (i, a) in signature.places.iter().enumerate() {
        for (j, b) in signature.places.iter().enumerate() {
            if a.subject == b.subject && a.group == group && b.group == group {
                v[i * m + j] += matrix[a.visit as usize * order + b.visit as usize];
            }
        }
    }
}

impl Clustered {
    /// The numbers of effects of the random terms.
    pub(super) fn term_sizes(&self) -> Vec<usize> {
        self.random.iter().map(|part| part.columns.len()).collect()
    }

    /// The matrices of all blocks at φ.
    pub(super) fn matrices(&self, natural: &[f64], derivatives: bool) -> Vec<BlockMatrices> {
        self.blocks.iter().map(|block| BlockMatrices::new(block, natural, derivatives)).collect()
    }

    /// V of `signature` into `v`.
    pub(super) fn assemble(&self, signature: &Signature, terms: &[usize], all: &[BlockMatrices], v: &mut [f64]) {
        v.fill(0.0);
        for (index, (block, matrices)) in self.blocks.iter().zip(all).enumerate() {
            add(signature, terms, index, block.side, matrices.order, &matrices.value, v);
        }
    }

    /// ∂V/∂φ_a of `signature` for every a, one m × m matrix after the other.
    pub(super) fn assemble_first(
        &self,
        signature: &Signature,
        terms: &[usize],
        all: &[BlockMatrices],
        out: &mut [f64],
    ) {
        out.fill(0.0);
        let square = signature.m * signature.m;
        let mut slots = out.chunks_exact_mut(square);
        for (index, (block, matrices)) in self.blocks.iter().zip(all).enumerate() {
            for first in &matrices.first {
                if let Some(slot) = slots.next() {
                    add(signature, terms, index, block.side, matrices.order, first, slot);
                }
            }
        }
    }

    /// Calls `use_it(a, b, V̈_ab)` for each pair a ≤ b of parameters whose second derivative is not zero everywhere.
    pub(super) fn for_each_second(
        &self,
        signature: &Signature,
        terms: &[usize],
        natural: &[f64],
        mut use_it: impl FnMut(usize, usize, &[f64]),
    ) {
        if self.is_linear {
            return;
        }
        let mut v = vec![0.0; signature.m * signature.m];
        for (index, block) in self.blocks.iter().enumerate() {
            let order = block.order();
            let mut matrix = vec![0.0; order * order];
            for a in 0..block.n_parameters {
                for b in a..block.n_parameters {
                    if block.structure.second_derivative(order, block.of(natural), a, b, &mut matrix) {
                        v.fill(0.0);
                        add(signature, terms, index, block.side, order, &matrix, &mut v);
                        use_it(block.offset + a, block.offset + b, &v);
                    }
                }
            }
        }
    }
}
