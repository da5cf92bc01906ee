//! Outcomes of one replicate at a time, cluster by cluster.

use std::collections::HashMap;

use crate::error::Result;
use crate::linalg::dot;
use crate::lmm::fit::LmmFit;
use crate::rng::{Purpose, Streams};

pub(super) const SIMULATION: Purpose = Purpose::new("outcomes of a linear mixed model");

/// What drawing outcomes from a fit needs, in the order of the clusters.
#[derive(Debug)]
pub(in crate::lmm) struct ByCluster {
    streams: Streams,
    /// The rows of each cluster, and the factor of its V.
    clusters: Vec<(usize, usize)>,
    /// L with V = L L', row after row.
    factors: Vec<Vec<f64>>,
    /// For each row of a cluster its place among the rows used, Xβ̂ + offset, and the engine's units in those of the outcome.
    rows: Vec<(u32, f64, f64)>,
}

impl LmmFit {
    /// The draws of `seed` through the factor of each cluster's V.
    ///
    /// # Errors
    /// `undefined_likelihood` when V of a cluster is not positive definite.
    pub(super) fn draws_by_cluster(&self, seed: u64) -> Result<ByCluster> {
        let streams = Streams::new(seed, SIMULATION);
        let mut draws = ByCluster { streams, clusters: Vec::new(), factors: Vec::new(), rows: Vec::new() };
        let mut known: HashMap<Vec<u64>, usize> = HashMap::new();
        self.for_each_cluster(|cluster| {
            let key = cluster.factor.iter().map(|value| value.to_bits()).collect();
            let factor = *known.entry(key).or_insert_with(|| {
                draws.factors.push(cluster.factor.to_vec());
                draws.factors.len() - 1
            });
            draws.clusters.push((cluster.rows.len(), factor));
            for (&row, residual) in cluster.rows.iter().zip(cluster.residual) {
                let fitted = self.design.response[row as usize] - self.in_outcome_units(row, *residual);
                let unit = self.root_weight(row) * self.engine.outcome_scale;
                draws.rows.push((self.position(row) as u32, fitted, unit));
            }
        })?;
        Ok(draws)
    }
}

impl ByCluster {
    /// The outcomes of `replicate`, one for each row used.
    ///
    /// The numbers of a cluster depend on the seed, the replicate and the place of the cluster among the levels of its
    /// grouping factor.
    pub(super) fn outcome(&self, replicate: u64) -> Vec<f64> {
        let (mut outcome, mut noise, mut first) = (vec![0.0; self.rows.len()], Vec::new(), 0);
        for (number, &(m, factor)) in (0..).zip(&self.clusters) {
            let mut stream = self.streams.stream(replicate, number);
            noise.clear();
            noise.extend((0..m).map(|_| stream.normal()));
            let lines = self.factors[factor].chunks_exact(m);
            for (i, (&(place, fitted, unit), line)) in self.rows[first..first + m].iter().zip(lines).enumerate() {
                outcome[place as usize] = fitted + dot(&line[..=i], &noise[..=i]) / unit;
            }
            first += m;
        }
        outcome
    }
}
