//! The events of a fitted model in the order of time: who was at risk, with which hazard, and how sure it is.
//!
//! All is at β̂, in the engine's columns. Risks exp(η) are relative to the largest of their stratum.

use crate::likelihood::{ExactSum, RiskRow, Steps, Ties};
use crate::survival::risk_data::RiskData;

/// The rows and event times of all strata.
#[derive(Debug, Clone)]
pub(super) struct Process {
    pub(super) p: usize,
    /// The event times during which each row is at risk, first..end, counted from the first of its stratum.
    pub(super) first: Vec<u32>,
    pub(super) end: Vec<u32>,
    /// Whether each row ends with an event that counts.
    pub(super) event: Vec<bool>,
    /// exp(η − centre of the stratum).
    pub(super) risk: Vec<f64>,
    pub(super) strata: Vec<Stratum>,
}

/// A stratum's events.
#[derive(Debug, Clone, Default)]
pub(super) struct Stratum {
    /// Its rows, ascending by the time at which they stop; rows that are alike in time come in the order of their values.
    pub(super) rows: Vec<u32>,
    /// The largest η.
    pub(super) centre: f64,
    /// The last time at which anybody was observed.
    pub(super) last: f64,
    pub(super) times: Vec<f64>,
    pub(super) steps: Vec<Steps>,
    /// The weight of the events of each time.
    pub(super) weight: Vec<f64>,
    /// Σ w exp(η − centre) over those at risk.
    pub(super) s0: Vec<f64>,
    /// The number of rows at risk.
    pub(super) at_risk: Vec<u32>,
    /// Σ w r x over those at risk, times × p.
    pub(super) s1: Vec<f64>,
    /// Σ w r x over the events, times × p.
    pub(super) d1: Vec<f64>,
}

impl Process {
    /// The process of `data` at `beta`, in the engine's units; all ties but Efron's are Breslow's.
    pub(super) fn new(data: &RiskData, beta: &[f64], ties: Ties) -> Self {
        let (n, p) = (data.rows.len(), data.p());
        let x = |row: u32| &data.x[row as usize * p..(row as usize + 1) * p];
        let mut order: Vec<u32> = (0..n as u32).collect();
        order.sort_by(|&a, &b| {
            let by_columns = || {
                let pairs = x(a).iter().zip(x(b));
                pairs.map(|(u, v)| u.total_cmp(v)).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
            };
            by_row(&data.rows[a as usize], &data.rows[b as usize]).then_with(by_columns)
        });
        let eta: Vec<f64> = (0..n).map(|row| data.eta(row, beta)).collect();
        let mut this = Self {
            p,
            first: vec![0; n],
            end: vec![0; n],
            event: data.rows.iter().map(|row| row.event && row.weight > 0.0).collect(),
            risk: vec![0.0; n],
            strata: Vec::new(),
        };
        let ties = if ties == Ties::Efron { ties } else { Ties::Breslow };
        for rows in order.chunk_by(|&a, &b| data.rows[a as usize].stratum == data.rows[b as usize].stratum) {
            this.add(data, &eta, rows.to_vec(), ties);
        }
        this
    }

    fn add(&mut self, data: &RiskData, eta: &[f64], rows: Vec<u32>, ties: Ties) {
        let of = |row: u32| &data.rows[row as usize];
        let centre = rows.iter().map(|&row| eta[row as usize]).fold(f64::NEG_INFINITY, f64::max);
        let mut times: Vec<f64> =
            rows.iter().filter(|&&row| self.event[row as usize]).map(|&row| of(row).stop).collect();
        times.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let until = |time: f64| times.partition_point(|known| *known <= time) as u32;
        for &row in &rows {
            let at = row as usize;
            (self.first[at], self.end[at]) = (until(of(row).start), until(of(row).stop));
            self.risk[at] = libm::exp(eta[at] - centre);
        }
        let last = rows.last().map_or(f64::NEG_INFINITY, |&row| of(row).stop);
        let mut stratum = Stratum { rows, centre, last, times, ..Stratum::default() };
        self.sums(data, &mut stratum, ties);
        self.strata.push(stratum);
    }

    /// The sums over those at risk, from the last time to the first.
    fn sums(&self, data: &RiskData, stratum: &mut Stratum, ties: Ties) {
        let (p, n) = (self.p, stratum.times.len());
        (stratum.s0, stratum.weight, stratum.at_risk) = (vec![0.0; n], vec![0.0; n], vec![0; n]);
        (stratum.s1, stratum.d1) = (vec![0.0; n * p], vec![0.0; n * p]);
        stratum.steps = vec![Steps::default(); n];
        let (mut s0, mut s1, mut at_risk) = (ExactSum::default(), vec![ExactSum::default(); p], 0_u32);
        let mut late: Vec<u32> = stratum.rows.iter().copied().filter(|&row| self.first[row as usize] > 0).collect();
        late.sort_by_key(|&row| std::cmp::Reverse(self.first[row as usize]));
        let mut entering = stratum.rows.iter().rev().copied().filter(|&row| self.is_at_risk(row)).peekable();
        let mut leaving = late.into_iter().filter(|&row| self.is_at_risk(row)).peekable();
        let x = |row: u32| &data.x[row as usize * p..(row as usize + 1) * p];
        for k in (0..n).rev() {
            let (mut d, mut d0) = (0, 0.0);
            while let Some(row) = entering.next_if(|&row| self.end[row as usize] as usize > k) {
                let risk = data.rows[row as usize].weight * self.risk[row as usize];
                s0.add(risk);
                s1.iter_mut().zip(x(row)).for_each(|(sum, x)| sum.add(risk * x));
                at_risk += 1;
                if self.event[row as usize] {
                    d += 1;
                    d0 += risk;
                    stratum.weight[k] += data.rows[row as usize].weight;
                    stratum.d1[k * p..(k + 1) * p].iter_mut().zip(x(row)).for_each(|(sum, x)| *sum += risk * x);
                }
            }
            while let Some(row) = leaving.next_if(|&row| self.first[row as usize] as usize > k) {
                let risk = data.rows[row as usize].weight * self.risk[row as usize];
                s0.add(-risk);
                s1.iter_mut().zip(x(row)).for_each(|(sum, x)| sum.add(-risk * x));
                at_risk -= 1;
            }
            stratum.s0[k] = s0.value();
            stratum.at_risk[k] = at_risk;
            stratum.s1[k * p..(k + 1) * p].iter_mut().zip(&s1).for_each(|(into, sum)| *into = sum.value());
            stratum.steps[k] = ties.steps(d, stratum.weight[k], stratum.s0[k], d0);
        }
    }

    /// Whether an event happens while the row is observed.
    pub(super) fn is_at_risk(&self, row: u32) -> bool {
        self.first[row as usize] < self.end[row as usize]
    }
}

impl Stratum {
    /// The slope of the hazard of the time `k` in β at x = 0, of which this is the negative: Σ_l w̄ (S1 − f_l D1) / S_l².
    pub(super) fn mean(&self, k: usize, j: usize, p: usize) -> f64 {
        let [c0, c1, _] = self.steps[k].second;
        c0 * self.s1[k * p + j] - c1 * self.d1[k * p + j]
    }

    /// The mean of column `j` that an event of the time `k` is compared with.
    pub(super) fn event_mean(&self, k: usize, j: usize, p: usize) -> f64 {
        let [a, b] = self.steps[k].first;
        (a * self.s1[k * p + j] - b * self.d1[k * p + j]) / self.weight[k]
    }
}

/// By stratum and time, then by what else the rows say.
fn by_row(a: &RiskRow, b: &RiskRow) -> std::cmp::Ordering {
    let by_time = a.stop.total_cmp(&b.stop).then(a.start.total_cmp(&b.start));
    let by_rest = a.event.cmp(&b.event).then(a.weight.total_cmp(&b.weight)).then(a.offset.total_cmp(&b.offset));
    a.stratum.cmp(&b.stratum).then(by_time).then(by_rest)
}
