//! Groups that are estimated by one sweep, from the rows to everything known about one time.

use super::super::influence::{Origin, Path, path};
use super::super::process::Process;
use crate::event_history::EventHistory;

/// Groups that are estimated together.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Their places among all groups.
    pub(super) groups: Vec<usize>,
    pub(super) process: Process,
    pub(super) origin: Origin,
    pub(super) path: Path,
}

impl Part {
    pub(super) fn new(history: &EventHistory, groups: &[u32], set: Vec<usize>) -> Self {
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
    pub(super) fn at(&self, time: f64) -> Moments {
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
        let share =
            |state: usize| if total[state / n_states] > 0.0 { weight[state] / total[state / n_states] } else { 0.0 };
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

/// What is known about one time.
#[derive(Debug, Clone)]
pub(super) struct Moments {
    /// Probabilities, length s.
    pub(super) p: Vec<f64>,
    /// Mean times in the states until then, length s.
    pub(super) time_in: Vec<f64>,
    /// The covariance of both, 2s × 2s.
    pub(super) covariance: Vec<f64>,
}
