//! What depends on what, in the notation of Wilkinson and Rogers with random effects and residual structures.
//!
//! | written | meaning |
//! |---|---|
//! | `a + b`, `a - b` | both terms; without the term b |
//! | `a:b`, `a*b`, `a/b`, `(a + b)^2` | interaction; `a + b + a:b`; `a + a:b`; all up to two at a time |
//! | `1`, `0`, `- 1` | with, without, without intercept |
//! | `I(x^2)`, `log(x)`, `exp`, `sqrt`, `abs`, `sin`, `cos` … | arithmetic on columns; `pi` is a number |
//! | `center(x)`, `scale(x)` | less the mean; and divided by the standard deviation (n − 1) |
//! | `poly(x, 2)`, `poly(x, 2, raw = TRUE)` | orthogonal, raw polynomials |
//! | `ns(x, df = 3)`, `bs(x, df = 5, degree = 3, knots = c(…))` | natural, B-splines |
//! | `factor(x, ref = "SAU", levels = c(…), contrasts = sum)` | a factor; contrasts are `treatment`, `sum`, `helmert`, `poly` |
//! | `offset(log(t))` | a term whose coefficient is 1 |
//! | `strata(site)`, `cluster(family)`, `frailty(family)` | models of events: a hazard for each level; rows that depend on each other |
//! | `x * strata(site)` | models of events: the same, and an effect of x for each level |
//! | `tt(x, log(months))`, `tt(x, cut = c(6, 12))` | models of events: x times a function of the time that passes; its effect in bands |
//! | `(1 + x \| g)`, `(x \|\| g)` | random effects, correlated; independent of each other |
//! | `(1 \| a/b)`, `(1 \| a:b)` | `(1 \| a) + (1 \| a:b)`; groups are combinations |
//! | `cs(0 + visit \| g)` | random effects with a named structure: an explicit `0` or `1` |
//! | `us(visit \| child)`, `ar1(visit \| arm/child)` | residual structure; parameters differ by arm |
//! | `sp_exp(month \| child)`, `toep(visit \| child, bands = 2)` | over numbers; with options |
//! | `sp_exp(east, north \| child)`, `us_ar1(scale, visit \| child)` | over points with two coordinates; over two factors |
//! | `var_ident(site)`, `var_power(age)`, `var_power()` | the residual variance differs by stratum; by a power of age, of the mean |
//!
//! Operators bind as in R. Names that are not plain are written in backticks. Every effect under `||` is independent
//! of every other, also the columns of a factor.
//!
//! ```
//! use steadfast_core::formula::Formula;
//!
//! let formula: Formula = "sdq ~ arm*visit + base + us(visit|child)".parse()?;
//! assert_eq!(formula.to_string(), "sdq ~ arm * visit + base + us(visit | child)");
//! assert_eq!(formula.terms().label(&formula.terms().terms[3]), "arm:visit");
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod ast;
mod bars;
mod diagnostic;
mod display;
mod parse;
mod terms;
mod variance;

pub use ast::{Argument, Expr, ExprKind, Operator, Span};
pub(crate) use bars::group_label;
pub use bars::{RandomSpec, ResidualSpec};
pub use terms::Terms;
pub use variance::VarianceSpec;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use bars::Barred;
use terms::{Misread, summands};

/// A formula that was read and understood; which columns exist is checked against the data later.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Formula {
    source: String,
    response: Option<Expr>,
    right_side: Expr,
    terms: Terms,
    offsets: Vec<Expr>,
    markers: Vec<Expr>,
    random: Vec<RandomSpec>,
    residual: Option<ResidualSpec>,
    variance: Option<VarianceSpec>,
}

/// Formulas are equal when their canonical texts are.
impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        self.response == other.response && self.right_side == other.right_side
    }
}

impl FromStr for Formula {
    type Err = Error;

    /// # Errors
    /// `formula_syntax`, with a caret under the place at fault.
    fn from_str(source: &str) -> Result<Self, Error> {
        let at = |message: &str, span: Span| diagnostic::pointing_at("formula_syntax", source, span, message);
        let (response, right_side) = parse::formula(source)
            .map_err(|failure| at(failure.message, Span { start: failure.at, end: failure.at }))?;
        Formula::read(source, response, right_side).map_err(|misread| at(&misread.message, misread.span))
    }
}

impl TryFrom<String> for Formula {
    type Error = Error;

    fn try_from(source: String) -> Result<Self, Error> {
        source.parse()
    }
}

impl From<Formula> for String {
    fn from(formula: Formula) -> Self {
        formula.to_string()
    }
}

impl Formula {
    fn read(source: &str, response: Option<Expr>, right_side: Expr) -> Result<Self, Misread> {
        let (mut offsets, mut markers, mut random) = (Vec::new(), Vec::new(), Vec::new());
        let (mut residual, mut variance) = (None, None);
        let mut all = Vec::new();
        summands(&right_side, false, &mut all);
        let mut fixed = Vec::new();
        for (negative, part) in all {
            if negative {
                fixed.push((negative, part));
                continue;
            }
            match bars::read(part)? {
                Some(Barred::Random(terms)) => random.extend(terms),
                Some(Barred::Residual(_)) if residual.is_some() => {
                    return Err(Misread::new("a formula has one residual structure", part.span));
                }
                Some(Barred::Residual(term)) => residual = Some(term),
                None => match special(part)? {
                    _ if variance::is_one(part) => {
                        if variance.is_some() {
                            return Err(Misread::new("a formula has one variance function", part.span));
                        }
                        variance = Some(VarianceSpec::read(part)?);
                    }
                    Some(("offset", inside)) => offsets.push(inside.clone()),
                    Some(_) => markers.push(part.clone()),
                    None => fixed.push((negative, part)),
                },
            }
        }
        let terms = Terms::read(&fixed)?;
        markers.extend(terms.strata().filter(|inside| !markers.contains(inside)).cloned().collect::<Vec<_>>());
        let source = source.to_owned();
        let formula = Self { source, response, terms, offsets, markers, random, residual, variance, right_side };
        formula.check()?;
        Ok(formula)
    }

    /// What can be known to be wrong without data.
    fn check(&self) -> Result<(), Misread> {
        let mut expressions: Vec<&Expr> =
            self.terms.variables.iter().chain(&self.offsets).chain(&self.response).collect();
        expressions.extend(self.random.iter().flat_map(|term| &term.terms.variables));
        for expr in expressions {
            if let Some(bar) = find_bar(expr) {
                return Err(Misread::new("a term with `|` cannot stand inside another", bar.span));
            }
        }
        if let Some(strata) = self.random.iter().find_map(|term| term.terms.strata().next()) {
            return Err(Misread::new("`strata()` is no random effect", strata.span));
        }
        match self.terms.variables.iter().find(|variable| Some(*variable) == self.response.as_ref()) {
            Some(variable) => Err(Misread::new("the response stands on both sides of `~`", variable.span)),
            None => Ok(()),
        }
    }

    /// The response, such as `sdq` or `log(cost)`; none when the formula starts with `~`.
    pub fn response(&self) -> Option<&Expr> {
        self.response.as_ref()
    }

    /// Everything after `~`, as written.
    pub fn right_side(&self) -> &Expr {
        &self.right_side
    }

    /// The fixed effects.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The expressions inside `offset()`.
    pub fn offsets(&self) -> &[Expr] {
        &self.offsets
    }

    /// The parts between `+` and `-` on the right side, each with whether it is taken away.
    pub(crate) fn summands(&self) -> Vec<(bool, &Expr)> {
        let mut parts = Vec::new();
        summands(&self.right_side, false, &mut parts);
        parts
    }

    /// The calls of `strata()`, `cluster()`, `frailty()` and `tt()`, which mean something to some models only; a `strata()` that is
    /// part of an interaction is among the variables of the terms as well.
    pub fn markers(&self) -> &[Expr] {
        &self.markers
    }

    /// The random effects, `(1 | a/b)` being two terms.
    pub fn random(&self) -> &[RandomSpec] {
        &self.random
    }

    /// The residual structure.
    pub fn residual(&self) -> Option<&ResidualSpec> {
        self.residual.as_ref()
    }

    /// The variance function of the residuals.
    pub fn variance(&self) -> Option<&VarianceSpec> {
        self.variance.as_ref()
    }

    /// The names of the columns that the formula reads, in the order of their first occurrence. `pi` is among them
    /// where it is written, since a column may be called so.
    pub fn columns(&self) -> Vec<String> {
        let mut names = Vec::new();
        for expr in self.response.iter().chain([&self.right_side]) {
            expr.collect_columns(&mut names);
        }
        names
    }

    /// Where the column `name` is first written.
    pub(crate) fn span_of(&self, name: &str) -> Span {
        fn find(expr: &Expr, name: &str) -> Option<Span> {
            if expr.as_name() == Some(name) {
                return Some(expr.span);
            }
            expr.children().into_iter().find_map(|child| find(child, name))
        }
        self.response.iter().chain([&self.right_side]).find_map(|expr| find(expr, name)).unwrap_or_default()
    }

    /// An error that points at `span` of the text the formula was read from.
    pub(crate) fn error_at(&self, code: &'static str, span: Span, message: &str) -> Error {
        diagnostic::pointing_at(code, &self.source, span, message)
    }
}

/// The factors of `a * b | c`: before the bar and behind it.
pub(crate) fn grid_spec(spec: &str) -> Result<(Vec<String>, Vec<String>), Error> {
    // In parentheses a bar is part of the language; the caret is moved back by what was put in front.
    let text = format!("~ ({spec})");
    let at = |message: &str, at: usize| {
        let start = at.saturating_sub(3).min(spec.len());
        diagnostic::pointing_at("formula_syntax", spec, Span { start, end: start }, message)
    };
    let (_, expr) = parse::formula(&text).map_err(|failure| at(failure.message, failure.at))?;
    let side = |expr: &Expr| -> Result<Vec<String>, Error> {
        let mut parts = Vec::new();
        summands(expr, false, &mut parts);
        let terms = Terms::read(&parts).map_err(|misread| at(&misread.message, misread.span.start))?;
        let name = |expr: &Expr| {
            expr.as_name().map(str::to_owned).ok_or_else(|| at("expected the name of a factor", expr.span.start))
        };
        terms.variables.iter().map(name).collect()
    };
    match &expr.kind {
        ExprKind::Bar { left, right, .. } => Ok((side(left)?, side(right)?)),
        _ => Ok((side(&expr)?, Vec::new())),
    }
}

/// Functions that are no term of the predictor but say something about the rows.
const MARKERS: [&str; 5] = ["offset", "strata", "cluster", "frailty", "tt"];

/// `offset(x)`, or a marker such as `strata(x)`: the function and its argument.
fn special(expr: &Expr) -> Result<Option<(&str, &Expr)>, Misread> {
    match &expr.kind {
        ExprKind::Call { function, arguments } if MARKERS.contains(&function.as_str()) => match arguments.first() {
            Some(argument) if function != "offset" || arguments.len() == 1 => Ok(Some((function, &argument.value))),
            _ => Err(Misread::new(format!("`{function}()` takes one argument"), expr.span)),
        },
        _ => Ok(None),
    }
}

fn find_bar(expr: &Expr) -> Option<&Expr> {
    if matches!(expr.kind, ExprKind::Bar { .. }) {
        return Some(expr);
    }
    expr.children().into_iter().find_map(find_bar)
}

#[cfg(test)]
mod tests;
