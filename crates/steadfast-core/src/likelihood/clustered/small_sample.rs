//! The matrices of small-sample inference: information about φ, and how Φ moves with φ (Kenward and Roger 1997).

use nalgebra::DMatrix;

use super::evaluate::Scratch;
use super::{Clustered, Solution};
use crate::likelihood::SecondOrder;
use crate::linalg::{self, length};

/// What Kenward–Roger and Satterthwaite need at one φ, in the engine's units.
#[derive(Debug, Clone)]
pub(crate) struct Curvatures {
    /// P_k' = X̃'A_kX̃ (Kenward and Roger's P_k has the opposite sign), p × p each.
    pub(crate) slopes: Vec<DMatrix<f64>>,
    /// The expected (REML) information about φ, k × k.
    pub(crate) expected: DMatrix<f64>,
}

impl Clustered {
    /// P_k and the expected information at φ, for the `solution` there.
    ///
    /// I_kl = ½ [tr(V⁻¹V̇_kV⁻¹V̇_l) − 2 tr(ΦQ_kl) + tr(ΦP_kΦP_l)], Q_kl = X'V⁻¹V̇_kV⁻¹V̇_lV⁻¹X; without the terms in Φ
    /// for maximum likelihood.
    pub(crate) fn curvatures(&self, natural: &[f64], solution: &Solution, reml: bool) -> Curvatures {
        let (p, w, k) = (self.p(), self.p() + 1, self.n_parameters());
        let matrices = self.matrices(natural, true);
        let terms = self.term_sizes();
        let doubled = self.folding(solution, 0.0, if reml { 1.0 } else { 0.0 });
        let parts = self.over_pieces(|start, signatures| {
            let mut information = DMatrix::zeros(k, k);
            let mut contractions = vec![vec![0.0; length(w)]; k];
            let mut scratch = Scratch::default();
            for (offset, (signature, moments)) in signatures.iter().enumerate() {
                let m = signature.m;
                scratch.prepare(self, signature, &terms, &matrices, solution.inverse(start + offset), k);
                scratch.fold(moments, &doubled, m, w);
                for a in 0..k {
                    for b in a..k {
                        let (trace, bent) = scratch.pair(a, b, m);
                        information[(a, b)] += 0.5 * moments.n * trace - bent;
                    }
                }
                for (a, contraction) in contractions.iter_mut().enumerate() {
                    moments.contract(scratch.packed_a(a, m), m, w, contraction);
                }
            }
            (information, contractions)
        });
        let mut expected = DMatrix::zeros(k, k);
        let mut contractions = vec![vec![0.0; length(w)]; k];
        for (information, part) in &parts {
            expected += information;
            contractions.iter_mut().zip(part).for_each(|(whole, own)| linalg::add_scaled(whole, 1.0, own));
        }
        let slopes: Vec<DMatrix<f64>> = contractions
            .iter()
            .map(|packed| DMatrix::from_fn(p, p, |a, b| packed[linalg::index(w, a.min(b), a.max(b))]))
            .collect();
        let projected: Vec<DMatrix<f64>> = slopes.iter().map(|slope| &solution.vcov * slope).collect();
        for a in 0..k {
            for b in a..k {
                if reml {
                    expected[(a, b)] += 0.5 * projected[a].component_mul(&projected[b].transpose()).sum();
                }
                expected[(b, a)] = expected[(a, b)];
            }
        }
        Curvatures { slopes, expected }
    }

    /// Σ_kl W_kl (Q_kl − P_kΦP_l − ¼R_kl), the matrix between the two factors Φ of Kenward and Roger's adjustment
    /// (1997, p. 985), for the covariance `w_matrix` of φ̂; without R_kl where second derivatives are dropped.
    pub(crate) fn bias(
        &self,
        natural: &[f64],
        solution: &Solution,
        slopes: &[DMatrix<f64>],
        w_matrix: &DMatrix<f64>,
        second_order: SecondOrder,
    ) -> DMatrix<f64> {
        let (p, w, k) = (self.p(), self.p() + 1, self.n_parameters());
        let matrices = self.matrices(natural, true);
        let terms = self.term_sizes();
        let parts = self.over_pieces(|start, signatures| {
            let mut sum = vec![0.0; length(w)];
            for (offset, (signature, moments)) in signatures.iter().enumerate() {
                let (m, inverse) = (signature.m, solution.inverse(start + offset));
                let square = m * m;
                let mut first = vec![0.0; k * square];
                self.assemble_first(signature, &terms, &matrices, &mut first);
                let (mut middle, mut product, mut mixed) = (vec![0.0; square], vec![0.0; square], vec![0.0; square]);
                for a in 0..k {
                    // Σ_l W_al V̇_l, then V̇_a V⁻¹ of it.
                    mixed.fill(0.0);
                    for b in 0..k {
                        linalg::add_scaled(&mut mixed, w_matrix[(a, b)], &first[b * square..(b + 1) * square]);
                    }
                    linalg::multiply(&first[a * square..(a + 1) * square], inverse, m, m, m, &mut product);
                    let mut term = vec![0.0; square];
                    linalg::multiply(&product, &mixed, m, m, m, &mut term);
                    linalg::add_scaled(&mut middle, 1.0, &term);
                }
                if second_order == SecondOrder::Kept {
                    self.for_each_second(signature, &terms, natural, |a, b, bend| {
                        let times = if a == b { 0.25 } else { 0.5 };
                        linalg::add_scaled(&mut middle, -times * w_matrix[(a, b)], bend);
                    });
                }
                linalg::multiply(inverse, &middle, m, m, m, &mut product);
                linalg::multiply(&product, inverse, m, m, m, &mut mixed);
                let mut packed = Vec::with_capacity(length(m));
                for i in 0..m {
                    packed.extend((i..m).map(|j| 0.5 * (mixed[i * m + j] + mixed[j * m + i])));
                }
                moments.contract(&packed, m, w, &mut sum);
            }
            sum
        });
        let mut total = vec![0.0; length(w)];
        parts.iter().for_each(|part| linalg::add_scaled(&mut total, 1.0, part));
        let mut bias = DMatrix::from_fn(p, p, |a, b| total[linalg::index(w, a.min(b), a.max(b))]);
        for a in 0..k {
            for b in 0..k {
                bias -= w_matrix[(a, b)] * &slopes[a] * &solution.vcov * &slopes[b];
            }
        }
        bias
    }
}
