//! −2 log-likelihood at φ: the generalised least-squares solution, one small matrix inverse a signature.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::Clustered;
use super::assemble::BlockMatrices;
use super::moments::Moments;
use super::signature::Signature;
use crate::likelihood::Criterion;
use crate::likelihood::solution::{Solution, Workspace};
use crate::linalg::{self, length};
use crate::parallel::in_order;

/// Signatures a piece of work.
const SIGNATURES_A_PIECE: usize = 128;

/// What one piece of the signatures adds.
struct Part {
    s: Vec<f64>,
    log_det: f64,
    inverses: Vec<f64>,
}

impl Clustered {
    fn pieces(&self) -> usize {
        self.signatures.len().div_ceil(SIGNATURES_A_PIECE)
    }

    /// `work` on every piece of the signatures, given its number; the results in order.
    pub(super) fn over_pieces<T: Send>(&self, work: impl Fn(usize, &[(Signature, Moments)]) -> T + Sync) -> Vec<T> {
        in_order(self.threads, self.pieces(), |piece| {
            let start = piece * SIGNATURES_A_PIECE;
            work(piece, &self.signatures[start..(start + SIGNATURES_A_PIECE).min(self.signatures.len())])
        })
    }

    /// The solution at φ; `None` where V is not positive definite.
    pub(in crate::likelihood) fn solve(&self, natural: &[f64], criterion: Criterion) -> Option<Solution> {
        let (p, w) = (self.p(), self.p() + 1);
        let matrices = self.matrices(natural, false);
        let parts = self.over_pieces(|_, signatures| self.invert(signatures, natural, &matrices));
        let (mut s, mut log_det, mut inverses) = (vec![0.0; length(w)], 0.0, Vec::with_capacity(parts.len()));
        for part in parts {
            let part = part?;
            linalg::add_scaled(&mut s, 1.0, &part.s);
            log_det += part.log_det;
            inverses.push(part.inverses);
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
        value.is_finite().then_some(Solution { value, beta, vcov, workspace: Workspace::Inverses(inverses) })
    }

    /// Σ of the contractions with V⁻¹, Σ n log|V|, and the inverses.
    fn invert(&self, signatures: &[(Signature, Moments)], natural: &[f64], matrices: &[BlockMatrices]) -> Option<Part> {
        let w = self.p() + 1;
        let (mut s, mut log_det) = (vec![0.0; length(w)], 0.0);
        let mut inverses = Vec::with_capacity(signatures.iter().map(|(signature, _)| signature.m * signature.m).sum());
        let (mut v, mut scratch, mut packed) = (Vec::new(), Vec::new(), Vec::new());
        for (signature, moments) in signatures {
            let m = signature.m;
            v.resize(m * m, 0.0);
            scratch.resize(m * m, 0.0);
            packed.resize(length(m), 0.0);
            self.assemble(signature, natural, matrices, &mut v);
            if !linalg::factor(&mut v, m) {
                return None;
            }
            log_det += moments.n * linalg::log_determinant(&v, m);
            let at = inverses.len();
            inverses.resize(at + m * m, 0.0);
            let inverse = &mut inverses[at..];
            linalg::inverse(&v, m, inverse, &mut scratch);
            linalg::pack(inverse, m, &mut packed);
            moments.contract(&packed, m, w, &mut s);
        }
        Some(Part { s, log_det, inverses })
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
}
