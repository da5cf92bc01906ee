//! The containment rule: a fixed effect is tested against the random effects whose name contains it.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::per_column::PerColumn;
use super::{DfMethod, RobustDf};
use crate::design::{Design, Grouping, ModelColumn, Recipe};
use crate::error::Result;
use crate::inference::vcov::Sandwich;
use crate::inference::{ClusterShare, DfRule, Inference, Marginal, eigen};

/// For each fixed effect the smallest rank that a random effect containing it adds to [X Z]; n − rank [X Z] where none
/// does.
///
/// A bar `(1 + t | g)` is the random effects g and t·g. A random effect contains a fixed effect when it is made of all
/// the columns of the data that the fixed effect is made of; all contain the intercept. Ranks are added one random
/// effect after the other, those with fewer columns first, so that the order of writing does not matter. A contrast
/// takes the smallest degrees of freedom of the columns of X it involves.
///
/// # Source
/// SAS PROC MIXED, DDFM=CONTAIN (SAS/STAT 9.4 User's Guide).
#[derive(Debug, Clone, Copy, Default)]
pub struct Containment;

impl Containment {
    fn per_column(&self, marginal: &dyn Marginal) -> Result<PerColumn> {
        PerColumn::of(self.name(), marginal, |design| Self::dofs(design, marginal))
    }

    fn dofs(design: &Design, marginal: &dyn Marginal) -> Result<Vec<f64>> {
        let effects = random_effects(design);
        let ranks = ranks(marginal, &effects)?;
        let residual = (design.rows.len() - ranks.last().copied().unwrap_or(0)) as f64;
        let added: Vec<f64> = ranks.windows(2).map(|pair| (pair[1] - pair[0]) as f64).collect();
        let dof = |fixed: &Vec<String>| {
            let contains = |effect: &RandomEffect<'_>| fixed.iter().all(|name| effect.made_of.contains(name));
            let found = effects.iter().zip(&added).filter(|(effect, _)| contains(effect));
            found.map(|(_, rank)| *rank).reduce(f64::min).unwrap_or(residual)
        };
        Ok(fixed_effects(&design.recipe).iter().map(dof).collect())
    }
}

/// One effect of a bar: its columns, its groups, and the columns of the data that it is made of.
struct RandomEffect<'a> {
    columns: &'a [ModelColumn],
    group: &'a Grouping,
    made_of: Vec<String>,
}

/// The effects of all bars, those with fewer columns of Z first.
fn random_effects(design: &Design) -> Vec<RandomEffect<'_>> {
    let recipe = &design.recipe;
    let specs = recipe.formula.iter().flat_map(|formula| formula.random());
    let mut effects = Vec::new();
    for ((term, predictor), spec) in design.random.iter().zip(&recipe.random).zip(specs) {
        let mut rest = &term.columns[..];
        let mut add = |width: usize, mut made_of: Vec<String>| {
            let (columns, later) = rest.split_at(width.min(rest.len()));
            rest = later;
            made_of.extend(spec.group.iter().cloned());
            effects.push(RandomEffect { columns, group: &term.group, made_of });
        };
        if predictor.intercept {
            add(1, Vec::new());
        }
        for term in &predictor.terms {
            let width = term.variables.iter().map(|&(at, coding)| recipe.variables[at].width(coding)).product();
            add(width, made_of(recipe, &term.variables.iter().map(|(at, _)| *at).collect::<Vec<_>>()));
        }
    }
    effects.sort_by_key(|effect| effect.columns.len() * effect.group.labels.len());
    effects
}

/// The columns of the data that each kept column of X is made of.
fn fixed_effects(recipe: &Recipe) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = vec![Vec::new(); recipe.columns.len()];
    for (term, (_, range)) in recipe.fixed.terms.iter().zip(recipe.term_columns()) {
        let variables: Vec<usize> = term.variables.iter().map(|(at, _)| *at).collect();
        all[range].fill(made_of(recipe, &variables));
    }
    recipe.kept.iter().map(|&column| all[column].clone()).collect()
}

fn made_of(recipe: &Recipe, variables: &[usize]) -> Vec<String> {
    let of_variable = |&at: &usize| {
        let variable = &recipe.variables[at];
        let factor = variable.categorical().map(|factor| factor.column.clone());
        variable.numeric_columns().into_iter().chain(factor).collect::<Vec<String>>()
    };
    variables.iter().flat_map(of_variable).collect()
}

/// rank [X Z_1 … Z_e] for e = 0 … all effects.
///
/// Z is block diagonal over independent clusters: rank [X Z] = Σ_i rank Z_i + rank (I − P_Z)X, and the last is read
/// from a p × p matrix.
fn ranks(marginal: &dyn Marginal, effects: &[RandomEffect<'_>]) -> Result<Vec<usize>> {
    let p = marginal.beta().len();
    let mut grams = vec![DMatrix::<f64>::zeros(p, p); effects.len() + 1];
    let mut own = vec![0; effects.len() + 1];
    marginal.for_each_share(&mut |share| {
        let mut rest = unwhitened(share, p);
        grams[0] += rest.transpose() * &rest;
        let mut basis: Vec<DVector<f64>> = Vec::new();
        for (e, effect) in effects.iter().enumerate() {
            for column in columns_of(effect, share.rows) {
                if let Some(new) = beyond(&basis, column) {
                    let taken = &new * (new.transpose() * &rest);
                    rest -= taken;
                    basis.push(new);
                }
            }
            own[e + 1] += basis.len();
            grams[e + 1] += rest.transpose() * &rest;
        }
    })?;
    own.iter().zip(&grams).map(|(own, gram)| Ok(own + rank_beside(gram, &grams[0])?)).collect()
}

/// L x = X_iT: columns that span those of X and are nearly orthonormal.
fn unwhitened(share: &ClusterShare<'_>, p: usize) -> DMatrix<f64> {
    let m = share.rows.len();
    let factor = DMatrix::from_fn(m, m, |i, j| if j <= i { share.factor[i * m + j] } else { 0.0 });
    factor * DMatrix::from_row_slice(m, p, share.x)
}

/// The columns of Z_i of an effect, group by group.
fn columns_of(effect: &RandomEffect<'_>, rows: &[u32]) -> Vec<DVector<f64>> {
    let mut groups: Vec<u32> = rows.iter().map(|&row| effect.group.codes[row as usize]).collect();
    groups.sort_unstable();
    groups.dedup();
    let value = |column: &ModelColumn, group: u32, row: usize| {
        if effect.group.codes[row] == group { column.value(row) } else { 0.0 }
    };
    let of_group = |&group: &u32| {
        let column = move |column| {
            DVector::from_iterator(rows.len(), rows.iter().map(|&row| value(column, group, row as usize)))
        };
        effect.columns.iter().map(column).collect::<Vec<_>>()
    };
    groups.iter().flat_map(of_group).collect()
}

/// What of `column` an orthonormal basis does not span, normed; nothing where less than 1e-8 of its length is new, far
/// above rounding and far below the shares by which times differ within a cluster.
fn beyond(basis: &[DVector<f64>], column: DVector<f64>) -> Option<DVector<f64>> {
    let length = column.norm();
    let mut rest = column;
    for _ in 0..2 {
        for known in basis {
            rest -= known * known.dot(&rest);
        }
    }
    let new = rest.norm();
    (new > 1e-8 * length).then(|| rest / new)
}

/// The rank of `gram` where `whole` is the unit; squares below 1e-11 of it are rounding.
fn rank_beside(gram: &DMatrix<f64>, whole: &DMatrix<f64>) -> Result<usize> {
    let Some(factor) = whole.clone().cholesky() else { return Ok(gram.nrows()) };
    let l = factor.l();
    let half = l.solve_lower_triangular(gram).unwrap_or_else(|| gram.clone());
    let both = l.solve_lower_triangular(&half.transpose()).unwrap_or(half);
    let values = eigen(0.5 * (&both + both.transpose()))?.eigenvalues;
    Ok(values.iter().filter(|value| **value > 1e-11).count())
}

impl DfMethod for Containment {
    fn name(&self) -> &'static str {
        "containment"
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

impl RobustDf for Containment {
    fn phrase(&self) -> String {
        "containment degrees of freedom (ranks added by random effects, coarser ones first; a contrast takes the \
         smallest of its columns)"
            .to_owned()
    }
    fn rule(&self, marginal: &dyn Marginal, _sandwich: &Arc<Sandwich>) -> Result<Arc<dyn DfRule>> {
        Ok(Arc::new(self.per_column(marginal)?))
    }
}
