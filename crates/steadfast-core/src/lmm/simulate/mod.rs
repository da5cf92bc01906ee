//! New outcomes drawn from a fitted model, for the rows that it was fitted to.

mod draws;
mod effects;

use serde::{Deserialize, Serialize};

use super::fit::LmmFit;
use crate::error::Result;
use draws::ByCluster;
use effects::ByEffect;

/// Outcomes drawn from a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Simulated {
    /// The rows of the frame, ascending, the first being 0.
    pub rows: Vec<u32>,
    /// For each replicate an outcome for each of the rows, in their order.
    pub outcomes: Vec<Vec<f64>>,
}

/// What drawing outcomes from a fit needs.
#[derive(Debug)]
pub(super) enum Draws {
    /// Through the factor of each cluster's V.
    ByCluster(ByCluster),
    /// From the random effects, where clusters are too long for that.
    ByEffect(ByEffect),
}

impl Draws {
    /// The outcomes of `replicate`, one for each row used.
    pub(super) fn outcome(&self, replicate: u64) -> Vec<f64> {
        match self {
            Draws::ByCluster(draws) => draws.outcome(replicate),
            Draws::ByEffect(draws) => draws.outcome(replicate),
        }
    }
}

impl LmmFit {
    /// The draws of `seed` from N(Xβ̂ + offset, V(θ̂)).
    ///
    /// # Errors
    /// `undefined_likelihood` when V of a cluster is not positive definite.
    pub(super) fn draws(&self, seed: u64) -> Result<Draws> {
        match self.engine.too_long() {
            None => self.draws_by_cluster(seed).map(Draws::ByCluster),
            Some(_) => self.draws_by_effect(seed).map(Draws::ByEffect),
        }
    }

    /// `replicates` sets of outcomes from N(Xβ̂ + offset, V(θ̂)): new random effects and new residuals.
    ///
    /// The numbers of a cluster in a replicate depend on the seed and on the place of the cluster among the levels of its
    /// grouping factor; neither on threads nor on the number of replicates, nor on the order of rows. Where crossed factors
    /// connect more rows than a dense V can hold, those of each level of a factor do.
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::Lmm};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 6.0, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let fit = Lmm::new("y ~ 1 + (1 | g)".parse()?).fit(&frame)?;
    /// let (three, one) = (fit.simulate(20_240_117, 3)?, fit.simulate(20_240_117, 1)?);
    /// assert_eq!(three.outcomes[0], one.outcomes[0]);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// `undefined_likelihood` when V of a cluster is not positive definite.
    pub fn simulate(&self, seed: u64, replicates: usize) -> Result<Simulated> {
        let draws = self.draws(seed)?;
        let outcomes = (0..replicates as u64).map(|replicate| draws.outcome(replicate)).collect();
        Ok(Simulated { rows: self.design.rows.to_vec(), outcomes })
    }
}

#[cfg(test)]
mod tests;
