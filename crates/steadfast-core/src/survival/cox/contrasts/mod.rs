//! Contrasts, tests of terms and families of comparisons of ln hazard ratios.
//!
//! A partial likelihood does not see what all rows at risk have in common: the constant is a column that the other columns
//! determine, with coefficients of zero. Written so, everything that asks a recipe what can be estimated works on a Cox model:
//! differences are ln hazard ratios, and a mean is `not_estimable`, because it has a baseline hazard in it.
//!
//! ```
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::reference_grid::ReferenceGrid;
//! use steadfast_core::survival::{Cox, Variance};
//!
//! let frame = Frame::new(vec![
//!     Column::float("months", vec![3.0, 8.0, 9.0, 12.0, 5.0, 7.0, 11.0, 14.0]),
//!     Column::integer("home", vec![1, 1, 0, 1, 1, 0, 1, 1]),
//!     Column::factor("arm", ["NIM", "NIM", "NIM", "NIM", "SAU", "SAU", "SAU", "SAU"]),
//!     Column::float("age", vec![1.0, 4.0, 2.0, 3.0, 2.0, 5.0, 1.0, 4.0]),
//! ])?;
//! let fit = Cox::new("Surv(months, home) ~ arm + age".parse()?).fit(&frame)?;
//! let inference = fit.inference(Variance::Model)?;
//! let grid = ReferenceGrid::new(&fit);
//! let ratio = grid.difference("arm", "NIM", "SAU")?.estimate(&inference)?;
//! assert_eq!((ratio.term.as_str(), ratio.estimate), ("NIM - SAU", -fit.beta()[0]));
//! assert_eq!(grid.means("arm")?[0].estimate(&inference).unwrap_err().code(), "not_estimable");
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```
//!
//! Cost: that of the grid, (cells) × p; no row is read again but for tests of type I and II, which take n p² operations.

use super::CoxFit;
use crate::design::{Design, Recipe};
use crate::reference_grid::FixedEffects;

impl AsRef<Recipe> for CoxFit {
    fn as_ref(&self) -> &Recipe {
        &self.data().relative.recipe
    }
}

impl FixedEffects for CoxFit {
    fn recipe(&self) -> &Recipe {
        self.as_ref()
    }

    fn design(&self) -> Option<&Design> {
        Some(&self.data().relative)
    }
}

#[cfg(test)]
mod tests;
