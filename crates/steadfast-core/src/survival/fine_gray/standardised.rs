//! Cumulative incidences averaged over a population as if all of it were in each group.

use nalgebra::DMatrix;

use super::fit::{FineGrayFit, WeightVariance};
use crate::error::{Error, Result};
use crate::survival::standardised::{Population, StandardisedProbabilities, as_if};

impl FineGrayFit {
    /// The mean over the people of `population` of the cumulative incidence at `times`, as if all were of each level of the column `factor`.
    ///
    /// # Errors
    /// Those of [`FineGrayFit::predict`]; `not_a_factor`; `not_the_sample` when rows of the fit are not in the frame;
    /// `needs_clusters` for a sampled population with the model's variance, which knows no clusters.
    ///
    /// # Source
    /// Zhang and Zhang 2011, Statistics in Medicine 30:1933, with the empirical influence of the covariates.
    pub fn standardise(
        &self,
        population: Population<'_>,
        factor: &str,
        times: &[f64],
        variance: WeightVariance,
    ) -> Result<StandardisedProbabilities> {
        let sampled = matches!(population, Population::Fitted(_));
        if sampled && variance == WeightVariance::Model {
            return Err(Error::usage(
                "needs_clusters",
                "the variance of the model says nothing of a sample of covariates",
            ));
        }
        let people: Vec<usize> = (0..self.data.rows.len()).filter(|&row| self.baseline[row]).collect();
        let chosen: Vec<u32> = if sampled {
            people.iter().map(|&row| self.data.source[row]).collect()
        } else {
            (0..population.frame().n_rows() as u32).collect()
        };
        // The row of the fit that stands for each person; none where they are no sample.
        let members: Vec<Option<usize>> =
            if sampled { people.iter().copied().map(Some).collect() } else { vec![None; chosen.len()] };
        let weight = |member: &Option<usize>| member.map_or(1.0, |row| self.data.rows[row].weight);
        let total: f64 = members.iter().map(weight).sum();
        let (groups, frames) = as_if(&population.with_rows(&chosen)?, factor)?;
        let baselines = self.baselines(times, variance)?;
        let (m, d) = (times.len(), self.data.p() + baselines.value.len());
        let mut value = vec![0.0; groups.len() * m];
        let mut gradients = vec![0.0; value.len() * d];
        let n_clusters = baselines.joint.clusters.len() / d.max(1);
        let mut own = vec![0.0; n_clusters * value.len()];
        for (group, frame) in frames.iter().enumerate() {
            let profiles = self.new_rows.profiles(frame)?;
            for (place, member) in members.iter().enumerate() {
                let share = weight(member) / total;
                for at in 0..m {
                    let to = group * m + at;
                    let gradient = &mut gradients[to * d..(to + 1) * d];
                    let part = self.part(&profiles, place, at, m, &baselines, share, gradient);
                    value[to] += share * part.probability;
                    if let Some(row) = *member {
                        let cluster = self.data.cluster[row] as usize;
                        own[cluster * groups.len() * m + to] += share * part.probability;
                    }
                }
            }
        }
        if sampled {
            self.less_means(&mut own, &value, &people, total);
        }
        let covariance = covariance(&baselines.joint, &gradients, &own, value.len());
        Ok(StandardisedProbabilities {
            what: "incidence".to_owned(),
            groups,
            times: times.to_vec(),
            value,
            covariance,
            level: 0.95,
        })
    }

    /// Takes each cluster's share of the means from what it contributes to them.
    fn less_means(&self, own: &mut [f64], value: &[f64], people: &[usize], total: f64) {
        for &row in people {
            let (cluster, share) = (self.data.cluster[row] as usize, self.data.rows[row].weight / total);
            let into = &mut own[cluster * value.len()..(cluster + 1) * value.len()];
            into.iter_mut().zip(value).for_each(|(sum, mean)| *sum -= share * mean);
        }
    }
}

/// The covariance of means with the derivatives `gradients` (v × d by rows) and the clusters' `own` parts (clusters × v by rows).
fn covariance(joint: &crate::survival::joint::Joint, gradients: &[f64], own: &[f64], v: usize) -> DMatrix<f64> {
    let d = joint.covariance.nrows();
    let gradients = DMatrix::from_row_slice(v, d, gradients);
    if joint.clusters.is_empty() {
        return &gradients * &joint.covariance * gradients.transpose();
    }
    let n = joint.clusters.len() / d.max(1);
    let total =
        DMatrix::from_row_slice(n, d, &joint.clusters) * gradients.transpose() + DMatrix::from_row_slice(n, v, own);
    total.transpose() * total
}
