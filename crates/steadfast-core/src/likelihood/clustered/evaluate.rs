//! The deviance at φ, its gradient and its exact Hessian.
//!
//! With A_k = V⁻¹ V̇_k V⁻¹, e = (−β̂, 1), B = e e' (plus Φ on the XX block for REML) and T = ⟨C, B⟩:
//!
//! ∂/∂φ_k  = tr(V⁻¹V̇_k) − ⟨A_k, T⟩
//! ∂²/∂φ_k∂φ_l = −tr(V⁻¹V̇_kV⁻¹V̇_l) + 2⟨V⁻¹V̇_kV⁻¹V̇_lV⁻¹, T⟩ + tr(V⁻¹V̈_kl) − ⟨V⁻¹V̈_klV⁻¹, T⟩
//!                − 2 u_k'Φu_l − tr(ΦP_kΦP_l) [REML],      u_k = X'A_k r,  P_k = X'A_kX.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::Clustered;
use super::assemble::BlockMatrices;
use super::moments::Moments;
use super::signature::Signature;
use crate::likelihood::Criterion;
use crate::linalg::{self, length};
use crate::parallel::in_order;

/// Signatures a piece of work.
const SIGNATURES_A_PIECE: usize = 128;

/// The generalised least-squares solution at one φ, in the engine's units.
#[derive(Debug, Clone)]
pub(crate) struct Solution {
    /// −2 log-likelihood of the data in their own units.
    pub(crate) value: f64,
    /// β̃ − what was subtracted, length p.
    pub(crate) beta: DVector<f64>,
    /// Φ̃ = (X̃'V⁻¹X̃)⁻¹, p × p.
    pub(crate) vcov: DMatrix<f64>,
    /// V⁻¹ of each signature.
    inverses: Vec<Vec<f64>>,
}

/// −2 log-likelihood with its derivatives in φ.
#[derive(Debug, Clone)]
pub(crate) struct Derivatives {
    pub(crate) value: f64,
    pub(crate) gradient: DVector<f64>,
    pub(crate) hessian: DMatrix<f64>,
}

impl Clustered {
    fn pieces(&self) -> usize {
        self.signatures.len().div_ceil(SIGNATURES_A_PIECE)
    }

    pub(super) fn piece(&self, piece: usize) -> (usize, &[(Signature, Moments)]) {
        let start = piece * SIGNATURES_A_PIECE;
        (start, &self.signatures[start..(start + SIGNATURES_A_PIECE).min(self.signatures.len())])
    }

    /// `work` on every piece of the signatures; the results in order.
    pub(super) fn over_pieces<T: Send>(&self, work: impl Fn(usize, &[(Signature, Moments)]) -> T + Sync) -> Vec<T> {
        in_order(self.threads, self.pieces(), |piece| {
            let (start, signatures) = self.piece(piece);
            work(start, signatures)
        })
    }

    /// The solution at φ; `None` where V is not positive definite.
    pub(crate) fn solve(&self, natural: &[f64], criterion: Criterion) -> Option<Solution> {
        let (p, w) = (self.p(), self.p() + 1);
        let matrices = self.matrices(natural, false);
        let terms = self.term_sizes();
        let parts = self.over_pieces(|_, signatures| self.invert(signatures, &terms, &matrices));
        let (mut s, mut log_det, mut inverses) = (vec![0.0; length(w)], 0.0, Vec::with_capacity(self.signatures.len()));
        for part in parts {
            let (piece_s, piece_log_det, piece_inverses) = part?;
            linalg::add_scaled(&mut s, 1.0, &piece_s);
            log_det += piece_log_det;
            inverses.extend(piece_inverses);
        }
        let entry = |a: usize, b: usize| s[linalg::index(w, a.min(b), a.max(b))];
        let information = DMatrix::from_fn(p, p, &entry);
        let right = DVector::from_fn(p, |a, _| entry(a, p));
        let factor = Cholesky::new(information)?;
        let beta = factor.solve(&right);
        let quadratic = entry(p, p) - right.dot(&beta);
        let mut value = self.constant(criterion == Criterion::Reml) + log_det + quadratic;
        if criterion == Criterion::Reml {
            value += (0..p).fold(0.0, |sum, j| sum + 2.0 * libm::log(factor.l_dirty()[(j, j)]));
        }
        let mut vcov = factor.inverse();
        vcov = 0.5 * (&vcov + vcov.transpose());
        value.is_finite().then_some(Solution { value, beta, vcov, inverses })
    }

    /// Σ of the contractions with V⁻¹, Σ n log|V|, and the inverses.
    fn invert(
        &self,
        signatures: &[(Signature, Moments)],
        terms: &[usize],
        matrices: &[BlockMatrices],
    ) -> Option<(Vec<f64>, f64, Vec<Vec<f64>>)> {
        let w = self.p() + 1;
        let (mut s, mut log_det, mut inverses) = (vec![0.0; length(w)], 0.0, Vec::with_capacity(signatures.len()));
        let (mut v, mut scratch, mut packed) = (Vec::new(), Vec::new(), Vec::new());
        for (signature, moments) in signatures {
            let m = signature.m;
            v.resize(m * m, 0.0);
            scratch.resize(m * m, 0.0);
            packed.resize(length(m), 0.0);
            self.assemble(signature, terms, matrices, &mut v);
            if !linalg::factor(&mut v, m) {
                return None;
            }
            log_det += moments.n * linalg::log_determinant(&v, m);
            let mut inverse = vec![0.0; m * m];
            linalg::inverse(&v, m, &mut inverse, &mut scratch);
            linalg::pack(&inverse, m, &mut packed);
            moments.contract(&packed, m, w, &mut s);
            inverses.push(inverse);
        }
        Some((s, log_det, inverses))
    }

    /// B with its off-diagonal entries doubled, packed: `residual` e e' plus `fixed` Φ on the XX block.
    pub(super) fn folding(&self, solution: &Solution, residual: f64, fixed: f64) -> Vec<f64> {
        let (p, w) = (self.p(), self.p() + 1);
        let e = |a: usize| if a < p { -solution.beta[a] } else { 1.0 };
        let mut doubled = Vec::with_capacity(length(w));
        for a in 0..w {
            for b in a..w {
                let phi = if b < p { solution.vcov[(a, b)] } else { 0.0 };
                doubled.push((residual * e(a) * e(b) + fixed * phi) * if a == b { 1.0 } else { 2.0 });
            }
        }
        doubled
    }

    /// The deviance and its derivatives at φ; `None` where V is not positive definite.
    pub(crate) fn derivatives(&self, natural: &[f64], criterion: Criterion) -> Option<Derivatives> {
        let (p, w, k) = (self.p(), self.p() + 1, self.n_parameters());
        let solution = self.solve(natural, criterion)?;
        let reml = criterion == Criterion::Reml;
        let doubled = self.folding(&solution, 1.0, if reml { 1.0 } else { 0.0 });
        let matrices = self.matrices(natural, true);
        let terms = self.term_sizes();
        let parts = self.over_pieces(|start, signatures| {
            let mut sums = Sums::new(k, w);
            let mut scratch = Scratch::default();
            for (offset, (signature, moments)) in signatures.iter().enumerate() {
                let inverse = &solution.inverses[start + offset];
                scratch.prepare(self, signature, &terms, &matrices, inverse, k);
                scratch.fold(moments, &doubled, signature.m, w);
                sums.add_first(&scratch, moments, signature.m, w);
                sums.add_pairs(&scratch, moments.n, signature.m);
                self.for_each_second(signature, &terms, natural, |a, b, bend| {
                    sums.add_second(&mut scratch, inverse, bend, moments.n, signature.m, (a, b));
                });
            }
            sums
        });
        let mut total = Sums::new(k, w);
        parts.iter().for_each(|part| total.merge(part));

        let (projections, vectors) = total.projections(&solution, p, w);
        let mut hessian = total.hessian;
        for a in 0..k {
            let phi_u = &solution.vcov * &vectors[a];
            for b in a..k {
                let mut value = hessian[(a, b)] - 2.0 * phi_u.dot(&vectors[b]);
                if reml {
                    value -= projections[a].component_mul(&projections[b].transpose()).sum();
                }
                hessian[(a, b)] = value;
                hessian[(b, a)] = value;
            }
        }
        let gradient = total.gradient;
        let finite = gradient.iter().chain(hessian.iter()).all(|v| v.is_finite());
        finite.then_some(Derivatives { value: solution.value, gradient, hessian })
    }
}

/// The small matrices of one signature.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// U_k = V⁻¹V̇_k, m × m each.
    pub(super) u: Vec<f64>,
    /// A_k = V⁻¹V̇_kV⁻¹.
    pub(super) a: Vec<f64>,
    /// A_k T.
    a_t: Vec<f64>,
    first: Vec<f64>,
    packed: Vec<f64>,
    /// T, full and symmetric.
    t: Vec<f64>,
    product: Vec<f64>,
}

impl Scratch {
    /// U_k and A_k for every parameter.
    pub(super) fn prepare(
        &mut self,
        engine: &Clustered,
        signature: &Signature,
        terms: &[usize],
        matrices: &[BlockMatrices],
        inverse: &[f64],
        k: usize,
    ) {
        let m = signature.m;
        let square = m * m;
        for buffer in [&mut self.u, &mut self.a, &mut self.a_t, &mut self.first] {
            buffer.resize(k * square, 0.0);
        }
        self.t.resize(square, 0.0);
        self.product.resize(square, 0.0);
        self.packed.resize(length(m), 0.0);
        engine.assemble_first(signature, terms, matrices, &mut self.first);
        for a in 0..k {
            let span = a * square..(a + 1) * square;
            linalg::multiply(inverse, &self.first[span.clone()], m, m, m, &mut self.u[span.clone()]);
            linalg::multiply(&self.u[span.clone()], inverse, m, m, m, &mut self.a[span]);
        }
    }

    /// T for the given B, and A_k T.
    pub(super) fn fold(&mut self, moments: &Moments, doubled: &[f64], m: usize, w: usize) {
        moments.fold(doubled, m, w, &mut self.packed);
        linalg::unpack(&self.packed, m, &mut self.t);
        for i in 0..m {
            for j in 0..m {
                self.t[i * m + j] *= if i == j { 1.0 } else { 0.5 };
            }
        }
        let square = m * m;
        for (a, a_t) in self.a.chunks_exact(square.max(1)).zip(self.a_t.chunks_exact_mut(square.max(1))) {
            linalg::multiply(a, &self.t, m, m, m, a_t);
        }
    }

    /// tr(U_a U_b) and ⟨V⁻¹V̇_aV⁻¹V̇_bV⁻¹, T⟩.
    pub(super) fn pair(&self, a: usize, b: usize, m: usize) -> (f64, f64) {
        let square = m * m;
        let u = |k: usize| &self.u[k * square..(k + 1) * square];
        let bent = linalg::trace_of_product(u(a), &self.a_t[b * square..(b + 1) * square], m);
        (linalg::trace_of_product(u(a), u(b), m), bent)
    }

    /// The packed A_k.
    pub(super) fn packed_a(&mut self, k: usize, m: usize) -> &[f64] {
        linalg::pack(&self.a[k * m * m..(k + 1) * m * m], m, &mut self.packed);
        &self.packed
    }
}

/// Sums over signatures.
#[derive(Debug)]
struct Sums {
    gradient: DVector<f64>,
    /// The upper triangle of the Hessian without the terms that join signatures.
    hessian: DMatrix<f64>,
    /// For each parameter the packed contraction with A_k, w × w.
    contractions: Vec<Vec<f64>>,
}

impl Sums {
    fn new(k: usize, w: usize) -> Self {
        Self { gradient: DVector::zeros(k), hessian: DMatrix::zeros(k, k), contractions: vec![vec![0.0; length(w)]; k] }
    }

    fn add_first(&mut self, scratch: &Scratch, moments: &Moments, m: usize, w: usize) {
        let square = m * m;
        let mut packed = vec![0.0; length(m)];
        for k in 0..self.gradient.len() {
            let (u, a) = (&scratch.u[k * square..(k + 1) * square], &scratch.a[k * square..(k + 1) * square]);
            let trace = (0..m).fold(0.0, |sum, i| sum + u[i * m + i]);
            self.gradient[k] += moments.n * trace - linalg::dot(a, &scratch.t);
            linalg::pack(a, m, &mut packed);
            moments.contract(&packed, m, w, &mut self.contractions[k]);
        }
    }

    fn add_pairs(&mut self, scratch: &Scratch, n: f64, m: usize) {
        let k = self.gradient.len();
        for a in 0..k {
            for b in a..k {
                let (trace, bent) = scratch.pair(a, b, m);
                self.hessian[(a, b)] += 2.0 * bent - n * trace;
            }
        }
    }

    fn add_second(
        &mut self,
        scratch: &mut Scratch,
        inverse: &[f64],
        bend: &[f64],
        n: f64,
        m: usize,
        (a, b): (usize, usize),
    ) {
        // ⟨V⁻¹V̈V⁻¹, T⟩ = ⟨V̈, V⁻¹TV⁻¹⟩.
        let mut outer = vec![0.0; m * m];
        linalg::multiply(inverse, &scratch.t, m, m, m, &mut scratch.product);
        linalg::multiply(&scratch.product, inverse, m, m, m, &mut outer);
        self.hessian[(a, b)] += n * linalg::dot(inverse, bend) - linalg::dot(bend, &outer);
    }

    fn merge(&mut self, other: &Sums) {
        self.gradient += &other.gradient;
        self.hessian += &other.hessian;
        for (own, theirs) in self.contractions.iter_mut().zip(&other.contractions) {
            linalg::add_scaled(own, 1.0, theirs);
        }
    }

    /// For each parameter ΦP_k and u_k = X'A_k r.
    fn projections(&self, solution: &Solution, p: usize, w: usize) -> (Vec<DMatrix<f64>>, Vec<DVector<f64>>) {
        let both = self.contractions.iter().map(|packed| {
            let entry = |a: usize, b: usize| packed[linalg::index(w, a.min(b), a.max(b))];
            let xx = DMatrix::from_fn(p, p, &entry);
            let u = DVector::from_fn(p, |a, _| entry(a, p)) - &xx * &solution.beta;
            (&solution.vcov * xx, u)
        });
        both.unzip()
    }
}

impl Solution {
    /// V⁻¹ of the signature at `index`.
    pub(super) fn inverse(&self, index: usize) -> &[f64] {
        &self.inverses[index]
    }
}
