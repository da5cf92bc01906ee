//! The mean number of events that recur until each time, where death, adoption or another end may stop them for good.
//!
//! ```
//! use steadfast_core::event_history::{Columns, RecurrentHistory};
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::survival::MeanCumulative;
//!
//! // Two children: moves after 3 and 7 months, then adopted after 9; no move within 12 months.
//! let frame = Frame::new(vec![
//!     Column::integer("child", vec![1, 1, 1, 2]),
//!     Column::float("month", vec![3.0, 7.0, 9.0, 12.0]),
//!     Column::factor("event", ["move", "move", "adopted", "none"]),
//! ])?;
//! let columns = Columns::new("month", "event").subject("child").censored("none");
//! let history = RecurrentHistory::from_frame(&frame, &columns, &["adopted"])?;
//! let moves = MeanCumulative::new().estimate(&history)?;
//! assert_eq!(moves.at(12.0)?.mean(0)?.estimate, 1.0);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod at_time;
mod rows;
mod score;

pub use at_time::MeanAt;
pub use score::{MeanTest, MeanWeight};

use super::cumulative::{Cumulative, Growth};
use super::limits::CumulativeScale;
use super::nelson_aalen::{TiedHazards, at_risk, counted, poisson};
use super::part::{Moments, Part, normal_width, rows_by_group};
use super::process::Process;
use crate::error::{Error, Result};
use crate::event_history::RecurrentHistory;
use crate::frame::Factor;
use rows::{COUNT, Group, STATES};

/// What a state that ends all events means for their mean number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Ending {
    /// Nobody has events afterwards: μ(t) = ∫ S(u−) dR(u), the mean number that people have.
    ///
    /// # Source
    /// Ghosh and Lin 2000, Biometrics 56:554; Cook and Lawless 1997, Statistics in Medicine 16:911.
    #[default]
    Terminal,
    /// It ends observation only: μ(t) = ∫ dR(u), the number that people would have if it did not end them and they went on as
    /// those who are left. A plan that asks for this owes a reason.
    Censored,
}

/// Where the variance of a mean number comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MeanVariance {
    /// The infinitesimal jackknife over clusters; without an end it is that of Lawless and Nadeau.
    ///
    /// # Source
    /// Lawless and Nadeau 1995, Technometrics 37:158, eq. 2.7.
    #[default]
    Jackknife,
    /// As it is in print: the part of the ends is divided by all at risk, as in Nelson's variance, where the jackknife divides by those who
    /// stay, as Greenwood's does. R's `mets::recurrentMarginal`. Without an end it is the jackknife.
    ///
    /// # Source
    /// Ghosh and Lin 2000, Biometrics 56:554, section 2.
    GhoshLin,
    /// Σ d/Y²: the events of a Poisson process, and people alike.
    Poisson,
    /// Σ (N_i(t) − μ(t))² / (m (m − 1)) over the m clusters, whoever is still observed: right when all are followed to the end. reda's `CSV`.
    ///
    /// # Source
    /// Cook and Lawless 2007, The Statistical Analysis of Recurrent Events, section 3.2.
    Sample,
}

impl MeanVariance {
    /// Whether it comes from the influences of clusters.
    fn is_of_clusters(self) -> bool {
        matches!(self, Self::Jackknife | Self::GhoshLin)
    }

    /// `process` with the influences that belong to this variance.
    fn of(self, process: Process) -> Process {
        if self == Self::GhoshLin { process.with_exponential_departures() } else { process }
    }
}

/// The specification of a mean number of events.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanCumulative {
    kinds: Vec<String>,
    ending: Ending,
    variance: MeanVariance,
    scale: CumulativeScale,
    level: f64,
}

impl Default for MeanCumulative {
    fn default() -> Self {
        Self {
            kinds: Vec::new(),
            ending: Ending::default(),
            variance: MeanVariance::default(),
            scale: CumulativeScale::Plain,
            level: 0.95,
        }
    }
}

impl MeanCumulative {
    /// Events of all kinds, ends that are terminal, errors by the jackknife, limits of 95 % symmetric for the number itself.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts events of `kind`; of several kinds when called again.
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kinds.push(kind.into());
        self
    }

    /// States that end all events count as `ending` says.
    pub fn ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }

    /// The variance as `variance` says.
    pub fn variance(mut self, variance: MeanVariance) -> Self {
        self.variance = variance;
        self
    }

    /// Limits symmetric on `scale`.
    pub fn scale(mut self, scale: CumulativeScale) -> Self {
        self.scale = scale;
        self
    }

    /// Limits that hold with probability `level`.
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// The mean number of all rows together.
    ///
    /// # Errors
    /// `no_rows`, `bad_level`; `unknown_kind` for events that there are not; `terminal_needs_jackknife` when another variance is asked
    /// for where events can end.
    pub fn estimate(&self, history: &RecurrentHistory) -> Result<MeanCounts> {
        let rows = (0..history.observation().n_rows()).collect();
        self.groups(history, vec!["all".to_owned()], &[rows])
    }

    /// The mean number in each level of `groups`, which has one element for each row of the [`RecurrentHistory::observation`].
    ///
    /// # Errors
    /// As [`MeanCumulative::estimate`]; `unequal_lengths`; `absent_group` when a row has no group.
    pub fn by_group(&self, history: &RecurrentHistory, groups: &Factor) -> Result<MeanCounts> {
        let rows = rows_by_group(groups, history.observation().source())?;
        self.groups(history, groups.levels().to_vec(), &rows)
    }

    fn groups(&self, history: &RecurrentHistory, groups: Vec<String>, rows: &[Vec<usize>]) -> Result<MeanCounts> {
        let z = normal_width(self.level)?;
        let found = self.read(history, rows)?;
        let ends = found.iter().any(|group| group.passages.iter().any(|passage| passage.leaves));
        if ends && !self.variance.is_of_clusters() {
            let message = "where events can end, the error of their mean number is that of the jackknife";
            return Err(Error::usage("terminal_needs_jackknife", message));
        }
        let process = |group: &Group| self.variance.of(Process::new(STATES, &group.stretches, &group.passages));
        let parts: Vec<Part> = found.iter().map(|group| Part::known(process(group), group.start, certain())).collect();
        let curves = parts.iter().zip(&found).map(|(part, group)| self.growth(part, group)).collect();
        Ok(MeanCounts { groups, parts, curves, z, scale: self.scale, variance: self.variance })
    }

    fn growth(&self, part: &Part, group: &Group) -> Growth {
        match self.variance {
            MeanVariance::Jackknife | MeanVariance::GhoshLin => counted(part.clone(), COUNT),
            MeanVariance::Poisson => poisson(part.process.clone(), TiedHazards::Together),
            MeanVariance::Sample => {
                let estimate: Vec<f64> = part.path.probability.iter().skip(COUNT).step_by(STATES).copied().collect();
                let variance = rows::sample_variance(&part.process, group, &estimate);
                Growth { estimate, variance, ..at_risk(part.process.clone(), COUNT) }
            }
        }
    }

    /// The rows of each group, as this specification sees them.
    fn read(&self, history: &RecurrentHistory, rows: &[Vec<usize>]) -> Result<Vec<Group>> {
        if history.observation().n_rows() == 0 {
            return Err(Error::data("no_rows", "the event history has no row"));
        }
        if let Some(unknown) = self.kinds.iter().find(|kind| !history.kinds().contains(kind)) {
            return Err(Error::usage("unknown_kind", format!("there are no events `{unknown}`")));
        }
        let counts: Vec<bool> =
            history.kinds().iter().map(|kind| self.kinds.is_empty() || self.kinds.contains(kind)).collect();
        Ok(rows::groups(history, rows, &counts, self.ending))
    }
}

/// Everybody starts under observation, without any event.
fn certain() -> Vec<f64> {
    vec![1.0, 0.0, 0.0]
}

/// The mean number of events in every group.
#[derive(Debug, Clone)]
pub struct MeanCounts {
    groups: Vec<String>,
    parts: Vec<Part>,
    curves: Vec<Growth>,
    z: f64,
    scale: CumulativeScale,
    variance: MeanVariance,
}

impl MeanCounts {
    /// The groups.
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// The curve of the group at the place `group`.
    ///
    /// # Errors
    /// `unknown_group`.
    pub fn curve(&self, group: usize) -> Result<MeanCurve<'_>> {
        let curve = self.curves.get(group);
        let curve = curve.ok_or_else(|| Error::usage("unknown_group", format!("there is no group {group}")))?;
        Ok(MeanCurve { of: self, curve })
    }

    /// Everything that can be asked about one time.
    ///
    /// # Errors
    /// `bad_time` when it is not a finite number.
    pub fn at(&self, time: f64) -> Result<MeanAt<'_>> {
        if !time.is_finite() {
            return Err(Error::usage("bad_time", "the time is not a finite number"));
        }
        let mut moments = Moments::new(&self.parts, time);
        if !self.variance.is_of_clusters() {
            moments.covariance.fill(0.0);
            for (group, curve) in self.curves.iter().enumerate() {
                let at = MeanAt::place(group);
                let k = curve.times.partition_point(|known| *known <= time);
                moments.covariance[(at, at)] = if k == 0 { 0.0 } else { curve.variance[k - 1] };
            }
        }
        Ok(MeanAt { of: self, time, moments })
    }
}

/// One group over time.
#[derive(Debug, Clone, Copy)]
pub struct MeanCurve<'a> {
    of: &'a MeanCounts,
    curve: &'a Growth,
}

impl MeanCurve<'_> {
    /// The times of events and of ends.
    pub fn times(&self) -> &[f64] {
        &self.curve.times
    }

    /// The mean number of events until the time at the place `k`.
    ///
    /// # Errors
    /// `unknown_time` when there are not as many times.
    pub fn mean(&self, k: usize) -> Result<Cumulative> {
        self.curve.at(k, self.of.scale, self.of.z)
    }
}

#[cfg(test)]
mod tests;
