//! A mixed model for repeated measures by its parts: what the design says already is not said again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steadfast_core::lmm::Criterion;
use steadfast_core::mmrm::{Arm, Baseline, Mmrm, Recorded, Slope, Within};

use super::DesignColumns;
use crate::error::{Error, Result};

/// The parts of the model that the design leaves open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MmrmPlan {
    /// What the analysis makes of baseline.
    #[serde(default)]
    pub baseline: BaselineUse,
    /// The covariance structure of a subject's residuals over visits.
    #[serde(default = "unstructured")]
    pub structure: String,
    /// The numeric time that a structure over numbers reads; the visit where there is none.
    pub over: Option<String>,
    /// The options of the structure, such as `bands = 2`.
    #[serde(default)]
    pub options: BTreeMap<String, f64>,
    /// Whether each arm has covariance parameters of its own.
    #[serde(default)]
    pub by_arm: bool,
    /// Covariates with one coefficient for all visits.
    #[serde(default)]
    pub covariates: Vec<String>,
    /// Covariates with a coefficient at each visit.
    #[serde(default)]
    pub covariates_by_visit: Vec<String>,
    /// Whether the strata of the design are covariates.
    #[serde(default = "yes")]
    pub strata: bool,
}

/// What an analysis makes of baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BaselineUse {
    /// Nothing.
    Unused,
    /// A covariate with a coefficient at each visit.
    #[default]
    Ancova,
    /// The response is the change from it.
    Change,
    /// The response is the change from it, and it is a covariate with a coefficient at each visit.
    AdjustedChange,
    /// An outcome with one mean for all arms (constrained longitudinal data analysis).
    Constrained,
}

fn unstructured() -> String {
    "us".to_owned()
}

fn yes() -> bool {
    true
}

impl MmrmPlan {
    /// The model in the trial of `design`.
    ///
    /// # Errors
    /// `no_baseline` when the analysis needs a baseline and the design names none.
    pub fn model(&self, design: &DesignColumns, criterion: Criterion, weights: Option<&str>) -> Result<Mmrm> {
        let arm = Arm::new(&design.arm, &design.reference);
        let mut model = Mmrm::new(&design.outcome, arm, &design.visit, &design.subject).criterion(criterion);
        let slope = Slope::ByVisit;
        let analysis = match self.baseline {
            BaselineUse::Unused => Baseline::Unused,
            BaselineUse::Ancova => Baseline::Ancova { slope },
            BaselineUse::Change => Baseline::Change,
            BaselineUse::AdjustedChange => Baseline::AdjustedChange { slope },
            BaselineUse::Constrained => Baseline::Constrained,
        };
        if self.baseline != BaselineUse::Unused {
            model = model.baseline(recorded(design)?, analysis);
        }
        if design.is_clustered() {
            model = model.cluster(design.unit());
        }
        if self.strata {
            model = model.strata(&design.strata);
        }
        model = self.covariates.iter().fold(model, |model, term| model.covariate(term, Slope::Common));
        model = self.covariates_by_visit.iter().fold(model, |model, term| model.covariate(term, Slope::ByVisit));
        if let Some(weights) = weights {
            model = model.weights(weights);
        }
        Ok(model.within(self.within()))
    }

    fn within(&self) -> Within {
        let mut within = Within::new(&self.structure);
        if let Some(over) = &self.over {
            within = within.over(over);
        }
        if self.by_arm {
            within = within.by_arm();
        }
        self.options.iter().fold(within, |within, (name, value)| within.option(name, *value))
    }
}

/// Where the data hold baseline, and when it was assessed.
fn recorded(design: &DesignColumns) -> Result<Recorded> {
    let recorded = match (&design.baseline, &design.baseline_visit) {
        (_, Some(visit)) => Recorded::at_visit(visit),
        (Some(column), None) => Recorded::in_column(column),
        (None, None) => {
            let message = "the analysis uses baseline: name `design.baseline` or `design.baseline_visit`";
            return Err(Error::usage("no_baseline", message));
        }
    };
    Ok(match (&design.baseline_assessed, &design.randomised) {
        (Some(assessed), Some(randomised)) => recorded.timed(assessed, randomised),
        _ => recorded,
    })
}
