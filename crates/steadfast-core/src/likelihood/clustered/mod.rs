//! The Gaussian likelihood of independent clusters, at a cost that does not grow with their number.
//!
//! Clusters that share a *signature* (the values of Z, the visits, who the rows belong to) share V. With
//! W_i = [X_i y_i] the cross-moments Σ_i w_ij w_ik' of a signature are sufficient, and every evaluation, gradient,
//! Hessian and information matrix is a contraction of these moments with small m × m matrices.
//!
//! Where residuals are independent, an orthogonal rotation of each cluster's rows brings Z_i into its first q rows:
//! these carry the random effects, and the remaining m − q rows, with variance σ² and nothing else, join one pool. A
//! cluster of any length then costs what q rows cost.

mod assemble;
mod canonical;
mod cluster_rows;
mod clusters;
mod evaluate;
mod least_squares;
mod moments;
mod second_opinion;
mod signature;
mod small_sample;
mod source;

pub(crate) use cluster_rows::ClusterRows;
pub(crate) use evaluate::Solution;
pub(crate) use small_sample::Curvatures;

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use crate::covariance::{Independent, Side, Structure, structure};
use crate::design::centred::{CentredColumns, Freedom};
use crate::design::{Design, Grouping};
use crate::error::{Error, Result};
use crate::parallel::Threads;
use moments::{Members, Moments};
use signature::Signature;

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
    pub(crate) fn order(&self) -> usize {
        self.levels.len()
    }

    fn is_linear(&self) -> bool {
        let (order, k) = (self.order(), self.n_parameters);
        let natural = self.structure.natural(order, &self.structure.start(order, 1.0));
        let mut out = vec![0.0; order * order];
        (0..k).all(|a| (a..k).all(|b| !self.structure.second_derivative(order, &natural, a, b, &mut out)))
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

/// The residual part inside the engine: whose rows, which visits, which group of parameters.
#[derive(Debug, Clone)]
pub(crate) struct ResidualPart {
    pub(crate) visit: Grouping,
    pub(crate) subject: Grouping,
    pub(crate) by: Option<Grouping>,
}

/// The data of a Gaussian model, reduced to what the likelihood needs.
#[derive(Debug)]
pub(crate) struct Clustered {
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
    /// Whether V is linear in φ.
    is_linear: bool,
    signatures: Vec<(Signature, Moments)>,
    members: Members,
    threads: Threads,
}

impl Clustered {
    /// The reduction of `design`.
    ///
    /// # Errors
    /// Unknown structures, two rows of a subject at one visit, an outcome without variation, or too few rows.
    pub(crate) fn new(design: &Design, threads: Threads) -> Result<Self> {
        let rows = &design.rows[..];
        let p = design.fixed.len();
        if rows.len() <= p {
            return Err(Error::data(
                "too_few_rows",
                format!("{} complete rows cannot determine {p} fixed effects and a variance", rows.len()),
            ));
        }
        let (blocks, freedoms) = blocks_of(design)?;
        let mut fixed = CentredColumns::new(&design.fixed, rows, Freedom::Combine);
        let random: Vec<RandomPart> = (design.random.iter().zip(freedoms))
            .map(|(term, freedom)| RandomPart {
                columns: CentredColumns::new(&term.columns, rows, freedom),
                freedom,
                group: term.group.clone(),
            })
            .collect();
        let residual = residual_part(design);
        let clusters = clusters::find(rows, &random, residual.as_ref());
        let reduction = moments::reduce(design, &mut fixed, &random, residual.as_ref(), clusters, threads)?;
        Ok(Self {
            is_linear: blocks.iter().all(Block::is_linear),
            fixed,
            random,
            blocks,
            n_rows: rows.len(),
            members: reduction.members,
            outcome_centre: reduction.outcome_centre,
            outcome_scale: reduction.outcome_scale,
            base: reduction.base,
            log_weights: reduction.log_weights,
            signatures: reduction.signatures,
            threads,
        })
    }

    /// The number of independent clusters.
    pub(crate) fn n_clusters(&self) -> usize {
        self.members.clusters.len()
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
        self.blocks.iter().flat_map(|block| block.structure.natural(block.order(), block.of(theta))).collect()
    }

    /// ∂φ/∂θ, block-diagonal.
    pub(crate) fn jacobian(&self, theta: &[f64]) -> DMatrix<f64> {
        self.block_diagonal(|block| block.structure.jacobian(block.order(), block.of(theta)))
    }

    /// Σ_a weights_a ∂²φ_a/∂θ∂θ', block-diagonal.
    pub(crate) fn curvature(&self, theta: &[f64], weights: &[f64]) -> DMatrix<f64> {
        self.block_diagonal(|block| block.structure.curvature(block.order(), block.of(theta), block.of(weights)))
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
        self.blocks.iter().flat_map(|block| block.structure.start(block.order(), variance(block))).collect()
    }

    /// The constant that turns the engine's deviance into that of the data in their own units.
    pub(crate) fn constant(&self, reml: bool) -> f64 {
        let (n, p) = (self.n_rows as f64, self.p() as f64);
        let log_scale = libm::log(self.outcome_scale);
        let (degrees, map) = if reml { (n - p, -2.0 * self.fixed.log_det) } else { (n, 0.0) };
        degrees * (libm::log(2.0 * std::f64::consts::PI) - 2.0 * log_scale) + map - self.log_weights
    }
}

fn residual_part(design: &Design) -> Option<ResidualPart> {
    design.residual.as_ref().map(|term| ResidualPart {
        visit: term.visit.clone(),
        subject: term.subject.clone(),
        by: term.by.clone(),
    })
}

/// The parameter blocks of `design`, and what may be done to the columns of each random term.
fn blocks_of(design: &Design) -> Result<(Vec<Block>, Vec<Freedom>)> {
    let (mut blocks, mut freedoms, mut offset) = (Vec::new(), Vec::new(), 0);
    let mut add = |structure: Arc<dyn Structure>, levels: Vec<String>, side: Side, label: String| {
        let n_parameters = structure.n_parameters(levels.len());
        blocks.push(Block { structure, levels, offset, n_parameters, side, label });
        offset += n_parameters;
    };
    for term in &design.random {
        let names = term.columns.iter().map(|column| column.name.clone()).collect();
        freedoms.push(match term.structure.as_str() {
            "us" => Freedom::Combine,
            "diag" => Freedom::Scale,
            _ => Freedom::Fixed,
        });
        add(structure(&term.structure, Side::Random)?, names, Side::Random, term.label.clone());
    }
    match &design.residual {
        None => add(
            Arc::new(Independent { side: Side::Residual }),
            vec!["residual".to_owned()],
            Side::Residual,
            "residual".to_owned(),
        ),
        Some(term) => {
            let groups = term.by.as_ref().map_or_else(|| vec![String::new()], |by| by.labels.to_vec());
            for group in groups {
                let made = structure(&term.structure, Side::Residual)?;
                let label = if group.is_empty() { term.label.clone() } else { format!("{} [{group}]", term.label) };
                add(made, term.visit.labels.to_vec(), Side::Residual, label);
            }
        }
    }
    Ok((blocks, freedoms))
}
