//! Coefficients that are functions of time: what `tt()` says.
//!
//! | written | columns |
//! |---|---|
//! | `tt(x, log(months + 1))` | x · ln(t + 1) for every column of x, t being the time that passes, called as the column of times is |
//! | `tt(x, cut = c(6, 12))` | x while t ≤ 6, while 6 < t ≤ 12 and while t > 12: a coefficient for each band |
//!
//! The functions are evaluated at every event time for all at risk then. (R's `coxph` writes `tt(x)` and takes the function as an
//! argument; `x:log(months)` would take each row's own last time, which says nothing about the hazard on the way there.)

use crate::design::{Design, DesignOptions, ModelColumn};
use crate::error::{Error, Result};
use crate::formula::{Argument, Expr, ExprKind, Formula};
use crate::frame::{Column, Frame};

/// A function of time at the times at which it is needed, ascending.
#[derive(Debug, Clone)]
pub(super) struct TimeFunction {
    /// How a column's name becomes that of its product.
    text: Text,
    times: Vec<f64>,
    values: Vec<f64>,
}

#[derive(Debug, Clone)]
enum Text {
    /// `tt(x, …)`.
    Of(String),
    /// `x:…`.
    Band(String),
}

impl TimeFunction {
    /// The name of the product with the column `name`.
    pub(super) fn name(&self, name: &str) -> String {
        match &self.text {
            Text::Of(function) => format!("tt({name}, {function})"),
            Text::Band(band) => format!("{name}:{band}"),
        }
    }

    /// The value at an event time.
    pub(super) fn at(&self, time: f64) -> f64 {
        let at = self.times.partition_point(|known| *known < time);
        self.values.get(at).copied().unwrap_or_default()
    }

    /// The power of two that brings the values to order one.
    pub(super) fn unit(&self) -> f64 {
        let most = self.values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        if most > 0.0 { libm::ldexp(1.0, -libm::frexp(most).1) } else { 1.0 }
    }
}

/// The columns that the `calls` of `tt()` multiply, each with its function, for the event times `times` of the column `stop`.
///
/// # Errors
/// `formula_argument`; `not_finite` where a function has no value at an event time; those of `Design::build`.
pub(super) fn columns(
    formula: &Formula,
    calls: &[Expr],
    frame: &Frame,
    (stop, mut times): (&str, Vec<f64>),
) -> Result<Vec<(ModelColumn, TimeFunction)>> {
    times.sort_by(f64::total_cmp);
    times.dedup_by(|a, b| a.total_cmp(b).is_eq());
    let mut found = Vec::new();
    for call in calls {
        let ExprKind::Call { arguments, .. } = &call.kind else { continue };
        let [Argument { name: None, value: term }, Argument { name, value }] = arguments.as_slice() else {
            let message = format!("write `tt(x, log({stop}))`, or `tt(x, cut = c(6, 12))`");
            return Err(formula.error_at("formula_argument", call.span, &message));
        };
        let functions = match name.as_deref() {
            None => vec![function(value, stop, &times)?],
            Some("cut") => bands(formula, value, stop, &times)?,
            Some(_) => return Err(formula.error_at("formula_argument", call.span, "the argument is called `cut`")),
        };
        let design = Design::build(&format!("`{stop}` ~ {term}").parse()?, frame, &DesignOptions::default())?;
        for column in design.fixed.iter().filter(|column| !column.pieces.is_empty()) {
            found.extend(functions.iter().map(|function| (column.clone(), function.clone())));
        }
    }
    Ok(found)
}

/// The arithmetic `expr` of the column of times.
fn function(expr: &Expr, stop: &str, times: &[f64]) -> Result<TimeFunction> {
    let response = format!("value at {stop}");
    let text = format!("`{response}` ~ 1 + offset({expr})");
    let values = if times.is_empty() {
        Vec::new()
    } else {
        let columns = [&response, stop].map(|name| Column::float(name, times.to_vec()));
        let design = Design::build(&text.parse()?, &Frame::new(columns.into())?, &DesignOptions::default())?;
        design.offset.map(|values| values.to_vec()).unwrap_or_default()
    };
    if values.len() != times.len() || values.iter().any(|value| !value.is_finite()) {
        return Err(Error::data("not_finite", format!("`{expr}` has no value at some event time")));
    }
    Ok(TimeFunction { text: Text::Of(expr.to_string()), times: times.to_vec(), values })
}

/// The indicators of the bands between the numbers of `c(…)`.
fn bands(formula: &Formula, cut: &Expr, stop: &str, times: &[f64]) -> Result<Vec<TimeFunction>> {
    let refuse =
        || formula.error_at("formula_argument", cut.span, "`cut` is one number, or ascending ones as in `c(6, 12)`");
    let number = |expr: &Expr| match expr.kind {
        ExprKind::Number(number) => Ok(number),
        _ => Err(refuse()),
    };
    let cuts: Vec<f64> = match &cut.kind {
        ExprKind::Call { function, arguments } if function == "c" => {
            arguments.iter().map(|argument| number(&argument.value)).collect::<Result<_>>()?
        }
        _ => vec![number(cut)?],
    };
    if cuts.is_empty() || cuts.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(refuse());
    }
    let band = |at: usize| {
        let (low, high) = (at.checked_sub(1).map(|at| cuts[at]), cuts.get(at).copied());
        let text = match (low, high) {
            (None, Some(high)) => format!("{stop}<={high}"),
            (Some(low), Some(high)) => format!("{low}<{stop}<={high}"),
            (low, None) => format!("{stop}>{}", low.unwrap_or_default()),
        };
        let within = |time: &f64| low.is_none_or(|low| *time > low) && high.is_none_or(|high| *time <= high);
        let values = times.iter().map(|time| f64::from(u8::from(within(time)))).collect();
        TimeFunction { text: Text::Band(text), times: times.to_vec(), values }
    };
    Ok((0..=cuts.len()).map(band).collect())
}
