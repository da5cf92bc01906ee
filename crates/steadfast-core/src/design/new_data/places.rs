//! The levels at which residuals stand: what new rows must know of a fitted residual structure.

use serde::{Deserialize, Serialize};

use crate::design::{Design, Positions, VarianceCovariate};

/// The labels by which new rows find their place: plain data.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct ResidualPlaces {
    /// The groups of parameters; none where there is one for all.
    pub(crate) by: Option<Vec<String>>,
    /// The visits; none for a structure over numbers, and for independent residuals.
    pub(crate) visits: Option<Vec<String>>,
    /// The strata of the variance function; none where it reads a number, or there is none.
    pub(crate) strata: Option<Vec<String>>,
}

impl ResidualPlaces {
    /// The places of `design`.
    pub(crate) fn of(design: &Design) -> Self {
        let residual = design.residual.as_ref();
        Self {
            by: residual.and_then(|term| term.by.as_ref()).map(|by| by.labels.to_vec()),
            visits: residual.and_then(|term| match &term.positions {
                Positions::Levels { visit, .. } => Some(visit.labels.to_vec()),
                Positions::Coordinates(_) => None,
            }),
            strata: design.variance.as_ref().and_then(|term| match &term.covariate {
                VarianceCovariate::Strata(strata) => Some(strata.labels.to_vec()),
                VarianceCovariate::Number(..) => None,
            }),
        }
    }
}
