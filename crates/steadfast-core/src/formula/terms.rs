//! What a formula's operators mean: variables, the terms made of them, and whether there is an intercept.

use super::ast::{Expr, ExprKind, Operator, Span};

/// The terms of a linear predictor, as R's `terms()` orders them: main effects, then interactions by their order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Terms {
    /// Whether there is an intercept.
    pub intercept: bool,
    /// The variables in the order of their first occurrence.
    pub variables: Vec<Expr>,
    /// The terms; each lists the positions of its variables in `variables`, ascending.
    pub terms: Vec<Vec<usize>>,
}

/// Something that cannot be read as terms: why, and where.
#[derive(Debug, Clone)]
pub(super) struct Misread {
    pub(super) message: String,
    pub(super) span: Span,
}

impl Misread {
    pub(super) fn new(message: impl Into<String>, span: Span) -> Self {
        Self { message: message.into(), span }
    }
}

type Read<T> = Result<T, Misread>;

/// No formula needs more; crossing ten-way powers of dozens of variables would not end.
const MOST_TERMS: usize = 5_000;

impl Terms {
    /// The label of a term, such as `arm:visit`.
    pub fn label(&self, term: &[usize]) -> String {
        let names: Vec<String> = term.iter().map(|&variable| self.variables[variable].to_string()).collect();
        names.join(":")
    }

    /// The calls of `strata()` that are part of a term.
    pub(crate) fn strata(&self) -> impl Iterator<Item = &Expr> {
        let used = |at: &usize| self.terms.iter().any(|term| term.contains(at));
        let used = (0..self.variables.len()).filter(used).map(|at| &self.variables[at]);
        used.filter(|variable| is_strata(variable))
    }

    /// Reads a sum of terms.
    pub(super) fn read(parts: &[(bool, &Expr)]) -> Read<Self> {
        let mut reader = Reader { terms: Terms { intercept: true, ..Terms::default() }, subtracting: false };
        let mut all: Vec<Vec<usize>> = Vec::new();
        for &(negative, part) in parts {
            reader.subtracting = negative;
            let found = reader.expand(part)?;
            if negative {
                all.retain(|term| !found.contains(term));
            } else {
                all = union(all, found);
            }
        }
        all.sort_by_key(Vec::len);
        reader.terms.terms = all;
        Ok(reader.terms)
    }
}

/// Splits `a + b - c` into its summands with their signs; parentheses around a sum make no difference.
pub(super) fn summands<'e>(expr: &'e Expr, negative: bool, into: &mut Vec<(bool, &'e Expr)>) {
    match &expr.kind {
        ExprKind::Binary { operator: Operator::Add, left, right } => {
            summands(left, negative, into);
            summands(right, negative, into);
        }
        ExprKind::Binary { operator: Operator::Subtract, left, right } => {
            summands(left, negative, into);
            summands(right, !negative, into);
        }
        ExprKind::Sign { negative: minus, operand } => summands(operand, negative != *minus, into),
        _ => into.push((negative, expr)),
    }
}

struct Reader {
    terms: Terms,
    subtracting: bool,
}

impl Reader {
    fn expand(&mut self, expr: &Expr) -> Read<Vec<Vec<usize>>> {
        let found = match &expr.kind {
            ExprKind::Number(number) => self.intercept(*number, expr.span)?,
            ExprKind::Name(_) => vec![vec![self.variable(expr)]],
            _ if is_strata(expr) => vec![vec![self.variable(expr)]],
            ExprKind::Call { function, .. } if super::MARKERS.contains(&function.as_str()) => {
                let message = format!("`{function}()` is added to a formula and cannot be part of a term");
                return Err(Misread::new(message, expr.span));
            }
            ExprKind::Call { .. } => vec![vec![self.variable(expr)]],
            ExprKind::Binary { operator, left, right } => self.combine(*operator, left, right)?,
            ExprKind::Sign { .. } => {
                return Err(Misread::new("a sign stands between terms; arithmetic goes inside `I()`", expr.span));
            }
            ExprKind::Bar { .. } => {
                return Err(Misread::new(
                    "a term with `|` is added to a formula, not multiplied or removed",
                    expr.span,
                ));
            }
            ExprKind::Text(_) | ExprKind::Flag(_) => {
                return Err(Misread::new("expected a column, not a constant", expr.span));
            }
        };
        if found.len() > MOST_TERMS {
            return Err(Misread::new("this makes too many terms", expr.span));
        }
        Ok(found)
    }

    /// `1` keeps the intercept and `0` removes it; subtracted, they do the opposite.
    fn intercept(&mut self, number: f64, span: Span) -> Read<Vec<Vec<usize>>> {
        let keep = match number {
            0.0 => self.subtracting,
            1.0 => !self.subtracting,
            _ => return Err(Misread::new("of the numbers only 0 and 1 are terms; arithmetic goes inside `I()`", span)),
        };
        self.terms.intercept = keep;
        Ok(Vec::new())
    }

    fn variable(&mut self, expr: &Expr) -> usize {
        let known = self.terms.variables.iter().position(|variable| variable == expr);
        known.unwrap_or_else(|| {
            self.terms.variables.push(expr.clone());
            self.terms.variables.len() - 1
        })
    }

    fn combine(&mut self, operator: Operator, left: &Expr, right: &Expr) -> Read<Vec<Vec<usize>>> {
        if operator == Operator::Power {
            return self.power(left, right);
        }
        let a = self.expand(left)?;
        if operator == Operator::Subtract {
            self.subtracting = !self.subtracting;
        }
        let b = self.expand(right)?;
        Ok(match operator {
            Operator::Add | Operator::Power => union(a, b),
            Operator::Subtract => {
                self.subtracting = !self.subtracting;
                a.into_iter().filter(|term| !b.contains(term)).collect()
            }
            Operator::Interact => crossed(&a, &b),
            Operator::Cross => {
                let both = crossed(&a, &b);
                union(union(a, b), both)
            }
            Operator::Nest => {
                // `(a + b)/c`: c within the combinations of a and b.
                let outer = a.iter().fold(Vec::new(), |all, term| merged(&all, term));
                let within = crossed(&[outer], &b);
                union(a, within)
            }
        })
    }

    fn power(&mut self, base: &Expr, exponent: &Expr) -> Read<Vec<Vec<usize>>> {
        let message = "the power of a term is a whole number; arithmetic goes inside `I()`";
        let times = match exponent.kind {
            ExprKind::Number(number) if (1.0..=20.0).contains(&number) && number.fract() == 0.0 => number as usize,
            _ => return Err(Misread::new(message, exponent.span)),
        };
        let base = self.expand(base)?;
        let mut result = base.clone();
        for _ in 1..times {
            result = crossed(&result, &base);
            if result.len() > MOST_TERMS {
                return Err(Misread::new("this makes too many terms", exponent.span));
            }
        }
        Ok(result)
    }
}

/// The one marker that may be part of a term: the effects of others differ by stratum.
fn is_strata(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call { function, arguments } if function == "strata" && !arguments.is_empty())
}

fn merged(a: &[usize], b: &[usize]) -> Vec<usize> {
    let mut all: Vec<usize> = a.iter().chain(b).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn union(mut a: Vec<Vec<usize>>, b: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    for term in b {
        if !a.contains(&term) {
            a.push(term);
        }
    }
    a
}

fn crossed(a: &[Vec<usize>], b: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut all = Vec::new();
    for left in a {
        for right in b {
            let term = merged(left, right);
            if !all.contains(&term) {
                all.push(term);
            }
        }
    }
    all
}
