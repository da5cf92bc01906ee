//! No adjustment.

use super::{Family, Multiplicity, exact};
use crate::error::Result;
use crate::special::{Approximation, StudentT};

/// Each comparison by itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unadjusted;

impl Multiplicity for Unadjusted {
    fn name(&self) -> &'static str {
        "none"
    }
    fn description(&self) -> &'static str {
        "p-values and limits are not adjusted for multiplicity"
    }
    fn p_values(&self, family: &Family) -> Result<Vec<Approximation>> {
        Ok(family.rows().iter().map(|row| exact(row.p_value)).collect())
    }
    fn critical_values(&self, family: &Family) -> Result<Option<Vec<Approximation>>> {
        let tail = 0.5 * (1.0 - family.level());
        let critical = family.dofs().map(|dof| StudentT::new(dof)?.upper_quantile(tail).map(exact));
        critical.collect::<Result<_>>().map(Some)
    }
}
