//! Sums from which terms may be taken away again without a trace.

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
