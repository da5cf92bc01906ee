//! Bonferroni's inequality.

use super::{Family, Multiplicity, exact};
use crate::error::Result;
use crate::special::{Approximation, StudentT};

/// p·m, at most 1; limits at level 1 − α/m. Valid whatever the dependence.
///
/// # Source
/// Dunn 1961, Journal of the American Statistical Association 56, 52.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bonferroni;

impl Multiplicity for Bonferroni {
    fn name(&self) -> &'static str {
        "bonferroni"
    }
    fn description(&self) -> &'static str {
        "Bonferroni: p-values times the number of comparisons, limits at level 1 - alpha/m"
    }
    fn p_values(&self, family: &Family) -> Result<Vec<Approximation>> {
        let m = family.rows().len() as f64;
        Ok(family.rows().iter().map(|row| exact((m * row.p_value).min(1.0))).collect())
    }
    fn critical_values(&self, family: &Family) -> Result<Option<Vec<Approximation>>> {
        let tail = 0.5 * (1.0 - family.level()) / family.rows().len() as f64;
        let critical = family.dofs().map(|dof| StudentT::new(dof)?.upper_quantile(tail).map(exact));
        critical.collect::<Result<_>>().map(Some)
    }
}
