//! Schoenfeld's residuals on the scale of the coefficients: a smooth of them against time shows how a coefficient changes.

use nalgebra::{DMatrix, DVector};

use super::events;
use crate::error::{Error, Result};
use crate::likelihood::RiskSets;
use crate::survival::CoxFit;
use crate::survival::cox::process::Process;

/// What one event says about the coefficients at its time.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaledSchoenfeld {
    /// The row of the frame.
    pub row: usize,
    /// The place of its stratum in [`CoxFit::strata`]; 0 where there are none.
    pub stratum: usize,
    /// The time of the event.
    pub time: f64,
    /// The time on the scale of the test.
    pub transformed: f64,
    /// For each coefficient β_j + (V̄⁻¹ s)_j, V̄ being the mean information of an event; `None` where nobody in the stratum
    /// differs in the column.
    pub columns: Vec<Option<f64>>,
    /// For each term the same; a term of several columns counts as the one column x'β that they make, with coefficient 1.
    pub terms: Vec<Option<f64>>,
}

/// The residuals of all events; `information` and the process are in the engine's columns.
///
/// # Source
/// Grambsch and Therneau 1994, Biometrika 81:515, eq. 3, with the mean of the variances over events.
pub(super) fn scaled(
    fit: &CoxFit,
    process: &Process,
    times: &[Vec<f64>],
    information: &DMatrix<f64>,
    terms: &[(String, Vec<usize>)],
) -> Result<Vec<ScaledSchoenfeld>> {
    let (data, p) = (fit.data(), process.p);
    let beta: Vec<f64> = fit.beta().iter().zip(&data.scale).map(|(beta, scale)| beta / scale).collect();
    let used = used(fit, process);
    let mean = DMatrix::from_fn(p, p, |i, j| {
        let events: f64 = used.iter().map(|used| used[i].min(used[j])).sum();
        information[(i, j)] / if events > 0.0 { events } else { 1.0 }
    });
    let by_term = DMatrix::from_fn(p, terms.len(), |j, at| match terms[at].1.contains(&j) {
        true if terms[at].1.len() == 1 => 1.0,
        true => beta[j],
        false => 0.0,
    });
    let term_mean = by_term.transpose() * &mean * &by_term;
    let centre: Vec<f64> = terms.iter().map(|(_, at)| if at.len() == 1 { beta[at[0]] } else { 1.0 }).collect();
    let units: Vec<f64> = terms.iter().map(|(_, at)| if at.len() == 1 { data.scale[at[0]] } else { 1.0 }).collect();
    let mut found = Vec::new();
    for (number, ((stratum, g), used)) in process.strata.iter().zip(times).zip(&used).enumerate() {
        let columns: Vec<usize> = (0..p).filter(|&j| used[j] > 0.0).collect();
        let seen = |at: &usize| terms[*at].1.iter().any(|&j| used[j] > 0.0);
        let seen: Vec<usize> = (0..terms.len()).filter(seen).collect();
        let (of_columns, of_terms) = (Solver::new(&mean, &columns)?, Solver::new(&term_mean, &seen)?);
        for (row, k) in events(stratum) {
            let residual = DVector::from_fn(p, |j, _| data.x[row * p + j] - stratum.event_mean(k, j));
            found.push(ScaledSchoenfeld {
                row: data.source[row] as usize,
                stratum: number,
                time: stratum.times[k],
                transformed: g[k],
                columns: of_columns.scaled(&residual, &beta, &data.scale),
                terms: of_terms.scaled(&(by_term.transpose() * residual), &centre, &units),
            });
        }
    }
    Ok(found)
}

/// For each stratum and column the number of events, or 0 where all rows of the stratum are alike in the column.
fn used(fit: &CoxFit, process: &Process) -> Vec<Vec<f64>> {
    let (data, p) = (fit.data(), process.p);
    let count = |stratum: &RiskSets| {
        let n = events(stratum).count() as f64;
        let differ = |j: usize| {
            let mut values = stratum.rows.iter().map(|run| data.x[run.row as usize * p + j]);
            let first = values.next();
            values.any(|value| first.is_some_and(|first| value.total_cmp(&first).is_ne()))
        };
        (0..p).map(|j| if differ(j) { n } else { 0.0 }).collect()
    };
    process.strata.iter().map(count).collect()
}

/// The mean information of the quantities that a stratum says something about.
struct Solver {
    at: Vec<usize>,
    inverse: DMatrix<f64>,
}

impl Solver {
    fn new(mean: &DMatrix<f64>, at: &[usize]) -> Result<Self> {
        let part = DMatrix::from_fn(at.len(), at.len(), |i, j| mean[(at[i], at[j])]);
        // A multi-column term with coefficients of exactly zero is no column.
        let inverse = part.cholesky().map(|factor| factor.inverse());
        let inverse = inverse.ok_or_else(|| Error::data("unidentified", "the mean information is singular"))?;
        Ok(Self { at: at.to_vec(), inverse })
    }

    /// (centre + V̄⁻¹ s) · unit; `None` for what is not looked at.
    fn scaled(&self, residual: &DVector<f64>, centre: &[f64], units: &[f64]) -> Vec<Option<f64>> {
        let part = DVector::from_iterator(self.at.len(), self.at.iter().map(|&at| residual[at]));
        let solved = &self.inverse * part;
        let mut found = vec![None; centre.len()];
        for (&at, value) in self.at.iter().zip(solved.iter()) {
            found[at] = Some((centre[at] + value) * units[at]);
        }
        found
    }
}
