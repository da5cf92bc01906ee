//! Whether a model of hazards holds: proportional hazards.

use serde::Serialize;
use steadfast_core::report::FTest;
use steadfast_core::survival::TimeTransform;

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
}

impl Diagnostics {
    pub(super) fn of(fitted: &EventFitted) -> Result<Self> {
        let found = fitted.fit().proportional(TimeTransform::default())?;
        Ok(Self {
            time_transform: found.transform.name(),
            proportional_global: GlobalTest::new("global", &found.global),
            proportional: found.terms,
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
