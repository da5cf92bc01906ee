//! The columns of a model of a hazard: what its formula comes to beside the baseline hazards.

use std::sync::Arc;

use crate::design::{Alias, Design, Recipe};
use crate::error::Result;
use crate::formula::{Argument, Expr, ExprKind, Formula, Operator};

/// The formula of the columns: without markers but the nested `frailty`, and with a response that is a number.
///
/// A `strata(a, b)` inside a product stands for `factor(a) * factor(b)`, and its own terms are there as well, so that the others are
/// coded beside them; [`Relative`] leaves them to the baseline hazards.
pub(super) fn predictors(formula: &Formula, stop: &str, frailty: Option<&[String]>) -> Result<Formula> {
    let mut right = String::from("1");
    for (negative, part) in formula.summands() {
        // The hazard of a stratum takes the intercept's place, so that neither adding nor removing it means anything.
        if !formula.markers().contains(part) && !matches!(part.kind, ExprKind::Number(_)) {
            right.push_str(if negative { " - " } else { " + " });
            right.push_str(&as_factors(part).to_string());
        }
    }
    for strata in formula.terms().strata() {
        right.push_str(&format!(" + {}", as_factors(strata)));
    }
    if let Some(names) = frailty {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        right.push_str(&format!(" + (1 | {})", quoted.join("/")));
    }
    format!("`{stop}` ~ {right}").parse()
}

/// The expression with factors in the place of strata.
fn as_factors(expr: &Expr) -> Expr {
    let of = |kind| Expr { kind, span: expr.span };
    match &expr.kind {
        ExprKind::Call { function, arguments } if function == "strata" => {
            let factor = |argument: &Argument| {
                of(ExprKind::Call { function: "factor".to_owned(), arguments: vec![argument.clone()] })
            };
            let crossed = |left, right| of(product(Operator::Cross, left, right));
            arguments.iter().map(factor).reduce(crossed).unwrap_or_else(|| expr.clone())
        }
        ExprKind::Binary { operator, left, right } => of(product(*operator, as_factors(left), as_factors(right))),
        ExprKind::Sign { negative, operand } => {
            of(ExprKind::Sign { negative: *negative, operand: Box::new(as_factors(operand)) })
        }
        _ => expr.clone(),
    }
}

fn product(operator: Operator, left: Expr, right: Expr) -> ExprKind {
    ExprKind::Binary { operator, left: Box::new(left), right: Box::new(right) }
}

/// A design as the partial likelihood sees it.
#[derive(Debug, Clone)]
pub(super) struct Relative {
    /// What is the same for all rows of a stratum, the constant and the terms of its factors, counts as columns of zeros.
    pub(super) design: Design,
    /// The places of its columns among those that the whole design kept.
    pub(super) places: Vec<usize>,
    /// The columns that others determine.
    pub(super) aliased: Vec<String>,
}

impl Relative {
    pub(super) fn new(whole: &Design, formula: &Formula) -> Self {
        let mut recipe = Recipe::clone(&whole.recipe);
        let common = common(&recipe, formula);
        let is_common = |column: usize| common.binary_search(&column).is_ok();
        let places: Vec<usize> = (0..recipe.kept.len()).filter(|&at| !is_common(recipe.kept[at])).collect();
        for alias in &mut recipe.aliases {
            let own = |&at: &usize| if is_common(alias.column) { 0.0 } else { alias.on_kept[at] };
            alias.on_kept = places.iter().map(own).collect();
        }
        let zeros = recipe.kept.iter().filter(|column| is_common(**column));
        recipe.aliases.extend(zeros.map(|&column| Alias { column, on_kept: vec![0.0; places.len()] }));
        recipe.aliases.sort_by_key(|alias| alias.column);
        recipe.kept = places.iter().map(|&at| recipe.kept[at]).collect();
        let left_out = whole.recipe.aliases.iter().map(|alias| alias.column).filter(|column| !is_common(*column));
        let aliased = left_out.map(|column| recipe.columns[column].clone()).collect();
        let fixed = places.iter().map(|&at| whole.fixed[at].clone()).collect();
        Self { design: Design { fixed, recipe: Arc::new(recipe), ..whole.clone() }, places, aliased }
    }
}

/// The columns that all rows of a stratum have in common, by their places among all columns, ascending.
fn common(recipe: &Recipe, formula: &Formula) -> Vec<usize> {
    let mut factors = Vec::new();
    formula.terms().strata().for_each(|strata| strata.collect_columns(&mut factors));
    let factors: Vec<String> = factors.into_iter().map(|name| format!("factor({name})")).collect();
    let mut common: Vec<usize> = (0..usize::from(recipe.fixed.intercept)).collect();
    for ((_, range), term) in recipe.term_columns().into_iter().zip(&recipe.fixed.terms) {
        if term.variables.iter().all(|(variable, _)| factors.contains(&recipe.variables[*variable].label)) {
            common.extend(range);
        }
    }
    common
}
