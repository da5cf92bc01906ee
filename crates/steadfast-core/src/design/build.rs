//! Building a design: complete cases, variables, columns, rank, groups.

use std::sync::Arc;

use super::grouping::grouping;
use super::predictor::{Learning, Pieces};
use super::rank::{self, Rank};
use super::recipe::{Alias, Recipe};
use super::residual::{residual, variance};
use super::rows::complete;
use super::source::Source;
use super::summary::Summary;
use super::{Design, ModelColumn, RandomTerm};
use crate::design::arithmetic::Numeric;
use crate::error::{Error, Result};
use crate::formula::{Expr, Formula, RandomSpec};
use crate::frame::{Column, Frame};

/// What a design needs beside the formula.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct DesignOptions {
    /// The column of observation weights; none weighs all rows alike.
    pub weights: Option<String>,
}

impl DesignOptions {
    /// The options with the column of weights.
    pub fn weights(mut self, column: impl Into<String>) -> Self {
        self.weights = Some(column.into());
        self
    }
}

impl Design {
    /// The design of `formula` over the rows of `frame` that are complete in all its variables.
    ///
    /// What is learnt from the data (centres, knots, levels) is learnt from those rows. Levels that do not occur in
    /// them are left out, which [`Design::notes`] says. Columns that earlier ones determine are left out and named in
    /// [`Design::aliased`].
    ///
    /// # Errors
    /// `unknown_column`, `unknown_function`, `formula_argument`, `not_numeric`, `unknown_level`, `constant_variable`,
    /// with a caret; `not_finite`, `negative_weight`, `no_rows` with column and row, never the value.
    pub fn build(formula: &Formula, frame: &Frame, options: &DesignOptions) -> Result<Design> {
        let design = Self::all_columns(formula, frame, options)?;
        let rank = rank::of(&design.fixed, design.recipe.fixed.intercept, &design.rows);
        Ok(design.keeping(rank))
    }

    /// The design with every column of the fixed effects, whether others determine it or not.
    ///
    /// # Errors
    /// As [`Design::build`].
    pub(super) fn all_columns(formula: &Formula, frame: &Frame, options: &DesignOptions) -> Result<Design> {
        let (columns, weights) = read(formula, frame, options)?;
        let (rows, excluded) = complete(frame, &columns, weights.as_deref().map(Vec::as_slice))?;
        if rows.is_empty() {
            return Err(no_rows());
        }
        let source = Source::new(frame, &rows);
        let (mut recipe, mut notes) = learn(formula, &source)?;
        let mut pieces = Pieces::new(&source, &recipe.variables);
        let fixed = pieces.columns(&recipe.fixed)?;
        let mut random = Vec::new();
        for (spec, predictor) in formula.random().iter().zip(&recipe.random) {
            random.push(random_term(spec, pieces.columns(predictor)?, &source, &mut notes)?);
        }
        let residual = formula.residual().map(|spec| residual(spec, formula, &source, &mut notes)).transpose()?;
        let variance = formula.variance().map(|spec| variance(spec, formula, &source, &mut notes)).transpose()?;
        let (response_name, response) = response(formula, &source)?;
        let offset = offset(formula, &source)?;
        recipe.columns = fixed.iter().map(|column| column.name.clone()).collect();
        recipe.kept = (0..fixed.len()).collect();
        notes.sort();
        notes.dedup();
        Ok(Design {
            response_name,
            response,
            fixed,
            aliased: Vec::new(),
            random,
            residual,
            variance,
            offset,
            weights,
            excluded,
            notes,
            recipe: Arc::new(recipe),
            rows: Arc::new(rows),
            row_numbers: frame.row_numbers(),
        })
    }

    /// The design of all columns with those alone that `rank` keeps.
    pub(super) fn keeping(mut self, rank: Rank) -> Design {
        let recipe = Arc::make_mut(&mut self.recipe);
        recipe.kept = rank.kept;
        recipe.aliases = rank.aliases.into_iter().map(|(column, on_kept)| Alias { column, on_kept }).collect();
        self.fixed = recipe.kept.iter().map(|&column| self.fixed[column].clone()).collect();
        self.aliased = recipe.aliases.iter().map(|alias| recipe.columns[alias.column].clone()).collect();
        self
    }
}

/// The columns that a model reads, the weights among them, and the weights as numbers.
pub(super) type Read<'f> = (Vec<&'f Column>, Option<Arc<Vec<f64>>>);

/// What `formula` and `options` read of `frame`.
pub(super) fn read<'f>(formula: &Formula, frame: &'f Frame, options: &DesignOptions) -> Result<Read<'f>> {
    let mut columns = read_columns(formula, frame)?;
    let weights = options.weights.as_deref().map(|name| frame.column(name)).transpose()?;
    columns.extend(weights);
    Ok((columns, weights.map(numeric_weights).transpose()?))
}

/// The error of a model that no row can enter.
pub(super) fn no_rows() -> Error {
    Error::data("no_rows", "no row is complete in every variable of the formula")
}

/// The recipe but for which columns are kept, and the remarks on the way.
fn learn(formula: &Formula, source: &Source<'_>) -> Result<(Recipe, Vec<String>)> {
    let mut learning = Learning::new(formula, source);
    let mut recipe = Recipe { formula: Some(formula.clone()), ..Recipe::default() };
    recipe.fixed = learning.predictor(formula.terms())?;
    recipe.summary = Summary::of(&learning.variables, source)?;
    for spec in formula.random() {
        recipe.random.push(learning.predictor(&spec.terms)?);
    }
    recipe.variables = learning.variables;
    Ok((recipe, learning.notes))
}

/// The columns that the formula reads; an unknown one is pointed at.
fn read_columns<'f>(formula: &Formula, frame: &'f Frame) -> Result<Vec<&'f Column>> {
    if let Some(marker) = formula.markers().first() {
        let message = "this model takes no such term";
        return Err(formula.error_at("unsupported_term", marker.span, message));
    }
    let mut columns = Vec::new();
    for name in formula.columns() {
        match frame.column(&name) {
            Ok(column) => columns.push(column),
            // Without a column of that name, `pi` is the number.
            Err(_) if name == "pi" => {}
            Err(unknown) => return Err(formula.error_at(unknown.code(), formula.span_of(&name), &unknown.to_string())),
        }
    }
    Ok(columns)
}

fn numeric_weights(column: &Column) -> Result<Arc<Vec<f64>>> {
    let message = || Error::usage("not_numeric", format!("the weights `{}` are a factor", column.name()));
    column.to_numeric().ok_or_else(message)
}

/// The response's name and its values, finite where rows count.
pub(super) fn response(formula: &Formula, source: &Source<'_>) -> Result<(String, Arc<Vec<f64>>)> {
    let expr = formula.response().ok_or_else(|| {
        let message = "a response is needed before `~`";
        formula.error_at("no_response", crate::formula::Span::default(), message)
    })?;
    Ok((expr.to_string(), finite(expr, formula, source)?))
}

fn finite(expr: &Expr, formula: &Formula, source: &Source<'_>) -> Result<Arc<Vec<f64>>> {
    let values = Numeric::learn(expr, formula, source)?.evaluate(source)?;
    source.require_finite(&expr.to_string(), &values)?;
    Ok(values)
}

/// The sum of the offsets.
pub(super) fn offset(formula: &Formula, source: &Source<'_>) -> Result<Option<Arc<Vec<f64>>>> {
    let mut sum: Option<Arc<Vec<f64>>> = None;
    for expr in formula.offsets() {
        let values = finite(expr, formula, source)?;
        sum = Some(match sum {
            None => values,
            Some(before) => Arc::new(before.iter().zip(values.iter()).map(|(a, b)| a + b).collect()),
        });
    }
    Ok(sum)
}

fn random_term(
    spec: &RandomSpec,
    columns: Vec<ModelColumn>,
    source: &Source<'_>,
    notes: &mut Vec<String>,
) -> Result<RandomTerm> {
    let group = grouping(&spec.group, source, notes)?;
    let (structure, options) = (spec.structure.clone(), spec.options.clone());
    Ok(RandomTerm { label: spec.label.clone(), columns, group, structure, options })
}
