//! V of a signature and its derivatives, put together from the blocks' matrices.

use super::signature::Signature;
use super::slot::{Form, Slot};
use super::{Block, Clustered};
use crate::covariance::{Domain, Sites};

/// The matrices at one φ of a block whose matrix is the same for every cluster.
#[derive(Debug)]
pub(super) struct BlockMatrices {
    /// Σ over all levels or effects.
    value: Vec<f64>,
    first: Vec<Derivative>,
}

/// ∂Σ/∂φ_k.
#[derive(Debug)]
enum Derivative {
    /// One entry, i ≤ j, and its mirror image.
    Entry(usize, usize, f64),
    Matrix(Vec<f64>),
}

impl Derivative {
    fn of(matrix: Vec<f64>, order: usize) -> Self {
        let mut upper =
            (0..order).flat_map(|i| (i..order).map(move |j| (i, j))).filter(|(i, j)| matrix[i * order + j] != 0.0);
        match (upper.next(), upper.next()) {
            (Some((i, j)), None) => Self::Entry(i, j, matrix[i * order + j]),
            _ => Self::Matrix(matrix),
        }
    }
}

/// ∂Σ/∂φ_k as a slot sees it, in its own order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Local {
    /// Nothing of it is seen.
    Zero,
    /// One entry, and its mirror image where i ≠ j.
    Entry(usize, usize, f64),
    /// A matrix that starts there in the buffer.
    Matrix(usize),
}

/// The derivatives of one slot: a [`Local`] for each parameter of its block.
#[derive(Debug, Default)]
pub(super) struct LocalDerivatives {
    pub(super) each: Vec<Local>,
    pub(super) buffer: Vec<f64>,
}

impl LocalDerivatives {
    /// The matrix of order d that starts at `at`.
    pub(super) fn matrix(&self, at: usize, d: usize) -> &[f64] {
        &self.buffer[at..at + d * d]
    }
}

impl BlockMatrices {
    /// Σ and, where asked for, its first derivatives; nothing for a block over points.
    fn new(block: &Block, natural: &[f64], derivatives: bool) -> Self {
        let Domain::Levels(order) = block.structure.domain() else {
            return Self { value: Vec::new(), first: Vec::new() };
        };
        let (sites, phi) = (Sites::levels(order), block.of(natural));
        let mut value = vec![0.0; order * order];
        block.structure.covariance(sites, phi, &mut value);
        let count = if derivatives { block.n_parameters } else { 0 };
        let derivative = |a| {
            let mut out = vec![0.0; order * order];
            block.structure.derivative(sites, phi, a, &mut out);
            Derivative::of(out, order)
        };
        Self { value, first: (0..count).map(derivative).collect() }
    }
}

/// The points of a slot whose block is defined over points.
pub(super) fn points(slot: &Slot) -> Option<Sites<'_>> {
    match &slot.form {
        Form::Points(coordinates) => Some(Sites { n: slot.rows.len(), coordinates }),
        _ => None,
    }
}

impl Clustered {
    /// The matrices of all blocks at φ.
    pub(super) fn matrices(&self, natural: &[f64], derivatives: bool) -> Vec<BlockMatrices> {
        self.blocks.iter().map(|block| BlockMatrices::new(block, natural, derivatives)).collect()
    }

    /// V of `signature` into `v`.
    pub(super) fn assemble(&self, signature: &Signature, natural: &[f64], all: &[BlockMatrices], v: &mut [f64]) {
        v.fill(0.0);
        for slot in &signature.slots {
            self.spread_slot(slot, natural, all, signature.m, v);
        }
    }

    /// v += F Σ F' of one slot, v being m × m.
    pub(super) fn spread_slot(&self, slot: &Slot, natural: &[f64], all: &[BlockMatrices], m: usize, v: &mut [f64]) {
        match points(slot) {
            None => slot.spread(&all[slot.block].value, m, v),
            Some(sites) => {
                let block = &self.blocks[slot.block];
                let mut own = vec![0.0; sites.n * sites.n];
                block.structure.covariance(sites, block.of(natural), &mut own);
                slot.spread(&own, m, v);
            }
        }
    }

    /// ∂Σ/∂φ_k of the block of `slot` for its every parameter, in the slot's own order.
    pub(super) fn local(&self, slot: &Slot, natural: &[f64], all: &[BlockMatrices], out: &mut LocalDerivatives) {
        out.each.clear();
        out.buffer.clear();
        let d = slot.order();
        if let Some(sites) = points(slot) {
            let block = &self.blocks[slot.block];
            for a in 0..block.n_parameters {
                let at = out.buffer.len();
                out.buffer.resize(at + d * d, 0.0);
                block.structure.derivative(sites, block.of(natural), a, &mut out.buffer[at..]);
                // A stratum that none of the points is in.
                if out.buffer[at..].iter().all(|v| *v == 0.0) {
                    out.buffer.truncate(at);
                    out.each.push(Local::Zero);
                } else {
                    out.each.push(Local::Matrix(at));
                }
            }
            return;
        }
        for first in &all[slot.block].first {
            let local = match (first, &slot.form) {
                (Derivative::Entry(i, j, v), Form::Levels(levels)) => {
                    let place = |level: usize| levels.iter().position(|l| *l as usize == level);
                    match (place(*i), place(*j)) {
                        (Some(a), Some(b)) => Local::Entry(a, b, *v),
                        _ => Local::Zero,
                    }
                }
                (Derivative::Entry(i, j, v), _) => Local::Entry(*i, *j, *v),
                (Derivative::Matrix(matrix), form) => {
                    let at = out.buffer.len();
                    pick(matrix, form, &mut out.buffer);
                    Local::Matrix(at)
                }
            };
            out.each.push(local);
        }
    }
}

/// Appends the part of `matrix` that the levels of `form` see; all of it for effects.
fn pick(matrix: &[f64], form: &Form, out: &mut Vec<f64>) {
    match form {
        Form::Levels(levels) => {
            let order = matrix.len().isqrt();
            for a in levels {
                out.extend(levels.iter().map(|b| matrix[*a as usize * order + *b as usize]));
            }
        }
        _ => out.extend_from_slice(matrix),
    }
}
