//! New outcomes drawn from a fitted model, for the rows that it was fitted to.

use serde::{Deserialize, Serialize};

use super::fit::LmmFit;
use crate::error::Result;
use crate::linalg::dot;
use crate::rng::{Purpose, Streams};

/// Outcomes drawn from a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Simulated {
    /// The rows of the frame, ascending, the first being 0.
    pub rows: Vec<u32>,
    /// For each replicate an outcome for each of the rows, in their order.
    pub outcomes: Vec<Vec<f64>>,
}

const SIMULATION: Purpose = Purpose::new("outcomes of a linear mixed model");

impl LmmFit {
    /// `replicates` sets of outcomes from N(Xβ̂ + offset, V(θ̂)): new random effects and new residuals.
    ///
    /// The numbers of a cluster in a replicate depend on the seed and on the place of the cluster among the levels of its
    /// grouping factor; neither on threads nor on the number of replicates, nor on the order of rows.
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
        let streams = Streams::new(seed, SIMULATION);
        let rows = self.design.rows.to_vec();
        let mut outcomes = vec![vec![0.0; rows.len()]; replicates];
        let (mut cluster_number, mut noise) = (0, Vec::new());
        self.for_each_cluster(|cluster| {
            let m = cluster.rows.len();
            let fitted = |i: usize| {
                let row = cluster.rows[i];
                self.design.response[row as usize] - self.in_outcome_units(row, cluster.residual[i])
            };
            for (replicate, outcome) in outcomes.iter_mut().enumerate() {
                let mut stream = streams.stream(replicate as u64, cluster_number);
                noise.clear();
                noise.extend((0..m).map(|_| stream.normal()));
                for (i, &row) in cluster.rows.iter().enumerate() {
                    let correlated = dot(&cluster.factor[i * m..i * m + i + 1], &noise[..=i]);
                    outcome[self.position(row)] = fitted(i) + self.in_outcome_units(row, correlated);
                }
            }
            cluster_number += 1;
        })?;
        Ok(Simulated { rows, outcomes })
    }
}

#[cfg(test)]
mod tests;
