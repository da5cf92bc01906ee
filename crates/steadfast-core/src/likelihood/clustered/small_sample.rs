//! The matrices of small-sample inference: information about φ, and how Φ moves with φ (Kenward and Roger 1997).

use nalgebra::DMatrix;

use super::assemble::{BlockMatrices, Local, LocalDerivatives, points};
use super::derivatives::Scratch;
use super::signature::Signature;
use super::slot::Slot;
use super::{Block, Clustered};
use crate::covariance::{Domain, Sites};
use crate::likelihood::SecondOrder;
use crate::likelihood::solution::Solution;
use crate::linalg::{self, length};

impl Clustered {
    /// P_k' = X̃'A_kX̃ (Kenward and Roger's P_k has the opposite sign) at φ, for the `solution` there, p × p each.
    pub(in crate::likelihood) fn slopes(&self, natural: &[f64], solution: &Solution) -> Vec<DMatrix<f64>> {
        let (p, w) = (self.p(), self.p() + 1);
        let contractions = self.contractions(natural, solution, &self.matrices(natural, true));
        let slope = |packed: &Vec<f64>| DMatrix::from_fn(p, p, |a, b| packed[linalg::index(w, a.min(b), a.max(b))]);
        contractions.iter().map(slope).collect()
    }

    /// The expected information about φ, k × k, for the `solution` there.
    ///
    /// I_kl = ½ [tr(V⁻¹V̇_kV⁻¹V̇_l) − 2 tr(ΦQ_kl) + tr(ΦP_kΦP_l)], Q_kl = X'V⁻¹V̇_kV⁻¹V̇_lV⁻¹X; without the terms in Φ
    /// for maximum likelihood.
    pub(in crate::likelihood) fn expected(&self, natural: &[f64], solution: &Solution, reml: bool) -> DMatrix<f64> {
        let k = self.n_parameters();
        let mut expected = self.expected_given_beta(natural, solution, &self.matrices(natural, true), reml);
        if reml {
            let projected: Vec<DMatrix<f64>> =
                self.slopes(natural, solution).iter().map(|slope| &solution.vcov * slope).collect();
            for a in 0..k {
                let transposed = projected[a].transpose();
                for b in a..k {
                    expected[(a, b)] += 0.5 * linalg::dot(transposed.as_slice(), projected[b].as_slice());
                }
            }
        }
        expected.fill_lower_triangle_with_upper_triangle();
        expected
    }

    /// ½ tr(V⁻¹V̇_kV⁻¹V̇_l) [− tr(ΦQ_kl)] for k ≤ l.
    fn expected_given_beta(
        &self,
        natural: &[f64],
        solution: &Solution,
        matrices: &[BlockMatrices],
        reml: bool,
    ) -> DMatrix<f64> {
        let (w, k) = (self.p() + 1, self.n_parameters());
        let doubled = self.folding(solution, 0.0, if reml { 1.0 } else { 0.0 });
        let parts = self.over_pieces(|piece, signatures| {
            let mut information = DMatrix::zeros(k, k);
            let mut scratch = Scratch::default();
            let mut weights = Vec::new();
            let mut inverses = solution.inverses(piece);
            for (signature, moments) in signatures {
                let (inverse, rest) = inverses.split_at(signature.m * signature.m);
                inverses = rest;
                scratch.fold(moments, inverse, &doubled, signature.m, w);
                self.locals(signature, natural, matrices, &mut scratch.locals);
                weights.clear();
                weights.extend(inverse.iter().zip(&scratch.q).map(|(v, q)| 0.5 * moments.n * v - q));
                let pair = (inverse, &weights[..]);
                self.add_traces(signature, &scratch.locals, pair, &mut scratch.between, &mut information);
            }
            information
        });
        parts.iter().fold(DMatrix::zeros(k, k), |sum, part| sum + part)
    }

    /// The expected information about φ if β were known: measures how much of the information β takes away.
    pub(in crate::likelihood) fn information_given_beta(&self, natural: &[f64], solution: &Solution) -> DMatrix<f64> {
        let mut whole = self.expected_given_beta(natural, solution, &self.matrices(natural, true), false);
        whole.fill_lower_triangle_with_upper_triangle();
        whole
    }

    /// Σ_kl W_kl (Q_kl − P_kΦP_l − ¼R_kl), the matrix between the two factors Φ of Kenward and Roger's adjustment
    /// (1997, p. 985), for the covariance `w_matrix` of φ̂; without R_kl where second derivatives are dropped.
    pub(in crate::likelihood) fn bias(
        &self,
        natural: &[f64],
        solution: &Solution,
        slopes: &[DMatrix<f64>],
        w_matrix: &DMatrix<f64>,
        second_order: SecondOrder,
    ) -> DMatrix<f64> {
        let (p, w) = (self.p(), self.p() + 1);
        let matrices = self.matrices(natural, true);
        let weighted = Weighted::new(self, natural, w_matrix);
        let parts = self.over_pieces(|piece, signatures| {
            let mut sum = vec![0.0; length(w)];
            let mut locals = Vec::new();
            let mut inverses = solution.inverses(piece);
            for (signature, moments) in signatures {
                let (inverse, rest) = inverses.split_at(signature.m * signature.m);
                inverses = rest;
                self.locals(signature, natural, &matrices, &mut locals);
                let mut middle = Middle::new(signature.m);
                middle.add_products(self, signature, &locals, inverse, &weighted);
                if second_order != SecondOrder::Dropped {
                    middle.subtract_second(self, signature, natural, w_matrix);
                }
                moments.contract(&middle.between(inverse), signature.m, w, &mut sum);
            }
            sum
        });
        let mut total = vec![0.0; length(w)];
        parts.iter().for_each(|part| linalg::add_scaled(&mut total, 1.0, part));
        let mut bias = DMatrix::from_fn(p, p, |a, b| total[linalg::index(w, a.min(b), a.max(b))]);
        for (a, left) in slopes.iter().enumerate() {
            // Σ_l W_kl P_l first: one product of matrices a parameter.
            let mut mixed = DMatrix::zeros(p, p);
            for (b, right) in slopes.iter().enumerate() {
                linalg::add_scaled(mixed.as_mut_slice(), w_matrix[(a, b)], right.as_slice());
            }
            bias -= left * &solution.vcov * mixed;
        }
        bias
    }
}

/// Σ_l W_kl Σ̇_l for every parameter k: once for all signatures where a block has one matrix for all.
struct Weighted<'a> {
    w: &'a DMatrix<f64>,
    offsets: Vec<usize>,
    /// For each parameter k and each block over levels the sum over the block's l.
    sums: Vec<Vec<Vec<f64>>>,
}

impl<'a> Weighted<'a> {
    fn new(engine: &Clustered, natural: &[f64], w: &'a DMatrix<f64>) -> Self {
        let of_block = |block: &Block, k: usize| {
            let Domain::Levels(order) = block.structure.domain() else { return Vec::new() };
            let (mut sum, mut one) = (vec![0.0; order * order], vec![0.0; order * order]);
            for l in 0..block.n_parameters {
                block.structure.derivative(Sites::levels(order), block.of(natural), l, &mut one);
                linalg::add_scaled(&mut sum, w[(k, block.offset + l)], &one);
            }
            sum
        };
        let of_parameter = |k: usize| engine.blocks.iter().map(|block| of_block(block, k)).collect();
        let offsets = engine.blocks.iter().map(|block| block.offset).collect();
        Self { w, offsets, sums: (0..engine.n_parameters()).map(of_parameter).collect() }
    }

    /// out += F (Σ_l W_kl Σ̇_l) F' of one slot.
    fn spread(&self, k: usize, slot: &Slot, local: &LocalDerivatives, m: usize, out: &mut [f64]) {
        if points(slot).is_none() {
            slot.spread(&self.sums[k][slot.block], m, out);
            return;
        }
        let (d, offset) = (slot.order(), self.offsets[slot.block]);
        let mut sum = vec![0.0; d * d];
        for (l, derivative) in local.each.iter().enumerate() {
            add_local(*derivative, local, self.w[(k, offset + l)], d, &mut sum);
        }
        slot.spread_local(&sum, m, out);
    }
}

/// Σ_kl W_kl (V̇_kV⁻¹V̇_l − ¼V̈_kl) of one signature.
struct Middle {
    m: usize,
    sum: Vec<f64>,
}

impl Middle {
    fn new(m: usize) -> Self {
        Self { m, sum: vec![0.0; m * m] }
    }

    /// += Σ_kl W_kl V̇_kV⁻¹V̇_l.
    fn add_products(
        &mut self,
        engine: &Clustered,
        signature: &Signature,
        locals: &[LocalDerivatives],
        inverse: &[f64],
        weighted: &Weighted<'_>,
    ) {
        let m = self.m;
        let square = m * m;
        let (mut first, mut mixed) = (vec![0.0; square], vec![0.0; square]);
        let (mut half, mut product, mut own) = (vec![0.0; square], vec![0.0; square], Vec::new());
        for k in 0..engine.n_parameters() {
            first.fill(0.0);
            mixed.fill(0.0);
            for (slot, local) in signature.slots.iter().zip(locals) {
                weighted.spread(k, slot, local, m, &mut mixed);
                let block = &engine.blocks[slot.block];
                if let Some(derivative) = k.checked_sub(block.offset).and_then(|at| local.each.get(at)) {
                    let d = slot.order();
                    own.clear();
                    own.resize(d * d, 0.0);
                    add_local(*derivative, local, 1.0, d, &mut own);
                    slot.spread_local(&own, m, &mut first);
                }
            }
            // Rows of V̇_k that are zero cost nothing.
            linalg::multiply(&first, inverse, m, m, m, &mut half);
            linalg::multiply(&half, &mixed, m, m, m, &mut product);
            linalg::add_scaled(&mut self.sum, 1.0, &product);
        }
    }

    /// −= ¼ Σ_kl W_kl V̈_kl.
    fn subtract_second(&mut self, engine: &Clustered, signature: &Signature, natural: &[f64], w_matrix: &DMatrix<f64>) {
        for slot in &signature.slots {
            let block = &engine.blocks[slot.block];
            if block.structure.is_linear() {
                continue;
            }
            let levels = Sites::levels(block.order());
            let sites = points(slot).unwrap_or(levels);
            let (mut matrix, mut sum) = (vec![0.0; sites.n * sites.n], vec![0.0; sites.n * sites.n]);
            for a in 0..block.n_parameters {
                for b in a..block.n_parameters {
                    block.structure.second_derivative(sites, block.of(natural), a, b, &mut matrix);
                    let times = if a == b { 0.25 } else { 0.5 };
                    let weight = w_matrix[(block.offset + a, block.offset + b)];
                    linalg::add_scaled(&mut sum, -times * weight, &matrix);
                }
            }
            slot.spread(&sum, self.m, &mut self.sum);
        }
    }

    /// V⁻¹ (·) V⁻¹, symmetric and packed.
    fn between(&self, inverse: &[f64]) -> Vec<f64> {
        let m = self.m;
        let (mut half, mut whole) = (vec![0.0; m * m], vec![0.0; m * m]);
        linalg::multiply(inverse, &self.sum, m, m, m, &mut half);
        linalg::multiply(&half, inverse, m, m, m, &mut whole);
        let mut packed = Vec::with_capacity(length(m));
        for i in 0..m {
            packed.extend((i..m).map(|j| 0.5 * (whole[i * m + j] + whole[j * m + i])));
        }
        packed
    }
}

/// out += weight Σ̇, d × d.
fn add_local(derivative: Local, all: &LocalDerivatives, weight: f64, d: usize, out: &mut [f64]) {
    match derivative {
        Local::Zero => {}
        Local::Entry(i, j, v) => {
            out[i * d + j] += weight * v;
            if i != j {
                out[j * d + i] += weight * v;
            }
        }
        Local::Matrix(at) => linalg::add_scaled(out, weight, all.matrix(at, d)),
    }
}
