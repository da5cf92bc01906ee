//! The single-step method of any family.

use super::{Family, Multiplicity};
use crate::error::Result;
use crate::special::Approximation;

/// p = P(max|T_i| > |t|) under the joint multivariate t distribution of the family, and limits with the point that
/// max|T_i| exceeds with probability α. Nothing is lost to inequalities: the correlations L Φ L' are used.
///
/// Where comparisons have different degrees of freedom, no multivariate t has them all; each comparison is then judged
/// by the distribution with its own, as in R's emmeans (multcomp takes one for all).
///
/// # Source
/// Hothorn, Bretz and Westfall 2008, Biometrical Journal 50, 346, section 3; see [`crate::special::MaximumT`].
#[derive(Debug, Clone, Copy, Default)]
pub struct SingleStep;

impl Multiplicity for SingleStep {
    fn name(&self) -> &'static str {
        "single-step"
    }
    fn description(&self) -> &'static str {
        "single-step multivariate t with the correlations of the estimates, each with its own degrees of freedom"
    }
    fn p_values(&self, family: &Family) -> Result<Vec<Approximation>> {
        let maximum = family.maximum()?;
        family.rows().iter().zip(family.dofs()).map(|(row, dof)| maximum.sf(row.statistic.abs(), dof)).collect()
    }
    fn critical_values(&self, family: &Family) -> Result<Option<Vec<Approximation>>> {
        let maximum = family.maximum()?;
        let mut found: Vec<(f64, Approximation)> = Vec::new();
        let mut critical = Vec::with_capacity(family.rows().len());
        for dof in family.dofs() {
            // Rows mostly share their df, and a point takes longer to find than a probability.
            let known = found.iter().find(|(other, _)| other.total_cmp(&dof).is_eq()).map(|(_, point)| *point);
            let point = match known {
                Some(point) => point,
                None => maximum.upper_quantile(1.0 - family.level(), dof)?,
            };
            found.push((dof, point));
            critical.push(point);
        }
        Ok(Some(critical))
    }
}
