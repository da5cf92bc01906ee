//! H with its block of random effects taken for diagonal: what coxph does above five groups.

use nalgebra::DMatrix;

use super::Penalised;
use super::newton::Solved;
use super::penalty::{Penalty, congruent};
use crate::linalg;

/// The inverse of H, as far as it is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Inverse {
    /// The block of β, p × p.
    pub(crate) beta: DMatrix<f64>,
    /// The trace of the block of the effects v.
    pub(crate) trace: f64,
}

impl Penalised {
    /// The inverse for one effect a group, with the block of the effects diagonal.
    pub(crate) fn diagonal_inverse(&self, solved: &Solved, penalty: &Penalty) -> Option<Inverse> {
        let [term] = &self.effects.terms[..] else { return None };
        let mut shared = self.shared_blocks(solved);
        let state = &solved.state;
        let mut own = self.effects.blocks(|row| state.risk[row] * state.hazard[row]).swap_remove(0);
        if let Penalty::Normal { factors } = penalty {
            for block in shared.chunks_exact_mut(1).chain(own.chunks_exact_mut(1)) {
                congruent(&factors[0], term.width, block);
            }
        }
        let v = &solved.at[self.p..];
        let diagonal: Vec<f64> =
            own.iter().zip(&shared).zip(v).map(|((own, shared), v)| own - shared + penalty.curvature(*v)).collect();
        let slopes: Vec<Vec<f64>> = (0..self.p).map(|j| self.column(solved, penalty, j)).collect();
        let middle = DMatrix::from_fn(self.p, self.p, |i, j| {
            let sum = |sum: f64, at: usize| sum + slopes[i][self.p + at] * slopes[j][self.p + at] / diagonal[at];
            slopes[i][j] - (0..diagonal.len()).fold(0.0, sum)
        });
        let beta = (0.5 * (&middle + middle.transpose())).cholesky()?.inverse();
        let mut trace = diagonal.iter().fold(0.0, |sum, d| sum + 1.0 / d);
        for (at, d) in diagonal.iter().enumerate() {
            for i in 0..self.p {
                for j in 0..self.p {
                    trace += slopes[i][self.p + at] * beta[(i, j)] * slopes[j][self.p + at] / (d * d);
                }
            }
        }
        Some(Inverse { beta, trace })
    }

    /// ln |H| over the effects of one term with what groups share left out: blocks of D − E.
    pub(crate) fn block_log_determinant(&self, solved: &Solved, factors: &[Vec<f64>]) -> Option<f64> {
        let [term] = &self.effects.terms[..] else { return None };
        let (state, q) = (&solved.state, term.width);
        let mut own = self.effects.blocks(|row| state.risk[row] * state.hazard[row]).swap_remove(0);
        let shared = self.shared_blocks(solved);
        own.iter_mut().zip(&shared).for_each(|(own, shared)| *own -= shared);
        let mut sum = 0.0;
        for block in own.chunks_exact_mut(q * q) {
            congruent(&factors[0], q, block);
            (0..q).for_each(|i| block[i * (q + 1)] += 1.0);
            if !linalg::factor(block, q) {
                return None;
            }
            sum += linalg::log_determinant(block, q);
        }
        Some(sum)
    }

    /// The inverse with all of H, for normal effects with these factors.
    pub(crate) fn full_inverse(&self, solved: &Solved, penalty: &Penalty) -> Option<Inverse> {
        let Penalty::Normal { factors } = penalty else { return None };
        let (p, q) = (self.p, self.effects.len());
        let given = self.dense_inverse(solved, factors)?;
        let mut trace: f64 = (0..q).map(|i| given[i * (q + 1)]).sum();
        let columns: Vec<Vec<f64>> = (0..p).map(|j| self.solve_at(solved, penalty, &self.unit(j))).collect();
        let beta = DMatrix::from_fn(p, p, |i, j| 0.5 * (columns[i][j] + columns[j][i]));
        let information = beta.clone().cholesky()?.inverse();
        for i in 0..p {
            for j in 0..p {
                let product: f64 = columns[i][p..].iter().zip(&columns[j][p..]).map(|(a, b)| a * b).sum();
                trace += information[(i, j)] * product;
            }
        }
        Some(Inverse { beta, trace })
    }

    pub(super) fn unit(&self, j: usize) -> Vec<f64> {
        (0..self.p + self.effects.len()).map(|i| f64::from(u8::from(i == j))).collect()
    }

    /// The column of H of the coefficient `j`.
    fn column(&self, solved: &Solved, penalty: &Penalty, j: usize) -> Vec<f64> {
        self.curvature_times(&solved.state, penalty, &solved.at, &self.unit(j))
    }
}
