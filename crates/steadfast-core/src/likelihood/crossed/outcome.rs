//! Another outcome for the same rows: Z'Z, its structure and Z'X stay.

use super::Crossed;
use super::evaluate::Last;
use crate::design::Design;
use crate::error::Result;
use crate::likelihood::rows::Regression;
use crate::linalg::dense::Kernels;
use crate::linalg::{self, length};
use crate::parallel::Threads;

/// What a new outcome needs of the rows, in the order of the clusters.
#[derive(Debug)]
pub(crate) struct OutcomeRows {
    regression: Regression,
    /// For each row the effects that act on it, as many for every row: their places, and √w z̃.
    effects: Vec<(u32, f64)>,
    /// How many these are.
    width: usize,
}

impl Crossed {
    /// The same model of the same outcome on `threads`, to be given another outcome.
    pub(in crate::likelihood) fn copy(&self, threads: Threads) -> Self {
        Self { threads, kernels: Kernels::new(threads), ..self.clone() }
    }

    /// The threads that evaluations use.
    pub(in crate::likelihood) fn threads(&self) -> Threads {
        self.threads
    }

    /// The rows in the order of the clusters.
    pub(in crate::likelihood) fn order(&self) -> &[u32] {
        &self.clusters.order
    }

    /// What new outcomes need of the rows of `design`.
    ///
    /// # Errors
    /// `rank_deficient` where rounding makes the fixed effects dependent.
    pub(in crate::likelihood) fn outcome_rows(&self, design: &Design) -> Result<OutcomeRows> {
        let (p, order) = (self.scaled.p(), &self.clusters.order);
        let root = |row: usize| design.weights.as_ref().map_or(1.0, |weights| weights[row].sqrt());
        let mut x = vec![0.0; order.len() * p];
        self.scaled.fixed.fill(order, root, &mut x, p.max(1));
        let width = self.levels.orders.iter().sum();
        let mut effects = Vec::with_capacity(order.len() * width);
        for &row in order {
            for (term, part) in self.scaled.random.iter().enumerate() {
                let node = &self.levels.nodes[self.levels.node(term, part.group.codes[row as usize])];
                let value = |c: usize| root(row as usize) * part.columns.value(c, row as usize);
                effects.extend((0..part.columns.len()).map(|c| ((node.position + c) as u32, value(c))));
            }
        }
        Ok(OutcomeRows { regression: Regression::new(&self.scaled, design, order, x)?, effects, width })
    }

    /// Takes `response`, one number for each row used, in the place of the outcome.
    ///
    /// # Errors
    /// `constant_outcome`, `outcome_scale`, `perfect_fit`.
    pub(in crate::likelihood) fn set_outcome(&mut self, rows: &OutcomeRows, response: &[f64]) -> Result<()> {
        let (p, w) = (self.scaled.p(), self.scaled.p() + 1);
        let outcome = rows.regression.residuals(response, |outcome| outcome)?.settle(&mut self.scaled);
        self.last = Last::default();
        self.zw.chunks_exact_mut(w).for_each(|line| line[p] = 0.0);
        (0..w).for_each(|a| self.ww[linalg::index(w, a, p)] = 0.0);
        for (at, r) in outcome.iter().enumerate() {
            for &(place, z) in &rows.effects[at * rows.width..(at + 1) * rows.width] {
                self.zw[place as usize * w + p] += z * r;
            }
            for (a, x) in rows.regression.x[at * p..(at + 1) * p].iter().enumerate() {
                self.ww[linalg::index(w, a, p)] += x * r;
            }
            self.ww[length(w) - 1] += r * r;
        }
        Ok(())
    }
}
