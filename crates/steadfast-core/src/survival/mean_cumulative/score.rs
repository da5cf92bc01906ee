//! Whether groups have the same mean number of events: pseudo-score tests, with ends and clusters.

use nalgebra::{DMatrix, DVector};

use super::super::influence::Origin;
use super::super::part::{Moments, chi_squared, one_group, rows_by_group};
use super::super::process::{Passage, Process};
use super::rows::{COUNT, Group};
use super::{MeanCumulative, MeanVariance};
use crate::error::{Error, Result};
use crate::event_history::RecurrentHistory;
use crate::frame::Factor;
use crate::report::FTest;

/// How much a difference counts when it arises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MeanWeight {
    /// The same at all times.
    #[default]
    Constant,
    /// 1 − t/τ, τ being the last time of observation: the earlier, the more.
    Linear,
}

/// The weighted differences between groups, and the test that they come by chance.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanTest {
    /// Z of each group: what it has more than its share; they add up to zero.
    pub difference: Vec<f64>,
    /// Their covariance, groups × groups.
    pub covariance: DMatrix<f64>,
    /// χ² with one degree of freedom less than there are groups.
    pub test: FTest,
}

impl MeanCumulative {
    /// The test that the mean numbers of `groups` grow alike, one element for each row of the [`RecurrentHistory::observation`]:
    ///
    /// ```text
    /// Z_g = Σ_h ∫ w (1{g = h} − Y_g/Y) Y_h dμ_h
    /// ```
    ///
    /// which for two groups is ∫ w Y_1 Y_2 / (Y_1 + Y_2) d(μ_1 − μ_2). The covariance is that of the clusters' own contributions, each
    /// about the mean of its group; clusters may be in several groups.
    ///
    /// # Errors
    /// As [`MeanCumulative::by_group`]; `one_group`; `unsupported_variance` unless errors are by the jackknife; `no_events`; `no_reference`
    /// when groups are never at risk together.
    ///
    /// # Source
    /// Lawless and Nadeau 1995, Technometrics 37:158, section 3; Cook, Lawless and Nadeau 1996, Biometrics 52:557, eq. 3; with an end, Ghosh and
    /// Lin 2000, section 3.
    pub fn test(&self, history: &RecurrentHistory, groups: &Factor, weight: MeanWeight) -> Result<MeanTest> {
        let g = groups.levels().len();
        if g < 2 {
            return Err(one_group());
        }
        if !self.variance.is_of_clusters() {
            return Err(Error::usage("unsupported_variance", "the test takes its covariance from clusters"));
        }
        let found = self.read(history, &rows_by_group(groups, history.observation().source())?)?;
        let end = history.observation().stop().iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weighted = |time: f64| if weight == MeanWeight::Linear { 1.0 - time / end } else { 1.0 };
        let parts = Weighted { groups: &found, at_risk: at_risk(&found), variance: self.variance }.parts(weighted);
        let moments = Moments::of(parts.iter().map(|(process, origin)| (process, origin)), end);
        let place = |h: usize, of: usize| h * 2 * (COUNT + g) + COUNT + of;
        let sum = |of: usize| (0..g).map(|h| moments.value[place(h, of)]).sum();
        let difference: Vec<f64> = (0..g).map(sum).collect();
        let covariance = DMatrix::from_fn(g, g, |i, j| {
            let pairs = (0..g).flat_map(|h| (0..g).map(move |l| (h, l)));
            pairs.map(|(h, l)| moments.covariance[(place(h, i), place(l, j))]).sum()
        });
        if found.iter().all(|group| group.passages.iter().all(|passage| passage.leaves)) {
            return Err(Error::data("no_events", "nobody has an event"));
        }
        let rest = DVector::from_column_slice(&difference[..g - 1]);
        let inner = covariance.view((0, 0), (g - 1, g - 1)).into_owned();
        let message = "some groups are never at risk together with others";
        let test = chi_squared("pseudo-score", &rest, inner, message)?;
        Ok(MeanTest { difference, covariance, test })
    }
}

/// Weight at risk in each group before any time.
struct AtRisk {
    /// The starts and the stops of each group, each ascending, with the weight of all up to them.
    starts: Vec<Steps>,
    stops: Vec<Steps>,
}

/// Times, ascending, and the sum of weights up to each.
type Steps = (Vec<f64>, Vec<f64>);

fn at_risk(groups: &[Group]) -> AtRisk {
    let steps = |time: fn(&super::super::process::Stretch) -> f64| -> Vec<Steps> {
        let of = |group: &Group| {
            let mut all: Vec<(f64, f64)> =
                group.stretches.iter().map(|stretch| (time(stretch), stretch.weight)).collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            let sums = all.iter().scan(0.0, |sum, (_, weight)| {
                *sum += weight;
                Some(*sum)
            });
            let sums = sums.collect();
            (all.into_iter().map(|(time, _)| time).collect(), sums)
        };
        groups.iter().map(of).collect()
    };
    AtRisk { starts: steps(|stretch| stretch.start), stops: steps(|stretch| stretch.stop) }
}

impl AtRisk {
    /// Those of `group` who started before `time` and did not stop before it.
    fn before(&self, group: usize, time: f64) -> f64 {
        let until = |(times, sums): &Steps| match times.partition_point(|known| *known < time) {
            0 => 0.0,
            n => sums[n - 1],
        };
        until(&self.starts[group]) - until(&self.stops[group])
    }
}

struct Weighted<'a> {
    groups: &'a [Group],
    at_risk: AtRisk,
    variance: MeanVariance,
}

impl Weighted<'_> {
    /// Of each group h a process with a count for each group g, of which an event adds w (1{g = h} − Y_g/Y) Y_h.
    fn parts(&self, weight: impl Fn(f64) -> f64) -> Vec<(Process, Origin)> {
        let g = self.groups.len();
        let part = |(h, group): (usize, &Group)| {
            let mut passages: Vec<Passage> = group.passages.iter().filter(|passage| passage.leaves).copied().collect();
            for event in group.passages.iter().filter(|passage| !passage.leaves) {
                let y: Vec<f64> = (0..g).map(|of| self.at_risk.before(of, event.time)).collect();
                let total: f64 = y.iter().sum();
                for (of, own) in y.iter().enumerate().filter(|_| total > 0.0) {
                    let is = f64::from(u8::from(of == h));
                    let size = weight(event.time) * (is - own / total) * y[h];
                    passages.push(Passage { to: (COUNT + of) as u32, size, ..*event });
                }
            }
            let mut probability = vec![0.0; COUNT + g];
            probability[0] = 1.0;
            let origin = Origin { time: group.start, probability, influence: Vec::new() };
            (self.variance.of(Process::new(COUNT + g, &group.stretches, &passages)), origin)
        };
        self.groups.iter().enumerate().map(part).collect()
    }
}
