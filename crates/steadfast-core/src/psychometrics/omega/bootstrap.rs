//! Covariances of samples of whole clusters.

use std::collections::BTreeMap;

use super::super::ratings::{Ratings, compare};
use super::OmegaOptions;
use super::one_factor::OneFactor;
use crate::error::{Error, Result};
use crate::parallel::in_order;
use crate::rng::{Purpose, Streams};

const RESAMPLE: Purpose = Purpose::new("psychometrics: omega");

/// Number, sums and products of the rows of each cluster.
pub(super) struct Moments {
    k: usize,
    /// For each cluster: n, k sums, k(k + 1)/2 products.
    clusters: Vec<Vec<f64>>,
}

impl Moments {
    /// The moments of `items` by cluster, in an order that depends on their content alone.
    pub(super) fn of(items: &Ratings, clusters: Option<&[u32]>) -> Result<Self> {
        if clusters.is_some_and(|clusters| clusters.len() != items.n()) {
            return Err(Error::usage("unequal_lengths", "every row needs its cluster"));
        }
        let k = items.k();
        // Centres are whole numbers, so that the sums of answers that are whole numbers are exact.
        let sorted = items.sorted_rows();
        let centre = |j: usize| libm::round(sorted.iter().map(|row| row[j]).sum::<f64>() / sorted.len() as f64);
        let centres: Vec<f64> = (0..k).map(centre).collect();
        let mut by_cluster: BTreeMap<u32, Vec<&[f64]>> = BTreeMap::new();
        for (row, values) in items.rows().enumerate() {
            let cluster = clusters.map_or(row as u32, |clusters| clusters[row]);
            by_cluster.entry(cluster).or_default().push(values);
        }
        let mut clusters: Vec<Vec<f64>> = by_cluster.into_values().map(|rows| moments(rows, &centres)).collect();
        clusters.sort_by(|a, b| compare(a, b));
        Ok(Self { k, clusters })
    }

    /// The covariance matrix of all rows, k × k.
    pub(super) fn covariance(&self) -> Vec<f64> {
        self.covariance_of(self.clusters.iter())
    }

    fn covariance_of<'a>(&self, clusters: impl Iterator<Item = &'a Vec<f64>>) -> Vec<f64> {
        let k = self.k;
        let mut total = vec![0.0; 1 + k + k * (k + 1) / 2];
        for cluster in clusters {
            total.iter_mut().zip(cluster).for_each(|(total, value)| *total += value);
        }
        let n = total[0];
        let mut covariance = vec![0.0; k * k];
        let mut at = 1 + k;
        for i in 0..k {
            for j in 0..=i {
                let value = (total[at] - total[1 + i] * total[1 + j] / n) / (n - 1.0);
                covariance[i * k + j] = value;
                covariance[j * k + i] = value;
                at += 1;
            }
        }
        covariance
    }

    /// ω of samples of clusters, ascending; those without a factor model are left out.
    pub(super) fn replicates(&self, options: &OmegaOptions) -> Vec<f64> {
        let streams = Streams::new(options.seed, RESAMPLE);
        let n = self.clusters.len() as u64;
        let one = |replicate: usize| {
            let mut stream = streams.stream(replicate as u64, 0);
            let drawn: Vec<usize> = (0..n).filter_map(|_| stream.below(n)).map(|at| at as usize).collect();
            let covariance = self.covariance_of(drawn.iter().map(|&at| &self.clusters[at]));
            let varies = (0..self.k).all(|j| covariance[j * self.k + j] > 0.0);
            varies.then(|| OneFactor::fit(&covariance, self.k)).flatten().map(|fit| fit.omega())
        };
        let found = in_order(options.threads, options.replicates as usize, one);
        let mut found: Vec<f64> = found.into_iter().flatten().collect();
        found.sort_by(f64::total_cmp);
        found
    }
}

fn moments(mut rows: Vec<&[f64]>, centres: &[f64]) -> Vec<f64> {
    rows.sort_by(|a, b| compare(a, b));
    let k = centres.len();
    let mut total = vec![0.0; 1 + k + k * (k + 1) / 2];
    for row in rows {
        total[0] += 1.0;
        let centred: Vec<f64> = row.iter().zip(centres).map(|(x, centre)| x - centre).collect();
        let mut at = 1 + k;
        for i in 0..k {
            total[1 + i] += centred[i];
            for j in 0..=i {
                total[at] += centred[i] * centred[j];
                at += 1;
            }
        }
    }
    total
}

/// The value below which a part `p` of the ascending `values` lies, between two of them by a straight line.
pub(super) fn percentile(values: &[f64], p: f64) -> f64 {
    let position = p * (values.len() - 1) as f64;
    let below = libm::floor(position) as usize;
    let above = (below + 1).min(values.len() - 1);
    values[below] + (position - below as f64) * (values[above] - values[below])
}
