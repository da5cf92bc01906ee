//! The covariance of outcomes as predictions need it: plain data, without rows.

use std::sync::Arc;

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use crate::covariance::{Covariates, Modulated, Shape, Side, Structure, structure, variance_function};
use crate::design::new_data::ResidualPlaces;
use crate::error::Result;
use crate::lmm::fit::LmmFit;
use crate::lmm::saved::{damaged, matrix};
use crate::lmm::units;

/// G of each random term and R, with what makes them for new rows; in the units of the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::lmm) struct OutcomeCovariance {
    /// The random terms, in the order of the formula.
    pub(super) random: Vec<TermCovariance>,
    /// The residuals.
    pub(super) residual: ResidualModel,
    /// The levels at which residuals stand.
    pub(super) places: ResidualPlaces,
}

/// ZGZ' of a random term as (Z M) G̃ (Z M)', M being such that times far from zero lose no digits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct TermCovariance {
    /// M, q × q.
    #[serde(with = "matrix")]
    pub(super) map: DMatrix<f64>,
    /// G̃, q × q.
    #[serde(with = "matrix")]
    pub(super) covariance: DMatrix<f64>,
}

/// R: a structure, a variance function, and their parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ResidualModel {
    structure: String,
    levels: Vec<usize>,
    coordinates: usize,
    extent: f64,
    options: Vec<(String, f64)>,
    variance: Option<VarianceModel>,
    /// φ of each group of parameters.
    pub(super) groups: Vec<Vec<f64>>,
}

/// A variance function and what it learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct VarianceModel {
    function: String,
    seen: Covariates,
    reads_mean: bool,
}

impl OutcomeCovariance {
    /// That of `fit`.
    pub(in crate::lmm) fn of(fit: &LmmFit) -> Self {
        let engine = &fit.engine;
        let inside = engine.natural(&fit.theta);
        let scale = 1.0 / (engine.outcome_scale * engine.outcome_scale);
        let mut random = Vec::with_capacity(engine.random.len());
        for (part, block) in engine.random.iter().zip(&engine.blocks) {
            let Some(covariance) = block.matrix(&inside) else { continue };
            random.push(TermCovariance { map: part.columns.to_user.clone(), covariance: covariance * scale });
        }
        let natural = units::to_data(engine, &inside);
        let groups = engine.blocks[random.len()..].iter().map(|block| block.of(&natural).to_vec()).collect();
        let residual = ResidualModel::of(fit, groups);
        Self { random, residual, places: ResidualPlaces::of(&fit.design) }
    }

    /// The levels at which residuals stand.
    pub(in crate::lmm) fn places(&self) -> &ResidualPlaces {
        &self.places
    }

    /// Refuses what does not agree with random terms of `widths` columns.
    ///
    /// # Errors
    /// `damaged_fit`; those of a structure that this program does not know.
    pub(in crate::lmm) fn check(&self, widths: &[usize]) -> Result<()> {
        let square =
            |(term, q): (&TermCovariance, &usize)| term.map.shape() == (*q, *q) && term.covariance.shape() == (*q, *q);
        let groups = self.places.by.as_ref().map_or(1, Vec::len);
        if self.random.len() != widths.len()
            || !self.random.iter().zip(widths).all(square)
            || self.residual.groups.len() != groups
            || self.places.visits.as_ref().is_some_and(|visits| visits.len() != self.residual.levels.iter().product())
        {
            return Err(damaged("outcome_covariance"));
        }
        self.residual.structure().map(|_| ())
    }
}

impl ResidualModel {
    fn of(fit: &LmmFit, groups: Vec<Vec<f64>>) -> Self {
        let design = &fit.design;
        let (name, shape) = match &design.residual {
            Some(term) => (term.structure.as_str(), term.shape()),
            None => ("iid", Shape::levels(Side::Residual, 1)),
        };
        let variance = design.variance.as_ref().map(|term| VarianceModel {
            function: term.function.clone(),
            seen: term.seen(&design.rows),
            reads_mean: term.reads_mean(),
        });
        Self {
            structure: name.to_owned(),
            levels: shape.levels,
            coordinates: shape.coordinates,
            extent: shape.extent,
            options: shape.options,
            variance,
            groups,
        }
    }

    /// Whether the variance depends on the fitted mean.
    pub(super) fn reads_mean(&self) -> bool {
        self.variance.as_ref().is_some_and(|variance| variance.reads_mean)
    }

    /// The structure that makes R from φ.
    ///
    /// # Errors
    /// `unknown_structure`, `unknown_variance_function` where this program knows none of that name.
    pub(super) fn structure(&self) -> Result<Arc<dyn Structure>> {
        let shape = Shape {
            side: Side::Residual,
            levels: self.levels.clone(),
            coordinates: self.coordinates,
            extent: self.extent,
            options: self.options.clone(),
        };
        let plain = structure(&self.structure, &shape)?;
        let made = match &self.variance {
            None => plain,
            Some(variance) => Modulated::over(plain, variance_function(&variance.function, &variance.seen)?),
        };
        if self.groups.iter().any(|natural| natural.len() != made.n_parameters()) {
            return Err(damaged("outcome_covariance"));
        }
        Ok(made)
    }
}
