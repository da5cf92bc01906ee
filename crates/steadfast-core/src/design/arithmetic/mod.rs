//! Arithmetic on columns, with what it learnt from the data: the centre of `center()`, the scale of `scale()`.

mod operators;

pub use operators::{Arithmetic, Function};

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::source::Source;
use crate::error::Result;
use crate::formula::{Argument, Expr, ExprKind, Formula, Operator};

/// A number for each row, computed from columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Numeric {
    /// A column.
    Column(String),
    /// A constant.
    Constant(f64),
    /// The negative.
    Negative(Box<Numeric>),
    /// Two numbers combined.
    Binary(Arithmetic, Box<Numeric>, Box<Numeric>),
    /// A function of a number.
    Function(Function, Box<Numeric>),
    /// `(x − centre) / scale`, with centre and scale as they were in the rows of the fit.
    Standardized {
        /// x.
        argument: Box<Numeric>,
        /// What is subtracted.
        centre: f64,
        /// What divides.
        scale: f64,
    },
}

/// A column of numbers, or one number for all rows.
enum Values {
    Same(f64),
    Each(Arc<Vec<f64>>),
}

impl Values {
    fn map(self, f: impl Fn(f64) -> f64) -> Values {
        match self {
            Values::Same(value) => Values::Same(f(value)),
            Values::Each(values) => Values::Each(Arc::new(values.iter().map(|&value| f(value)).collect())),
        }
    }

    fn with(self, other: Values, f: impl Fn(f64, f64) -> f64) -> Values {
        match (self, other) {
            (Values::Same(a), b) => b.map(|b| f(a, b)),
            (a, Values::Same(b)) => a.map(|a| f(a, b)),
            (Values::Each(a), Values::Each(b)) => {
                Values::Each(Arc::new(a.iter().zip(b.iter()).map(|(&a, &b)| f(a, b)).collect()))
            }
        }
    }
}

impl Numeric {
    /// Reads arithmetic, and learns from the rows of `source` what `center()` and `scale()` need.
    pub(super) fn learn(expr: &Expr, formula: &Formula, source: &Source<'_>) -> Result<Self> {
        let inner = |expr: &Expr| Numeric::learn(expr, formula, source).map(Box::new);
        let refuse = |message: &str| Err(formula.error_at("formula_argument", expr.span, message));
        match &expr.kind {
            ExprKind::Number(number) => Ok(Numeric::Constant(*number)),
            ExprKind::Name(name) if name == "pi" && source.frame.get(name).is_none() => {
                Ok(Numeric::Constant(std::f64::consts::PI))
            }
            ExprKind::Name(name) => match source.frame.column(name)?.as_factor() {
                Some(_) => Err(formula.error_at("not_numeric", expr.span, "this is a factor where a number is needed")),
                None => Ok(Numeric::Column(name.clone())),
            },
            ExprKind::Sign { negative, operand } => {
                let operand = inner(operand)?;
                Ok(if *negative { Numeric::Negative(operand) } else { *operand })
            }
            ExprKind::Binary { operator, left, right } => {
                let operator = match operator {
                    Operator::Add => Arithmetic::Add,
                    Operator::Subtract => Arithmetic::Subtract,
                    Operator::Cross => Arithmetic::Multiply,
                    Operator::Nest => Arithmetic::Divide,
                    Operator::Power => Arithmetic::Power,
                    Operator::Interact => return refuse("`:` is not arithmetic"),
                };
                Ok(Numeric::Binary(operator, inner(left)?, inner(right)?))
            }
            ExprKind::Call { function, arguments } => Numeric::call(expr, function, arguments, formula, source),
            _ => refuse("a number is needed here"),
        }
    }

    fn call(
        expr: &Expr,
        function: &str,
        arguments: &[Argument],
        formula: &Formula,
        source: &Source<'_>,
    ) -> Result<Self> {
        let known = Function::named(function);
        if known.is_none() && !["I", "center", "scale"].contains(&function) {
            let names = Function::NAMES.join(", ");
            let message = format!(
                "there is no function `{function}()` here; for a column of numbers there are I, center, scale, {names}"
            );
            return Err(formula.error_at("unknown_function", expr.span, &message));
        }
        let [Argument { name: None, value }] = arguments else {
            let message = format!("`{function}()` takes one argument, without a name");
            return Err(formula.error_at("formula_argument", expr.span, &message));
        };
        let argument = Box::new(Numeric::learn(value, formula, source)?);
        match known {
            Some(function) => Ok(Numeric::Function(function, argument)),
            None if function == "I" => Ok(*argument),
            None => {
                let values = argument.evaluate(source)?;
                source.require_finite(&value.to_string(), &values)?;
                let centre = source.mean(&values);
                let scale = if function == "scale" { deviation(&values, centre, source) } else { 1.0 };
                if scale > 0.0 {
                    return Ok(Numeric::Standardized { argument, centre, scale });
                }
                let message = "this cannot be scaled: it has the same value in every row used";
                Err(formula.error_at("constant_variable", expr.span, message))
            }
        }
    }

    /// The value in each row of the frame; a column as it is shares the frame's memory.
    pub(super) fn evaluate(&self, source: &Source<'_>) -> Result<Arc<Vec<f64>>> {
        Ok(match self.values(source)? {
            Values::Each(values) => values,
            Values::Same(value) => Arc::new(vec![value; source.frame.n_rows()]),
        })
    }

    fn values(&self, source: &Source<'_>) -> Result<Values> {
        Ok(match self {
            Numeric::Column(name) => Values::Each(source.numbers(name)?),
            Numeric::Constant(number) => Values::Same(*number),
            Numeric::Negative(argument) => argument.values(source)?.map(|x| -x),
            Numeric::Binary(operator, left, right) => {
                left.values(source)?.with(right.values(source)?, |a, b| operator.apply(a, b))
            }
            Numeric::Function(function, argument) => argument.values(source)?.map(|x| function.apply(x)),
            Numeric::Standardized { argument, centre, scale } => argument.values(source)?.map(|x| (x - centre) / scale),
        })
    }

    /// Whether anything was learnt from the data.
    pub(super) fn learns(&self) -> bool {
        match self {
            Numeric::Column(_) | Numeric::Constant(_) => false,
            Numeric::Negative(argument) | Numeric::Function(_, argument) => argument.learns(),
            Numeric::Binary(_, left, right) => left.learns() || right.learns(),
            Numeric::Standardized { .. } => true,
        }
    }

    /// Adds the columns that are read to `names`, each once.
    pub(super) fn columns(&self, names: &mut Vec<String>) {
        match self {
            Numeric::Column(name) if !names.contains(name) => names.push(name.clone()),
            Numeric::Column(_) | Numeric::Constant(_) => {}
            Numeric::Negative(argument) | Numeric::Function(_, argument) | Numeric::Standardized { argument, .. } => {
                argument.columns(names)
            }
            Numeric::Binary(_, left, right) => {
                left.columns(names);
                right.columns(names);
            }
        }
    }
}

/// √(Σ(x − x̄)² / (n − 1)), or 0 where n is 1.
fn deviation(values: &[f64], centre: f64, source: &Source<'_>) -> f64 {
    let n = source.rows.len();
    if n < 2 {
        return 0.0;
    }
    libm::sqrt(source.sum(values, |x| (x - centre) * (x - centre)) / (n - 1) as f64)
}
