//! From a history of events that recur to processes whose last state is a count.

use super::super::part::{passage, stretch};
use super::super::process::{Passage, Process, Stretch};
use super::Ending;
use crate::event_history::RecurrentHistory;

/// Under observation; ended; the number of events.
pub(super) const STATES: usize = 3;
/// The place of the number of events.
pub(super) const COUNT: usize = 2;

/// The rows of one group.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) stretches: Vec<Stretch>,
    pub(super) passages: Vec<Passage>,
    /// When the first of them comes under observation.
    pub(super) start: f64,
}

/// The rows of each group; `counts` says which kinds of events do.
pub(super) fn groups(history: &RecurrentHistory, rows: &[Vec<usize>], counts: &[bool], ending: Ending) -> Vec<Group> {
    let observation = history.observation();
    let mut group = vec![0; observation.n_rows()];
    let mut found = Vec::with_capacity(rows.len());
    for (at, rows) in rows.iter().enumerate() {
        let stretches: Vec<Stretch> =
            rows.iter().map(|&row| Stretch { state: 0, ..stretch(observation, row) }).collect();
        let ends = rows.iter().filter_map(|&row| passage(observation, row)).filter(|_| ending == Ending::Terminal);
        let passages = ends.map(|passage| Passage { to: 1, ..passage }).collect();
        let start = stretches.iter().map(|stretch| stretch.start).fold(f64::INFINITY, f64::min);
        rows.iter().for_each(|&row| group[row] = at);
        found.push(Group { stretches, passages, start });
    }
    for event in history.events().iter().filter(|event| counts[event.kind as usize]) {
        let row = event.row as usize;
        let (weight, cluster) = (observation.weight()[row], observation.cluster()[row]);
        let count = Passage { time: event.time, from: 0, to: COUNT as u32, leaves: false, size: 1.0, weight, cluster };
        found[group[row]].passages.push(count);
    }
    found
}

/// Σ (N_i − μ)² / (m (m − 1)) after each time, over the m clusters, from Σ N_i and Σ N_i².
pub(super) fn sample_variance(process: &Process, group: &Group, mean: &[f64]) -> Vec<f64> {
    let mut clusters: Vec<u32> = group.stretches.iter().map(|stretch| stretch.cluster).collect();
    clusters.sort_unstable();
    clusters.dedup();
    let m = clusters.len() as f64;
    let mut number = vec![0.0; clusters.len()];
    let (mut sum, mut squares) = (0.0, 0.0);
    let mut variance = Vec::with_capacity(mean.len());
    for (k, mean) in mean.iter().enumerate() {
        for mover in process.movers(k).iter().filter(|mover| mover.to as usize == COUNT) {
            let own: &mut f64 = &mut number[mover.cluster as usize];
            squares += mover.weight * (2.0 * *own + mover.weight);
            sum += mover.weight;
            *own += mover.weight;
        }
        let spread = squares - 2.0 * mean * sum + m * mean * mean;
        variance.push(if m > 1.0 { spread.max(0.0) / (m * (m - 1.0)) } else { 0.0 });
    }
    variance
}
