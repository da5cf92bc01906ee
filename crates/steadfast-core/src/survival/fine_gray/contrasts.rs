//! Contrasts and tests of ln subdistribution hazard ratios on a reference grid, as of a Cox model.

use super::FineGrayFit;
use crate::design::{Design, Recipe};
use crate::reference_grid::FixedEffects;

impl AsRef<Recipe> for FineGrayFit {
    fn as_ref(&self) -> &Recipe {
        &self.data.relative.recipe
    }
}

impl FixedEffects for FineGrayFit {
    fn recipe(&self) -> &Recipe {
        self.as_ref()
    }

    fn design(&self) -> Option<&Design> {
        Some(&self.data.relative)
    }
}
