//! The fit: a linear mixed model, and the means and effects that the design asks for.

use super::formula::name;
use super::{Baseline, Counts, Mmrm, Prepared, constrained};
use crate::design::Recipe;
use crate::error::{Error, Result};
use crate::findings::Findings;
use crate::frame::Frame;
use crate::inference::{DfMethod, Inference};
use crate::lmm::{Lmm, LmmFit};
use crate::reference_grid::{LinearCombination, ReferenceGrid};

impl Mmrm {
    /// The linear mixed model of the prepared data: formula, criterion, weights and threads.
    ///
    /// # Errors
    /// As [`Mmrm::formula`].
    pub fn model(&self) -> Result<Lmm> {
        let model = Lmm::new(self.formula()?).criterion(self.criterion).threads(self.threads);
        Ok(match &self.weights {
            Some(weights) => model.weights(weights.clone()),
            None => model,
        })
    }

    /// The fit to `frame`, which holds one row for each subject and visit.
    ///
    /// # Errors
    /// As [`Mmrm::prepare`] and [`Lmm::fit`].
    pub fn fit(&self, frame: &Frame) -> Result<MmrmFit> {
        let prepared = self.prepare(frame)?;
        let lmm = self.model()?.fit(&prepared.frame)?;
        let recipe = match (&self.recorded, self.baseline) {
            (Some(recorded), Baseline::Constrained) => {
                constrained::recipe(self, lmm.recipe(), &prepared.frame, &recorded.visit)?
            }
            _ => lmm.recipe().clone(),
        };
        Ok(MmrmFit { model: self.clone(), prepared, lmm, recipe })
    }
}

/// A fitted MMRM.
#[derive(Debug, Clone)]
pub struct MmrmFit {
    model: Mmrm,
    prepared: Prepared,
    lmm: LmmFit,
    recipe: Recipe,
}

impl MmrmFit {
    /// The fit of the linear mixed model: coefficients, covariance, certificate.
    pub fn lmm(&self) -> &LmmFit {
        &self.lmm
    }

    /// The specification.
    pub fn model(&self) -> &Mmrm {
        &self.model
    }

    /// The data and the formula that were fitted.
    pub fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// Who has a baseline and who has later outcomes; `None` where no baseline is declared.
    pub fn counts(&self) -> Option<&Counts> {
        self.prepared.counts.as_ref()
    }

    /// Remarks on the data and on the design.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.prepared.notes.iter().chain(self.lmm.notes()).map(String::as_str)
    }

    /// Warnings about rows of the data.
    pub fn findings(&self) -> &Findings {
        &self.prepared.findings
    }

    /// Inference about the fixed effects by `method`, at confidence level 0.95.
    ///
    /// # Errors
    /// When the method does not apply to the fit.
    pub fn inference(&self, method: &dyn DfMethod) -> Result<Inference> {
        self.lmm.inference(method)
    }

    /// The grid of the model's factors, on which the arm has its own name whatever the analysis.
    pub fn grid(&self) -> ReferenceGrid<'_> {
        ReferenceGrid::new(&self.recipe)
    }

    /// The marginal mean of each arm at each visit, on the scale of the response.
    ///
    /// # Errors
    /// As [`ReferenceGrid::means`].
    pub fn means(&self) -> Result<Vec<LinearCombination>> {
        self.grid().means(&self.arms_by_visit())
    }

    /// The effect of the arm at each visit after baseline: the difference of the arms' marginal means, and for
    /// [`Baseline::Unconstrained`] that difference less the difference at baseline.
    ///
    /// # Errors
    /// As [`ReferenceGrid::differences`].
    pub fn effects(&self) -> Result<Vec<LinearCombination>> {
        let all = self.grid().differences(&self.arms_by_visit())?;
        let Some(recorded) = self.model.recorded.as_ref().filter(|_| self.model.baseline.is_outcome()) else {
            return Ok(all);
        };
        let at_baseline = |effect: &LinearCombination| {
            effect.levels.iter().any(|(factor, level)| *factor == self.model.visit && *level == recorded.visit)
        };
        let (baseline, later): (Vec<_>, Vec<_>) = all.into_iter().partition(at_baseline);
        later.into_iter().map(|effect| less(effect, &baseline)).collect()
    }

    fn arms_by_visit(&self) -> String {
        format!("{} | {}", name(&self.model.arm.column), name(&self.model.visit))
    }
}

/// A difference at a later visit less the same difference at baseline, which is zero when arms are constrained.
fn less(mut effect: LinearCombination, baseline: &[LinearCombination]) -> Result<LinearCombination> {
    let same = baseline
        .iter()
        .find(|other| other.term == effect.term)
        .ok_or_else(|| Error::data("no_baseline", format!("`{}` has no counterpart at baseline", effect.term)))?;
    effect.row.iter_mut().zip(&same.row).for_each(|(later, before)| *later -= before);
    effect.estimable &= same.estimable;
    Ok(effect)
}

impl AsRef<Recipe> for MmrmFit {
    fn as_ref(&self) -> &Recipe {
        &self.recipe
    }
}
