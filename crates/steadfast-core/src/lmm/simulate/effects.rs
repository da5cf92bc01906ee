//! Outcomes y = Xβ̂ + Zb + e with random effects and residuals drawn one by one.

use crate::error::Result;
use crate::lmm::fit::LmmFit;
use crate::lmm::mixed_equations::Rows;
use crate::rng::{Purpose, Streams};

const EFFECTS: Purpose = Purpose::new("random effects of a linear mixed model");
const RESIDUALS: Purpose = Purpose::new("residuals of a linear mixed model");

/// What drawing effects and residuals needs.
#[derive(Debug)]
pub(in crate::lmm) struct OfEffects {
    effects: Streams,
    residuals: Streams,
    rows: Rows,
    /// The rows in an order that depends on what they hold alone, those of a group of the first term together.
    order: Vec<usize>,
    /// Xβ̂ + offset.
    fitted: Vec<f64>,
    /// The residual standard deviations, in units of the outcome.
    scale: Vec<f64>,
}

impl OfEffects {
    pub(super) fn new(fit: &LmmFit, seed: u64) -> Result<Self> {
        let rows = Rows::of(fit)?;
        let scale: Vec<f64> = rows.scale.iter().map(|scale| scale / fit.engine.outcome_scale).collect();
        let response = fit.design.rows.iter().map(|&row| fit.design.response[row as usize]);
        let fitted = response.zip(rows.r.iter().zip(&scale)).map(|(y, (r, scale))| y - r * scale).collect();
        let (effects, residuals) = (Streams::new(seed, EFFECTS), Streams::new(seed, RESIDUALS));
        Ok(Self { effects, residuals, order: rows.canonical(), rows, fitted, scale })
    }

    /// The outcomes of `replicate`: b = Λv, v of independent standard normal numbers, and e likewise.
    pub(super) fn outcome(&self, replicate: u64) -> Vec<f64> {
        let mut v = Vec::with_capacity(self.rows.n_effects());
        // A stream for each effect: the number of levels of one term moves no other.
        for (term, size) in self.rows.effects_by_term().enumerate() {
            let number = |at: usize| ((term as u64) << 40) + at as u64;
            v.extend((0..size).map(|at| self.effects.stream(replicate, number(at)).normal()));
        }
        let mut outcome = vec![0.0; self.order.len()];
        for own in self.order.chunk_by(|&a, &b| self.first(a) == self.first(b)) {
            let mut stream = self.residuals.stream(replicate, u64::from(self.first(own[0])));
            for &i in own {
                let mut sum = stream.normal();
                self.rows.for_each_entry(self.rows.loading(i), |effect, value| sum += value * v[effect]);
                outcome[i] = self.fitted[i] + sum * self.scale[i];
            }
        }
        outcome
    }

    /// The first effect of a row's group of the first term.
    fn first(&self, row: usize) -> u32 {
        self.rows.loading(row).starts.first().copied().unwrap_or(0)
    }
}
