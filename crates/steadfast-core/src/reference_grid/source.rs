//! What a grid needs of a model.

use super::Combinations;
use crate::design::{Design, Recipe};

/// How fixed effects were made, and the rows they were made from where these are at hand.
///
/// A recipe alone serves means, differences and type III tests. Frequencies of combinations need the rows or a count of
/// them; averages over the rows themselves, and type I and II tests, need the rows. A design has them, and so has a fit.
pub trait FixedEffects {
    /// The terms, levels and contrasts.
    fn recipe(&self) -> &Recipe;
    /// The rows used.
    fn design(&self) -> Option<&Design> {
        None
    }
    /// How often the combinations of the factors' levels occur, where they were counted when the rows were at hand.
    fn combinations(&self) -> Option<&Combinations> {
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
