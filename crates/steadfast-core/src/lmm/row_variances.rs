//! The variance of each row's outcome, part by part: residual and random terms.

use super::fit::LmmFit;
use super::units;
use crate::covariance::{Domain, Sites};
use crate::design::{Design, Positions, VarianceCovariate};
use crate::linalg::dot;

impl LmmFit {
    /// R_ii of the rows used, in the order of the frame: the residual variance, weights and variance function included,
    /// in units of the outcome squared.
    pub(super) fn residual_variances(&self) -> Vec<f64> {
        let (design, engine) = (&*self.design, &self.engine);
        let natural = units::to_data(engine, &engine.natural(&self.theta));
        let blocks = &engine.blocks[engine.random.len()..];
        let by = design.residual.as_ref().and_then(|term| term.by.as_ref());
        let variance = |row: usize| {
            let block = &blocks[by.map_or(0, |by| by.codes[row] as usize)];
            let parameters = block.of(&natural);
            match block.structure.domain() {
                Domain::Levels(_) => block.structure.variances(parameters)[level(design, row)],
                Domain::Coordinates(_) => {
                    let mut own = [0.0];
                    let coordinates = coordinates(design, row);
                    block.structure.covariance(Sites { n: 1, coordinates: &coordinates }, parameters, &mut own);
                    own[0]
                }
            }
        };
        let weight = |row: usize| design.weights.as_ref().map_or(1.0, |weights| weights[row]);
        design.rows.iter().map(|&row| variance(row as usize) / weight(row as usize)).collect()
    }

    /// z_i'Gz_i of the rows used for the random term at `index`, in units of the outcome squared.
    pub(super) fn term_variances(&self, index: usize) -> Vec<f64> {
        let (part, block) = (&self.engine.random[index], &self.engine.blocks[index]);
        let q = part.columns.len();
        let Some(g) = block.matrix(&self.engine.natural(&self.theta)) else { return vec![0.0; self.design.rows.len()] };
        let mut z = vec![0.0; self.design.rows.len() * q];
        part.columns.fill(&self.design.rows, |_| 1.0, &mut z, q);
        let scale = self.engine.outcome_scale * self.engine.outcome_scale;
        // Symmetric, so that columns are rows.
        let square = |z: &[f64]| g.column_iter().zip(z).fold(0.0, |sum, (row, zi)| sum + zi * dot(row.as_slice(), z));
        z.chunks_exact(q).map(|z| square(z) / scale).collect()
    }
}

/// The level of the residual structure at which a row stands.
fn level(design: &Design, row: usize) -> usize {
    match design.residual.as_ref().map(|term| &term.positions) {
        Some(Positions::Levels { visit, .. }) => visit.codes[row] as usize,
        _ => 0,
    }
}

/// What a residual structure over points reads in a row: its position, then what the variance function reads.
fn coordinates(design: &Design, row: usize) -> Vec<f64> {
    let mut all = match design.residual.as_ref().map(|term| &term.positions) {
        Some(Positions::Levels { visit, .. }) => vec![f64::from(visit.codes[row])],
        Some(Positions::Coordinates(columns)) => columns.iter().map(|(_, values)| values[row]).collect(),
        None => vec![0.0],
    };
    match design.variance.as_ref().map(|term| &term.covariate) {
        Some(VarianceCovariate::Strata(strata)) => all.push(f64::from(strata.codes[row])),
        Some(VarianceCovariate::Number(_, values)) => all.push(values[row]),
        None => {}
    }
    all
}
