//! Products with what clusters share, for several directions in one sweep over the rows.

use super::Penalised;
use super::newton::Solved;

/// Directions in one sweep: a group's are one line of the cache.
pub(super) const LANES: usize = 8;

type Lanes = [f64; LANES];

impl Penalised {
    /// `scale` Z'(Σ w̄ p p')Z times up to [`LANES`] directions, for one effect a group; effects × directions by columns.
    pub(super) fn shared_lanes(&self, solved: &Solved, scale: f64, directions: &[f64]) -> Vec<f64> {
        let (q, group) = (self.effects.len(), &self.effects.terms[0].group);
        let mut b: Vec<Lanes> = vec![[0.0; LANES]; q];
        for (lane, direction) in directions.chunks_exact(q).enumerate() {
            b.iter_mut().zip(direction).for_each(|(own, value)| own[lane] = *value);
        }
        let shared = self.shared_slots(solved, &b);
        let mut sums: Vec<Lanes> = vec![[0.0; LANES]; q];
        let (sets, risk) = (&self.sets, &solved.state.risk);
        for (at, group) in group.iter().enumerate() {
            let (first, end) = (sets.first[at] as usize, sets.end[at] as usize);
            let (r, own) = (risk[at], &mut sums[*group as usize]);
            let (from, until) = (&shared[first].0, &shared[end].0);
            (0..LANES).for_each(|lane| own[lane] += r * (until[lane] - from[lane]));
            if sets.event[at] {
                let part = &shared[end - 1].1;
                (0..LANES).for_each(|lane| own[lane] -= r * part[lane]);
            }
        }
        let lanes = directions.len() / q;
        (0..lanes).flat_map(|lane| sums.iter().map(move |own| scale * own[lane])).collect()
    }

    /// For each slot what has been passed through before it, and the part of its own that its events do not pass through.
    fn shared_slots(&self, solved: &Solved, b: &[Lanes]) -> Vec<(Lanes, Lanes)> {
        let (sets, state, group) = (&self.sets, &solved.state, &self.effects.terms[0].group);
        let mut shared = vec![([0.0; LANES], [0.0; LANES]); sets.n_slots()];
        let add = |sum: &mut Lanes, at: usize, sign: f64| {
            let (r, b) = (sign * state.risk[at], &b[group[at] as usize]);
            (0..LANES).for_each(|lane| sum[lane] += r * b[lane]);
        };
        for stratum in &sets.strata {
            let mut sum = [0.0; LANES];
            let mut late = stratum.late.iter().map(|&at| at as usize).peekable();
            for slot in stratum.slots.clone().rev() {
                let mut events = [0.0; LANES];
                for at in sets.leaving(slot).filter(|&at| sets.first[at] < sets.end[at]) {
                    add(&mut sum, at, 1.0);
                    if sets.event[at] {
                        add(&mut events, at, 1.0);
                    }
                }
                while let Some(at) = late.next_if(|&at| sets.first[at] as usize > slot) {
                    add(&mut sum, at, -1.0);
                }
                let [g0, g1, g2] = state.steps[slot].second;
                let (step, part) = &mut shared[slot];
                (0..LANES).for_each(|lane| step[lane] = g0 * sum[lane] - g1 * events[lane]);
                (0..LANES).for_each(|lane| part[lane] = g1 * sum[lane] - g2 * events[lane]);
            }
            let mut until = [0.0; LANES];
            for (step, _) in &mut shared[stratum.slots.start..=stratum.slots.end] {
                let before = until;
                (0..LANES).for_each(|lane| until[lane] += step[lane]);
                *step = before;
            }
        }
        shared
    }
}
