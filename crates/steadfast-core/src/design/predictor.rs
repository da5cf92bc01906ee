//! A linear predictor as a recipe: terms made of variables, and the columns they become.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::coding::codings;
use super::column::ModelColumn;
use super::source::Source;
use super::variable::{Coding, NamedPieces, Variable};
use crate::error::Result;
use crate::formula::{Expr, Formula, Terms};

/// A term: a product of variables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// The label, such as `arm:visit`.
    pub label: String,
    /// The variables, by their position in the recipe, and how each is coded here.
    pub variables: Vec<(usize, Coding)>,
}

/// An intercept, or none, and terms in order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Predictor {
    /// Whether the first column is an intercept.
    pub intercept: bool,
    /// The terms.
    pub terms: Vec<Term>,
}

/// The variables of a formula, each learnt once however often it occurs.
pub(super) struct Learning<'a> {
    formula: &'a Formula,
    source: &'a Source<'a>,
    written: Vec<Expr>,
    pub(super) variables: Vec<Variable>,
    pub(super) notes: Vec<String>,
}

impl<'a> Learning<'a> {
    pub(super) fn new(formula: &'a Formula, source: &'a Source<'a>) -> Self {
        Self { formula, source, written: Vec::new(), variables: Vec::new(), notes: Vec::new() }
    }

    pub(super) fn variable(&mut self, expr: &Expr) -> Result<usize> {
        if let Some(known) = self.written.iter().position(|known| known == expr) {
            return Ok(known);
        }
        self.variables.push(Variable::learn(expr, self.formula, self.source, &mut self.notes)?);
        self.written.push(expr.clone());
        Ok(self.variables.len() - 1)
    }

    pub(super) fn predictor(&mut self, terms: &Terms) -> Result<Predictor> {
        // A variable of a term that was removed again, as in `a - a`, is not needed.
        let needed = |variable: usize| terms.terms.iter().any(|term| term.contains(&variable));
        let mut positions = vec![0; terms.variables.len()];
        let mut is_factor = vec![false; terms.variables.len()];
        for (at, expr) in terms.variables.iter().enumerate().filter(|(at, _)| needed(*at)) {
            positions[at] = self.variable(expr)?;
            is_factor[at] = self.variables[positions[at]].categorical().is_some();
        }
        let term = |(term, codings): (&Vec<usize>, Vec<Coding>)| {
            let variables: Vec<(usize, Coding)> =
                term.iter().map(|&variable| positions[variable]).zip(codings).collect();
            let labels: Vec<&str> =
                variables.iter().map(|(variable, _)| self.variables[*variable].label.as_str()).collect();
            Term { label: labels.join(":"), variables }
        };
        let terms_coded = terms.terms.iter().zip(codings(terms, &is_factor)).map(term).collect();
        Ok(Predictor { intercept: terms.intercept, terms: terms_coded })
    }
}

/// The columns of variables over a frame, each made once, so that columns which share a variable share its memory.
pub(super) struct Pieces<'a> {
    source: &'a Source<'a>,
    variables: &'a [Variable],
    made: HashMap<(usize, Coding), NamedPieces>,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(source: &'a Source<'a>, variables: &'a [Variable]) -> Self {
        Self { source, variables, made: HashMap::new() }
    }

    fn of(&mut self, variable: usize, coding: Coding) -> Result<NamedPieces> {
        // Only a factor has two codings.
        let coding = if self.variables[variable].categorical().is_some() { coding } else { Coding::Contrasts };
        if let Some(made) = self.made.get(&(variable, coding)) {
            return Ok(made.clone());
        }
        let made = self.variables[variable].pieces(self.source, coding)?;
        self.made.insert((variable, coding), made.clone());
        Ok(made)
    }

    /// The columns of a predictor: the intercept, then each term's, the first variable's columns varying fastest.
    pub(super) fn columns(&mut self, predictor: &Predictor) -> Result<Vec<ModelColumn>> {
        let mut all = Vec::new();
        if predictor.intercept {
            all.push(ModelColumn { name: "(Intercept)".to_owned(), pieces: Vec::new() });
        }
        for term in &predictor.terms {
            let mut columns = vec![ModelColumn { name: String::new(), pieces: Vec::new() }];
            for &(variable, coding) in &term.variables {
                let label = &self.variables[variable].label;
                let made = self.of(variable, coding)?;
                columns = made.iter().flat_map(|(ending, piece)| multiplied(&columns, label, ending, piece)).collect();
            }
            all.extend(columns);
        }
        Ok(all)
    }
}

fn multiplied<'c>(
    columns: &'c [ModelColumn],
    label: &'c str,
    ending: &'c str,
    piece: &'c super::Piece,
) -> impl Iterator<Item = ModelColumn> + 'c {
    columns.iter().map(move |column| {
        let separator = if column.name.is_empty() { "" } else { ":" };
        let mut pieces = column.pieces.clone();
        pieces.push(piece.clone());
        ModelColumn { name: format!("{}{separator}{label}{ending}", column.name), pieces }
    })
}
