//! The pairs that each row takes part in.

use super::fenwick::Fenwick;
use super::{Row, TimeWeight};
use crate::error::Result;

/// Pairs by what the two risks and the two times say, as weights.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PairCounts {
    /// The earlier event had the larger risk.
    pub concordant: f64,
    /// The earlier event had the smaller risk.
    pub discordant: f64,
    /// The risks were the same.
    pub tied_risk: f64,
    /// Both had their events at one time; not part of C.
    pub tied_time: f64,
    /// Both had their events at one time and the same risk; not part of C.
    pub tied_both: f64,
}

impl PairCounts {
    /// The pairs of `rows`, of which each is counted by both its members.
    pub(super) fn halved(per_row: &[[f64; 5]], rows: &[usize]) -> Self {
        let mut sums = [0.0; 5];
        for &row in rows {
            sums.iter_mut().zip(per_row[row]).for_each(|(sum, own)| *sum += 0.5 * own);
        }
        let [concordant, discordant, tied_risk, tied_time, tied_both] = sums;
        Self { concordant, discordant, tied_risk, tied_time, tied_both }
    }

    /// The pairs that C is a share of.
    pub fn usable(&self) -> f64 {
        self.concordant + self.discordant + self.tied_risk
    }
}

/// For each row of a stratum the weight of the pairs that it is in: concordant, discordant, tied in risk, in time, in both.
pub(super) fn count(rows: &[&Row], weight: TimeWeight, until: Option<f64>) -> Result<Vec<[f64; 5]>> {
    let counts = |row: &&&Row| row.event && row.weight > 0.0;
    let mut times: Vec<f64> = rows.iter().filter(counts).map(|row| row.stop).collect();
    times.sort_by(f64::total_cmp);
    times.dedup_by(|a, b| a.total_cmp(b).is_eq());
    let mut weights = weight.of(rows, &times)?;
    for (time, weight) in times.iter().zip(&mut weights) {
        if until.is_some_and(|until| *time > until) {
            *weight = 0.0;
        }
    }
    let mut risks: Vec<f64> = rows.iter().map(|row| row.risk).collect();
    risks.sort_by(f64::total_cmp);
    risks.dedup_by(|a, b| a.total_cmp(b).is_eq());
    let stratum = Stratum {
        rows,
        rank: rows.iter().map(|row| risks.partition_point(|risk| risk.total_cmp(&row.risk).is_lt())).collect(),
        n_ranks: risks.len(),
        place: rows.iter().map(|row| times.partition_point(|time| *time < row.stop)).collect(),
        times: &times,
        weights: &weights,
    };
    let mut found = vec![[0.0; 5]; rows.len()];
    stratum.as_events(&mut found);
    stratum.as_others(&mut found);
    Ok(found)
}

struct Stratum<'a> {
    rows: &'a [&'a Row],
    /// Of each row's risk.
    rank: Vec<usize>,
    n_ranks: usize,
    /// The first event time at which each row's own stop is reached.
    place: Vec<usize>,
    times: &'a [f64],
    weights: &'a [f64],
}

impl Stratum<'_> {
    fn is_event(&self, row: usize) -> bool {
        self.rows[row].event && self.rows[row].weight > 0.0
    }

    /// The event times at which a row is at risk without an event of its own: first..end.
    fn span(&self, row: usize) -> (usize, usize) {
        let first = self.times.partition_point(|time| *time <= self.rows[row].start);
        let end = self.times.partition_point(|time| *time <= self.rows[row].stop);
        (first, if self.is_event(row) { end - 1 } else { end })
    }

    /// The pairs in which a row has the event: from the last time to the first, against those at risk.
    fn as_events(&self, found: &mut [[f64; 5]]) {
        let n = self.times.len();
        let (mut entering, mut leaving, mut events) = (vec![Vec::new(); n], vec![Vec::new(); n], vec![Vec::new(); n]);
        for row in 0..self.rows.len() {
            let (first, end) = self.span(row);
            if first < end {
                entering[end - 1].push(row);
                leaving[first].push(row);
            }
            if self.is_event(row) {
                events[self.place[row]].push(row);
            }
        }
        let mut tree = Fenwick::new(self.n_ranks);
        for k in (0..n).rev() {
            entering[k].iter().for_each(|&row| tree.add(self.rank[row], self.rows[row].weight));
            for &row in &events[k] {
                let [below, same, above] = tree.around(self.rank[row]);
                for (sum, pairs) in found[row].iter_mut().zip([below, above, same]) {
                    *sum += self.weights[k] * pairs;
                }
            }
            leaving[k].iter().for_each(|&row| tree.add(self.rank[row], -self.rows[row].weight));
            self.tied(&mut events[k], self.weights[k], found);
        }
    }

    /// The pairs of events at one time.
    fn tied(&self, events: &mut [usize], weight: f64, found: &mut [[f64; 5]]) {
        events.sort_by_key(|&row| self.rank[row]);
        let sum = |rows: &[usize]| rows.iter().map(|&row| self.rows[row].weight).sum::<f64>();
        let all = sum(events);
        for same in events.chunk_by(|&a, &b| self.rank[a] == self.rank[b]) {
            let own = sum(same);
            for &row in same {
                found[row][3] += weight * (all - own);
                found[row][4] += weight * (own - self.rows[row].weight);
            }
        }
    }

    /// The pairs in which another has the event: the events until a row leaves less those before it came.
    fn as_others(&self, found: &mut [[f64; 5]]) {
        let n = self.times.len();
        let (mut adding, mut asking) = (vec![Vec::new(); n + 1], vec![Vec::new(); n + 1]);
        for row in 0..self.rows.len() {
            if self.is_event(row) {
                adding[self.place[row] + 1].push(row);
            }
            let (first, end) = self.span(row);
            if first < end {
                asking[end].push((row, 1.0));
                asking[first].push((row, -1.0));
            }
        }
        let mut tree = Fenwick::new(self.n_ranks);
        for k in 0..=n {
            for &row in &adding[k] {
                tree.add(self.rank[row], self.weights[k - 1] * self.rows[row].weight);
            }
            for &(row, sign) in &asking[k] {
                let [below, same, above] = tree.around(self.rank[row]);
                // The event's risk above this row's is what is expected.
                for (sum, pairs) in found[row].iter_mut().zip([above, below, same]) {
                    *sum += sign * pairs;
                }
            }
        }
    }
}
