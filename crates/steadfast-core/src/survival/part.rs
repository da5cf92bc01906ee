//! One group, from its rows to everything known about one time; and several groups at one time, which may share clusters.

use libm::sqrt;
use nalgebra::{DMatrix, DVector};

use super::influence::{Influences, Origin, Path, influences, path};
use super::process::{Passage, Process, Stretch};
use crate::error::{Error, Result};
use crate::event_history::EventHistory;
use crate::frame::Factor;
use crate::report::{FTest, Row};
use crate::special::{ChiSquared, Normal};

/// One group.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) process: Process,
    pub(super) origin: Origin,
    pub(super) path: Path,
    /// Start, stop and state of every row; empty where nobody asks who is at risk at any time.
    stays: Vec<(f64, f64, u32)>,
}

impl Part {
    /// The state probabilities of `rows` of `history`.
    pub(super) fn occupation(history: &EventHistory, rows: &[usize]) -> Self {
        let n_states = history.states().len();
        let stretches: Vec<Stretch> = rows.iter().map(|&row| stretch(history, row)).collect();
        let passages: Vec<Passage> = rows.iter().filter_map(|&row| passage(history, row)).collect();
        let process = Process::new(n_states, &stretches, &passages);
        let origin = observed(&process, &stretches);
        let path = path(&process, &origin);
        let stays = stretches.iter().map(|one| (one.start, one.stop, one.state)).collect();
        Self { process, origin, path, stays }
    }

    /// Rows under observation just before `time`, and in `state`; at the origin those who are there.
    pub(super) fn n_at_risk(&self, time: f64, state: usize) -> u32 {
        let zero = self.origin.time;
        let entered = |start: f64| start < time || start <= zero && time <= zero;
        let here = |(start, stop, of): &&(f64, f64, u32)| *of as usize == state && entered(*start) && *stop >= time;
        self.stays.iter().filter(here).count() as u32
    }

    /// Rows that start with certainty in the states in which `certain` is 1.
    pub(super) fn known(process: Process, time: f64, certain: Vec<f64>) -> Self {
        let origin = Origin { time, probability: certain, influence: Vec::new() };
        let path = path(&process, &origin);
        Self { process, origin, path, stays: Vec::new() }
    }
}

/// The observation of a row of `history`.
pub(super) fn stretch(history: &EventHistory, row: usize) -> Stretch {
    Stretch {
        start: history.start()[row],
        stop: history.stop()[row],
        state: history.from()[row],
        weight: history.weight()[row],
        cluster: history.cluster()[row],
    }
}

/// What ends a row of `history`, if it is not the end of observation.
pub(super) fn passage(history: &EventHistory, row: usize) -> Option<Passage> {
    history.to(row).map(|to| Passage {
        time: history.stop()[row],
        from: history.from()[row],
        to,
        leaves: true,
        size: 1.0,
        weight: history.weight()[row],
        cluster: history.cluster()[row],
    })
}

/// The states in which rows are when the first of them comes under observation.
fn observed(process: &Process, stretches: &[Stretch]) -> Origin {
    let s = process.n_states;
    let time = stretches.iter().map(|stretch| stretch.start).fold(f64::INFINITY, f64::min);
    let mut first: Vec<&Stretch> = stretches.iter().filter(|stretch| stretch.start <= time).collect();
    // An order by content: sums then have the same bits whatever the order of the table.
    first.sort_by(|a, b| (a.cluster, a.state).cmp(&(b.cluster, b.state)).then(a.weight.total_cmp(&b.weight)));
    let mut weight = vec![0.0; s];
    first.iter().for_each(|stretch| weight[stretch.state as usize] += stretch.weight);
    let total: f64 = weight.iter().sum();
    let probability: Vec<f64> = weight.iter().map(|weight| if total > 0.0 { weight / total } else { 0.0 }).collect();
    let mut influence = Vec::new();
    if probability.iter().any(|p| *p > 0.0 && *p < 1.0) {
        influence = vec![0.0; process.clusters.len() * s];
        for stretch in first {
            let cluster = process.clusters.binary_search(&stretch.cluster).unwrap_or_default();
            let own = &mut influence[cluster * s..(cluster + 1) * s];
            for (state, own) in own.iter_mut().enumerate() {
                let here = f64::from(u8::from(state == stretch.state as usize));
                *own += stretch.weight / total * (here - probability[state]);
            }
        }
    }
    Origin { time, probability, influence }
}

/// The rows of each level of `groups`.
///
/// # Errors
/// `unequal_lengths`; `absent_group` when a row has no group.
pub(super) fn rows_by_group(groups: &Factor, source: &[u32]) -> Result<Vec<Vec<usize>>> {
    if groups.codes().len() != source.len() {
        let message = "the groups do not have one element for each row of the history";
        return Err(Error::data("unequal_lengths", message));
    }
    let mut rows = vec![Vec::new(); groups.levels().len()];
    for (row, &code) in groups.codes().iter().enumerate() {
        let absent = || Error::data("absent_group", format!("row {} has no group", source[row] + 1));
        rows.get_mut(code as usize).ok_or_else(absent)?.push(row);
    }
    Ok(rows)
}

/// The value at which a normal variable lies within ± with probability `level`.
///
/// # Errors
/// `bad_level`.
pub(super) fn normal_width(level: f64) -> Result<f64> {
    if level > 0.0 && level < 1.0 {
        Normal.quantile(0.5 + 0.5 * level)
    } else {
        Err(Error::usage("bad_level", "a confidence level lies between 0 and 1"))
    }
}

/// What is known about one time in several groups: of each, the values of its states and then their integrals until then.
#[derive(Debug, Clone)]
pub(super) struct Moments {
    pub(super) value: Vec<f64>,
    /// Their covariance: Σ over clusters of the products of influences, whichever groups a cluster is in.
    pub(super) covariance: DMatrix<f64>,
}

impl Moments {
    pub(super) fn new(parts: &[Part], time: f64) -> Self {
        Self::of(parts.iter().map(|part| (&part.process, &part.origin)), time)
    }

    /// As [`Moments::new`], of processes that were never followed over time.
    pub(super) fn of<'a>(parts: impl Iterator<Item = (&'a Process, &'a Origin)> + Clone, time: f64) -> Self {
        let found = parts.clone().map(|(process, origin)| influences(process, origin, time)).collect();
        Self::joined(&parts.map(|(process, _)| process).collect::<Vec<_>>(), found)
    }

    /// Joins what was `found` of each of the `processes`.
    pub(super) fn joined(processes: &[&Process], found: Vec<Influences>) -> Self {
        let mut first = 0;
        let mut own: Vec<(u32, usize, &[f64])> = Vec::new();
        for (process, found) in processes.iter().zip(&found) {
            let d = 2 * process.n_states;
            let clusters = process.clusters.iter().zip(found.influence.chunks_exact(d));
            own.extend(clusters.map(|(cluster, influence)| (*cluster, first, influence)));
            first += d;
        }
        own.sort_by_key(|(cluster, first, _)| (*cluster, *first));
        let mut covariance = DMatrix::zeros(first, first);
        for same in own.chunk_by(|a, b| a.0 == b.0) {
            for (_, first, a) in same {
                for (_, second, b) in same {
                    for (i, a) in a.iter().enumerate().filter(|(_, a)| **a != 0.0) {
                        for (j, b) in b.iter().enumerate() {
                            covariance[(first + i, second + j)] += a * b;
                        }
                    }
                }
            }
        }
        Self { value: found.into_iter().flat_map(|found| found.value).collect(), covariance }
    }

    /// The standard error of Σ coefficient × value, over (place, coefficient).
    pub(super) fn std_error(&self, terms: &[(usize, f64)]) -> f64 {
        let pairs = terms.iter().flat_map(|(i, a)| terms.iter().map(move |(j, b)| a * b * self.covariance[(*i, *j)]));
        sqrt(pairs.sum::<f64>().max(0.0))
    }

    /// The row of an `estimate` whose slopes in the values are `terms`; limits `z` standard errors away.
    pub(super) fn row(&self, term: String, estimate: f64, terms: &[(usize, f64)], z: f64) -> Row {
        let std_error = self.std_error(terms);
        let statistic = if std_error > 0.0 { estimate / std_error } else { 0.0 };
        let (conf_low, conf_high) = (estimate - z * std_error, estimate + z * std_error);
        let p_value = Normal.two_sided(statistic);
        Row { term, estimate, std_error, df: None, statistic, p_value, conf_low, conf_high }
    }

    /// The test that the values at `places` are all the same.
    ///
    /// # Errors
    /// `one_group`; `no_reference` when a difference has no variance.
    pub(super) fn equal(&self, term: &str, places: &[usize]) -> Result<FTest> {
        let Some((last, rest)) = places.split_last() else { return Err(one_group()) };
        let difference = DVector::from_iterator(rest.len(), rest.iter().map(|at| self.value[*at] - self.value[*last]));
        let v = |i: usize, j: usize| self.covariance[(i, j)];
        let covariance = DMatrix::from_fn(rest.len(), rest.len(), |i, j| {
            let (i, j) = (rest[i], rest[j]);
            v(i, j) - v(i, *last) - v(*last, j) + v(*last, *last)
        });
        chi_squared(term, &difference, covariance, "a difference between groups has no variance")
    }
}

/// There is nothing to compare one group with.
pub(super) fn one_group() -> Error {
    Error::usage("one_group", "there is nothing to compare one group with")
}

/// The test that `difference`, whose covariance is known, is zero by chance: χ² with as many degrees of freedom.
///
/// # Errors
/// `one_group` when there is no difference; `no_reference`, with `message`, when the covariance is singular.
pub(super) fn chi_squared(
    term: &str,
    difference: &DVector<f64>,
    covariance: DMatrix<f64>,
    message: &str,
) -> Result<FTest> {
    if difference.is_empty() {
        return Err(one_group());
    }
    let df = difference.len() as f64;
    let factor = covariance.cholesky().ok_or_else(|| Error::data("no_reference", message))?;
    let statistic = factor.solve(difference).dot(difference);
    let p_value = ChiSquared::new(df)?.sf(statistic);
    Ok(FTest { term: term.to_owned(), num_df: df, den_df: None, statistic: statistic / df, p_value })
}
