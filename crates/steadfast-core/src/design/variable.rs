//! A variable of a formula with all that it learnt from the data, so that new data are treated alike.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::arguments::Arguments;
use super::arithmetic::Numeric;
use super::basis::Basis;
use super::categorical::Categorical;
use super::column::Piece;
use super::source::Source;
use crate::error::Result;
use crate::formula::{Expr, ExprKind, Formula};
use crate::frame::Frame;

/// Whether a factor in a term is coded by contrasts or by an indicator of each level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coding {
    /// By contrasts, one column fewer than levels.
    Contrasts,
    /// By an indicator of each level.
    Indicators,
}

/// A variable: what it is called, and how it becomes columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variable {
    /// The text from which coefficients take their names, such as `poly(age, 2)`.
    pub label: String,
    /// How it becomes columns.
    pub kind: VariableKind,
}

/// How a variable becomes columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VariableKind {
    /// One column of numbers.
    Numeric(Numeric),
    /// Several columns from one number.
    Basis(Numeric, Basis),
    /// The columns of a factor.
    Categorical(Categorical),
}

/// The columns of a variable, each with the ending of its name.
pub(super) type NamedPieces = Vec<(String, Piece)>;

impl Variable {
    /// Reads a variable and learns from the rows of `source` what it needs; what is worth a remark goes to `notes`.
    pub(super) fn learn(expr: &Expr, formula: &Formula, source: &Source<'_>, notes: &mut Vec<String>) -> Result<Self> {
        let label = expr.to_string();
        match &expr.kind {
            ExprKind::Name(name) if Source::is_categorical(source.frame.column(name)?) => {
                let kind = VariableKind::Categorical(Categorical::learn(name, source, notes)?);
                Ok(Self { label, kind })
            }
            ExprKind::Call { function, arguments } if function == "factor" => {
                let call = Arguments::read(formula, expr, (function, arguments), &Categorical::PARAMETERS)?;
                let factor = Categorical::learn_call(&call, source, notes)?;
                // The options say how the factor is coded, not what it is: they would only clutter every name.
                Ok(Self { label: format!("factor({})", factor.column), kind: VariableKind::Categorical(factor) })
            }
            ExprKind::Call { function, arguments } if Basis::FUNCTIONS.contains(&function.as_str()) => {
                let call = Arguments::read(formula, expr, (function, arguments), Basis::parameters(function))?;
                let x = call.required("x")?;
                let argument = Numeric::learn(x, formula, source)?;
                let values = argument.evaluate(source)?;
                source.require_finite(&x.to_string(), &values)?;
                let used: Vec<f64> = source.rows.iter().map(|&row| values[row as usize]).collect();
                let basis = Basis::learn(function, &call, &used)?;
                Ok(Self { label, kind: VariableKind::Basis(argument, basis) })
            }
            _ => Ok(Self { label, kind: VariableKind::Numeric(Numeric::learn(expr, formula, source)?) }),
        }
    }

    /// Whether the variable is a factor.
    pub(crate) fn categorical(&self) -> Option<&Categorical> {
        match &self.kind {
            VariableKind::Categorical(factor) => Some(factor),
            _ => None,
        }
    }

    /// The number of columns.
    pub(crate) fn width(&self, coding: Coding) -> usize {
        match &self.kind {
            VariableKind::Numeric(_) => 1,
            VariableKind::Basis(_, basis) => basis.len(),
            VariableKind::Categorical(factor) => match coding {
                Coding::Contrasts => factor.levels.len().saturating_sub(1),
                Coding::Indicators => factor.levels.len(),
            },
        }
    }

    /// The names of the columns of the frame that are read as numbers.
    pub(crate) fn numeric_columns(&self) -> Vec<String> {
        let mut names = Vec::new();
        match &self.kind {
            VariableKind::Numeric(argument) | VariableKind::Basis(argument, _) => argument.columns(&mut names),
            VariableKind::Categorical(_) => {}
        }
        names
    }

    /// The values of the columns of a numeric variable at the one row of `point`.
    pub(crate) fn at_point(&self, point: &Frame) -> Result<Vec<f64>> {
        let pieces = self.pieces(&Source::new(point, &[0]), Coding::Contrasts)?;
        Ok(pieces.into_iter().map(|(_, piece)| piece.value(0)).collect())
    }

    /// The columns over the rows of `source`.
    ///
    /// # Errors
    /// `not_finite` or `unknown_level`, with the row.
    pub(super) fn pieces(&self, source: &Source<'_>, coding: Coding) -> Result<NamedPieces> {
        match &self.kind {
            VariableKind::Numeric(argument) => {
                let values = argument.evaluate(source)?;
                source.require_finite(&self.label, &values)?;
                Ok(vec![(String::new(), Piece::Numeric(values))])
            }
            VariableKind::Basis(argument, basis) => {
                let values = argument.evaluate(source)?;
                source.require_finite(&self.label, &values)?;
                let named = |(k, column)| (format!("{}", k + 1), Piece::Numeric(Arc::new(column)));
                Ok(basis.evaluate(&values).into_iter().enumerate().map(named).collect())
            }
            VariableKind::Categorical(factor) => factor.pieces(source, coding),
        }
    }
}
