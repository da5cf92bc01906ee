//! The maximum of the penalised likelihood, and linear systems with its curvature.

use nalgebra::DMatrix;

use super::penalty::Penalty;
use super::risk_sets::{RiskState, predictor};
use super::{EffectTerm, Penalised};
use crate::linalg::{self, add_scaled, dot};

/// The maximum at given parameters of the effects' distribution.
#[derive(Debug, Clone)]
pub(crate) struct Solved {
    /// β, then v.
    pub(crate) at: Vec<f64>,
    /// b.
    pub(crate) effects: Vec<f64>,
    pub(crate) state: RiskState,
    /// ln L + ln density.
    pub(crate) value: f64,
    /// √(g'H⁻¹g): how far the maximum may be, in standard errors.
    pub(crate) decrement: f64,
    blocks: Blocks,
}

/// What H is but for its part of low weight: the information about β, and a block for each group.
#[derive(Debug, Clone)]
struct Blocks {
    /// The factor of the block of β.
    beta: Vec<f64>,
    /// For each term the factors of its groups' blocks.
    groups: Vec<Vec<f64>>,
}

/// A decrement of 1e-9 standard errors leaves its square in the value: nothing.
const CLOSE: f64 = 1e-9;

/// Newton's method doubles digits; what takes longer has no maximum.
const MAX_ITERATIONS: usize = 100;

impl Penalised {
    /// The maximum that is reached from `start` (β, then v); `None` where there is none.
    pub(crate) fn solve(&self, penalty: &Penalty, start: &[f64]) -> Option<Solved> {
        let mut at = start.to_vec();
        let mut found = self.evaluate(penalty, &at)?;
        let mut blocks = self.blocks(&found.state, penalty, &at)?;
        let mut last = f64::INFINITY;
        for _ in 0..MAX_ITERATIONS {
            let gradient = self.gradient(&found.state, penalty, &at);
            // A step need not be better than the quadratic model that it comes from.
            let tolerance = (0.1 * last.min(1.0)).clamp(1e-10, 1e-2);
            let step = self.solve_linear(&found.state, penalty, &at, &blocks, &gradient, tolerance);
            let decrement = libm::sqrt(dot(&gradient, &step).max(0.0));
            let mut share = 1.0;
            let next = loop {
                let moved: Vec<f64> = at.iter().zip(&step).map(|(at, step)| at + share * step).collect();
                match self.evaluate(penalty, &moved) {
                    // Close to the maximum the value's rounding hides what a step gains.
                    Some(next) if next.value >= found.value - 1e-12 * found.value.abs() || decrement < 1e-5 => {
                        break Some((moved, next));
                    }
                    _ if share < 1e-6 => break None,
                    _ => share *= 0.5,
                }
            };
            (at, found) = next?;
            blocks = self.blocks(&found.state, penalty, &at)?;
            // A full step leaves the square of the distance.
            if decrement < 1e-5 && (decrement * decrement * 10.0 < CLOSE || decrement >= 0.5 * last) {
                let effects = penalty.effects(&self.effects, &at[self.p..]);
                let Evaluated { state, value } = found;
                return Some(Solved { at, effects, state, value, decrement, blocks });
            }
            last = decrement;
        }
        None
    }

    fn evaluate(&self, penalty: &Penalty, at: &[f64]) -> Option<Evaluated> {
        let (beta, v) = at.split_at(self.p);
        let mut eta = predictor(&self.x, beta, self.sets.n());
        self.effects.add_to(&mut eta, &penalty.effects(&self.effects, v));
        let state = self.sets.evaluate(&eta)?;
        let value = state.log_likelihood + penalty.value(v);
        value.is_finite().then_some(Evaluated { state, value })
    }

    fn gradient(&self, state: &RiskState, penalty: &Penalty, at: &[f64]) -> Vec<f64> {
        let residual = self.sets.martingale(state);
        let mut gradient = self.x_times(&residual);
        let pulled = penalty.pulled(&self.effects, &self.effects.collect(&residual));
        gradient.extend(pulled.iter().zip(&at[self.p..]).map(|(slope, v)| slope + penalty.slope(*v)));
        gradient
    }

    /// X' rows.
    fn x_times(&self, rows: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.p];
        if self.p > 0 {
            for (x, value) in self.x.chunks_exact(self.p).zip(rows) {
                sums.iter_mut().zip(x).for_each(|(sum, x)| *sum += value * x);
            }
        }
        sums
    }

    /// H times `a`.
    pub(super) fn curvature_times(&self, state: &RiskState, penalty: &Penalty, at: &[f64], a: &[f64]) -> Vec<f64> {
        let (beta, v) = a.split_at(self.p);
        let mut c = predictor(&self.x, beta, self.sets.n());
        self.effects.add_to(&mut c, &penalty.effects(&self.effects, v));
        self.sets.curvature_times(state, &mut c);
        let mut product = self.x_times(&c);
        let pulled = penalty.pulled(&self.effects, &self.effects.collect(&c));
        let own = at[self.p..].iter().zip(v).map(|(at, v)| penalty.curvature(*at) * v);
        product.extend(pulled.iter().zip(own).map(|(a, b)| a + b));
        product
    }

    /// H⁻¹ `right`, to `tolerance` of its length in the norm of the blocks.
    fn solve_linear(
        &self,
        state: &RiskState,
        penalty: &Penalty,
        at: &[f64],
        blocks: &Blocks,
        right: &[f64],
        tolerance: f64,
    ) -> Vec<f64> {
        let mut solution = vec![0.0; right.len()];
        let mut rest = right.to_vec();
        let mut z = self.divided(blocks, &rest);
        let mut direction = z.clone();
        let mut size = dot(&rest, &z);
        let enough = tolerance * tolerance * size;
        for _ in 0..right.len().min(500) + 10 {
            if size.is_nan() || size <= enough || size <= 0.0 {
                break;
            }
            let image = self.curvature_times(state, penalty, at, &direction);
            let along = dot(&direction, &image);
            if along.is_nan() || along <= 0.0 {
                break;
            }
            let step = size / along;
            add_scaled(&mut solution, step, &direction);
            add_scaled(&mut rest, -step, &image);
            z = self.divided(blocks, &rest);
            let next = dot(&rest, &z);
            direction.iter_mut().zip(&z).for_each(|(d, z)| *d = z + next / size * *d);
            size = next;
        }
        solution
    }

    /// H⁻¹ `right` at a maximum, to ten digits; a product with `right` itself has twice as many.
    pub(crate) fn solve_at(&self, solved: &Solved, penalty: &Penalty, right: &[f64]) -> Vec<f64> {
        self.solve_linear(&solved.state, penalty, &solved.at, &solved.blocks, right, 1e-10)
    }

    /// The block of β of H⁻¹, p × p: the covariance of β̂ with the distribution of the effects known.
    pub(crate) fn vcov(&self, solved: &Solved, penalty: &Penalty) -> DMatrix<f64> {
        let mut vcov = DMatrix::zeros(self.p, self.p);
        for j in 0..self.p {
            let column = self.solve_at(solved, penalty, &self.unit(j));
            (0..self.p).for_each(|i| vcov[(i, j)] = column[i]);
        }
        0.5 * (&vcov + vcov.transpose())
    }

    /// The information about β with everything else known, p × p by rows.
    pub(crate) fn information(&self, state: &RiskState) -> Vec<f64> {
        let (p, n) = (self.p, self.sets.n());
        let mut information = vec![0.0; p * p];
        for j in 0..p {
            let mut column: Vec<f64> = (0..n).map(|at| self.x[at * p + j]).collect();
            self.sets.curvature_times(state, &mut column);
            let image = self.x_times(&column);
            information[j * p..(j + 1) * p].copy_from_slice(&image);
        }
        information
    }

    fn blocks(&self, state: &RiskState, penalty: &Penalty, at: &[f64]) -> Option<Blocks> {
        let mut beta = self.information(state);
        if !linalg::factor(&mut beta, self.p) {
            // Where coefficients are not told apart the steps are only scaled.
            beta = (0..self.p * self.p).map(|at| f64::from(u8::from(at % (self.p + 1) == 0))).collect();
        }
        let mut groups = self.effects.blocks(|row| state.risk[row] * state.hazard[row]);
        for (term, blocks) in self.effects.terms.iter().enumerate().zip(&mut groups) {
            let q = term.1.width;
            for (group, block) in blocks.chunks_exact_mut(q * q).enumerate() {
                let v = &at[self.p + term.1.first + group * q..][..q];
                penalty.block(term, v, block);
                if !linalg::factor(block, q) {
                    return None;
                }
            }
        }
        Some(Blocks { beta, groups })
    }

    /// The blocks' inverse times `right`.
    fn divided(&self, blocks: &Blocks, right: &[f64]) -> Vec<f64> {
        let mut out = right.to_vec();
        let (beta, v) = out.split_at_mut(self.p);
        solve_symmetric(&blocks.beta, self.p, beta);
        for (term, factors) in self.effects.terms.iter().zip(&blocks.groups) {
            divide_groups(term, factors, v);
        }
        out
    }
}

/// What is known of a point.
struct Evaluated {
    state: RiskState,
    value: f64,
}

impl Solved {
    /// The factors of the blocks of H of each term and group, width × width.
    pub(super) fn group_factors(&self) -> &[Vec<f64>] {
        &self.blocks.groups
    }
}

/// `v` ← each group's block inverse times v.
pub(super) fn divide_groups(term: &EffectTerm, factors: &[f64], v: &mut [f64]) {
    let q = term.width;
    for (factor, v) in factors.chunks_exact(q * q).zip(v[term.span()].chunks_exact_mut(q)) {
        solve_symmetric(factor, q, v);
    }
}

/// `b` ← (L L')⁻¹ b.
fn solve_symmetric(l: &[f64], m: usize, b: &mut [f64]) {
    linalg::solve_lower(l, m, b, 1);
    for i in (0..m).rev() {
        let sum = (i + 1..m).fold(b[i], |sum, k| sum - l[k * m + i] * b[k]);
        b[i] = sum / l[i * m + i];
    }
}
