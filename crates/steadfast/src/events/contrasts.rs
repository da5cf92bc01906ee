//! Tests of terms and contrasts of ln hazard ratios.

use std::collections::BTreeMap;

use serde::Serialize;
use steadfast_core::reference_grid::{type_one, type_three, type_two};
use steadfast_core::report::FTest;

use super::EventFitted;
use super::result::RatioRow;
use crate::error::Result;
use crate::model::{Convention, Means, TestType, tests};
use crate::results::{Adjustment, CellRow};

/// A contrast on the logarithmic scale with its ratio, and the place where it is: a key for each factor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatioCell {
    /// The contrast.
    #[serde(flatten)]
    pub row: RatioRow,
    /// The factors and their levels.
    #[serde(flatten)]
    pub at: BTreeMap<String, String>,
}

impl From<CellRow> for RatioCell {
    fn from(cell: CellRow) -> Self {
        Self { row: RatioRow::from(cell.row), at: cell.at }
    }
}

/// What was asked about contrasts.
#[derive(Debug, Default)]
pub(super) struct Contrasts {
    pub(super) contrasts: Option<Vec<RatioCell>>,
    pub(super) adjusted: Option<Adjustment>,
    pub(super) slices: Option<Vec<FTest>>,
    pub(super) not_estimable: Vec<String>,
    pub(super) remarks: Vec<String>,
}

impl Contrasts {
    pub(super) fn of(fitted: &EventFitted) -> Result<Self> {
        let Some(asked) = &fitted.spec.contrasts else { return Ok(Self::default()) };
        let found = Means::compared(fitted.fit.effects(), fitted.inference(), asked)?;
        Ok(Self {
            contrasts: found.differences.map(|cells| cells.into_iter().map(RatioCell::from).collect()),
            adjusted: found.adjusted,
            slices: found.slices,
            not_estimable: found.not_estimable,
            remarks: found.remarks,
        })
    }
}

/// The tests of the terms, and a remark on each term that has none.
pub(super) fn terms(fitted: &EventFitted) -> Result<(Vec<FTest>, Vec<String>)> {
    let fit = fitted.fit.effects();
    if fitted.fit.names().is_empty() {
        return Ok(Default::default());
    }
    let hypotheses = match fitted.spec.tests {
        TestType::One => type_one(fit)?,
        TestType::Two => type_two(fit)?,
        TestType::Three => type_three(fit.recipe())?,
    };
    let basis = Convention::Steadfast.basis(fitted.spec.tests);
    match tests::all(hypotheses, |hypothesis| hypothesis.test_in(basis, fit.recipe(), fitted.inference())) {
        // The columns of tt() are no columns of the design, from which the hypotheses are made.
        Err(error) if error.code() == "contrast_length" => {
            let said = "terms are not tested: the model has coefficients that change with time, each of which has its own line";
            Ok((Vec::new(), vec![said.to_owned()]))
        }
        tested => tested,
    }
}
