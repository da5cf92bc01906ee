//! Whether the parts of a saved fit agree in size: a file that was changed by hand is refused, not misread.

use nalgebra::DMatrix;

use super::Content;
use super::matrix::Matrix;
use crate::design::{Basis, Predictor, Recipe, Spline, VariableKind};
use crate::error::{Error, Result};
use crate::lmm::random_effects::{GroupEffects, TermEffects};

/// Refuses what does not hold together.
///
/// # Errors
/// `damaged_fit`, with the part; those of a structure that this program does not know.
pub(super) fn check(content: &Content) -> Result<()> {
    let widths = recipe(&content.recipe).ok_or_else(|| damaged("recipe"))?;
    let (p, k) = (content.recipe.kept.len(), content.covariance_parameters.len());
    let fixed = &content.fixed_effects;
    if fixed.names.len() != p || fixed.estimates.len() != p || !is(&fixed.vcov, p, p) {
        return Err(damaged("fixed_effects"));
    }
    let small = &content.small_sample;
    let slopes = small.vcov_slopes.get().map_or(true, |all| all.len() == k && all.iter().all(|one| is(&one.0, p, p)));
    let all = |matrix: Result<&Matrix>, size| matrix.map_or(true, |matrix| is(&matrix.0, size, size));
    if !slopes
        || !small.parameter_covariance.iter().all(|one| all(one.covariance.get(), k))
        || !small.kenward_roger.iter().all(|one| all(one.adjustment.get(), p))
        || !small.counted.iter().all(|one| one.df.get().map_or(true, |df| df.len() == p))
    {
        return Err(damaged("small_sample"));
    }
    content.outcome_covariance.check(&widths)?;
    if content.random_effects.get().is_ok_and(|effects| !groups(effects, &widths, p)) {
        return Err(damaged("random_effects"));
    }
    Ok(())
}

/// The error for a part whose sizes do not agree.
pub(in crate::lmm) fn damaged(part: &str) -> Error {
    Error::data("damaged_fit", format!("`{part}` of the saved fit does not agree with the rest: the file was changed"))
}

fn is(matrix: &DMatrix<f64>, rows: usize, columns: usize) -> bool {
    // A matrix without columns is written as a list of empty rows, or without rows as an empty list.
    matrix.shape() == (rows, columns) || (matrix.is_empty() && rows * columns == 0)
}

/// The number of columns of each random term, where the recipe holds together.
fn recipe(recipe: &Recipe) -> Option<Vec<usize>> {
    let known = |predictor: &Predictor| {
        let mut variables = predictor.terms.iter().flat_map(|term| &term.variables);
        variables.all(|(at, _)| *at < recipe.variables.len())
    };
    let factors = recipe.variables.iter().filter_map(|variable| variable.categorical());
    let mut places = factors.map(|factor| (factor.reference, factor.base, factor.levels.len()));
    let summaries = &recipe.summary.factors;
    let splines = recipe.variables.iter().filter_map(|variable| match &variable.kind {
        VariableKind::Basis(_, Basis::Spline(spline)) => Some(spline),
        _ => None,
    });
    let sound = known(&recipe.fixed)
        && splines.into_iter().all(Spline::is_sound)
        && recipe.random.iter().all(known)
        && places.all(|(reference, base, levels)| reference < levels && base < levels)
        && summaries.iter().all(|one| one.reference < one.levels.len() && one.proportions.len() == one.levels.len());
    if !sound {
        return None;
    }
    let (columns, p) = (recipe.columns.len(), recipe.kept.len());
    let aliases = recipe.aliases.iter().all(|alias| alias.column < columns && alias.on_kept.len() == p);
    let kept = recipe.kept.iter().all(|column| *column < columns);
    (aliases && kept && width(&recipe.fixed, recipe) == columns)
        .then(|| recipe.random.iter().map(|predictor| width(predictor, recipe)).collect())
}

fn width(predictor: &Predictor, recipe: &Recipe) -> usize {
    let of_term = |term: &crate::design::Term| -> usize {
        term.variables.iter().map(|&(at, coding)| recipe.variables[at].width(coding)).product()
    };
    usize::from(predictor.intercept) + predictor.terms.iter().map(of_term).sum::<usize>()
}

fn groups(effects: &GroupEffects, widths: &[usize], p: usize) -> bool {
    let sound = |(term, q): (&TermEffects, &usize)| {
        term.groups.iter().all(|group| {
            group.modes.len() == *q && is(&group.conditional_covariance, *q, *q) && is(&group.on_fixed_effects, *q, p)
        })
    };
    let across = effects.across_terms.get().map_or(true, |pairs| {
        pairs.iter().all(|pair| match (widths.get(pair.terms[0]), widths.get(pair.terms[1])) {
            (Some(a), Some(b)) => is(&pair.covariance, *a, *b),
            _ => false,
        })
    });
    effects.terms.len() == widths.len() && effects.terms.iter().zip(widths).all(sound) && across
}
