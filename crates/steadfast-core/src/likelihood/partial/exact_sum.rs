//! Sums from which terms may be taken away again without a trace.

use super::gram::LANES;

/// An unevaluated sum of two doubles, some 32 digits: what enters and leaves a risk set leaves no rounding behind that matters.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ExactSum {
    high: f64,
    low: f64,
}

impl ExactSum {
    /// Adds `value` (Knuth's two-sum).
    #[inline]
    pub(crate) fn add(&mut self, value: f64) {
        let sum = self.high + value;
        let shadow = sum - self.high;
        self.low += (self.high - (sum - shadow)) + (value - shadow);
        self.high = sum;
    }

    #[inline]
    pub(crate) fn value(self) -> f64 {
        self.high + self.low
    }
}

/// Σ r and Σ r x over those at risk.
///
/// Where nobody comes late, terms only enter, and one double each is as good as the terms are.
#[derive(Debug, Clone)]
pub(super) struct AtRisk {
    exact: bool,
    count: usize,
    s0: ExactSum,
    high: Vec<f64>,
    low: Vec<f64>,
}

impl AtRisk {
    /// Nobody, rows being of length `stride`; `exact` where somebody will leave.
    pub(super) fn new(stride: usize, exact: bool) -> Self {
        Self { exact, count: 0, s0: ExactSum::default(), high: vec![0.0; stride], low: vec![0.0; stride] }
    }

    /// A row of risk `risk` comes under risk.
    #[inline]
    pub(super) fn enter(&mut self, risk: f64, x: &[f64]) {
        self.count += 1;
        self.s0.add(risk);
        if self.exact {
            return self.add(risk, x);
        }
        for (sum, x) in self.high.chunks_exact_mut(LANES).zip(x.chunks_exact(LANES)) {
            for lane in 0..LANES {
                sum[lane] += risk * x[lane];
            }
        }
    }

    /// A row that came under risk is so no longer.
    #[inline]
    pub(super) fn leave(&mut self, risk: f64, x: &[f64]) {
        self.count -= 1;
        self.s0.add(-risk);
        self.add(-risk, x);
    }

    #[inline]
    fn add(&mut self, risk: f64, x: &[f64]) {
        for ((high, low), x) in self.high.iter_mut().zip(&mut self.low).zip(x) {
            let value = risk * x;
            let sum = *high + value;
            let shadow = sum - *high;
            *low += (*high - (sum - shadow)) + (value - shadow);
            *high = sum;
        }
    }

    /// How many rows are at risk.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Σ r.
    pub(super) fn s0(&self) -> f64 {
        self.s0.value()
    }

    /// Σ r x, into `into`.
    #[inline]
    pub(super) fn s1(&self, into: &mut [f64]) {
        into.iter_mut().zip(self.high.iter().zip(&self.low)).for_each(|(into, (high, low))| *into = high + low);
    }
}
