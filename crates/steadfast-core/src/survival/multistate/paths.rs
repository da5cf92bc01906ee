//! From hazards to probabilities of states: the product over time, and how it changes with each increment.

use super::component::Profile;
use super::fit::MultiStateFit;
use crate::error::{Error, Result};
use crate::linalg::expm;

/// How the increments dA of hazards at one time become probabilities of moving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Steps {
    /// I + dA, the product integral: Aalen and Johansen, mstate. It has no meaning where increments out of a state exceed 1.
    #[default]
    Product,
    /// exp(dA), as if the increment were spread over time: R's `survfit` of a multi-state `coxph`.
    Exponential,
}

/// An increment of the hazard of one transition of one row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    pub(super) time: f64,
    pub(super) transition: usize,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) component: usize,
    pub(super) stratum: usize,
    /// Its place among the times of the stratum.
    pub(super) k: usize,
    /// e^η a_k.
    pub(super) size: f64,
}

/// The path of one row from a state, with its derivatives.
#[derive(Debug, Clone)]
pub(super) struct Path {
    /// The probabilities of the states, and the times spent in them, 2 states.
    pub(super) value: Vec<f64>,
    /// For each move, the derivative of `value` by its size.
    pub(super) slopes: Vec<Vec<f64>>,
    /// For each distinct time and each transition, the derivative of `value` by an increment there; empty where not asked for.
    pub(super) all: Vec<Vec<f64>>,
}

/// The moves of a row after `start` until `end`, in the order of time.
pub(super) fn moves(fit: &MultiStateFit, profiles: &[Profile], row: usize, start: f64, end: f64) -> Vec<Move> {
    let mut found = Vec::new();
    for (transition, (place, profile)) in fit.places.iter().zip(profiles).enumerate() {
        let stratum = profile.stratum[row];
        let ratio = libm::exp(profile.eta[row]);
        let steps = fit.components[place.component].baseline[stratum].iter().enumerate();
        for (k, (time, increment)) in steps.filter(|(_, (time, _))| *time > start && *time <= end) {
            let (from, to, component) = (place.from, place.to, place.component);
            found.push(Move { time: *time, transition, from, to, component, stratum, k, size: ratio * increment });
        }
    }
    found.sort_by(|a, b| a.time.total_cmp(&b.time).then(a.transition.cmp(&b.transition)));
    found
}

/// What a path begins with, and until when it goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) state: usize,
    pub(super) start: f64,
    pub(super) end: f64,
}

impl MultiStateFit {
    /// The path through `moves`; `all` asks for derivatives by increments of every transition at every time, with the probabilities
    /// just before it (0) or just after it (1).
    pub(super) fn path(&self, moves: &[Move], span: Span, all: Option<usize>) -> Result<Path> {
        let s = self.states.len();
        let groups: Vec<&[Move]> = moves.chunk_by(|a, b| a.time.total_cmp(&b.time).is_eq()).collect();
        let steps = groups.iter().map(|group| self.step(group)).collect::<Result<Vec<_>>>()?;
        let mut before = Vec::with_capacity((groups.len() + 1) * s);
        before.resize(s, 0.0);
        before[span.state] = 1.0;
        let (mut time_in, mut last) = (vec![0.0; s], span.start);
        for (at, (group, step)) in groups.iter().zip(&steps).enumerate() {
            let now = before[at * s..(at + 1) * s].to_vec();
            time_in.iter_mut().zip(&now).for_each(|(sum, p)| *sum += p * (group[0].time - last));
            before.extend((0..s).map(|j| (0..s).map(|h| now[h] * step[h * s + j]).sum::<f64>()));
            last = group[0].time;
        }
        let end = before[groups.len() * s..].to_vec();
        time_in.iter_mut().zip(&end).for_each(|(sum, p)| *sum += p * (span.end - last));
        let mut found = Path { value: [end, time_in].concat(), slopes: Vec::new(), all: Vec::new() };
        self.slopes(&mut found, &groups, &steps, &before, span, all);
        Ok(found)
    }

    /// The derivatives, from the last time to the first.
    fn slopes(
        &self,
        found: &mut Path,
        groups: &[&[Move]],
        steps: &[Vec<f64>],
        before: &[f64],
        span: Span,
        all: Option<usize>,
    ) {
        let (s, d) = (self.states.len(), 2 * self.states.len());
        // What follows from being in each state after a time: the probabilities at the end, and the times spent until then.
        let mut after = vec![0.0; s * d];
        let mut next = span.end;
        (0..s).for_each(|h| after[h * d + h] = 1.0);
        for (at, group) in groups.iter().enumerate().rev() {
            (0..s).for_each(|h| after[h * d + s + h] += next - group[0].time);
            next = group[0].time;
            let now = &before[at * s..(at + 1) * s];
            for one in group.iter().rev() {
                let by = self.step_slope(group, one, now);
                found.slopes.push((0..d).map(|i| (0..s).map(|h| by[h] * after[h * d + i]).sum()).collect());
            }
            if let Some(shift) = all {
                let now = &before[(at + shift) * s..(at + shift + 1) * s];
                let slope = |place: &super::fit::Place| {
                    let of = |i: usize| now[place.from] * (after[place.to * d + i] - after[place.from * d + i]);
                    (0..d).map(of).collect::<Vec<f64>>()
                };
                found.all.push(self.places.iter().flat_map(slope).collect());
            }
            let step = &steps[at];
            let product = |h: usize, i: usize| (0..s).map(|j| step[h * s + j] * after[j * d + i]).sum::<f64>();
            after = (0..s).flat_map(|h| (0..d).map(move |i| (h, i))).map(|(h, i)| product(h, i)).collect();
        }
        found.slopes.reverse();
        found.all.reverse();
    }

    /// The probabilities of moving at one time, states × states by rows.
    fn step(&self, group: &[Move]) -> Result<Vec<f64>> {
        let s = self.states.len();
        let mut hazard = vec![0.0; s * s];
        for one in group {
            hazard[one.from * s + one.to] += one.size;
            hazard[one.from * s + one.from] -= one.size;
        }
        if self.steps == Steps::Exponential {
            return Ok(expm(&hazard, s));
        }
        for h in 0..s {
            hazard[h * s + h] += 1.0;
            // All who are at risk may leave at once; more than rounding below that is a hazard that is no probability.
            if hazard[h * s + h] < -1e-12 {
                let message = format!(
                    "the hazard out of `{}` exceeds 1 at one time for the covariates asked about: take exponential steps",
                    self.states[h]
                );
                return Err(Error::data("hazard_above_one", message));
            }
            hazard[h * s + h] = hazard[h * s + h].max(0.0);
        }
        Ok(hazard)
    }

    /// now' ∂step/∂size of one move, length states.
    fn step_slope(&self, group: &[Move], one: &Move, now: &[f64]) -> Vec<f64> {
        let s = self.states.len();
        let mut by = vec![0.0; s];
        if self.steps == Steps::Product {
            by[one.to] += now[one.from];
            by[one.from] -= now[one.from];
            return by;
        }
        // exp of [A E; 0 A] holds the derivative of exp(A) along E in its upper right part (Van Loan 1978).
        let d = 2 * s;
        let mut double = vec![0.0; d * d];
        for other in group {
            for shift in [0, s] {
                double[(other.from + shift) * d + other.to + shift] += other.size;
                double[(other.from + shift) * d + other.from + shift] -= other.size;
            }
        }
        double[one.from * d + s + one.to] += 1.0;
        double[one.from * d + s + one.from] -= 1.0;
        let found = expm(&double, d);
        for (j, by) in by.iter_mut().enumerate() {
            *by = (0..s).map(|h| now[h] * found[h * d + s + j]).sum();
        }
        by
    }
}
