//! How often each count was seen, and how often the model expects it.

use serde::Serialize;

use super::CountFit;
use super::likelihood::logistic;
use crate::family::saturated;

/// A count, or all counts from one on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Frequency {
    /// The count.
    pub count: u32,
    /// The weighted number of rows with it.
    pub observed: f64,
    /// Σ w P(Y = count).
    pub expected: f64,
}

/// Observed and expected frequencies of counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rootogram {
    /// Each count from 0 on.
    pub counts: Vec<Frequency>,
    /// All greater counts; `count` is the least of them.
    pub beyond: Frequency,
}

impl Frequency {
    /// √observed − √expected: a bar that hangs from the curve and should end at 0.
    ///
    /// # Source
    /// Tukey 1977, Exploratory Data Analysis; Kleiber and Zeileis 2016, The American Statistician 70, 296.
    pub fn hanging(&self) -> f64 {
        self.observed.sqrt() - self.expected.sqrt()
    }
}

impl CountFit {
    /// The frequencies of the counts from 0 to `last`, and of those beyond.
    pub fn rootogram(&self, last: u32) -> Rootogram {
        let best = &self.solved.best;
        let mut counts: Vec<Frequency> =
            (0..=last).map(|count| Frequency { count, observed: 0.0, expected: 0.0 }).collect();
        let (mut rows, mut beyond) = (0.0, 0.0);
        for cell in 0..self.cells.n() {
            let (y, weight) = (self.cells.y[cell], self.cells.weight[cell]);
            rows += weight;
            match counts.get_mut(y as usize).filter(|_| y <= f64::from(last)) {
                Some(own) => own.observed += weight,
                None => beyond += weight,
            }
            let eta = self.cells.eta(cell, &best.beta);
            let excess = self.zeta(cell).map_or(0.0, logistic);
            for frequency in &mut counts {
                let count = f64::from(frequency.count);
                let value = self.distribution.terms(count, eta, best.alpha).value + saturated(count);
                let zero = if frequency.count == 0 { excess } else { 0.0 };
                frequency.expected += weight * (zero + (1.0 - excess) * libm::exp(value));
            }
        }
        let expected: f64 = counts.iter().map(|frequency| frequency.expected).sum();
        let beyond = Frequency { count: last + 1, observed: beyond, expected: (rows - expected).max(0.0) };
        Rootogram { counts, beyond }
    }
}
