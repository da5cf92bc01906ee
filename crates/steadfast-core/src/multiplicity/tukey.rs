//! Tukey's comparisons of all pairs of means.

use super::{Family, Multiplicity, exact};
use crate::error::{Error, Result};
use crate::special::{Approximation, StudentizedRange};

/// All pairs of k means by the studentised range: p = P(Q > √2 |t|), limits with c = q/√2.
///
/// Exact for independent means of equal variance, conservative for independent means of unequal variance (Hayter 1984),
/// and a customary approximation for the correlated means of a mixed model, for which [`SingleStep`](super::SingleStep)
/// is exact but for the df. As in R's emmeans, each difference is referred to its own degrees of freedom.
///
/// # Source
/// Tukey 1953; Kramer 1956, Biometrics 12, 307; Hayter 1984, Annals of Statistics 12, 61.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tukey;

impl Multiplicity for Tukey {
    fn name(&self) -> &'static str {
        "tukey"
    }
    fn description(&self) -> &'static str {
        "Tukey-Kramer: all pairs of means by the studentised range, each with its own degrees of freedom"
    }
    fn p_values(&self, family: &Family) -> Result<Vec<Approximation>> {
        let k = means(family)?;
        let root = core::f64::consts::SQRT_2;
        let p =
            family.rows().iter().zip(family.dofs()).map(|(row, dof)| {
                StudentizedRange::new(k, dof).map(|range| exact(range.sf(root * row.statistic.abs())))
            });
        p.collect()
    }
    fn critical_values(&self, family: &Family) -> Result<Option<Vec<Approximation>>> {
        let k = means(family)?;
        let critical = |dof: f64| {
            let q = StudentizedRange::new(k, dof)?.upper_quantile(1.0 - family.level())?;
            Ok(exact(q * core::f64::consts::FRAC_1_SQRT_2))
        };
        family.dofs().map(critical).collect::<Result<_>>().map(Some)
    }
}

fn means(family: &Family) -> Result<usize> {
    family.means_compared().ok_or_else(|| {
        let message = "Tukey's method is for all pairs of means; single-step serves any family";
        Error::usage("method_does_not_apply", message)
    })
}
