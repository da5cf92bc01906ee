//! Whether a model of hazards holds, and how well it tells people apart.

use serde::Serialize;
use steadfast_core::report::{FTest, Row};
use steadfast_core::survival::{Concordance, TimeTransform};

use super::EventFitted;
use super::result::GlobalTest;
use crate::error::Result;

/// A change of a hazard ratio along time is said where its test falls below this.
const LOUD: f64 = 0.05;

/// What was asked about the model's assumptions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diagnostics {
    /// The scale of time along which hazard ratios may change: `km`, 1 − S(t−).
    pub time_transform: &'static str,
    /// A score test for each term that its hazard ratios do not change along time.
    pub proportional: Vec<FTest>,
    /// The same for all coefficients together.
    pub proportional_global: GlobalTest,
    /// Harrell's C: of pairs of whom one has the event first, the share that the model orders so; none where rows cannot be paired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concordance: Option<Row>,
}

impl Diagnostics {
    pub(super) fn of(fitted: &EventFitted) -> Result<Self> {
        let found = fitted.fit().proportional(TimeTransform::default())?;
        Ok(Self {
            time_transform: found.transform.name(),
            proportional_global: GlobalTest::new("global", &found.global),
            proportional: found.terms,
            // Rows that enter late or are never at risk together make no pairs.
            concordance: Concordance::new().of(fitted.fit()).ok().map(|c| c.row(fitted.spec.level)).transpose()?,
        })
    }

    /// A caution, where hazard ratios change.
    pub(super) fn caution(&self) -> Option<String> {
        let changing = self.proportional.iter().filter(|one| one.p_value < LOUD);
        let named: Vec<&str> = changing.map(|one| one.term.as_str()).collect();
        (!named.is_empty()).then(|| {
            format!(
                "hazard ratios change along time: {}; one ratio is then an average over it that depends on how long people were \
                 observed, and restricted mean times say what it does not",
                named.join(", ")
            )
        })
    }
}
