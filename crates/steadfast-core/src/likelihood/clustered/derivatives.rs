//! The gradient of the deviance at φ, and its Hessian.
//!
//! With A_k = V⁻¹ V̇_k V⁻¹, e = (−β̂, 1), B = e e' (plus Φ on the XX block for REML), T = ⟨C, B⟩ and Q = V⁻¹TV⁻¹:
//!
//! ∂/∂φ_k  = tr(V̇_k (nV⁻¹ − Q))
//! ∂²/∂φ_k∂φ_l = tr(V̇_k V⁻¹ V̇_l (2Q − nV⁻¹)) + tr(V̈_kl (nV⁻¹ − Q))
//!                − 2 u_k'Φu_l − tr(ΦP_kΦP_l) [REML],      u_k = X'A_k r,  P_k = X'A_kX.
//!
//! The last line is of the order p where the others are of the order n, and costs most: [`Hessian::Leading`] leaves it
//! out, which serves iterations on large data.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::Clustered;
use super::assemble::{BlockMatrices, Local, LocalDerivatives, points};
use super::moments::Moments;
use super::signature::Signature;
use super::slot::{Form, Slot};
use super::traces::Between;
use crate::covariance::{Domain, Sites};
use crate::likelihood::Criterion;
use crate::likelihood::solution::{Derivatives, Hessian, Solution};
use crate::linalg::{self, length};

impl Clustered {
    /// The deviance and its derivatives at φ; `None` where V is not positive definite.
    pub(crate) fn derivatives(&self, natural: &[f64], criterion: Criterion, which: Hessian) -> Option<Derivatives> {
        let solution = self.solve(natural, criterion)?;
        let reml = criterion == Criterion::Reml;
        let doubled = self.folding(&solution, 1.0, if reml { 1.0 } else { 0.0 });
        let matrices = self.matrices(natural, true);
        let parts = self.over_pieces(|piece, signatures| {
            let mut sums = Sums::new(self);
            let mut scratch = Scratch::default();
            let mut inverses = solution.inverses(piece);
            for (signature, moments) in signatures {
                let (inverse, rest) = inverses.split_at(signature.m * signature.m);
                inverses = rest;
                scratch.fold(moments, inverse, &doubled, signature.m, self.p() + 1);
                self.locals(signature, natural, &matrices, &mut scratch.locals);
                sums.add(self, signature, moments, natural, inverse, &mut scratch);
            }
            sums
        });
        let mut total = Sums::new(self);
        parts.iter().for_each(|part| total.merge(part));
        total.chain(self, natural);
        let (gradient, mut hessian) = (total.gradient, total.hessian);
        if which == Hessian::Exact {
            let contractions = self.contractions(natural, &solution, &matrices);
            self.subtract_fixed_effects(&solution, &contractions, reml, &mut hessian);
        }
        hessian.fill_lower_triangle_with_upper_triangle();
        let finite = gradient.iter().chain(hessian.iter()).all(|v| v.is_finite());
        finite.then_some(Derivatives { value: solution.value, gradient, hessian })
    }

    /// hessian −= 2 u_k'Φu_l + tr(ΦP_kΦP_l) [REML], for k ≤ l.
    fn subtract_fixed_effects(
        &self,
        solution: &Solution,
        contractions: &[Vec<f64>],
        reml: bool,
        hessian: &mut DMatrix<f64>,
    ) {
        let (p, w) = (self.p(), self.p() + 1);
        let both = contractions.iter().map(|packed| {
            let entry = |a: usize, b: usize| packed[linalg::index(w, a.min(b), a.max(b))];
            let xx = DMatrix::from_fn(p, p, &entry);
            let u = DVector::from_fn(p, |a, _| entry(a, p)) - &xx * &solution.beta;
            (&solution.vcov * xx, u)
        });
        let (projections, vectors): (Vec<DMatrix<f64>>, Vec<DVector<f64>>) = both.unzip();
        for a in 0..vectors.len() {
            let phi_u = &solution.vcov * &vectors[a];
            let transposed = projections[a].transpose();
            for b in a..vectors.len() {
                hessian[(a, b)] -= 2.0 * phi_u.dot(&vectors[b]);
                if reml {
                    hessian[(a, b)] -= linalg::dot(transposed.as_slice(), projections[b].as_slice());
                }
            }
        }
    }

    /// For each parameter the packed contraction of the moments with A_k, w × w. Those of the last φ are kept: the exact
    /// Hessian at the optimum and small-sample inference want the same.
    pub(super) fn contractions(
        &self,
        natural: &[f64],
        solution: &Solution,
        matrices: &[BlockMatrices],
    ) -> Arc<Vec<Vec<f64>>> {
        let known = |kept: &Contractions| kept.natural == natural;
        // A poisoned lock only means that another thread did not finish: the contractions are made again.
        let kept = self.last_contractions.lock().ok().and_then(|kept| kept.clone()).filter(known);
        if let Some(kept) = kept {
            return kept.packed;
        }
        let packed = Arc::new(self.contract_all(natural, solution, matrices));
        if let Ok(mut slot) = self.last_contractions.lock() {
            *slot = Some(Contractions { natural: natural.to_vec(), packed: Arc::clone(&packed) });
        }
        packed
    }

    fn contract_all(&self, natural: &[f64], solution: &Solution, matrices: &[BlockMatrices]) -> Vec<Vec<f64>> {
        let (w, k) = (self.p() + 1, self.n_parameters());
        let parts = self.over_pieces(|piece, signatures| {
            let mut sums = vec![vec![0.0; length(w)]; k];
            let (mut locals, mut work) = (Vec::new(), Contraction::default());
            let mut inverses = solution.inverses(piece);
            for (signature, moments) in signatures {
                let (inverse, rest) = inverses.split_at(signature.m * signature.m);
                inverses = rest;
                self.locals(signature, natural, matrices, &mut locals);
                for (slot, local) in signature.slots.iter().zip(&locals) {
                    let offset = self.blocks[slot.block].offset;
                    for (a, derivative) in local.each.iter().enumerate() {
                        if work.between(inverse, slot, *derivative, local, signature.m) {
                            moments.contract(&work.packed, signature.m, w, &mut sums[offset + a]);
                        }
                    }
                }
            }
            sums
        });
        let mut total = vec![vec![0.0; length(w)]; k];
        for part in &parts {
            total.iter_mut().zip(part).for_each(|(whole, own)| linalg::add_scaled(whole, 1.0, own));
        }
        total
    }
}

/// The contractions at one φ.
#[derive(Debug, Clone)]
pub(super) struct Contractions {
    natural: Vec<f64>,
    packed: Arc<Vec<Vec<f64>>>,
}

/// V⁻¹ F Σ̇ F' V⁻¹ of one slot.
#[derive(Debug, Default)]
struct Contraction {
    columns: Vec<f64>,
    half: Vec<f64>,
    packed: Vec<f64>,
}

impl Contraction {
    /// The packed matrix; false where it is zero.
    fn between(&mut self, inverse: &[f64], slot: &Slot, derivative: Local, all: &LocalDerivatives, m: usize) -> bool {
        let d = slot.order();
        // V⁻¹F, m × d.
        self.columns.clear();
        self.columns.resize(m * d, 0.0);
        for i in 0..m {
            let (row, target) = (&inverse[i * m..(i + 1) * m], &mut self.columns[i * d..(i + 1) * d]);
            for (at, &j) in slot.rows.iter().enumerate() {
                match &slot.form {
                    Form::Effects { q, z } => linalg::add_scaled(target, row[j as usize], &z[at * q..(at + 1) * q]),
                    _ => target[at] = row[j as usize],
                }
            }
        }
        self.packed.clear();
        match derivative {
            Local::Zero => return false,
            Local::Entry(a, b, v) => {
                let at = |i: usize, c: usize| self.columns[i * d + c];
                for i in 0..m {
                    for j in i..m {
                        let one = at(i, a) * at(j, b);
                        self.packed.push(v * if a == b { one } else { one + at(i, b) * at(j, a) });
                    }
                }
            }
            Local::Matrix(from) => {
                self.half.resize(m * d, 0.0);
                linalg::multiply(&self.columns, all.matrix(from, d), m, d, d, &mut self.half);
                for i in 0..m {
                    for j in i..m {
                        let (left, right) = (&self.half[i * d..(i + 1) * d], &self.columns[j * d..(j + 1) * d]);
                        self.packed.push(linalg::dot(left, right));
                    }
                }
            }
        }
        true
    }
}

/// The small matrices of one signature.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) locals: Vec<LocalDerivatives>,
    pub(super) between: Between,
    packed: Vec<f64>,
    t: Vec<f64>,
    product: Vec<f64>,
    /// Q = V⁻¹TV⁻¹.
    pub(super) q: Vec<f64>,
    /// nV⁻¹ − Q.
    slope: Vec<f64>,
    /// 2Q − nV⁻¹.
    bend: Vec<f64>,
    half: Vec<f64>,
    projected: Vec<f64>,
}

impl Scratch {
    /// Q for the B in `doubled`.
    pub(super) fn fold(&mut self, moments: &Moments, inverse: &[f64], doubled: &[f64], m: usize, w: usize) {
        let square = m * m;
        for buffer in [&mut self.t, &mut self.product, &mut self.q] {
            buffer.resize(square, 0.0);
        }
        self.packed.resize(length(m), 0.0);
        moments.fold(doubled, m, w, &mut self.packed);
        linalg::unpack(&self.packed, m, &mut self.t);
        for i in 0..m {
            for j in 0..m {
                self.t[i * m + j] *= if i == j { 1.0 } else { 0.5 };
            }
        }
        linalg::multiply(inverse, &self.t, m, m, m, &mut self.product);
        linalg::multiply(&self.product, inverse, m, m, m, &mut self.q);
        // Symmetric but for rounding, which the traces take for granted.
        for i in 0..m {
            for j in 0..i {
                let mean = 0.5 * (self.q[i * m + j] + self.q[j * m + i]);
                self.q[i * m + j] = mean;
                self.q[j * m + i] = mean;
            }
        }
    }
}

/// Sums over signatures.
#[derive(Debug)]
struct Sums {
    /// For each block over levels Σ F'(nV⁻¹ − Q)F: the slope along the entries of its Σ.
    slopes: Vec<Vec<f64>>,
    gradient: DVector<f64>,
    /// The upper triangle.
    hessian: DMatrix<f64>,
}

impl Sums {
    fn new(engine: &Clustered) -> Self {
        let k = engine.n_parameters();
        let slope = |block: &super::Block| match block.structure.domain() {
            Domain::Levels(m) => vec![0.0; m * m],
            Domain::Coordinates(_) => Vec::new(),
        };
        let slopes = engine.blocks.iter().map(slope).collect();
        Self { slopes, gradient: DVector::zeros(k), hessian: DMatrix::zeros(k, k) }
    }

    fn add(
        &mut self,
        engine: &Clustered,
        signature: &Signature,
        moments: &Moments,
        natural: &[f64],
        inverse: &[f64],
        scratch: &mut Scratch,
    ) {
        let n = moments.n;
        let combine = |inverse_times: f64, q_times: f64, out: &mut Vec<f64>, q: &[f64]| {
            out.clear();
            out.extend(inverse.iter().zip(q).map(|(v, q)| inverse_times * v + q_times * q));
        };
        combine(n, -1.0, &mut scratch.slope, &scratch.q);
        combine(-n, 2.0, &mut scratch.bend, &scratch.q);
        let pair = (inverse, &scratch.bend[..]);
        engine.add_traces(signature, &scratch.locals, pair, &mut scratch.between, &mut self.hessian);
        for slot in &signature.slots {
            slot.project(slot, &scratch.slope, signature.m, &mut scratch.half, &mut scratch.projected);
            match points(slot) {
                Some(sites) => self.along(engine, slot.block, sites, natural, &scratch.projected),
                None => self.pool(slot, &scratch.projected),
            }
        }
    }

    fn pool(&mut self, slot: &Slot, projected: &[f64]) {
        let whole = &mut self.slopes[slot.block];
        match &slot.form {
            Form::Levels(levels) => {
                let order = whole.len().isqrt();
                let d = levels.len();
                for (i, a) in levels.iter().enumerate() {
                    for (j, b) in levels.iter().enumerate() {
                        whole[*a as usize * order + *b as usize] += projected[i * d + j];
                    }
                }
            }
            _ => linalg::add_scaled(whole, 1.0, projected),
        }
    }

    /// Adds ⟨Σ̇_k, slope⟩ and ⟨Σ̈_kl, slope⟩ of a block at `sites`.
    fn along(&mut self, engine: &Clustered, block: usize, sites: Sites<'_>, natural: &[f64], slope: &[f64]) {
        let block = &engine.blocks[block];
        let (phi, first) = (block.of(natural), block.offset);
        let mut matrix = vec![0.0; sites.n * sites.n];
        for a in 0..block.n_parameters {
            block.structure.derivative(sites, phi, a, &mut matrix);
            self.gradient[first + a] += linalg::dot(&matrix, slope);
            if !block.structure.is_linear() {
                for b in a..block.n_parameters {
                    block.structure.second_derivative(sites, phi, a, b, &mut matrix);
                    self.hessian[(first + a, first + b)] += linalg::dot(&matrix, slope);
                }
            }
        }
    }

    /// From slopes along the entries of Σ to those along φ.
    fn chain(&mut self, engine: &Clustered, natural: &[f64]) {
        for (index, block) in engine.blocks.iter().enumerate() {
            if let Domain::Levels(m) = block.structure.domain() {
                let slope = std::mem::take(&mut self.slopes[index]);
                self.along(engine, index, Sites::levels(m), natural, &slope);
            }
        }
    }

    fn merge(&mut self, other: &Sums) {
        self.slopes.iter_mut().zip(&other.slopes).for_each(|(own, theirs)| linalg::add_scaled(own, 1.0, theirs));
        self.gradient += &other.gradient;
        self.hessian += &other.hessian;
    }
}
