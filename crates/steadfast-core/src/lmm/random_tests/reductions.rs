//! The random parts of the models that lack one random effect.

use std::ops::Range;

use crate::design::{Design, Predictor, RandomTerm, Recipe};

/// A smaller random part.
#[derive(Debug)]
pub(super) struct Reduction {
    /// What it lacks.
    pub(super) label: String,
    /// The random terms that it has.
    pub(super) random: Vec<RandomTerm>,
}

/// An effect of a random term: its name, the columns of Z that it has, and the variables that it is a product of.
struct Effect {
    name: String,
    columns: Range<usize>,
    variables: Vec<usize>,
}

/// The smaller random parts of `design`, in the order of the formula.
pub(super) fn reductions(design: &Design) -> Vec<Reduction> {
    let mut all = Vec::new();
    for (at, term) in design.random.iter().enumerate() {
        let droppable = design.recipe.random.get(at).map(|one| droppable(term, &effects(one, &design.recipe)));
        match droppable.filter(|found| !found.is_empty()) {
            None => {
                let others = design.random.iter().enumerate().filter(|(other, _)| *other != at);
                let random = others.map(|(_, term)| term.clone()).collect();
                all.push(Reduction { label: term.label.clone(), random });
            }
            Some(found) => all.extend(found.into_iter().map(|(name, columns)| {
                let mut random = design.random.clone();
                random[at].columns.drain(columns);
                Reduction { label: format!("{name} in {}", term.label), random }
            })),
        }
    }
    all
}

/// The effects of a random term in the order of its columns.
fn effects(predictor: &Predictor, recipe: &Recipe) -> Vec<Effect> {
    let mut next = usize::from(predictor.intercept);
    let mut all = Vec::new();
    if predictor.intercept {
        all.push(Effect { name: "(Intercept)".to_owned(), columns: 0..1, variables: Vec::new() });
    }
    for term in &predictor.terms {
        let width: usize =
            term.variables.iter().map(|&(variable, coding)| recipe.variables[variable].width(coding)).product();
        let variables = term.variables.iter().map(|(variable, _)| *variable).collect();
        all.push(Effect { name: term.label.clone(), columns: next..next + width, variables });
        next += width;
    }
    all
}

/// The effects that can be left out while others of the term stay; none where only the term as a whole can.
fn droppable(term: &RandomTerm, effects: &[Effect]) -> Vec<(String, Range<usize>)> {
    let independent = term.structure == "diag";
    if effects.len() < 2 || !(independent || term.structure == "us") {
        return Vec::new();
    }
    let contains = |outer: &Effect, inner: &Effect| {
        outer.variables.len() > inner.variables.len()
            && inner.variables.iter().all(|variable| outer.variables.contains(variable))
    };
    let free = |effect: &&Effect| independent || !effects.iter().any(|other| contains(other, effect));
    effects.iter().filter(free).map(|effect| (effect.name.clone(), effect.columns.clone())).collect()
}
