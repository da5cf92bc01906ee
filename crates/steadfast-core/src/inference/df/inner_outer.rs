//! The inner–outer rule of nested random effects: each column of X is tested against the level that it is outer to.

use std::sync::Arc;

use super::between_within::varies;
use super::per_column::PerColumn;
use super::{DfMethod, RobustDf};
use crate::design::{Design, Grouping};
use crate::error::{Error, Result};
use crate::inference::vcov::Sandwich;
use crate::inference::{DfRule, Inference, Marginal};

/// m_i − (m_{i−1} + p_i) degrees of freedom for the p_i columns of X that are estimated at level i.
///
/// Level i = 1 … Q is the i-th grouping factor of the random effects, coarsest first, with m_i groups; m_{Q+1} = n, and
/// m_0 is 1 with an intercept and 0 without; without one, all levels but the first have one more, as `lme()` has it. A
/// column is estimated at the first level within whose groups it is constant. The intercept takes the largest degrees of
/// freedom, a contrast the smallest of the columns it involves.
///
/// # Source
/// Pinheiro and Bates 2000, section 2.4.2; `lme()` of the R package nlme.
#[derive(Debug, Clone, Copy, Default)]
pub struct InnerOuter;

impl InnerOuter {
    fn per_column(&self, marginal: &dyn Marginal) -> Result<PerColumn> {
        PerColumn::of(self.name(), marginal, Self::dofs)
    }

    fn dofs(design: &Design) -> Result<Vec<f64>> {
        let levels = levels(design)?;
        let intercept: Vec<bool> = design.fixed.iter().map(|column| column.pieces.is_empty()).collect();
        let level_of = |column| levels.iter().rposition(|(group, _)| varies(column, design, &group.codes));
        let estimated: Vec<usize> =
            design.fixed.iter().map(|column| level_of(column).map_or(0, |level| level + 1)).collect();
        let with_intercept = intercept.contains(&true);
        let mut sizes: Vec<usize> = vec![usize::from(with_intercept)];
        sizes.extend(levels.iter().map(|(_, count)| *count));
        sizes.push(design.rows.len());
        let dof = |level: usize| {
            let columns = estimated.iter().zip(&intercept).filter(|(at, own)| **at == level && !**own).count();
            let more = usize::from(!with_intercept && level > 0);
            (sizes[level + 1] + more) as f64 - sizes[level] as f64 - columns as f64
        };
        let largest = (0..=levels.len()).map(dof).fold(0.0, f64::max);
        let of_column = |(level, intercept): (&usize, &bool)| if *intercept { largest } else { dof(*level) };
        Ok(estimated.iter().zip(&intercept).map(of_column).collect())
    }
}

/// The grouping factors of the random effects and the numbers of their groups, coarsest first.
fn levels(design: &Design) -> Result<Vec<(&Grouping, usize)>> {
    let mut levels: Vec<(&Grouping, usize)> = Vec::new();
    for term in &design.random {
        let known =
            |(group, _): &(&Grouping, usize)| nested(design, &term.group, group) && nested(design, group, &term.group);
        if !levels.iter().any(known) {
            levels.push((&term.group, occurring(design, &term.group)));
        }
    }
    levels.sort_by_key(|(_, count)| *count);
    let refused = |why: &str| Err(Error::usage("method_does_not_apply", format!("`inner-outer` {why}")));
    if levels.is_empty() {
        return refused("needs random effects, and the formula has none");
    }
    if let Some(pair) = levels.windows(2).find(|pair| !nested(design, pair[1].0, pair[0].0)) {
        let (coarse, fine) = (&pair[0].0.name, &pair[1].0.name);
        return refused(&format!("needs nested groups, and `{fine}` is not nested in `{coarse}`"));
    }
    Ok(levels)
}

fn occurring(design: &Design, group: &Grouping) -> usize {
    let mut seen = vec![false; group.labels.len()];
    design.rows.iter().for_each(|&row| seen[group.codes[row as usize] as usize] = true);
    seen.iter().filter(|seen| **seen).count()
}

/// Whether each group of `fine` lies in one group of `coarse`.
fn nested(design: &Design, fine: &Grouping, coarse: &Grouping) -> bool {
    let mut parent = vec![None; fine.labels.len()];
    design.rows.iter().all(|&row| {
        let group = coarse.codes[row as usize];
        *parent[fine.codes[row as usize] as usize].get_or_insert(group) == group
    })
}

impl DfMethod for InnerOuter {
    fn name(&self) -> &'static str {
        "inner-outer"
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

impl RobustDf for InnerOuter {
    fn phrase(&self) -> String {
        "inner–outer degrees of freedom of nested random effects (the intercept takes the largest, a contrast the \
         smallest of its columns)"
            .to_owned()
    }
    fn rule(&self, marginal: &dyn Marginal, _sandwich: &Arc<Sandwich>) -> Result<Arc<dyn DfRule>> {
        Ok(Arc::new(self.per_column(marginal)?))
    }
}
