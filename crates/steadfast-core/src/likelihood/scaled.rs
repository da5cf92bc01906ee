//! A Gaussian model in the units in which its engines work: centred and scaled columns, and the blocks of parameters.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use crate::covariance::{Domain, Modulated, Shape, Side, Sites, Structure, structure, variance_function};
use crate::design::centred::{CentredColumns, Freedom};
use crate::design::{Design, Grouping, Parts, Positions, ResidualTerm};
use crate::error::{Error, Result};
use crate::likelihood::rows::Source;
use crate::likelihood::solution::Solution;
use crate::linalg::dot;

/// One run of covariance parameters: a structure over levels, for a random-effects term or for a group of residuals.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) structure: Arc<dyn Structure>,
    /// The levels: effects of a random term, or visits.
    pub(crate) levels: Vec<String>,
    /// The first of its parameters among all.
    pub(crate) offset: usize,
    /// The number of its parameters.
    pub(crate) n_parameters: usize,
    /// The part of the model.
    pub(crate) side: Side,
    /// The label of the term, and of the group where the term has groups.
    pub(crate) label: String,
}

impl Block {
    /// The order of its matrix; 1 for a block over points.
    pub(crate) fn order(&self) -> usize {
        match self.structure.domain() {
            Domain::Levels(m) => m,
            Domain::Coordinates(_) => 1,
        }
    }

    /// Its matrix at φ, where the same serves every cluster.
    pub(crate) fn matrix(&self, natural: &[f64]) -> Option<DMatrix<f64>> {
        let Domain::Levels(order) = self.structure.domain() else { return None };
        let mut full = vec![0.0; order * order];
        self.structure.covariance(Sites::levels(order), self.of(natural), &mut full);
        Some(DMatrix::from_row_slice(order, order, &full))
    }

    /// The variances at φ, of each level or of a typical point.
    pub(crate) fn variances(&self, natural: &[f64]) -> Vec<f64> {
        self.structure.variances(self.of(natural))
    }

    /// This block's share of a vector over all parameters.
    pub(crate) fn of<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        &all[self.offset..self.offset + self.n_parameters]
    }
}

/// A random-effects term inside the engine.
#[derive(Debug, Clone)]
pub(crate) struct RandomPart {
    pub(crate) columns: CentredColumns,
    pub(crate) freedom: Freedom,
    pub(crate) group: Grouping,
}

/// What every engine knows of a model: its columns, its parameters, and the way back to the data's units.
#[derive(Debug, Clone)]
pub(crate) struct Scaled {
    pub(crate) fixed: CentredColumns,
    pub(crate) random: Vec<RandomPart>,
    /// The blocks of parameters: the random terms in order, then the residual groups.
    pub(crate) blocks: Vec<Block>,
    pub(crate) n_rows: usize,
    /// What was subtracted from every outcome, for the intercept to take up.
    pub(crate) outcome_centre: f64,
    /// The outcome's scale: the engine's outcome is (y − offset − centre − X β₀) · scale.
    pub(crate) outcome_scale: f64,
    /// β₀ in the columns of X̃ and the units of the data: the least-squares fit that was subtracted.
    pub(crate) base: DVector<f64>,
    /// Σ log w over the rows.
    pub(crate) log_weights: f64,
}

impl Scaled {
    /// The columns and blocks of `design`; the outcome is not yet looked at.
    ///
    /// # Errors
    /// Unknown structures, or too few rows for the parameters.
    pub(super) fn new(design: &Design) -> Result<Self> {
        let rows = &design.rows[..];
        let p = design.fixed.len();
        check_rows(rows.len(), p)?;
        let (blocks, freedoms) = blocks_of(design)?;
        check_counts(
            design,
            rows.len(),
            design.residual.as_ref().map_or(0, |term| term.subject.labels.len()),
            &blocks,
        )?;
        let random = (design.random.iter().zip(freedoms)).map(|(term, freedom)| RandomPart {
            columns: CentredColumns::new(&term.columns, rows, freedom),
            freedom,
            group: term.group.clone(),
        });
        Ok(Self {
            fixed: CentredColumns::new(&design.fixed, rows, Freedom::Combine),
            random: random.collect(),
            blocks,
            n_rows: rows.len(),
            outcome_centre: 0.0,
            outcome_scale: 1.0,
            base: DVector::zeros(p),
            log_weights: 0.0,
        })
    }

    /// As [`Scaled::new`] for rows that come in parts; groups and pieces are those of the rows that show the levels.
    ///
    /// # Errors
    /// As there.
    pub(super) fn of_parts(parts: &Parts<'_>) -> Result<Self> {
        let (design, seen, n) = (&parts.whole.pilot, &parts.whole.seen, parts.whole.n_used);
        let (blocks, freedoms) = blocks_of(design)?;
        check_counts(design, n, seen.subjects, &blocks)?;
        let terms = design.random.iter().zip(freedoms).zip(&seen.random);
        let random = terms.map(|((term, freedom), ranges)| RandomPart {
            columns: CentredColumns::of_ranges(&term.columns, ranges, freedom),
            freedom,
            group: term.group.clone(),
        });
        let intercept = design.fixed.iter().any(|column| column.pieces.is_empty());
        let (low, high) = seen.outcome;
        Ok(Self {
            fixed: CentredColumns::of_ranges(&design.fixed, &seen.fixed, Freedom::Combine),
            random: random.collect(),
            blocks,
            n_rows: n,
            outcome_centre: if intercept { 0.5 * low + 0.5 * high } else { 0.0 },
            outcome_scale: 1.0,
            base: DVector::zeros(design.fixed.len()),
            log_weights: 0.0,
        })
    }

    /// The number of covariance parameters.
    pub(crate) fn n_parameters(&self) -> usize {
        self.blocks.iter().map(|block| block.n_parameters).sum()
    }

    /// The number of fixed effects.
    pub(crate) fn p(&self) -> usize {
        self.fixed.len()
    }

    /// φ at θ, blocks in order.
    pub(crate) fn natural(&self, theta: &[f64]) -> Vec<f64> {
        self.blocks.iter().flat_map(|block| block.structure.natural(block.of(theta))).collect()
    }

    /// ∂φ/∂θ, block-diagonal.
    pub(crate) fn jacobian(&self, theta: &[f64]) -> DMatrix<f64> {
        self.block_diagonal(|block| block.structure.jacobian(block.of(theta)))
    }

    /// Σ_a weights_a ∂²φ_a/∂θ∂θ', block-diagonal.
    pub(crate) fn curvature(&self, theta: &[f64], weights: &[f64]) -> DMatrix<f64> {
        self.block_diagonal(|block| block.structure.curvature(block.of(theta), block.of(weights)))
    }

    fn block_diagonal(&self, of: impl Fn(&Block) -> DMatrix<f64>) -> DMatrix<f64> {
        let k = self.n_parameters();
        let mut all = DMatrix::zeros(k, k);
        for block in &self.blocks {
            all.view_mut((block.offset, block.offset), (block.n_parameters, block.n_parameters)).copy_from(&of(block));
        }
        all
    }

    /// θ to start from: half of the outcome's variance in the residuals, the rest shared by the random terms.
    pub(crate) fn start(&self) -> Vec<f64> {
        let share = 0.5 / self.random.len().max(1) as f64;
        let residual = if self.random.is_empty() { 1.0 } else { 0.5 };
        let variance = |block: &Block| if block.side == Side::Random { share } else { residual };
        self.blocks.iter().flat_map(|block| block.structure.start(variance(block))).collect()
    }

    /// The constant that turns the engine's deviance into that of the data in their own units.
    pub(crate) fn constant(&self, reml: bool) -> f64 {
        let (n, p) = (self.n_rows as f64, self.p() as f64);
        let log_scale = libm::log(self.outcome_scale);
        let (degrees, map) = if reml { (n - p, -2.0 * self.fixed.log_det) } else { (n, 0.0) };
        degrees * (libm::log(2.0 * std::f64::consts::PI) - 2.0 * log_scale) + map - self.log_weights
    }
}

/// Rows of a cluster as numbers: room that is used again for the next.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    block: Vec<f64>,
    /// √w X̃, m × p.
    pub(super) x: Vec<f64>,
    /// √w (y − Xβ̂), m.
    pub(super) residual: Vec<f64>,
}

impl Numbers {
    /// Reads `rows` for β̃ of `solution`.
    pub(super) fn read(&mut self, scaled: &Scaled, source: Source<'_>, rows: &[u32], solution: &Solution) {
        let (p, w) = (scaled.p(), scaled.p() + 1);
        self.block.resize(rows.len() * w, 0.0);
        source.fill(rows, scaled.base.as_slice(), &mut self.block);
        self.x.clear();
        self.residual.clear();
        for line in self.block.chunks_exact(w) {
            self.x.extend_from_slice(&line[..p]);
            self.residual.push(line[p] * scaled.outcome_scale - dot(&line[..p], solution.beta.as_slice()));
        }
    }
}

/// Refuses fewer rows than fixed effects and a variance need.
pub(super) fn check_rows(n: usize, p: usize) -> Result<()> {
    if n > p {
        return Ok(());
    }
    let message = format!("{n} complete rows cannot determine {p} fixed effects and a variance");
    Err(Error::data("too_few_rows", message))
}

/// Refuses more covariance parameters than the data could determine whatever they say, before matrices of that size are
/// made.
fn check_counts(design: &Design, n: usize, subjects: usize, blocks: &[Block]) -> Result<()> {
    let k = blocks.iter().map(|block| block.n_parameters).sum::<usize>();
    if let Some(ResidualTerm { structure, positions: Positions::Levels { visit, .. }, subject, label, .. }) =
        &design.residual
        && structure == "us"
        && visit.labels.len() > subjects
    {
        let (levels, groups) = (visit.labels.len(), subjects);
        let message = format!(
            "`{label}` has {levels} levels of `{}` and {groups} groups of `{}`: a free covariance matrix needs as many \
             groups as levels. Are the two exchanged, or is it a time, for which there is `sp_exp`?",
            visit.name, subject.name
        );
        return Err(Error::data("unidentified", message));
    }
    if k >= n {
        let message = format!("{n} rows cannot determine {k} covariance parameters");
        return Err(Error::data("unidentified", message));
    }
    Ok(())
}

/// The parameter blocks of `design`, and what may be done to the columns of each random term.
fn blocks_of(design: &Design) -> Result<(Vec<Block>, Vec<Freedom>)> {
    let (mut blocks, mut freedoms, mut offset) = (Vec::new(), Vec::new(), 0);
    let mut add = |structure: Arc<dyn Structure>, levels: Vec<String>, side: Side, label: String| {
        let n_parameters = structure.n_parameters();
        blocks.push(Block { structure, levels, offset, n_parameters, side, label });
        offset += n_parameters;
    };
    for term in &design.random {
        let names: Vec<String> = term.columns.iter().map(|column| column.name.clone()).collect();
        freedoms.push(match term.structure.as_str() {
            "us" => Freedom::Combine,
            "diag" => Freedom::Scale,
            _ => Freedom::Fixed,
        });
        let shape = Shape { options: term.options.clone(), ..Shape::levels(Side::Random, names.len()) };
        add(structure(&term.structure, &shape)?, names, Side::Random, term.label.clone());
    }
    let function = design.variance.as_ref();
    let modulated = |made: Arc<dyn Structure>| match function {
        Some(term) => variance_function(&term.function, &term.seen(&design.rows)).map(|f| Modulated::over(made, f)),
        None => Ok(made),
    };
    match &design.residual {
        None => {
            let made = modulated(structure("iid", &Shape::levels(Side::Residual, 1))?)?;
            let label = function.map_or_else(|| "residual".to_owned(), |term| term.label.clone());
            let levels = function.map_or_else(|| vec!["residual".to_owned()], |term| term.strata().to_vec());
            add(made, levels, Side::Residual, label);
        }
        Some(term) => {
            let shape = term.shape();
            let groups = term.by.as_ref().map_or_else(|| vec![String::new()], |by| by.labels.to_vec());
            for group in groups {
                let made = modulated(structure(&term.structure, &shape)?)?;
                let label = if group.is_empty() { term.label.clone() } else { format!("{} [{group}]", term.label) };
                add(made, term.positions.labels(), Side::Residual, label);
            }
        }
    }
    Ok((blocks, freedoms))
}
