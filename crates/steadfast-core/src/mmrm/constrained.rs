//! Arms that are equal at baseline by assumption, as a reference grid sees them.
//!
//! The model is fitted with the factor `arm_post`, which is the reference arm for everyone at baseline. Its columns for
//! the other arms at baseline are zero in every row, so that they are left out of X. To a grid such a column is one
//! that the data do not determine; here the protocol does: its coefficient is 0. So the recipe for grids knows the arm
//! by its own name, and forgets that those columns were ever in doubt. Means at baseline are then the same in all arms,
//! and means over visits are estimable. Columns of empty cells after baseline stay inestimable.

use super::Mmrm;
use crate::design::{Recipe, Variable};
use crate::error::Result;
use crate::frame::Frame;

/// The recipe of the fit to `frame` with arms equal at the visit `baseline`.
pub(super) fn recipe(model: &Mmrm, fitted: &Recipe, frame: &Frame, baseline: &str) -> Result<Recipe> {
    let mut recipe = fitted.clone();
    let (post, arm) = (model.arm_post(), &model.arm.column);
    let zero = columns_at(&recipe, (&model.visit, baseline), &post);
    recipe.aliases.retain(|alias| !zero.contains(&alias.column));
    for variable in &mut recipe.variables {
        if let crate::design::VariableKind::Categorical(factor) = &mut variable.kind
            && factor.column == post
        {
            factor.column.clone_from(arm);
        }
    }
    if let Some(summary) = recipe.summary.factors.iter_mut().find(|factor| factor.column == post) {
        summary.proportions = shares(model, frame, &summary.levels)?;
        summary.column.clone_from(arm);
    }
    Ok(recipe)
}

/// The positions, among all columns, of those of visit × arm at `baseline`.
fn columns_at(recipe: &Recipe, (visit, baseline): (&str, &str), post: &str) -> Vec<usize> {
    let factor = |at: usize| recipe.variables.get(at).and_then(Variable::categorical);
    let of_visit = |at: usize| factor(at).filter(|factor| factor.column == visit);
    let of_arm = |at: usize| factor(at).is_some_and(|factor| factor.column == post);
    for (term, (_, columns)) in recipe.fixed.terms.iter().zip(recipe.term_columns()) {
        let [(first, _), (second, _)] = term.variables[..] else { continue };
        if let (Some(visits), true) = (of_visit(first), of_arm(second)) {
            // Visits vary fastest.
            let at = visits.levels.iter().position(|level| level == baseline);
            return at.map_or(Vec::new(), |at| columns.skip(at).step_by(visits.levels.len()).collect());
        }
    }
    Vec::new()
}

/// The share of each arm in the rows that enter the model, baseline included.
fn shares(model: &Mmrm, frame: &Frame, levels: &[String]) -> Result<Vec<f64>> {
    let mut columns: Vec<_> = model.formula()?.columns().iter().filter_map(|name| frame.get(name)).collect();
    let weights = model.weights.as_deref().map(|name| frame.column(name)).transpose()?;
    columns.extend(weights);
    let weights = weights.and_then(crate::frame::Column::to_numeric);
    let arm = super::factors::factor(frame, &model.arm.column)?;
    let mut counts = vec![0.0; levels.len()];
    for row in 0..frame.n_rows() {
        let weighs = weights.as_ref().is_none_or(|weights| weights[row] > 0.0);
        let level = arm.level(row).and_then(|level| levels.iter().position(|known| known == level));
        if let (true, Some(level)) = (weighs && columns.iter().all(|column| column.is_observed(row)), level) {
            counts[level] += 1.0;
        }
    }
    let total: f64 = counts.iter().sum();
    Ok(counts.into_iter().map(|count| count / total).collect())
}
