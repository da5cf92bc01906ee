//! Rows of an event history as a counting process: the times of transition, who is at risk at each, and who moves.

use crate::event_history::EventHistory;

/// A row as the process sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spell {
    /// The row of the history.
    pub(super) row: usize,
    /// The first time of transition at which the row is at risk.
    pub(super) first: usize,
    /// One past the last time of transition at which it is.
    pub(super) end: usize,
    /// The state of the row.
    pub(super) from: usize,
    /// The state that it passes to, at the last of its times.
    pub(super) to: Option<usize>,
    /// Its weight.
    pub(super) weight: f64,
    /// Its cluster.
    pub(super) cluster: usize,
}

/// The transitions of a set of rows in the order of time.
#[derive(Debug, Clone)]
pub(super) struct Process {
    pub(super) n_states: usize,
    pub(super) n_clusters: usize,
    /// The distinct times of transition, ascending.
    pub(super) times: Vec<f64>,
    /// The rows, in an order that depends on their content alone.
    pub(super) spells: Vec<Spell>,
    /// Weight at risk before each time in each state, times × states.
    pub(super) at_risk: Vec<f64>,
    /// Rows at risk before each time in each state, times × states.
    pub(super) n_at_risk: Vec<u32>,
    /// For each time, the places of the spells that move then.
    movers: Vec<Vec<u32>>,
}

impl Process {
    /// The process of `rows` of `history`; `state` gives the place of a row's states, `n_states` in all.
    pub(super) fn new(
        history: &EventHistory,
        rows: &[usize],
        n_states: usize,
        offset: impl Fn(usize) -> usize,
    ) -> Self {
        let mut times: Vec<f64> =
            rows.iter().filter(|&&row| history.to(row).is_some()).map(|&row| history.stop()[row]).collect();
        times.sort_by(f64::total_cmp);
        times.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let clusters = clusters(history, rows);
        let until = |time: f64| times.partition_point(|known| *known <= time);
        let mut spells: Vec<Spell> = rows
            .iter()
            .map(|&row| Spell {
                row,
                first: until(history.start()[row]),
                end: until(history.stop()[row]),
                from: offset(row) + history.from()[row] as usize,
                to: history.to(row).map(|to| offset(row) + to as usize),
                weight: history.weight()[row],
                cluster: clusters.binary_search(&history.cluster()[row]).unwrap_or_default(),
            })
            .collect();
        spells.sort_by(|a, b| {
            let place = |spell: &Spell| (spell.end, spell.first, spell.from, spell.to, spell.cluster);
            place(a).cmp(&place(b)).then(a.weight.total_cmp(&b.weight))
        });
        let mut process = Self {
            n_states,
            n_clusters: clusters.len(),
            at_risk: vec![0.0; times.len() * n_states],
            n_at_risk: vec![0; times.len() * n_states],
            movers: vec![Vec::new(); times.len()],
            times,
            spells,
        };
        process.count();
        process
    }

    /// Who is at risk at each time, and who moves.
    fn count(&mut self) {
        let (n, s) = (self.times.len(), self.n_states);
        let (mut entered, mut left) = (vec![0.0; n * s], vec![0.0; n * s]);
        let mut change = vec![0_i64; n * s];
        for (place, spell) in self.spells.iter().enumerate().filter(|(_, spell)| spell.first < spell.end) {
            entered[spell.first * s + spell.from] += spell.weight;
            change[spell.first * s + spell.from] += 1;
            if spell.end < n {
                left[spell.end * s + spell.from] += spell.weight;
                change[spell.end * s + spell.from] -= 1;
            }
            if spell.to.is_some() {
                self.movers[spell.end - 1].push(place as u32);
            }
        }
        let (mut weight, mut count) = (vec![0.0; s], vec![0_i64; s]);
        for k in 0..n {
            for h in 0..s {
                count[h] += change[k * s + h];
                // Nobody at risk is no weight, whatever rounding says.
                weight[h] = if count[h] == 0 { 0.0 } else { weight[h] + entered[k * s + h] - left[k * s + h] };
                self.at_risk[k * s + h] = weight[h];
                self.n_at_risk[k * s + h] = count[h] as u32;
            }
        }
    }

    /// The spells that move at the time `k`.
    pub(super) fn movers(&self, k: usize) -> impl Iterator<Item = &Spell> {
        self.movers[k].iter().map(|&place| &self.spells[place as usize])
    }

    /// I + dA at the time `k`, states × states, by rows.
    pub(super) fn step(&self, k: usize) -> Vec<f64> {
        let s = self.n_states;
        let mut moved = vec![0.0; s * s];
        for spell in self.movers(k) {
            if let Some(to) = spell.to {
                moved[spell.from * s + to] += spell.weight;
            }
        }
        for h in 0..s {
            let at_risk = self.at_risk[k * s + h];
            let leaving: f64 = moved[h * s..(h + 1) * s].iter().sum();
            for entry in &mut moved[h * s..(h + 1) * s] {
                *entry = if at_risk > 0.0 { *entry / at_risk } else { 0.0 };
            }
            // All who are at risk may leave: the difference is then exactly zero.
            moved[h * s + h] += if at_risk > 0.0 { (at_risk - leaving) / at_risk } else { 1.0 };
        }
        moved
    }
}

/// The distinct clusters of the rows, ascending.
fn clusters(history: &EventHistory, rows: &[usize]) -> Vec<u32> {
    let mut clusters: Vec<u32> = rows.iter().map(|&row| history.cluster()[row]).collect();
    clusters.sort_unstable();
    clusters.dedup();
    clusters
}
