//! State occupation probabilities of any multi-state process by Aalen and Johansen's estimator; with two states it is
//! Kaplan and Meier's, with several exits it gives cumulative incidences.
//!
//! ```
//! use steadfast_core::event_history::{Columns, EventHistory};
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::survival::AalenJohansen;
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 8.0, 8.0, 12.0]),
//!     Column::factor("exit", ["home", "none", "adopted", "home"]),
//! ])?;
//! let history = EventHistory::from_frame(&frame, &Columns::new("months", "exit").censored("none"))?;
//! let curves = AalenJohansen::new().estimate(&history)?;
//! let adopted = curves.at(8.0)?.occupation(0, "adopted")?;
//! assert!((adopted.probability - 0.25).abs() < 1e-15);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

use libm::{log, sqrt};

use super::influence::{Origin, Path, path};
use super::limits::Transformation;
use super::process::Process;
use crate::error::{Error, Result};
use crate::event_history::EventHistory;
use crate::frame::Factor;
use crate::report::Row;
use crate::special::Normal;

/// The specification: how probabilities are estimated and their limits made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AalenJohansen {
    level: f64,
    transformation: Transformation,
}

impl Default for AalenJohansen {
    fn default() -> Self {
        Self { level: 0.95, transformation: Transformation::default() }
    }
}

impl AalenJohansen {
    /// Limits of 95 %, symmetric for ln(−ln p).
    pub fn new() -> Self {
        Self::default()
    }

    /// Limits that hold with probability `level`.
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// Limits symmetric on the scale of `transformation`.
    pub fn transformation(mut self, transformation: Transformation) -> Self {
        self.transformation = transformation;
        self
    }

    /// The probabilities of all rows together.
    ///
    /// # Errors
    /// `no_rows`, `bad_level`.
    pub fn estimate(&self, history: &EventHistory) -> Result<StateProbabilities> {
        self.parts(history, vec!["all".to_owned()], &vec![0; history.n_rows()])
    }

    /// The probabilities in each level of `groups`, which has one element for each row of the history.
    ///
    /// # Errors
    /// `no_rows`, `bad_level`; `unequal_lengths`; `absent_group` when a row has no group.
    pub fn by_group(&self, history: &EventHistory, groups: &Factor) -> Result<StateProbabilities> {
        if groups.codes().len() != history.n_rows() {
            return Err(Error::data("unequal_lengths", "the groups do not have one element for each row of the history"));
        }
        let n = groups.levels().len();
        if let Some(row) = groups.codes().iter().position(|&code| code as usize >= n) {
            let row = history.source()[row] + 1;
            return Err(Error::data("absent_group", format!("row {row} has no group")));
        }
        self.parts(history, groups.levels().to_vec(), groups.codes())
    }

    /// Groups that share clusters are estimated together, as states that nothing connects; others one by one.
    fn parts(&self, history: &EventHistory, labels: Vec<String>, groups: &[u32]) -> Result<StateProbabilities> {
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(Error::usage("bad_level", "a confidence level lies between 0 and 1"));
        }
        if history.n_rows() == 0 {
            return Err(Error::data("no_rows", "the event history has no row"));
        }
        let together = share_clusters(history, groups);
        let sets: Vec<Vec<usize>> =
            if together { vec![(0..labels.len()).collect()] } else { (0..labels.len()).map(|g| vec![g]).collect() };
        let parts = sets.into_iter().map(|set| Part::new(history, groups, set)).collect();
        let z = Normal.quantile(0.5 + 0.5 * self.level)?;
        let states = history.states().to_vec();
        Ok(StateProbabilities { states, groups: labels, parts, z, transformation: self.transformation })
    }
}

fn share_clusters(history: &EventHistory, groups: &[u32]) -> bool {
    let mut pairs: Vec<(u32, u32)> = history.cluster().iter().copied().zip(groups.iter().copied()).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs.windows(2).any(|pair| pair[0].0 == pair[1].0)
}

/// Groups that are estimated together.
#[derive(Debug, Clone)]
struct Part {
    groups: Vec<usize>,
    process: Process,
    origin: Origin,
    path: Path,
}

impl Part {
    fn new(history: &EventHistory, groups: &[u32], set: Vec<usize>) -> Self {
        let n_states = history.states().len();
        let place = |row: usize| set.iter().position(|group| *group == groups[row] as usize);
        let rows: Vec<usize> = (0..history.n_rows()).filter(|&row| place(row).is_some()).collect();
        let offset = |row: usize| place(row).unwrap_or_default() * n_states;
        let process = Process::new(history, &rows, set.len() * n_states, offset);
        let origin = Origin::observed(history, &process, n_states);
        let path = path(&process, &origin, &[]);
        Self { groups: set, process, origin, path }
    }

    /// Probabilities, times in states and their covariance at `time`.
    fn at(&self, time: f64) -> Moments {
        let s = self.process.n_states;
        let (p, mut covariance, since) = match self.process.times.partition_point(|known| *known <= time) {
            0 => (self.origin.probability.clone(), self.origin.covariance(s), self.origin.time),
            after => {
                let kept = path(&self.process, &self.origin, &[after - 1]).covariance;
                let p = self.path.probability[(after - 1) * s..after * s].to_vec();
                (p, kept.into_iter().next().unwrap_or_default(), self.process.times[after - 1])
            }
        };
        carry(&mut covariance, s, (time - since).max(0.0));
        Moments { p, time_in: self.time_in(time), covariance }
    }

    /// ∫ p dt from the origin to `time`.
    fn time_in(&self, time: f64) -> Vec<f64> {
        let s = self.process.n_states;
        let (mut total, mut before) = (vec![0.0; s], (self.origin.time, &self.origin.probability[..]));
        let steps = self.process.times.iter().copied().zip(self.path.probability.chunks_exact(s));
        for (at, p) in steps.take_while(|(at, _)| *at <= time).chain([(time, &[][..])]) {
            let gap = (at - before.0).max(0.0);
            total.iter_mut().zip(before.1).for_each(|(sum, p)| *sum += p * gap);
            before = (at, p);
        }
        total
    }
}

/// The covariance of (p, J) when J has run on for `gap`.
fn carry(covariance: &mut [f64], s: usize, gap: f64) {
    let d = 2 * s;
    for i in 0..d {
        for h in 0..s {
            covariance[i * d + s + h] += covariance[i * d + h] * gap;
        }
    }
    for h in 0..s {
        for j in 0..d {
            covariance[(s + h) * d + j] += covariance[h * d + j] * gap;
        }
    }
}

impl Origin {
    /// The states in which rows are when the first of their group comes under observation.
    fn observed(history: &EventHistory, process: &Process, n_states: usize) -> Self {
        let blocks = process.n_states / n_states;
        let mut starts = vec![f64::INFINITY; blocks];
        for spell in &process.spells {
            let start = &mut starts[spell.from / n_states];
            *start = start.min(history.start()[spell.row]);
        }
        let first = |row: usize, from: usize| history.start()[row] <= starts[from / n_states];
        let mut weight = vec![0.0; process.n_states];
        for spell in process.spells.iter().filter(|spell| first(spell.row, spell.from)) {
            weight[spell.from] += spell.weight;
        }
        let total: Vec<f64> = weight.chunks_exact(n_states).map(|block| block.iter().sum()).collect();
        let share = |state: usize| if total[state / n_states] > 0.0 { weight[state] / total[state / n_states] } else { 0.0 };
        let probability: Vec<f64> = (0..process.n_states).map(share).collect();
        let time = starts.iter().copied().fold(f64::INFINITY, f64::min);
        let known = probability.iter().all(|p| *p <= 0.0 || *p >= 1.0);
        let mut influence = Vec::new();
        if !known {
            influence = vec![0.0; process.n_clusters * process.n_states];
            for spell in process.spells.iter().filter(|spell| first(spell.row, spell.from)) {
                let block = spell.from / n_states;
                let size = spell.weight / total[block];
                let own = &mut influence[spell.cluster * process.n_states..(spell.cluster + 1) * process.n_states];
                for state in block * n_states..(block + 1) * n_states {
                    own[state] += size * (f64::from(u8::from(state == spell.from)) - probability[state]);
                }
            }
        }
        Self { time, probability, influence }
    }

    /// The covariance of (p, J) at the origin.
    fn covariance(&self, s: usize) -> Vec<f64> {
        let mut covariance = vec![0.0; 4 * s * s];
        for own in self.influence.chunks_exact(s) {
            for h in 0..s {
                for j in 0..s {
                    covariance[h * 2 * s + j] += own[h] * own[j];
                }
            }
        }
        covariance
    }
}

#[derive(Debug, Clone)]
struct Moments {
    p: Vec<f64>,
    time_in: Vec<f64>,
    covariance: Vec<f64>,
}

/// The estimated probabilities of every state in every group.
#[derive(Debug, Clone)]
pub struct StateProbabilities {
    states: Vec<String>,
    groups: Vec<String>,
    parts: Vec<Part>,
    z: f64,
    transformation: Transformation,
}

/// A probability with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Occupation {
    /// The probability of being in the state.
    pub probability: f64,
    /// Its standard error, by the infinitesimal jackknife over clusters.
    pub std_error: f64,
    /// Its limits; `None` where the transformation has none.
    pub limits: Option<(f64, f64)>,
    /// Rows under observation just before, and in the state.
    pub n_at_risk: u32,
}

/// One group over time.
#[derive(Debug, Clone, Copy)]
pub struct Curve<'a> {
    of: &'a StateProbabilities,
    part: &'a Part,
    offset: usize,
}

impl StateProbabilities {
    /// The states.
    pub fn states(&self) -> &[String] {
        &self.states
    }

    /// The groups.
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// The curve of the group at the place `group`.
    ///
    /// # Errors
    /// `unknown_group`.
    pub fn curve(&self, group: usize) -> Result<Curve<'_>> {
        let place = |part: &Part| part.groups.iter().position(|known| *known == group);
        let found = self.parts.iter().find_map(|part| Some((part, place(part)?)));
        let (part, block) = found.ok_or_else(|| Error::usage("unknown_group", format!("there is no group {group}")))?;
        Ok(Curve { of: self, part, offset: block * self.states.len() })
    }

    /// Everything that can be asked about one time.
    ///
    /// # Errors
    /// `bad_time` when it is not a finite number.
    pub fn at(&self, time: f64) -> Result<AtTime<'_>> {
        if !time.is_finite() {
            return Err(Error::usage("bad_time", "the time is not a finite number"));
        }
        Ok(AtTime { of: self, time, moments: self.parts.iter().map(|part| part.at(time)).collect() })
    }

    fn state(&self, name: &str) -> Result<usize> {
        let unknown = || Error::usage("unknown_state", format!("there is no state `{name}`: {}", self.states.join(", ")));
        self.states.iter().position(|state| state == name).ok_or_else(unknown)
    }
}

impl Curve<'_> {
    /// The times of transition.
    pub fn times(&self) -> &[f64] {
        &self.part.process.times
    }

    /// The probability of `state` after the time at the place `k`.
    ///
    /// # Errors
    /// `unknown_state`; `unknown_time` when there are not as many times.
    pub fn occupation(&self, k: usize, state: &str) -> Result<Occupation> {
        let s = self.part.process.n_states;
        if k >= self.times().len() {
            return Err(Error::usage("unknown_time", format!("the curve has {} times", self.times().len())));
        }
        let at = k * s + self.offset + self.of.state(state)?;
        let (probability, std_error) = (self.part.path.probability[at], sqrt(self.part.path.variance[at]));
        let limits = self.of.transformation.limits(probability, std_error, self.of.z);
        Ok(Occupation { probability, std_error, limits, n_at_risk: self.part.process.n_at_risk[at] })
    }
}

/// The probabilities, and the times spent in each state until then, at one time.
#[derive(Debug, Clone)]
pub struct AtTime<'a> {
    of: &'a StateProbabilities,
    time: f64,
    moments: Vec<Moments>,
}

/// What is compared between groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantity {
    Probability,
    TimeIn,
}

impl AtTime<'_> {
    /// The probability of `state` in `group`.
    ///
    /// # Errors
    /// `unknown_group`, `unknown_state`.
    pub fn occupation(&self, group: usize, state: &str) -> Result<Occupation> {
        let (part, place) = self.place(group, state, Quantity::Probability)?;
        let moments = &self.moments[part];
        let (probability, std_error) = (moments.p[place], self.std_error(&[(part, place, 1.0)]));
        let process = &self.of.parts[part].process;
        let at_risk = |k: usize| process.n_at_risk[k * process.n_states + place];
        let next = process.times.partition_point(|known| *known < self.time);
        let limits = self.of.transformation.limits(probability, std_error, self.of.z);
        let n_at_risk = if next < process.times.len() { at_risk(next) } else { 0 };
        Ok(Occupation { probability, std_error, limits, n_at_risk })
    }

    /// The mean time spent in `state` by `group` from the origin until this time, as R's restricted mean.
    ///
    /// # Errors
    /// As [`AtTime::occupation`].
    pub fn time_in(&self, group: usize, state: &str) -> Result<Row> {
        let label = format!("time in {state}: {}", self.of.groups.get(group).cloned().unwrap_or_default());
        let (part, place) = self.place(group, state, Quantity::TimeIn)?;
        Ok(self.row(label, self.value(part, place), &[(part, place, 1.0)]))
    }

    /// The probability of `state` in group `first` less that in `second`; groups that share clusters are not taken to be
    /// independent.
    ///
    /// # Errors
    /// As [`AtTime::occupation`].
    pub fn difference(&self, state: &str, first: usize, second: usize) -> Result<Row> {
        self.compare(Quantity::Probability, state, first, second)
    }

    /// The mean time in `state` until this time in group `first` less that in `second`.
    ///
    /// # Errors
    /// As [`AtTime::occupation`].
    pub fn time_difference(&self, state: &str, first: usize, second: usize) -> Result<Row> {
        self.compare(Quantity::TimeIn, state, first, second)
    }

    /// ln of the ratio of the mean times in `state` until this time, group `first` to `second`.
    ///
    /// # Errors
    /// As [`AtTime::occupation`]; `no_time` when a mean is zero.
    pub fn log_time_ratio(&self, state: &str, first: usize, second: usize) -> Result<Row> {
        let (a, b) = (self.place(first, state, Quantity::TimeIn)?, self.place(second, state, Quantity::TimeIn)?);
        let (x, y) = (self.value(a.0, a.1), self.value(b.0, b.1));
        if x <= 0.0 || y <= 0.0 {
            return Err(Error::data("no_time", format!("no time is spent in `{state}` until then")));
        }
        let label = format!("ln time in {state}: {} / {}", self.of.groups[first], self.of.groups[second]);
        Ok(self.row(label, log(x) - log(y), &[(a.0, a.1, 1.0 / x), (b.0, b.1, -1.0 / y)]))
    }

    fn compare(&self, quantity: Quantity, state: &str, first: usize, second: usize) -> Result<Row> {
        let (a, b) = (self.place(first, state, quantity)?, self.place(second, state, quantity)?);
        let what = if quantity == Quantity::TimeIn { "time in " } else { "" };
        let label = format!("{what}{state}: {} - {}", self.of.groups[first], self.of.groups[second]);
        let estimate = self.value(a.0, a.1) - self.value(b.0, b.1);
        Ok(self.row(label, estimate, &[(a.0, a.1, 1.0), (b.0, b.1, -1.0)]))
    }

    /// The part of the group, and the place of the quantity among its probabilities and times.
    fn place(&self, group: usize, state: &str, quantity: Quantity) -> Result<(usize, usize)> {
        let curve = self.of.curve(group)?;
        let part = self.of.parts.iter().position(|part| std::ptr::eq(part, curve.part)).unwrap_or_default();
        let shift = if quantity == Quantity::TimeIn { curve.part.process.n_states } else { 0 };
        Ok((part, shift + curve.offset + self.of.state(state)?))
    }

    fn value(&self, part: usize, place: usize) -> f64 {
        let moments = &self.moments[part];
        moments.p.iter().chain(&moments.time_in).nth(place).copied().unwrap_or_default()
    }

    /// The standard error of Σ coefficient × quantity, over (part, place, coefficient).
    fn std_error(&self, terms: &[(usize, usize, f64)]) -> f64 {
        let mut variance = 0.0;
        for (part, i, a) in terms {
            let (covariance, d) = (&self.moments[*part].covariance, 2 * self.of.parts[*part].process.n_states);
            for (_, j, b) in terms.iter().filter(|(other, _, _)| other == part) {
                variance += a * b * covariance[i * d + j];
            }
        }
        sqrt(variance.max(0.0))
    }

    fn row(&self, term: String, estimate: f64, terms: &[(usize, usize, f64)]) -> Row {
        let std_error = self.std_error(terms);
        let statistic = if std_error > 0.0 { estimate / std_error } else { 0.0 };
        let half = self.of.z * std_error;
        Row {
            term,
            estimate,
            std_error,
            df: None,
            statistic,
            p_value: Normal.two_sided(statistic),
            conf_low: estimate - half,
            conf_high: estimate + half,
        }
    }
}

#[cfg(test)]
mod tests;
