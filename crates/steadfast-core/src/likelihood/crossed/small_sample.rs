//! The matrices of small-sample inference in the space of the effects (Kenward and Roger 1997).

use nalgebra::DMatrix;

use super::pieces::{Pieces, cross};
use super::traces::Turned;
use super::{Crossed, Factored};
use crate::covariance::Sites;
use crate::likelihood::SecondOrder;
use crate::likelihood::solution::{Solution, Workspace};
use crate::linalg::add_scaled;

impl Crossed {
    fn factored_of<'a>(&self, solution: &'a Solution) -> Option<&'a Factored> {
        match &solution.workspace {
            Workspace::Factored(factored) => Some(factored),
            Workspace::Inverses(_) => None,
        }
    }

    /// P_k' = X̃'V⁻¹V̇_kV⁻¹X̃ at φ, for the `solution` there, p × p each.
    pub(in crate::likelihood) fn slopes(&self, natural: &[f64], solution: &Solution) -> Option<Vec<DMatrix<f64>>> {
        let factored = self.factored_of(solution)?;
        let pieces = self.pieces(factored, solution)?;
        let (p, sigma2) = (pieces.p, factored.sigma2);
        // X = X̄ L_C', so that matrices over X̄ are taken back by L_C.
        let back = pieces.root.clone().try_inverse()?;
        let whole = |inside: &DMatrix<f64>, scale: f64| &back * inside * back.transpose() / scale;
        let of_term = |slope: &(usize, Vec<f64>)| {
            let mut own = vec![0.0; pieces.x.len()];
            self.spread(slope, &pieces.x, p, &mut own);
            whole(&cross(&pieces.x, p, &own, p), sigma2)
        };
        let mut all: Vec<DMatrix<f64>> = self.slopes_in_frames(natural, factored).iter().map(of_term).collect();
        let squared = DMatrix::identity(p, p) - cross(&pieces.u_x, p, &pieces.u_x, p);
        all.push(whole(&squared, sigma2 * sigma2));
        Some(all)
    }

    /// The expected information about φ, k × k, for the `solution` there.
    pub(in crate::likelihood) fn expected(
        &self,
        natural: &[f64],
        solution: &Solution,
        reml: bool,
    ) -> Option<DMatrix<f64>> {
        let factored = self.factored_of(solution)?;
        let pieces = self.pieces(factored, solution)?;
        Some(0.5 * self.traces(factored, &pieces, &self.slopes_in_frames(natural, factored), reml))
    }

    /// The expected information about φ if β were known.
    pub(in crate::likelihood) fn information_given_beta(
        &self,
        natural: &[f64],
        solution: &Solution,
    ) -> Option<DMatrix<f64>> {
        self.expected(natural, solution, false)
    }

    /// Σ_kl W_kl (Q_kl − P_kΦP_l − ¼R_kl) for the covariance `w_matrix` of φ̂.
    pub(in crate::likelihood) fn bias(
        &self,
        natural: &[f64],
        solution: &Solution,
        w_matrix: &DMatrix<f64>,
        second_order: SecondOrder,
    ) -> Option<DMatrix<f64>> {
        let factored = self.factored_of(solution)?;
        let pieces = self.pieces(factored, solution)?;
        let slopes = self.slopes_in_frames(natural, factored);
        let turned = self.turned(factored, &pieces, &slopes);
        let (p, k, sigma2) = (pieces.p, slopes.len(), factored.sigma2);
        let mut bias = DMatrix::zeros(p, p);
        for a in 0..k {
            for b in 0..k {
                let q = cross(&turned.spread[a], p, &turned.applied[b], p);
                bias += (q - &turned.first[a] * &turned.first[b]) * (w_matrix[(a, b)] / sigma2);
            }
            let q = cross(&turned.spread[a], p, &turned.second, p);
            let mixed = (q - &turned.first[a] * &turned.squared) * (w_matrix[(a, k)] / (sigma2 * sigma2));
            bias += &mixed + mixed.transpose();
        }
        bias += (&turned.cubed - &turned.squared * &turned.squared) * (w_matrix[(k, k)] / (sigma2 * sigma2 * sigma2));
        if second_order != SecondOrder::Dropped {
            bias -= self.second_order(natural, factored, &turned, &pieces, w_matrix);
        }
        let back = pieces.root.clone().try_inverse()?;
        Some(&back * bias * back.transpose())
    }

    /// ¼ Σ W_kl R_kl over X̄.
    fn second_order(
        &self,
        natural: &[f64],
        factored: &Factored,
        turned: &Turned,
        pieces: &Pieces,
        w_matrix: &DMatrix<f64>,
    ) -> DMatrix<f64> {
        let p = turned.squared.nrows();
        let mut total = DMatrix::zeros(p, p);
        for (term, block) in self.blocks.iter().take(self.random.len()).enumerate() {
            if block.structure.is_linear() {
                continue;
            }
            let q = self.levels.orders[term];
            let (mut matrix, mut sum) = (vec![0.0; q * q], vec![0.0; q * q]);
            for a in 0..block.n_parameters {
                for b in 0..block.n_parameters {
                    block.structure.second_derivative(Sites::levels(q), block.of(natural), a, b, &mut matrix);
                    let weight = w_matrix[(block.offset + a, block.offset + b)];
                    add_scaled(&mut sum, 0.25 * weight / factored.sigma2, &matrix);
                }
            }
            let mut own = vec![0.0; pieces.x.len()];
            self.spread(&(term, factored.frames[term].enter(&sum)), &pieces.x, p, &mut own);
            total += cross(&pieces.x, p, &own, p) / factored.sigma2;
        }
        total
    }
}
