//! Coefficients and functionals of hazards together: how they vary, by cluster or by the model.

use nalgebra::{DMatrix, DVector};

use crate::likelihood::HazardInfluence;
use crate::survival::risk_data::RiskData;

/// β̂ (length p, in the units of the engine) and q functionals, with what is known of their sampling.
#[derive(Debug, Clone)]
pub(super) struct Joint {
    /// The contributions of clusters, clusters × (p + q) by rows; empty where the model gives the covariance.
    pub(super) clusters: Vec<f64>,
    /// The covariance, (p + q) × (p + q).
    pub(super) covariance: DMatrix<f64>,
}

impl Joint {
    /// From the weighted changes of coefficients (n × p by rows) and the influence on functionals of each row.
    pub(super) fn by_cluster(data: &RiskData, dfbeta: &[f64], hazards: &HazardInfluence, q: usize) -> Self {
        let (p, n) = (data.p(), data.cluster.iter().max().map_or(0, |last| *last as usize + 1));
        let d = p + q;
        let mut clusters = vec![0.0; n * d];
        for (row, (&cluster, at)) in data.cluster.iter().zip(&data.rows).enumerate() {
            let change = &dfbeta[row * p..(row + 1) * p];
            let into = &mut clusters[cluster as usize * d..(cluster as usize + 1) * d];
            into.iter_mut().zip(change).for_each(|(sum, value)| *sum += value);
            for i in 0..q {
                let through: f64 = change.iter().enumerate().map(|(j, value)| value * hazards.slope[j * q + i]).sum();
                into[p + i] += at.weight * hazards.rows[row * q + i] + through;
            }
        }
        let mut covariance = DMatrix::zeros(d, d);
        for own in clusters.chunks_exact(d.max(1)) {
            for j in 0..d {
                for i in 0..d {
                    covariance[(i, j)] += own[i] * own[j];
                }
            }
        }
        Self { clusters, covariance }
    }

    /// From the inverse of the information and the variance of the functionals with β held, q × q.
    pub(super) fn by_model(vcov: &DMatrix<f64>, held: &DMatrix<f64>, slope: &[f64]) -> Self {
        let (p, q) = (vcov.nrows(), held.nrows());
        let slope = DMatrix::from_row_slice(p, q, slope);
        let cross = vcov * &slope;
        let mut covariance = DMatrix::zeros(p + q, p + q);
        covariance.view_mut((0, 0), (p, p)).copy_from(vcov);
        covariance.view_mut((0, p), (p, q)).copy_from(&cross);
        covariance.view_mut((p, 0), (q, p)).copy_from(&cross.transpose());
        covariance.view_mut((p, p), (q, q)).copy_from(&(held + slope.transpose() * cross));
        Self { clusters: Vec::new(), covariance }
    }

    /// The variance of what has the derivative `gradient` (length p + q).
    pub(super) fn variance(&self, gradient: &[f64]) -> f64 {
        let gradient = DVector::from_column_slice(gradient);
        gradient.dot(&(&self.covariance * &gradient)).max(0.0)
    }
}
