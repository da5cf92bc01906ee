//! What happens in one stratum, time by time.

use libm::pow;

use crate::event_history::EventHistory;

/// One stratum at the times at which somebody leaves.
pub(super) struct Counts {
    pub(super) groups: usize,
    pub(super) instants: Vec<Instant>,
}

/// One time; vectors have an element for each group.
pub(super) struct Instant {
    pub(super) time: f64,
    /// Rows at risk just before.
    pub(super) at_risk: Vec<f64>,
    /// Those who pass to the state of interest.
    pub(super) caused: Vec<f64>,
    /// Those who pass to another.
    pub(super) other: Vec<f64>,
    /// S, the probability of having passed to none, before and after.
    pub(super) free: Vec<f64>,
    pub(super) free_after: Vec<f64>,
    /// F, the cumulative incidence of the state of interest, before.
    pub(super) incidence: Vec<f64>,
    /// F of all groups as if they were one, before and after: dF = Σ caused / Σ Y/S.
    pub(super) pooled: f64,
    pub(super) pooled_after: f64,
    /// L, the weight of differences.
    pub(super) weight: f64,
}

impl Counts {
    /// The `rows` of each group of a stratum.
    pub(super) fn new(history: &EventHistory, rows: &[Vec<usize>], state: u32, rho: f64) -> Self {
        let n = rows.len();
        let mut times: Vec<f64> =
            rows.iter().flatten().filter(|row| history.to(**row).is_some()).map(|&row| history.stop()[row]).collect();
        times.sort_by(f64::total_cmp);
        times.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let zeros = || vec![vec![0.0; n]; times.len() + 1];
        let (mut at_risk, mut caused, mut other) = (zeros(), zeros(), zeros());
        let until = |time: f64| times.partition_point(|known| *known <= time);
        for (group, rows) in rows.iter().enumerate() {
            for &row in rows {
                let (first, end) = (until(history.start()[row]), until(history.stop()[row]));
                at_risk[first][group] += 1.0;
                at_risk[end][group] -= 1.0;
                if let Some(to) = history.to(row) {
                    let place = if to == state { &mut caused } else { &mut other };
                    place[end - 1][group] += 1.0;
                }
            }
        }
        let mut found = Self { groups: n, instants: Vec::with_capacity(times.len()) };
        let mut y = vec![0.0; n];
        for (k, time) in times.into_iter().enumerate() {
            y.iter_mut().zip(&at_risk[k]).for_each(|(sum, change)| *sum += change);
            found.push(time, &y, std::mem::take(&mut caused[k]), std::mem::take(&mut other[k]), rho);
        }
        found
    }

    fn push(&mut self, time: f64, y: &[f64], caused: Vec<f64>, other: Vec<f64>, rho: f64) {
        let before = self.instants.last();
        let free = before.map_or_else(|| vec![1.0; y.len()], |last| last.free_after.clone());
        let incidence = before.map_or_else(|| vec![0.0; y.len()], Instant::incidence_after);
        let pooled = before.map_or(0.0, |last| last.pooled_after);
        let after = |g: usize| if y[g] > 0.0 { free[g] * (y[g] - caused[g] - other[g]) / y[g] } else { free[g] };
        let free_after = (0..y.len()).map(after).collect();
        let weight = pow(1.0 - pooled, rho);
        let mut now = Instant {
            time,
            at_risk: y.to_vec(),
            caused,
            other,
            free,
            free_after,
            incidence,
            pooled,
            pooled_after: pooled,
            weight,
        };
        let total: f64 = (0..y.len()).map(|g| now.exposure(g)).sum();
        if total > 0.0 {
            now.pooled_after += now.caused.iter().sum::<f64>() / total;
        }
        self.instants.push(now);
    }

    /// Whether nobody passes to the state of interest.
    pub(super) fn no_events(&self) -> bool {
        self.instants.iter().all(|now| now.caused.iter().all(|caused| *caused <= 0.0))
    }
}

impl Instant {
    fn incidence_after(&self) -> Vec<f64> {
        let added = |g: usize| {
            if self.at_risk[g] > 0.0 { self.free[g] * self.caused[g] / self.at_risk[g] } else { 0.0 }
        };
        (0..self.at_risk.len()).map(|g| self.incidence[g] + added(g)).collect()
    }

    /// Y/S, those who would be at risk if nobody had left.
    pub(super) fn exposure(&self, g: usize) -> f64 {
        if self.at_risk[g] > 0.0 && self.free[g] > 0.0 { self.at_risk[g] / self.free[g] } else { 0.0 }
    }

    /// R = Y (1 − F)/S, those at risk of the subdistribution.
    pub(super) fn at_risk_of(&self, g: usize) -> f64 {
        self.exposure(g) * (1.0 - self.incidence[g])
    }

    /// R of all groups.
    pub(super) fn all_at_risk_of(&self) -> f64 {
        (0..self.at_risk.len()).map(|g| self.at_risk_of(g)).sum()
    }
}
