//! The rows used, variable by variable: what each row has in every column of every term, kept or not.

use std::sync::Arc;

use super::FixedEffects;
use crate::design::{Categorical, Coding, Design, ModelColumn, Piece, Recipe, Term};
use crate::error::{Error, Result};

/// A design read backwards: from its columns to the levels and numbers of its rows.
pub(super) struct Observed<'d> {
    pub(super) design: &'d Design,
    recipe: &'d Recipe,
}

/// Contrasts of two levels differ in the first digits; values of aliased columns are good to about 1e-9.
const SAME: f64 = 1e-6;

impl<'d> Observed<'d> {
    /// The rows of `source`.
    ///
    /// # Errors
    /// `needs_rows` when the source has none; `what` needs them.
    pub(super) fn of(source: &'d (impl FixedEffects + ?Sized), what: &str) -> Result<Self> {
        Self::in_design(source.design(), what)
    }

    pub(super) fn in_design(design: Option<&'d Design>, what: &str) -> Result<Self> {
        let design = design.ok_or_else(|| {
            let message = format!(
                "{what} needs the rows used, which a design and its fit have; a recipe and a saved fit have not"
            );
            Error::usage("needs_rows", message)
        })?;
        Ok(Self { design, recipe: &design.recipe })
    }

    /// The rows of the frame.
    pub(super) fn rows(&self) -> &[u32] {
        &self.design.rows
    }

    /// The columns of `variable` under `coding`.
    ///
    /// # Errors
    /// `aliased_columns` when every column with the variable was left out, and none is its own.
    pub(super) fn pieces(&self, variable: usize, coding: Coding) -> Result<Vec<Piece>> {
        let known: Vec<Option<Piece>> = self.known(variable, coding);
        let lost = known.iter().any(Option::is_none);
        match self.recipe.variables[variable].categorical().filter(|_| lost) {
            None => known.into_iter().map(|piece| piece.ok_or_else(|| self.lost(variable))).collect(),
            // The levels tell what the contrasts are.
            Some(factor) => {
                let codes = self.levels(variable, factor)?;
                let coded = |(_, values)| Piece::Coded { codes: Arc::clone(&codes), values: Arc::new(values) };
                Ok(factor.columns(coding).into_iter().map(coded).collect())
            }
        }
    }

    /// The level of the factor in each row of the frame; rows that are not used have level 0.
    ///
    /// # Errors
    /// As [`Observed::pieces`], also when the columns that were kept do not tell all levels apart.
    pub(super) fn levels(&self, variable: usize, factor: &Categorical) -> Result<Arc<Vec<u32>>> {
        let with_values = |coding: Coding| {
            let columns = factor.columns(coding).into_iter().map(|(_, values)| values);
            columns.zip(self.known(variable, coding)).filter_map(|(values, piece)| piece.map(|piece| (values, piece)))
        };
        let known: Vec<(Vec<f64>, Piece)> =
            [Coding::Contrasts, Coding::Indicators].into_iter().flat_map(with_values).collect();
        let mut found: Vec<Option<u32>> = Vec::new();
        let mut levels = vec![0; self.length()];
        for &row in self.rows() {
            let row = row as usize;
            // Rows with one code have one level: each is looked up once.
            let code = known.first().and_then(|(_, piece)| code(piece, row));
            let level = match code.and_then(|code| found.get(code).copied().flatten()) {
                Some(level) => level,
                None => level_at(&known, factor.levels.len(), row).ok_or_else(|| self.lost(variable))?,
            };
            levels[row] = level;
            if let Some(code) = code {
                found.resize(found.len().max(code + 1), None);
                found[code] = Some(level);
            }
        }
        Ok(Arc::new(levels))
    }

    /// The columns of a term with an indicator of each level of its factors, however the term is coded.
    pub(super) fn indicator_columns(&self, term: &Term) -> Result<Vec<ModelColumn>> {
        let mut columns = vec![ModelColumn { name: term.label.clone(), pieces: Vec::new() }];
        for &(at, coding) in &term.variables {
            let pieces = match self.recipe.variables[at].categorical() {
                None => self.pieces(at, coding)?,
                Some(factor) => {
                    let codes = self.levels(at, factor)?;
                    let indicator = |level: usize| {
                        let values = (0..factor.levels.len()).map(|other| f64::from(u8::from(other == level)));
                        Piece::Coded { codes: Arc::clone(&codes), values: Arc::new(values.collect()) }
                    };
                    (0..factor.levels.len()).map(indicator).collect()
                }
            };
            let with = |column: &ModelColumn, piece: &Piece| {
                let pieces = column.pieces.iter().chain([piece]).cloned().collect();
                ModelColumn { name: column.name.clone(), pieces }
            };
            columns = pieces.iter().flat_map(|piece| columns.iter().map(move |column| with(column, piece))).collect();
        }
        Ok(columns)
    }

    /// The columns of `variable` under `coding` that are there.
    fn known(&self, variable: usize, coding: Coding) -> Vec<Option<Piece>> {
        (0..self.recipe.variables[variable].width(coding)).map(|k| self.piece(variable, coding, k)).collect()
    }

    /// One more than the last row used.
    fn length(&self) -> usize {
        self.rows().iter().max().map_or(0, |&last| last as usize + 1)
    }

    fn lost(&self, variable: usize) -> Error {
        let label = &self.recipe.variables[variable].label;
        let message = format!("the columns that were kept do not tell what `{label}` is in the rows");
        Error::data("aliased_columns", message)
    }

    /// Column `k` of a variable: from a kept column that has it as a factor, or from a column of its own that others
    /// determine.
    fn piece(&self, variable: usize, coding: Coding, k: usize) -> Option<Piece> {
        let recipe = self.recipe;
        let is_factor = recipe.variables[variable].categorical().is_some();
        let mut start = usize::from(recipe.fixed.intercept);
        let mut own = None;
        for term in &recipe.fixed.terms {
            let widths: Vec<usize> =
                term.variables.iter().map(|&(at, coding)| recipe.variables[at].width(coding)).collect();
            let total: usize = widths.iter().product();
            let has = |&(at, other): &(usize, Coding)| at == variable && (!is_factor || other == coding);
            if let Some(position) = term.variables.iter().position(has) {
                let stride: usize = widths[..position].iter().product();
                for column in (0..total).filter(|column| column / stride % widths[position] == k) {
                    match recipe.kept.iter().position(|&kept| kept == start + column) {
                        Some(kept) => return self.design.fixed.get(kept)?.pieces.get(position).cloned(),
                        None if term.variables.len() == 1 => own = Some(start + column),
                        None => {}
                    }
                }
            }
            start += total;
        }
        own.and_then(|column| self.determined(column))
    }

    /// The values of a column that the kept ones determine.
    fn determined(&self, column: usize) -> Option<Piece> {
        let alias = self.recipe.aliases.iter().find(|alias| alias.column == column)?;
        let mut values = vec![0.0; self.length()];
        for &row in self.rows() {
            let row = row as usize;
            let parts = alias.on_kept.iter().zip(&self.design.fixed).map(|(c, kept)| c * kept.value(row));
            values[row] = parts.sum();
        }
        Some(Piece::Numeric(Arc::new(values)))
    }
}

/// The one of `n` levels whose contrasts are those of `row`; none when several have them.
fn level_at(known: &[(Vec<f64>, Piece)], n: usize, row: usize) -> Option<u32> {
    let is = |level: &usize| known.iter().all(|(values, piece)| (values[*level] - piece.value(row)).abs() < SAME);
    let mut possible = (0..n).filter(is);
    possible.next().filter(|_| possible.next().is_none()).map(|level| level as u32)
}

/// The frame's code of a row, when the piece has one.
fn code(piece: &Piece, row: usize) -> Option<usize> {
    match piece {
        Piece::Coded { codes, .. } => Some(codes[row] as usize),
        Piece::Numeric(_) => None,
    }
}
