//! Dunnett's comparisons with a control.

use super::{Family, Multiplicity, SingleStep};
use crate::error::{Error, Result};
use crate::special::Approximation;

/// Each of several means against one control: [`SingleStep`] for a family whose comparisons are linearly independent.
///
/// For independent means the correlations are Dunnett's λ_i λ_j, λ_i² = 1/(1 + v_i/v_0) with the variances of the means
/// and of the control, and the probability is exact to 12 digits; for the correlated means of a mixed model the actual
/// correlations are used (R's emmeans approximates them by ½ unless told `mvt`).
///
/// # Source
/// Dunnett 1955, Journal of the American Statistical Association 50, 1096.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dunnett;

impl Multiplicity for Dunnett {
    fn name(&self) -> &'static str {
        "dunnett"
    }
    fn description(&self) -> &'static str {
        "Dunnett: comparisons with a control by the multivariate t with the correlations of the estimates"
    }
    fn p_values(&self, family: &Family) -> Result<Vec<Approximation>> {
        with_a_control(family)?;
        SingleStep.p_values(family)
    }
    fn critical_values(&self, family: &Family) -> Result<Option<Vec<Approximation>>> {
        with_a_control(family)?;
        SingleStep.critical_values(family)
    }
}

/// Refuses three or more comparisons that are all pairs of means: none of those is against the same control.
fn with_a_control(family: &Family) -> Result<()> {
    if family.rows().len() > 1 && family.means_compared().is_some() {
        let message = "Dunnett's method is for comparisons with one control; these are all pairs of means";
        return Err(Error::usage("method_does_not_apply", message));
    }
    Ok(())
}
