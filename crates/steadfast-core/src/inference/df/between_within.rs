//! The between–within rule: subjects' degrees of freedom for what differs between subjects, the rest for what changes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::per_column::PerColumn;
use super::{DfMethod, RobustDf};
use crate::design::{Design, ModelColumn};
use crate::error::Result;
use crate::inference::vcov::Sandwich;
use crate::inference::{DfRule, Inference, Marginal};

/// N − p_b degrees of freedom for columns of X that are constant within every subject, n − N − p_w for the others.
///
/// N subjects have n rows; p_b counts the constant columns and the intercept, p_w the others. A contrast takes the
/// smallest degrees of freedom of the columns it involves. The subject is that of the residual structure, or else the
/// independent cluster.
///
/// # Source
/// Schluchter and Elashoff 1990.
#[derive(Debug, Clone, Copy, Default)]
pub struct BetweenWithin {
    /// What else counts as between.
    pub strata: Strata,
}

/// What programs disagree on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Strata {
    /// The intercept has the degrees of freedom within subjects: the R package mmrm.
    #[default]
    Columns,
    /// The intercept has those between subjects, and so has everything where residuals are unstructured and there are
    /// no random effects: SAS PROC MIXED, DDFM=BETWITHIN.
    Sas,
}

impl BetweenWithin {
    fn per_column(&self, marginal: &dyn Marginal) -> Result<PerColumn> {
        PerColumn::of(self.name(), marginal, |design| self.dofs(design, marginal))
    }

    fn dofs(&self, design: &Design, marginal: &dyn Marginal) -> Result<Vec<f64>> {
        let (subjects, n_subjects) = subjects(design, marginal)?;
        let varies: Vec<bool> = design.fixed.iter().map(|column| varies(column, design, &subjects)).collect();
        let p_within = varies.iter().filter(|varies| **varies).count();
        let between = n_subjects as f64 - (varies.len() - p_within) as f64;
        let within = design.rows.len() as f64 - n_subjects as f64 - p_within as f64;
        let unstructured = design.residual.as_ref().is_some_and(|term| term.structure == "us");
        let dof = |(column, varies): (&ModelColumn, &bool)| match self.strata {
            Strata::Columns if *varies || column.pieces.is_empty() => within,
            Strata::Sas if *varies && !(unstructured && design.random.is_empty()) => within,
            Strata::Columns | Strata::Sas => between,
        };
        Ok(design.fixed.iter().zip(&varies).map(dof).collect())
    }
}

/// The subject of each row of the frame (`u32::MAX` where the row is not used), and how many subjects there are.
fn subjects(design: &Design, marginal: &dyn Marginal) -> Result<(Vec<u32>, usize)> {
    let last = design.rows.iter().max().map_or(0, |&row| row as usize + 1);
    let mut subjects = vec![u32::MAX; last];
    let mut count = 0;
    if let Some(term) = &design.residual {
        let mut seen = vec![false; term.subject.labels.len()];
        for &row in design.rows.iter() {
            let code = term.subject.codes[row as usize];
            subjects[row as usize] = code;
            count += usize::from(!std::mem::replace(&mut seen[code as usize], true));
        }
    } else {
        marginal.for_each_share(&mut |share| {
            share.rows.iter().for_each(|&row| subjects[row as usize] = count as u32);
            count += 1;
        })?;
    }
    Ok((subjects, count))
}

/// Whether a column changes within some group.
pub(super) fn varies(column: &ModelColumn, design: &Design, groups: &[u32]) -> bool {
    let most = design.rows.iter().map(|&row| groups[row as usize]).max().map_or(0, |code| code as usize + 1);
    let mut first: Vec<Option<f64>> = vec![None; most];
    design.rows.iter().any(|&row| {
        let value = column.value(row as usize);
        let known = *first[groups[row as usize] as usize].get_or_insert(value);
        // The same pieces give the same number: any difference is one of the data.
        (known - value).abs() > 0.0
    })
}

impl DfMethod for BetweenWithin {
    fn name(&self) -> &'static str {
        match self.strata {
            Strata::Columns => "between-within",
            Strata::Sas => "between-within-sas",
        }
    }
    fn description(&self) -> String {
        format!("model-based covariance, {}", self.phrase())
    }
    fn infer(&self, marginal: &dyn Marginal) -> Result<Inference> {
        Ok(self.per_column(marginal)?.infer(self.name(), marginal))
    }
    fn count(&self, marginal: &dyn Marginal) -> Option<Result<Vec<f64>>> {
        Some(self.per_column(marginal).map(PerColumn::into_dofs))
    }
    fn robust(&self) -> Result<&dyn RobustDf> {
        Ok(self)
    }
}

impl RobustDf for BetweenWithin {
    fn phrase(&self) -> String {
        let strata = match self.strata {
            Strata::Columns => "the intercept counts as within, as in mmrm",
            Strata::Sas => "the intercept counts as between, and all does where residuals are unstructured, as in SAS",
        };
        format!("between–within degrees of freedom ({strata}; a contrast takes the smallest of its columns)")
    }
    fn rule(&self, marginal: &dyn Marginal, _sandwich: &Arc<Sandwich>) -> Result<Arc<dyn DfRule>> {
        Ok(Arc::new(self.per_column(marginal)?))
    }
}
