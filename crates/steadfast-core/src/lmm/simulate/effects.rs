//! Outcomes from the random effects themselves, where clusters are too long for a factor of V.

use nalgebra::DMatrix;

use super::draws::SIMULATION;
use crate::error::{Error, Result};
use crate::linalg::{self, dot};
use crate::lmm::fit::LmmFit;
use crate::lmm::units;
use crate::rng::{Purpose, Streams};

const EFFECTS: Purpose = Purpose::new("random effects of a linear mixed model");

/// What drawing outcomes needs of the rows, in the engine's order of them; residuals are independent.
#[derive(Debug)]
pub(in crate::lmm) struct ByEffect {
    effects: Streams,
    residuals: Streams,
    /// For each row its place among the rows used, Xβ̂ + offset, and the standard deviation of its residual.
    rows: Vec<(u32, f64, f64)>,
    terms: Vec<Term>,
}

#[derive(Debug)]
struct Term {
    /// L with G = L L', q × q, lower triangle.
    root: Vec<f64>,
    q: usize,
    n_levels: usize,
    /// The level of each row.
    levels: Vec<u32>,
    /// Z of each row, n × q.
    z: Vec<f64>,
}

impl LmmFit {
    /// The draws of `seed` from the random effects.
    ///
    /// # Errors
    /// `undefined_likelihood` where a covariance matrix has no root.
    pub(super) fn draws_by_effect(&self, seed: u64) -> Result<ByEffect> {
        let (design, engine) = (&self.design, &self.engine);
        let natural = units::to_data(engine, &engine.natural(&self.theta));
        let order = engine.order();
        let undefined = || Error::data("undefined_likelihood", "a covariance matrix is not positive definite");
        let mut terms = Vec::with_capacity(design.random.len());
        for (term, block) in design.random.iter().zip(&engine.blocks) {
            let matrix = block.matrix(&natural).ok_or_else(undefined)?;
            let q = term.columns.len();
            let values =
                order.iter().flat_map(|&row| term.columns.iter().map(move |column| column.value(row as usize)));
            terms.push(Term {
                root: linalg::semidefinite_factor(&row_major(&matrix), q),
                q,
                n_levels: term.group.labels.len(),
                levels: order.iter().map(|&row| term.group.codes[row as usize]).collect(),
                z: values.collect(),
            });
        }
        let variance = engine.blocks.last().map(|block| block.of(&natural)[0]).ok_or_else(undefined)?;
        let rows = order.iter().map(|&row| {
            let at = row as usize;
            let offset = design.offset.as_ref().map_or(0.0, |offset| offset[at]);
            let mean = design.fixed.iter().zip(&self.beta).fold(offset, |sum, (column, b)| sum + b * column.value(at));
            (self.position(row) as u32, mean, variance.sqrt() / self.root_weight(row))
        });
        let (effects, residuals) = (Streams::new(seed, EFFECTS), Streams::new(seed, SIMULATION));
        Ok(ByEffect { effects, residuals, rows: rows.collect(), terms })
    }
}

fn row_major(matrix: &DMatrix<f64>) -> Vec<f64> {
    matrix.transpose().iter().copied().collect()
}

impl ByEffect {
    /// The outcomes of `replicate`, one for each row used.
    pub(super) fn outcome(&self, replicate: u64) -> Vec<f64> {
        let mut outcome = vec![0.0; self.rows.len()];
        let mut noise = self.residuals.stream(replicate, 0);
        for &(place, mean, sd) in &self.rows {
            outcome[place as usize] = mean + sd * noise.normal();
        }
        let mut first = 0;
        for term in &self.terms {
            let q = term.q;
            let drawn: Vec<f64> =
                (0..term.n_levels as u64).flat_map(|level| self.level(replicate, first + level, term)).collect();
            for ((row, level), z) in self.rows.iter().zip(&term.levels).zip(term.z.chunks_exact(q)) {
                outcome[row.0 as usize] += dot(z, &drawn[*level as usize * q..(*level as usize + 1) * q]);
            }
            first += term.n_levels as u64;
        }
        outcome
    }

    /// The effects of one level.
    fn level(&self, replicate: u64, number: u64, term: &Term) -> Vec<f64> {
        let mut stream = self.effects.stream(replicate, number);
        let noise: Vec<f64> = (0..term.q).map(|_| stream.normal()).collect();
        term.root.chunks_exact(term.q).enumerate().map(|(i, line)| dot(&line[..=i], &noise[..=i])).collect()
    }
}
