//! How much each row and each cluster moves the estimates.

use nalgebra::DMatrix;

use super::CountFit;
use super::likelihood::row_terms;

/// What a cluster does to the coefficients of the mean.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterInfluence {
    /// Its rows in the frame, ascending.
    pub rows: Vec<u32>,
    /// β̂ less the estimate without it, to first order, length p.
    pub dfbeta: Vec<f64>,
    /// dfbeta' V⁻¹ dfbeta / p with the model-based V: Cook's distance.
    pub cook: f64,
}

/// Influences on several numbers, row after row.
#[derive(Debug, Clone)]
pub(super) struct Influences {
    pub(super) d: usize,
    pub(super) values: Vec<f64>,
}

impl CountFit {
    /// The influence of each row on (β, γ, α): bread times weighted score.
    pub(super) fn row_influences(&self) -> Influences {
        let d = self.bread.nrows();
        let best = &self.solved.best;
        let (p, q) = (best.beta.len(), best.gamma.len());
        let of_cell = |cell: usize| -> Vec<f64> {
            let (y, eta) = (self.cells.y[cell], self.cells.eta(cell, &best.beta));
            let slope = row_terms(self.distribution, y, eta, self.zeta(cell), best.alpha).slope;
            let mut score: Vec<f64> = self.cells.x(cell).iter().map(|x| slope[0] * x).collect();
            if q > 0 {
                score.extend(self.cells.z(cell).iter().map(|z| slope[1] * z));
            }
            if d > p + q {
                score.push(slope[2]);
            }
            times(&self.bread, &score)
        };
        self.spread_over_rows(d, of_cell)
    }

    /// The influence of each row on β as the estimate of E(y) has it: α takes no part where the distribution is exponential.
    pub(super) fn mean_influences(&self) -> Influences {
        if !self.has_working_model() {
            return self.row_influences();
        }
        let bread = &self.map * &self.working;
        let best = &self.solved.best;
        let of_cell = |cell: usize| -> Vec<f64> {
            let (y, eta) = (self.cells.y[cell], self.cells.eta(cell, &best.beta));
            let slope = self.distribution.terms(y, eta, best.alpha).eta;
            let score: Vec<f64> = self.cells.x(cell).iter().map(|x| slope * x).collect();
            times(&bread, &score)
        };
        self.spread_over_rows(bread.nrows(), of_cell)
    }

    /// What is the same for all rows of a cell, times the weight of each row.
    fn spread_over_rows(&self, d: usize, of_cell: impl Fn(usize) -> Vec<f64>) -> Influences {
        let cells: Vec<Vec<f64>> = (0..self.cells.n()).map(of_cell).collect();
        let mut values = Vec::with_capacity(self.data.n() * d);
        for row in 0..self.data.n() {
            values.extend(cells[self.data_cell(row)].iter().map(|value| self.data.weight[row] * value));
        }
        Influences { d, values }
    }

    /// The sums of the influences over clusters, G × d by rows.
    pub(super) fn cluster_sums(&self, influences: &Influences) -> Vec<f64> {
        let d = influences.d;
        let mut rows: Vec<u32> = (0..self.data.n() as u32).collect();
        // In the order of what rows say, so that sums do not depend on where they stand.
        rows.sort_by_key(|&row| self.cells.of_row[row as usize]);
        let mut sums = vec![0.0; self.n_clusters() * d];
        for row in rows {
            let (row, cluster) = (row as usize, self.data.cluster_of(row as usize) as usize);
            let own = &influences.values[row * d..(row + 1) * d];
            sums[cluster * d..(cluster + 1) * d].iter_mut().zip(own).for_each(|(sum, value)| *sum += value);
        }
        sums
    }

    /// Σ_c D_c D_c' over clusters, D_c being the sum of a cluster's influences, d × d.
    pub(super) fn clustered(&self, influences: &Influences) -> DMatrix<f64> {
        let d = influences.d;
        let mut lines: Vec<Vec<f64>> = self.cluster_sums(influences).chunks_exact(d).map(<[f64]>::to_vec).collect();
        if self.data.cluster.is_none() {
            lines.sort_by(|a, b| {
                a.iter()
                    .zip(b)
                    .map(|(a, b)| a.total_cmp(b))
                    .find(|order| order.is_ne())
                    .unwrap_or(std::cmp::Ordering::Equal)
            });
        }
        let mut sum = DMatrix::zeros(d, d);
        for line in lines {
            for i in 0..d {
                for j in 0..d {
                    sum[(i, j)] += line[i] * line[j];
                }
            }
        }
        sum
    }

    /// The influence of each cluster on the coefficients of the mean, in the order of the clusters' levels; of each row where no
    /// clusters are named.
    pub fn cluster_influence(&self) -> Vec<ClusterInfluence> {
        let influences = self.mean_influences();
        let (d, p) = (influences.d, self.beta.len());
        let sums = self.cluster_sums(&influences);
        let vcov = if self.has_working_model() {
            self.working_vcov.clone()
        } else {
            self.observed.view((0, 0), (p, p)).into_owned()
        };
        let factor = vcov.cholesky();
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); self.n_clusters()];
        for row in 0..self.data.n() {
            rows[self.data.cluster_of(row) as usize].push(self.data.source[row]);
        }
        let one = |(rows, sum): (Vec<u32>, &[f64])| {
            let dfbeta = nalgebra::DVector::from_column_slice(&sum[..p]);
            let cook = factor.as_ref().map_or(0.0, |factor| factor.solve(&dfbeta).dot(&dfbeta) / p as f64);
            ClusterInfluence { rows, dfbeta: dfbeta.as_slice().to_vec(), cook }
        };
        rows.into_iter().zip(sums.chunks_exact(d)).map(one).collect()
    }
}

fn times(matrix: &DMatrix<f64>, vector: &[f64]) -> Vec<f64> {
    matrix.row_iter().map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum()).collect()
}
