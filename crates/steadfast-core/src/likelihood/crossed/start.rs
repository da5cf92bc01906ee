//! Where to start: variances from sums of squares, which cost nothing beside an evaluation.
//!
//! With r the least-squares residuals and all terms of one effect, for the levels j of a term t
//!
//! E Σ_j (z_j'r)²/(z_j'z_j) ≈ q_t σ² + Σ_u σ_u² Σ_jl (z_j'z_l)²/(z_j'z_j),   E r'r ≈ n σ² + Σ_u σ_u² Σ_l z_l'z_l,
//!
//! where what the fixed effects took is left out: Henderson's first method (1953, Biometrics 9, 226) for data of any shape.

use nalgebra::{DMatrix, DVector};

use super::Crossed;
use crate::linalg;

/// The least share of the outcome's variance that a term starts with, so that nothing starts on the boundary.
const LEAST: f64 = 0.01;

impl Crossed {
    /// θ to start from: that of the sums of squares where every term has one effect, shares of the outcome's variance
    /// elsewhere.
    pub(in crate::likelihood) fn start(&self) -> Vec<f64> {
        let variances = if self.levels.orders.iter().all(|q| *q == 1) { self.sums_of_squares() } else { None };
        let Some(variances) = variances else { return self.scaled.start() };
        self.blocks.iter().zip(variances).flat_map(|(block, variance)| block.structure.start(variance)).collect()
    }

    /// The variance of each term and σ².
    fn sums_of_squares(&self) -> Option<Vec<f64>> {
        let (p, w, k) = (self.p(), self.p() + 1, self.random.len());
        let mut own = vec![0.0; self.n_effects()];
        for entry in self.entries.iter().filter(|entry| entry.at.0 == entry.at.1) {
            own[entry.at.0 as usize] = self.zz[entry.data];
        }
        let (mut left, mut right) = (DMatrix::zeros(k + 1, k + 1), DVector::zeros(k + 1));
        // A level whose columns are all zero says nothing.
        for value in own.iter_mut().filter(|value| **value <= 0.0) {
            *value = f64::INFINITY;
        }
        for entry in &self.entries {
            let (row, column) = (entry.at.0 as usize, entry.at.1 as usize);
            let (t, u) = (entry.terms.0 as usize, entry.terms.1 as usize);
            let square = self.zz[entry.data] * self.zz[entry.data];
            left[(t, u)] += square / own[row];
            if row != column {
                left[(u, t)] += square / own[column];
            }
        }
        for node in &self.levels.nodes {
            if own[node.position].is_infinite() {
                continue;
            }
            left[(node.term, k)] += 1.0;
            left[(k, node.term)] += own[node.position];
            right[node.term] += self.zw[node.position * w + p].powi(2) / own[node.position];
        }
        left[(k, k)] = self.n_rows as f64;
        right[k] = self.ww[linalg::index(w, p, p)];
        let total = right[k] / self.n_rows as f64;
        let found = left.lu().solve(&right)?;
        let settle = |variance: &f64| if variance.is_finite() { variance.clamp(LEAST * total, total) } else { total };
        Some(found.iter().map(settle).collect())
    }
}
