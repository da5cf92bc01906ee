//! What a grid needs of a model.

use crate::design::{Design, Recipe};

/// How fixed effects were made, and the rows they were made from where these are at hand.
///
/// A recipe alone serves means, differences and type III tests. Frequencies of combinations, averages over the rows
/// themselves, and type I and II tests need the rows; a design has them, and so has a fit.
pub trait FixedEffects {
    /// The terms, levels and contrasts.
    fn recipe(&self) -> &Recipe;
    /// The rows used.
    fn design(&self) -> Option<&Design> {
        None
    }
}

impl FixedEffects for Recipe {
    fn recipe(&self) -> &Recipe {
        self
    }
}

impl FixedEffects for Design {
    fn recipe(&self) -> &Recipe {
        &self.recipe
    }
    fn design(&self) -> Option<&Design> {
        Some(self)
    }
}
