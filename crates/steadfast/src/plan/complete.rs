//! From what a plan says of an analysis to the model that is fitted.

use super::{Analysis, DesignColumns, Plan};
use crate::error::Result;
use crate::model::{MeansSpec, ModelSpec};

impl Analysis {
    /// The model and what is reported about it, but for the data and the threads.
    ///
    /// # Errors
    /// As [`MmrmPlan::model`](super::MmrmPlan::model).
    pub fn spec(&self, design: &DesignColumns) -> Result<ModelSpec> {
        let weights = self.weights.as_deref();
        let declared = self.mmrm.as_ref().map(|parts| parts.model(design, self.criterion, weights));
        let means = MeansSpec {
            comparisons: self.compare.clone(),
            adjust: self.adjust.clone(),
            ..MeansSpec::new(self.contrast.means())
        };
        Ok(ModelSpec {
            mmrm: declared.transpose()?,
            criterion: self.criterion,
            df: self.df.clone(),
            vcov: self.vcov.clone(),
            cluster: self.cluster.clone(),
            convention: self.convention,
            tests: self.tests,
            level: self.level,
            weights: self.weights.clone(),
            means: Some(means),
            intervals: self.intervals,
            ..ModelSpec::new(&self.model)
        })
    }
}

impl Plan {
    /// Writes the formula of every model that is declared by its parts; what is wrong with the declarations.
    pub(super) fn complete_models(&mut self) -> Vec<String> {
        let mut problems = Vec::new();
        let designs: Vec<DesignColumns> =
            self.analyses.iter().map(|analysis| self.design_for(self.set_of(analysis))).collect();
        for (analysis, design) in self.analyses.iter_mut().zip(designs) {
            let at = format!("analysis `{}`, model", analysis.id);
            match (&analysis.mmrm, analysis.model.is_empty()) {
                (None, false) => {}
                (None, true) => problems.push(format!("{at}: neither `model` nor `mmrm` is given")),
                (Some(_), false) => problems.push(format!("{at}: both `model` and `mmrm` are given")),
                (Some(parts), true) => {
                    let weights = analysis.weights.as_deref();
                    let model = parts.model(&design, analysis.criterion, weights);
                    match model.and_then(|model| Ok(model.formula()?)) {
                        Ok(formula) => analysis.model = formula.to_string(),
                        Err(error) => problems.push(format!("{at}: {error}")),
                    }
                }
            }
        }
        problems
    }
}
