//! Random effects and residual structures: what stands in front of a bar, and what behind it.
//!
//! A named structure whose left side is one variable, without an explicit `0` or `1`, is residual: `ar1(visit | child)`
//! says how the residuals of a child are correlated over visits. Several variables before the bar are the coordinates of
//! a point, `sp_exp(east, north | child)`, or two factors, `us_ar1(scale, visit | child)`; numbers behind it are options,
//! `toep(visit | child, bands = 2)`. With `0 +` or `1 +` it is the covariance of random
//! effects: `ar1(0 + visit | child)`. Bars without a name are always random effects.

use super::ast::{Argument, Expr, ExprKind, Operator};
use super::terms::{Misread, Terms, summands};

/// Random effects of one group, `(terms | group)`.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomSpec {
    /// The covariance structure: `us` for a bar, `diag` for a double bar, or the name written.
    pub structure: String,
    /// The effects.
    pub terms: Terms,
    /// The columns whose combinations are the groups.
    pub group: Vec<String>,
    /// The options of the structure.
    pub options: Vec<(String, f64)>,
    /// The term on its own, such as `(1 + month | family:child)`.
    pub label: String,
}

/// The correlation of residuals, `structure(visit | by/subject)`.
#[derive(Debug, Clone, PartialEq)]
pub struct ResidualSpec {
    /// The structure's name.
    pub structure: String,
    /// Where a row stands among those of its subject: columns, or `factor()` of columns.
    pub positions: Vec<Expr>,
    /// The options of the structure, such as `bands = 2`.
    pub options: Vec<(String, f64)>,
    /// The columns by whose combinations the parameters differ.
    pub by: Option<Vec<String>>,
    /// The columns whose combinations are the subjects.
    pub subject: Vec<String>,
    /// The term as written, such as `us(visit | child)`.
    pub label: String,
}

/// A term with a bar.
pub(super) enum Barred {
    Random(Vec<RandomSpec>),
    Residual(ResidualSpec),
}

/// Reads `expr` when it has a bar.
pub(super) fn read(expr: &Expr) -> Result<Option<Barred>, Misread> {
    match &expr.kind {
        ExprKind::Bar { independent, left, right } => {
            let structure = if *independent { "diag" } else { "us" };
            let separator = if *independent { "||" } else { "|" };
            random(structure, "", separator, left, right).map(|terms| Some(Barred::Random(terms)))
        }
        ExprKind::Call { function, arguments } if arguments.iter().any(has_bar) => {
            named(expr, function, arguments).map(Some)
        }
        _ => Ok(None),
    }
}

fn has_bar(argument: &Argument) -> bool {
    matches!(argument.value.kind, ExprKind::Bar { .. })
}

fn named(expr: &Expr, structure: &str, arguments: &[Argument]) -> Result<Barred, Misread> {
    let options = options(structure, arguments)?;
    let positional: Vec<&Expr> = arguments.iter().filter(|a| a.name.is_none()).map(|a| &a.value).collect();
    let Some((last, before)) = positional.split_last() else { return Err(no_bar(structure, expr)) };
    let ExprKind::Bar { independent, left, right } = &last.kind else { return Err(no_bar(structure, last)) };
    if *independent {
        return Err(Misread::new("a named structure has a single `|`", expr.span));
    }
    if let Some(other) = before.iter().find(|other| !is_variable(other)) {
        return Err(Misread::new("a position is a column", other.span));
    }
    if is_variable(left) {
        let (by, subject) = match &right.kind {
            ExprKind::Binary { operator: Operator::Nest, left, right } => (Some(crossing(left)?), crossing(right)?),
            _ => (None, crossing(right)?),
        };
        let positions = before.iter().copied().chain([&**left]).cloned().collect();
        let structure = structure.to_owned();
        return Ok(Barred::Residual(ResidualSpec {
            structure,
            positions,
            options,
            by,
            subject,
            label: expr.to_string(),
        }));
    }
    let mut parts = Vec::new();
    summands(left, false, &mut parts);
    if !before.is_empty() || !parts.iter().any(|(_, part)| matches!(part.kind, ExprKind::Number(_))) {
        let message = "write one variable for a residual structure, or `0 + …` or `1 + …` for random effects";
        return Err(Misread::new(message, left.span));
    }
    let mut terms = random(structure, structure, "|", left, right)?;
    terms.iter_mut().for_each(|term| term.options.clone_from(&options));
    Ok(Barred::Random(terms))
}

fn no_bar(structure: &str, at: &Expr) -> Misread {
    Misread::new(format!("`{structure}()` ends with `position | subject`, options behind it"), at.span)
}

/// The named arguments, which are numbers.
fn options(structure: &str, arguments: &[Argument]) -> Result<Vec<(String, f64)>, Misread> {
    let named = arguments.iter().filter_map(|argument| argument.name.as_ref().map(|name| (name, &argument.value)));
    let number = |(name, value): (&String, &Expr)| match value.kind {
        ExprKind::Number(number) => Ok((name.clone(), number)),
        _ => Err(Misread::new(format!("the option `{name}` of `{structure}()` is a number"), value.span)),
    };
    named.map(number).collect()
}

/// A column or `factor()` of one.
fn is_variable(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(_) => true,
        ExprKind::Call { function, arguments } => {
            function == "factor" && arguments.first().is_some_and(|argument| argument.value.as_name().is_some())
        }
        _ => false,
    }
}

fn random(structure: &str, name: &str, separator: &str, left: &Expr, right: &Expr) -> Result<Vec<RandomSpec>, Misread> {
    let mut parts = Vec::new();
    summands(left, false, &mut parts);
    let terms = Terms::read(&parts)?;
    if !terms.intercept && terms.terms.is_empty() {
        return Err(Misread::new("there is no effect before the bar", left.span));
    }
    let effects = effects_label(&terms);
    let spec = |group: Vec<String>| RandomSpec {
        structure: structure.to_owned(),
        terms: terms.clone(),
        label: format!("{name}({effects} {separator} {})", group_label(&group)),
        group,
        options: Vec::new(),
    };
    Ok(nesting(right)?.into_iter().map(spec).collect())
}

fn effects_label(terms: &Terms) -> String {
    let mut names = vec![if terms.intercept { "1".to_owned() } else { "0".to_owned() }];
    names.extend(terms.terms.iter().map(|term| terms.label(term)));
    names.join(" + ")
}

/// The name of a group made of `columns`, such as `family:child`.
pub(crate) fn group_label(columns: &[String]) -> String {
    columns.join(":")
}

/// `a/b` is the groups `a` and `a:b`.
fn nesting(expr: &Expr) -> Result<Vec<Vec<String>>, Misread> {
    match &expr.kind {
        ExprKind::Binary { operator: Operator::Nest, left, right } => {
            let mut groups = nesting(left)?;
            let mut innermost = groups.last().cloned().unwrap_or_default();
            for column in crossing(right)? {
                if !innermost.contains(&column) {
                    innermost.push(column);
                }
            }
            groups.push(innermost);
            Ok(groups)
        }
        _ => Ok(vec![crossing(expr)?]),
    }
}

/// `a:b` is the combinations of a and b.
fn crossing(expr: &Expr) -> Result<Vec<String>, Misread> {
    match &expr.kind {
        ExprKind::Name(name) => Ok(vec![name.clone()]),
        ExprKind::Binary { operator: Operator::Interact, left, right } => {
            let mut columns = crossing(left)?;
            for column in crossing(right)? {
                if !columns.contains(&column) {
                    columns.push(column);
                }
            }
            Ok(columns)
        }
        _ => Err(Misread::new("a group is a column, `a:b` or `a/b`", expr.span)),
    }
}
