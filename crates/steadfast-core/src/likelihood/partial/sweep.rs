//! Who is at risk at each event time, from the last to the first.

use super::exact_sum::AtRisk;
use super::ties::Steps;
use super::{PartialLikelihood, Stratum, Ties, gram};

/// An event time and the sums over those at risk and over the events.
pub(super) struct Moment<'a> {
    pub(super) k: usize,
    pub(super) steps: Steps,
    pub(super) at_risk: &'a AtRisk,
    /// Σ r x over those at risk, among them those taken by competing events, padded.
    pub(super) s1: &'a [f64],
    /// Σ r x over the events, padded; zero where no step needs it.
    pub(super) d1: &'a [f64],
    /// The events' rows lie within these.
    pub(super) rows: std::ops::Range<usize>,
}

impl PartialLikelihood {
    /// Calls `each` for every event time of the stratum, descending, `risk` being that of all rows.
    pub(super) fn sweep(&self, stratum: &Stratum, risk: &[f64], each: impl FnMut(Moment<'_>)) {
        self.sweep_as(self.ties, stratum, risk, each);
    }

    /// The same with other ties.
    pub(super) fn sweep_as(&self, ties: Ties, stratum: &Stratum, risk: &[f64], mut each: impl FnMut(Moment<'_>)) {
        let stride = self.stride;
        // Survivors without the events are a difference too.
        let exact = !stratum.late.is_empty() || ties == Ties::Marginal;
        let mut at_risk = AtRisk::new(stride, exact);
        let (mut s1, mut d1) = (vec![0.0; stride], vec![0.0; stride]);
        let mut leaving = stratum.late.iter().map(|&at| at as usize).peekable();
        let mut next = stratum.rows.end;
        let taken = stratum.tails.sums(self, risk, stratum.times.len());
        for k in (0..stratum.times.len()).rev() {
            let ((count, weight), last) = (stratum.events[k], next);
            let tied = count > 1 && ties == Ties::Efron;
            let mut d0 = 0.0;
            if tied {
                d1.fill(0.0);
            }
            while next > stratum.rows.start && self.end[next - 1] as usize > k {
                next -= 1;
                at_risk.enter(risk[next], self.padded(next));
                if tied && self.event[next] {
                    d0 += risk[next];
                    d1.iter_mut().zip(self.padded(next)).for_each(|(sum, x)| *sum += risk[next] * x);
                }
            }
            while let Some(at) = leaving.next_if(|&at| self.first[at] as usize > k) {
                at_risk.leave(risk[at], self.padded(at));
            }
            at_risk.s1(&mut s1);
            let s0 = at_risk.s0() + taken.add(k, &mut s1);
            let steps = ties.steps(count, weight, s0, d0);
            let d1: &[f64] = if tied { &d1 } else { &[] };
            each(Moment { k, steps, at_risk: &at_risk, s1: &s1, d1, rows: next..last });
        }
    }

    /// The risks of all rows relative to the largest of their stratum, and the largest linear predictor of each stratum.
    pub(super) fn risks(&self, beta: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let beta = gram::padded(beta);
        let mut risk: Vec<f64> =
            (0..self.weight.len()).map(|at| self.offset[at] + gram::product(self.padded(at), &beta)).collect();
        let mut centres = Vec::with_capacity(self.strata.len());
        for stratum in &self.strata {
            let own = &mut risk[stratum.rows.clone()];
            let centre = own.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            for (eta, weight) in own.iter_mut().zip(&self.weight[stratum.rows.clone()]) {
                *eta = weight * libm::exp(*eta - centre);
            }
            centres.push(centre);
        }
        (risk, centres)
    }
}
