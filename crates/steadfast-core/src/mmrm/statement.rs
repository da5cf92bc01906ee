//! A specification as the sentence of a methods section.

use std::fmt::{Display, Formatter, Result};

use super::baseline::{Place, Recorded};
use super::clauses::{Groups, Slope};
use super::{Baseline, Mmrm};
use crate::lmm::Criterion;

impl Display for Mmrm {
    /// The clauses in a fixed order, separated by semicolons.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (outcome, arm, visit) = (&self.outcome, &self.arm, &self.visit);
        write!(f, "mixed model for repeated measures of {outcome} by {} (reference {})", arm.column, arm.reference)?;
        write!(f, " and {visit}")?;
        if let Some(recorded) = &self.recorded {
            write!(f, "; baseline ({}) {}", place(recorded), analysis(self.baseline))?;
        }
        for stratum in &self.strata {
            write!(f, "; stratum {stratum}")?;
        }
        for covariate in &self.covariates {
            write!(f, "; covariate {}{}", covariate.term, by_visit(covariate.slope))?;
        }
        if let Some(cluster) = &self.cluster {
            write!(f, "; random intercept of {cluster}")?;
        }
        let over = self.within.positions(visit).join(", ");
        write!(f, "; covariance {} over {over} within {}", self.within.structure, self.subject)?;
        for (option, value) in &self.within.options {
            write!(f, ", {option} {value}")?;
        }
        f.write_str(if self.within.groups == Groups::ByArm { ", one for each arm" } else { "" })?;
        if let Some(weights) = &self.weights {
            write!(f, "; weights {weights}")?;
        }
        f.write_str(if self.criterion == Criterion::Reml { "; by REML" } else { "; by ML" })
    }
}

fn place(recorded: &Recorded) -> String {
    match recorded.place {
        Place::Column => format!("the column {}", recorded.column),
        Place::Row => format!("the rows of visit {}", recorded.visit),
    }
}

fn by_visit(slope: Slope) -> &'static str {
    match slope {
        Slope::ByVisit => " by visit",
        Slope::Common => "",
    }
}

fn analysis(baseline: Baseline) -> String {
    match baseline {
        Baseline::Unused => "is not used".to_owned(),
        Baseline::Ancova { slope } => format!("is a covariate{}", by_visit(slope)),
        Baseline::Change => "is subtracted from the outcome".to_owned(),
        Baseline::AdjustedChange { slope } => {
            format!("is subtracted from the outcome and a covariate{}", by_visit(slope))
        }
        Baseline::Constrained => "is an outcome with one mean for all arms".to_owned(),
        Baseline::Unconstrained => "is an outcome with a mean for each arm".to_owned(),
    }
}
