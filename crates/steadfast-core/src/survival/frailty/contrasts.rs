//! Contrasts and tests of ln hazard ratios between members of the same group on a reference grid, as of a Cox model.

use super::FrailtyFit;
use crate::design::{Design, Recipe};
use crate::reference_grid::FixedEffects;

impl AsRef<Recipe> for FrailtyFit {
    fn as_ref(&self) -> &Recipe {
        &self.data.relative.recipe
    }
}

impl FixedEffects for FrailtyFit {
    fn recipe(&self) -> &Recipe {
        self.as_ref()
    }

    fn design(&self) -> Option<&Design> {
        Some(&self.data.relative)
    }
}
