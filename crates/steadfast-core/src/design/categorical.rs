//! A factor of a formula: the levels that occur, which of them is the base, and the contrasts.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::arguments::Arguments;
use super::column::Piece;
use super::contrasts::{Contrasts, indicators};
use super::source::Source;
use super::variable::{Coding, NamedPieces};
use crate::error::{Error, Result};
use crate::frame::Factor;

/// A factor as it was in the rows of the fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Categorical {
    /// The column.
    pub column: String,
    /// The levels that occurred, in order.
    pub levels: Vec<String>,
    /// The level that counts as the earliest in differences, and the base of treatment contrasts.
    pub reference: usize,
    /// The level that the contrasts leave out.
    pub base: usize,
    /// The contrasts.
    pub contrasts: Contrasts,
}

impl Categorical {
    /// The parameters of `factor()`.
    pub(super) const PARAMETERS: [&'static str; 4] = ["x", "ref", "levels", "contrasts"];

    /// A column as it stands: its own order and reference, treatment contrasts.
    pub(super) fn learn(column: &str, source: &Source<'_>, notes: &mut Vec<String>) -> Result<Self> {
        let factor = source.factor(column)?;
        let reference = factor.levels().get(factor.reference()).cloned();
        let counts = source.counts(column)?;
        let levels =
            factor.levels().iter().zip(counts.iter()).filter(|(_, count)| **count > 0).map(|(level, _)| level.clone());
        Ok(Self::of(column, levels.collect(), factor.levels(), reference.as_deref(), Contrasts::Treatment, notes))
    }

    /// `factor(x, ref = , levels = , contrasts = )`.
    pub(super) fn learn_call(call: &Arguments<'_>, source: &Source<'_>, notes: &mut Vec<String>) -> Result<Self> {
        let expr = call.required("x")?;
        let column = expr.as_name().ok_or_else(|| call.refuse(expr, "`factor()` is of a column"))?;
        let factor = source.factor(column)?;
        let counts = source.counts(column)?;
        let declared = call.texts("levels")?;
        let order = declared.clone().unwrap_or_else(|| factor.levels().to_vec());
        if let Some(level) =
            (0..counts.len()).find(|&level| counts[level] > 0 && !order.contains(&factor.levels()[level]))
        {
            return Err(outside(column, row_of(source, &factor, level)));
        }
        let occurring = |level: &String| factor.level_index(level).is_some_and(|index| counts[index] > 0);
        let levels: Vec<String> = order.iter().filter(|level| occurring(level)).cloned().collect();
        let wanted = call.word("ref")?;
        if let (Some(level), Some(expr)) = (wanted, call.get("ref"))
            && !levels.iter().any(|known| known == level)
        {
            let message = format!("`{column}` has no such level among its {} in the rows used", levels.len());
            return Err(call.refuse(expr, &message));
        }
        let contrasts = match (call.word("contrasts")?, call.get("contrasts")) {
            (Some(name), Some(expr)) => Contrasts::named(name)
                .ok_or_else(|| call.refuse(expr, "contrasts are treatment, sum, helmert or poly"))?,
            _ => Contrasts::Treatment,
        };
        let own = if declared.is_some() { order.first() } else { factor.levels().get(factor.reference()) };
        let reference = wanted.or(own.map(String::as_str));
        let mut known = Self::of(column, levels, &order, reference, contrasts, notes);
        if wanted.is_none() && contrasts == Contrasts::Sum {
            known.base = known.levels.len().saturating_sub(1);
        }
        Ok(known)
    }

    fn of(
        column: &str,
        levels: Vec<String>,
        all: &[String],
        reference: Option<&str>,
        contrasts: Contrasts,
        notes: &mut Vec<String>,
    ) -> Self {
        if levels.len() < all.len() {
            let used: HashSet<&String> = levels.iter().collect();
            let unused: Vec<&str> = all.iter().filter(|level| !used.contains(level)).map(String::as_str).collect();
            notes.push(format!("levels of `{column}` that do not occur in the rows used: {}", unused.join(", ")));
        }
        if levels.len() == 1 {
            notes.push(format!("`{column}` has one level in the rows used"));
        }
        let found = reference.and_then(|reference| levels.iter().position(|level| level == reference));
        if let (None, Some(first)) = (found, levels.first()) {
            notes.push(format!(
                "the reference level of `{column}` does not occur in the rows used; `{first}` stands in"
            ));
        }
        let reference = found.unwrap_or(0);
        Self { column: column.to_owned(), levels, reference, base: reference, contrasts }
    }

    /// The value of each column at each level, with the ending of the column's name.
    pub(crate) fn columns(&self, coding: Coding) -> Vec<(String, Vec<f64>)> {
        match coding {
            Coding::Contrasts => self.contrasts.columns(&self.levels, self.base),
            Coding::Indicators => indicators(&self.levels),
        }
    }

    /// For each level of `factor` the level it is here.
    pub(super) fn positions(&self, factor: &Factor) -> Vec<Option<usize>> {
        let known: HashMap<&str, usize> =
            self.levels.iter().enumerate().map(|(i, level)| (level.as_str(), i)).collect();
        factor.levels().iter().map(|level| known.get(level.as_str()).copied()).collect()
    }

    /// The columns over the rows of `source`, which share the codes of the frame.
    pub(super) fn pieces(&self, source: &Source<'_>, coding: Coding) -> Result<NamedPieces> {
        let factor = source.factor(&self.column)?;
        let positions = self.positions(&factor);
        let counts = source.counts(&self.column)?;
        if let Some(level) = (0..counts.len()).find(|&level| counts[level] > 0 && positions[level].is_none()) {
            return Err(outside(&self.column, row_of(source, &factor, level)));
        }
        let piece = |(ending, values): (String, Vec<f64>)| {
            // Indexed by the frame's levels, so that its codes serve as they are; levels unknown here are never read.
            let values = positions.iter().map(|position| position.map_or(0.0, |level| values[level])).collect();
            (ending, Piece::Coded { codes: Arc::clone(factor.codes()), values: Arc::new(values) })
        };
        Ok(self.columns(coding).into_iter().map(piece).collect())
    }
}

fn outside(column: &str, row: u64) -> Error {
    Error::data("unknown_level", format!("row {row} of `{column}` has a level that the model does not know"))
}

/// The number of the first row that has `level`.
fn row_of(source: &Source<'_>, factor: &Factor, level: usize) -> u64 {
    let found = source.rows.iter().find(|&&row| factor.codes()[row as usize] as usize == level);
    source.frame.row_number(found.map_or(0, |&row| row as usize))
}
