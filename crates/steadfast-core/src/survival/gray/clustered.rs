//! The covariance of the differences from the clusters' own contributions.

use nalgebra::DMatrix;

use super::super::influence::{Drift, Origin, influences_with};
use super::super::part::{Moments, passage, stretch};
use super::super::process::{Passage, Process, Stretch};
use super::counts::{Counts, Instant};
use crate::event_history::EventHistory;

/// Free, passed to the state of interest, passed to another; then a count for each group.
const STATES: usize = 3;

/// Z_g = Σ_h ∫ W_gh dF_h / (1 − F_h) with W_gh = L (1{g = h} − R_g/R) R_h taken as known; the rest is a functional of the
/// groups' Aalen–Johansen curves, whose influences are followed: dF_h/(1 − F_h) moves with dF_h and, through the slope dF_h/(1 − F_h)², with F_h.
pub(super) fn covariance(
    history: &EventHistory,
    strata: &[(Vec<Vec<usize>>, Counts)],
    state: u32,
    groups: usize,
) -> DMatrix<f64> {
    let parts = strata.iter().flat_map(|(rows, counts)| {
        rows.iter().enumerate().filter(|(_, rows)| !rows.is_empty()).map(move |(h, rows)| (h, rows, counts))
    });
    let (mut processes, mut found) = (Vec::new(), Vec::new());
    for (h, rows, counts) in parts {
        let (process, drifts) = part(history, rows, state, h, counts);
        let mut probability = vec![0.0; STATES + groups];
        probability[0] = 1.0;
        // Nothing is asked about times in states: any time before the first will do.
        let time = process.times.first().copied().unwrap_or_default();
        let origin = Origin { time, probability, influence: Vec::new() };
        let end = process.times.last().copied().unwrap_or_default();
        found.push(influences_with(&process, &origin, end, &drifts));
        processes.push(process);
    }
    let moments = Moments::joined(&processes.iter().collect::<Vec<_>>(), found);
    let width = 2 * (STATES + groups);
    DMatrix::from_fn(groups, groups, |i, j| {
        let all = |of: usize| (0..processes.len()).map(move |part| part * width + STATES + of);
        all(i).flat_map(|a| all(j).map(move |b| (a, b))).map(|at| moments.covariance[at]).sum()
    })
}

fn part(history: &EventHistory, rows: &[usize], state: u32, h: usize, counts: &Counts) -> (Process, Vec<Drift>) {
    let stretches: Vec<Stretch> = rows.iter().map(|&row| Stretch { state: 0, ..stretch(history, row) }).collect();
    let mut passages = Vec::new();
    for leaving in rows.iter().filter_map(|&row| passage(history, row)) {
        let caused = leaving.to == state;
        let leaving = Passage { from: 0, to: if caused { 1 } else { 2 }, ..leaving };
        passages.push(leaving);
        let place = counts.instants.partition_point(|now| now.time < leaving.time);
        for g in (0..counts.groups).filter(|_| caused) {
            let now = &counts.instants[place];
            let size = weight(now, g, h) / (1.0 - now.incidence[h]);
            passages.push(Passage { to: (STATES + g) as u32, leaves: false, size, ..leaving });
        }
    }
    let process = Process::new(STATES + counts.groups, &stretches, &passages);
    let mut drifts = Vec::new();
    for now in counts.instants.iter().filter(|now| now.caused[h] > 0.0 && now.at_risk[h] > 0.0) {
        let k = process.times.partition_point(|time| *time < now.time);
        let left = 1.0 - now.incidence[h];
        let added = now.free[h] * now.caused[h] / now.at_risk[h];
        let drift = |g: usize| Drift { k, from: 1, to: STATES + g, value: weight(now, g, h) * added / (left * left) };
        drifts.extend((0..counts.groups).map(drift));
    }
    (process, drifts)
}

/// L (1{g = h} − R_g/R) R_h.
fn weight(now: &Instant, g: usize, h: usize) -> f64 {
    let all = now.all_at_risk_of();
    let is = f64::from(u8::from(g == h));
    if all > 0.0 { now.weight * (is - now.at_risk_of(g) / all) * now.at_risk_of(h) } else { 0.0 }
}
