//! Do hazard ratios change with time? The score test of β + θ g(t) against β, and residuals to look at.
//!
//! With I_k the information of the event time k, g_k the transformed time and s_i Schoenfeld's residual, the score of θ at 0 is
//! u = Σ_i w_i g s_i, and its variance, β being estimated,
//!
//! ```text
//! V = Σ_k g_k² I_k − (Σ_k g_k I_k) (Σ_k I_k)⁻¹ (Σ_k g_k I_k)
//! ```
//!
//! The test of some columns takes their part of u and of V. Neither the origin nor the unit of g matters.
//!
//! Cost: three information matrices, 3 n p² / 2 multiplications, and p³.
//!
//! ```
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::survival::{Cox, TimeTransform};
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 8.0, 9.0, 12.0, 5.0, 7.0, 11.0, 14.0]),
//!     Column::integer("home", vec![1, 1, 0, 1, 1, 0, 1, 1]),
//!     Column::factor("arm", ["NIM", "NIM", "NIM", "NIM", "SAU", "SAU", "SAU", "SAU"]),
//! ])?;
//! let fit = Cox::new("Surv(months, home) ~ arm".parse()?).fit(&frame)?;
//! let test = fit.proportional(TimeTransform::KaplanMeier)?;
//! assert_eq!((test.terms[0].term.as_str(), test.global.num_df), ("arm", 1.0));
//! assert_eq!(test.residuals.len(), fit.n_events());
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```
//!
//! # Source
//! Grambsch and Therneau 1994, Biometrika 81:515, whose test is of this form; the score test itself: Cox 1975, Biometrika 62:269.

mod residuals;
mod transform;

pub use residuals::ScaledSchoenfeld;
pub use transform::TimeTransform;

use nalgebra::{DMatrix, DVector};

use super::CoxFit;
use super::process::Process;
use crate::error::{Error, Result};
use crate::likelihood::RiskSets;
use crate::report::FTest;
use crate::special::ChiSquared;
use crate::survival::risk_data::RiskData;

/// The tests of proportional hazards under one transformation of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Proportional {
    /// The transformation.
    pub transform: TimeTransform,
    /// One test for each coefficient; χ² as a row of tests, divided by its degrees of freedom.
    pub columns: Vec<FTest>,
    /// One test for each term of the formula.
    pub terms: Vec<FTest>,
    /// The test of all coefficients together.
    pub global: FTest,
    /// One row for each event, in the order of time within strata.
    pub residuals: Vec<ScaledSchoenfeld>,
}

impl CoxFit {
    /// The tests that hazard ratios do not change along the transformed time, and the scaled Schoenfeld residuals.
    ///
    /// # Errors
    /// `needs_coefficients` for a model without any; `method_does_not_apply` where covariates are functions of time, or events have no
    /// hazards of their own; `bad_time` when an event time has no logarithm; `unidentified` when the
    /// events do not tell a change of a coefficient from the coefficient, as when all happen at one time.
    pub fn proportional(&self, transform: TimeTransform) -> Result<Proportional> {
        let data = self.data();
        if data.p() == 0 {
            return Err(Error::usage("needs_coefficients", "the model has no coefficient that could change with time"));
        }
        let process = self.process("tests of proportional hazards")?;
        let times = transform.of(data, &process)?;
        let score = Score::new(data, &process, &times);
        let columns = (0..data.p()).map(|j| score.test(&data.names[j], &[j])).collect::<Result<_>>()?;
        let terms = terms(data);
        let tests = terms.iter().map(|(label, at)| score.test(label, at)).collect::<Result<_>>()?;
        let all: Vec<usize> = (0..data.p()).collect();
        Ok(Proportional {
            transform,
            columns,
            terms: tests,
            global: score.test("global", &all)?,
            residuals: residuals::scaled(self, &process, &times, &score.information, &terms)?,
        })
    }
}

/// Each term with a coefficient, and the places of its coefficients.
fn terms(data: &RiskData) -> Vec<(String, Vec<usize>)> {
    let recipe = &data.relative.recipe;
    let place = |column: usize| recipe.kept.iter().position(|&kept| kept == column);
    let terms = recipe.term_columns().into_iter();
    let terms = terms.map(|(label, range)| (label.to_owned(), range.filter_map(place).collect::<Vec<usize>>()));
    terms.filter(|(_, at)| !at.is_empty()).collect()
}

/// The score of θ with its variance, in the engine's columns.
struct Score {
    u: DVector<f64>,
    variance: DMatrix<f64>,
    /// Σ g² I, which the variance is a part of.
    before: DMatrix<f64>,
    /// Σ I.
    information: DMatrix<f64>,
}

/// Less than this share of Σ g² I is rounding of the difference.
const FLAT: f64 = 1e-10;

impl Score {
    fn new(data: &RiskData, process: &Process, times: &[Vec<f64>]) -> Self {
        let p = process.p;
        let g = centred(process, times);
        let sums = [0, 1, 2].map(|power| information(data, process, &g, power));
        let [i0, i1, i2] = sums;
        let mut u = DVector::zeros(p);
        for (stratum, g) in process.strata.iter().zip(&g) {
            for (row, k) in events(stratum) {
                for j in 0..p {
                    let residual = data.x[row * p + j] - stratum.event_mean(k, j);
                    u[j] += data.rows[row].weight * g[k] * residual;
                }
            }
        }
        let explained = i0.clone().cholesky().map(|factor| i1.transpose() * factor.solve(&i1));
        let variance = explained.map_or_else(|| DMatrix::zeros(p, p), |explained| &i2 - explained);
        Self { u, variance, before: i2, information: i0 }
    }

    fn test(&self, term: &str, at: &[usize]) -> Result<FTest> {
        let unknown = || {
            let message = format!("the events do not tell a change of `{term}` along time from `{term}` itself");
            Error::data("unidentified", message)
        };
        if at.iter().any(|&j| self.variance[(j, j)] <= FLAT * self.before[(j, j)]) {
            return Err(unknown());
        }
        let part = DMatrix::from_fn(at.len(), at.len(), |i, j| self.variance[(at[i], at[j])]);
        let u = DVector::from_iterator(at.len(), at.iter().map(|&j| self.u[j]));
        let statistic = part.cholesky().ok_or_else(unknown)?.solve(&u).dot(&u);
        let df = at.len() as f64;
        let p_value = ChiSquared::new(df)?.sf(statistic);
        Ok(FTest { term: term.to_owned(), num_df: df, den_df: None, statistic: statistic / df, p_value })
    }
}

/// The events of a stratum in the order of time: the row, and the place of its time.
fn events(stratum: &RiskSets) -> impl Iterator<Item = (usize, usize)> {
    stratum.rows.iter().filter(|run| run.event).map(|run| (run.row as usize, run.end as usize - 1))
}

/// The transformed times less their mean over the events, of size one.
fn centred(process: &Process, times: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let all = || process.strata.iter().zip(times).flat_map(|(stratum, g)| events(stratum).map(|(_, k)| g[k]));
    let mean = all().sum::<f64>() / all().count().max(1) as f64;
    let size = all().fold(0.0_f64, |most, g| most.max((g - mean).abs()));
    let size = if size > 0.0 { size } else { 1.0 };
    times.iter().map(|g| g.iter().map(|g| (g - mean) / size).collect()).collect()
}

/// Σ_k g_k^power I_k.
fn information(data: &RiskData, process: &Process, g: &[Vec<f64>], power: i32) -> DMatrix<f64> {
    let p = process.p;
    let mut sum = DMatrix::zeros(p, p);
    for (stratum, g) in process.strata.iter().zip(g) {
        let weights: Vec<f64> = g.iter().map(|g| (0..power).map(|_| g).product()).collect();
        let mut hazard = vec![0.0; weights.len() + 1];
        for (k, weight) in weights.iter().enumerate() {
            hazard[k + 1] = hazard[k] + weight * stratum.steps[k].first[0];
            subtract_means(&mut sum, stratum, k, *weight);
        }
        for run in &stratum.rows {
            let (row, first, end) = (run.row as usize, run.first as usize, run.end as usize);
            let own = if run.event { weights[end - 1] * stratum.steps[end - 1].first[1] } else { 0.0 };
            let scale = data.rows[row].weight * run.risk * (hazard[end] - hazard[first] - own);
            let x = &data.x[row * p..(row + 1) * p];
            for j in 0..p {
                let scaled = scale * x[j];
                x[..=j].iter().enumerate().for_each(|(i, x)| sum[(i, j)] += scaled * x);
            }
        }
    }
    sum.fill_lower_triangle_with_upper_triangle();
    sum
}

/// Takes weight · Σ_l w̄ x̄_l x̄_l' of the time `k` from the upper triangle of `sum`.
fn subtract_means(sum: &mut DMatrix<f64>, stratum: &RiskSets, k: usize, weight: f64) {
    let p = sum.nrows();
    let [c0, c1, c2] = stratum.steps[k].second.map(|c| c * weight);
    let (s, d) = stratum.sums(k);
    for j in 0..p {
        for i in 0..=j {
            sum[(i, j)] -= c0 * s[i] * s[j] - c1 * (s[i] * d[j] + d[i] * s[j]) + c2 * d[i] * d[j];
        }
    }
}

#[cfg(test)]
mod tests;
