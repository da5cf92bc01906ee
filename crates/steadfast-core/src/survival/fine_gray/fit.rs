//! A fitted subdistribution hazard, and what it is asked about coefficients.

use nalgebra::DMatrix;

use crate::error::Result;
use crate::formula::Formula;
use crate::inference::Inference;
use crate::likelihood::{Subdistribution, WeightInfluence};
use crate::survival::cox::Schoenfeld;
use crate::survival::cox::problem::Solved;
use crate::survival::new_rows::NewRows;
use crate::survival::risk_data::RiskData;

/// How uncertain estimates are, given that the weights of those taken by competing events are estimates too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WeightVariance {
    /// The inverse of the information, as if the weighted rows were people: too small or too large, for comparison only.
    Model,
    /// Σ_c D_c D_c' over clusters, the weights being known: R's `coxph` of `finegray`'s rows with the person as cluster.
    Known,
    /// The same with what each row contributes to the weights: R's `crr`; with clusters, `crrSC::crrc`.
    ///
    /// # Source
    /// Fine and Gray 1999, eq. 8; Zhou, Fine, Latouche and Labopin 2012, Biostatistics 13:371.
    #[default]
    Estimated,
    /// As `Estimated`, with the exact derivative of the product-limit estimate: it differs where times coincide, and where few are
    /// left. What left truncation adds to the weights counts in both.
    Jackknife,
}

impl WeightVariance {
    /// The name by which a report knows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Known => "known_weights",
            Self::Estimated => "fine_gray",
            Self::Jackknife => "infinitesimal_jackknife",
        }
    }

    /// How rows contribute to the weights, where these are taken as estimates.
    pub(super) fn weights(self) -> Option<WeightInfluence> {
        match self {
            Self::Model | Self::Known => None,
            Self::Estimated => Some(WeightInfluence::Published),
            Self::Jackknife => Some(WeightInfluence::Exact),
        }
    }
}

/// The coefficients of a model of a subdistribution hazard, with what follows from them.
#[derive(Debug, Clone)]
pub struct FineGrayFit {
    formula: String,
    pub(super) data: RiskData,
    pub(super) new_rows: NewRows,
    pub(super) likelihood: Subdistribution,
    pub(super) solved: Solved,
    /// Whether each row is the first of its person.
    pub(super) baseline: Vec<bool>,
    beta: Vec<f64>,
    vcov: DMatrix<f64>,
}

impl FineGrayFit {
    pub(super) fn new(
        formula: &Formula,
        data: RiskData,
        likelihood: Subdistribution,
        solved: Solved,
        baseline: Vec<bool>,
    ) -> Self {
        let scale = &data.scale;
        let beta = solved.beta.iter().zip(scale).map(|(beta, scale)| beta * scale).collect();
        let vcov = DMatrix::from_fn(data.p(), data.p(), |i, j| solved.vcov[(i, j)] * scale[i] * scale[j]);
        let new_rows = NewRows::new(&data);
        Self { formula: formula.to_string(), data, new_rows, likelihood, solved, baseline, beta, vcov }
    }

    /// The formula.
    pub fn formula(&self) -> &str {
        &self.formula
    }

    /// The coefficients' names, length p.
    pub fn names(&self) -> &[String] {
        &self.data.names
    }

    /// The columns that were left out because earlier ones determine them.
    pub fn aliased(&self) -> &[String] {
        &self.data.aliased
    }

    /// The ln subdistribution hazard ratios, length p.
    pub fn beta(&self) -> &[f64] {
        &self.beta
    }

    /// The inverse of the information, p × p; see [`FineGrayFit::inference`] for what is known of the sampling.
    pub fn vcov(&self) -> &DMatrix<f64> {
        &self.vcov
    }

    /// The rows of the frame that were used, ascending.
    pub fn rows(&self) -> &[u32] {
        &self.data.source
    }

    /// The names of the strata, such as `site=E1`.
    pub fn strata(&self) -> &[String] {
        &self.data.strata
    }

    /// The number of events of the kind that is modelled.
    pub fn n_events(&self) -> usize {
        self.likelihood.likelihood().n_events()
    }

    /// The number of competing events.
    pub fn n_competing(&self) -> usize {
        self.likelihood.n_competing()
    }

    /// The iterations that the optimum took.
    pub fn iterations(&self) -> usize {
        self.solved.iterations
    }

    /// The log of the weighted partial likelihood where all coefficients are zero, and at the optimum.
    pub fn log_likelihood(&self) -> (f64, f64) {
        (self.solved.at_zero.log_likelihood, self.solved.evaluation.log_likelihood)
    }

    /// Estimates and tests with the covariance that `variance` asks for, and normal reference distributions.
    ///
    /// # Errors
    /// None so far: every fit has each of them.
    pub fn inference(&self, variance: WeightVariance) -> Result<Inference> {
        let vcov = match variance {
            WeightVariance::Model => self.vcov.clone(),
            other => by_cluster(&self.influence(other), &self.data.cluster, self.data.p()),
        };
        Ok(Inference::normal(self.data.names.clone(), &self.beta, vcov, variance.name()))
    }

    /// The change of each coefficient when a row is left out, to first order, n × p by rows, weighted, in the order of
    /// [`FineGrayFit::rows`].
    pub fn influence(&self, variance: WeightVariance) -> Vec<f64> {
        let (p, scale) = (self.data.p(), &self.data.scale);
        let mut found = self.scaled_influence(variance);
        for row in found.chunks_exact_mut(p.max(1)) {
            row.iter_mut().zip(scale).for_each(|(value, scale)| *value *= scale);
        }
        found
    }

    /// As [`FineGrayFit::influence`], in the units of the engine.
    pub(super) fn scaled_influence(&self, variance: WeightVariance) -> Vec<f64> {
        let p = self.data.p();
        let mut score = self.likelihood.likelihood().residuals(&self.solved.evaluation).score;
        if let Some(how) = variance.weights() {
            let more = self.likelihood.censoring_score(&self.solved.evaluation, how);
            score.iter_mut().zip(more).for_each(|(sum, value)| *sum += value);
        }
        let mut found = vec![0.0; score.len()];
        let rows = score.chunks_exact(p.max(1)).zip(found.chunks_exact_mut(p.max(1))).zip(&self.data.rows);
        for ((score, change), row) in rows {
            for (i, change) in change.iter_mut().enumerate() {
                *change = row.weight * (0..p).map(|j| self.solved.vcov[(i, j)] * score[j]).sum::<f64>();
            }
        }
        found
    }

    /// For each event, its covariates less their weighted mean among those at risk, in the order of time within strata.
    pub fn schoenfeld(&self) -> Vec<Schoenfeld> {
        let found = self.likelihood.likelihood().schoenfeld(&self.solved.evaluation);
        let in_units = |residual: Vec<f64>| residual.iter().zip(&self.data.scale).map(|(value, s)| value / s).collect();
        let event = |(row, stratum, time, residual): (usize, usize, f64, Vec<f64>)| Schoenfeld {
            row: self.data.source[row] as usize,
            stratum,
            time,
            residual: in_units(residual),
        };
        found.into_iter().map(event).collect()
    }

    /// For each stratum, the event times with the increments of the cumulative subdistribution hazard of somebody whose covariates and
    /// offset are 0.
    pub fn baseline_hazard(&self) -> Vec<Vec<(f64, f64)>> {
        let shift: f64 = self.beta.iter().zip(&self.data.centre).map(|(beta, centre)| beta * centre).sum();
        let mut baseline = self.likelihood.likelihood().baseline(&self.solved.evaluation);
        baseline.iter_mut().flatten().for_each(|(_, increment)| *increment *= libm::exp(-shift));
        baseline
    }
}

/// Σ_c D_c D_c', D_c being the sum of the `influence` (n × p by rows) of a cluster's rows.
fn by_cluster(influence: &[f64], cluster: &[u32], p: usize) -> DMatrix<f64> {
    let n = cluster.iter().max().map_or(0, |last| *last as usize + 1);
    let mut sums: DMatrix<f64> = DMatrix::zeros(n, p);
    for (row, &cluster) in influence.chunks_exact(p.max(1)).zip(cluster) {
        row.iter().enumerate().for_each(|(j, value)| sums[(cluster as usize, j)] += value);
    }
    sums.transpose() * sums
}
