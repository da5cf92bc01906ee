//! Which factors of which terms are coded by contrasts, and which by an indicator of each level.
//!
//! A factor is coded by contrasts when its margin, the term without it, has appeared: an earlier term contains all
//! variables of the margin (the empty margin counts as appeared). Without an intercept the first factor of the first
//! term that has one gets indicators. This is R's rule, so that R's coefficients come out.
//!
//! # Source
//! Chambers and Hastie 1992, Statistical Models in S, section 2.4.1, page 38.

use super::variable::Coding;
use crate::formula::Terms;

/// The coding of each variable of each term of `terms`; `is_factor` tells which variables are factors.
pub(super) fn codings(terms: &Terms, is_factor: &[bool]) -> Vec<Vec<Coding>> {
    let code = |at: usize, variable: usize| {
        let margin: Vec<usize> = terms.terms[at].iter().copied().filter(|&other| other != variable).collect();
        let appeared = terms.terms[..at].iter().any(|earlier| margin.iter().all(|other| earlier.contains(other)));
        if margin.is_empty() || appeared { Coding::Contrasts } else { Coding::Indicators }
    };
    let each = |(at, term): (usize, &Vec<usize>)| term.iter().map(|&variable| code(at, variable)).collect();
    let mut codings: Vec<Vec<Coding>> = terms.terms.iter().enumerate().map(each).collect();
    if !terms.intercept {
        let first = terms.terms.iter().enumerate().find_map(|(at, term)| {
            term.iter().position(|&variable| is_factor[variable]).map(|position| (at, position))
        });
        if let Some((at, position)) = first {
            codings[at][position] = Coding::Indicators;
        }
    }
    codings
}
