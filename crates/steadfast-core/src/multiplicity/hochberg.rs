//! Hochberg's step-up method.

use super::{Family, Multiplicity, exact};
use crate::error::Result;
use crate::special::Approximation;

/// The i-th smallest p-value times m − i + 1, and never more than the one after it. Valid for statistics that are
/// independent or positively dependent, such as comparisons with a control.
///
/// # Source
/// Hochberg 1988, Biometrika 75, 800; Sarkar 1998, Annals of Statistics 26, 494 (dependence).
#[derive(Debug, Clone, Copy, Default)]
pub struct Hochberg;

impl Multiplicity for Hochberg {
    fn name(&self) -> &'static str {
        "hochberg"
    }
    fn description(&self) -> &'static str {
        "Hochberg's step-up p-values, for statistics without negative dependence; the method has no simultaneous limits"
    }
    fn p_values(&self, family: &Family) -> Result<Vec<Approximation>> {
        let p: Vec<f64> = family.rows().iter().map(|row| row.p_value).collect();
        Ok(step_up(&p).into_iter().map(exact).collect())
    }
    fn critical_values(&self, _: &Family) -> Result<Option<Vec<Approximation>>> {
        Ok(None)
    }
}

fn step_up(p: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![0.0; p.len()];
    let mut smallest = 1.0_f64;
    for (step, at) in ascending(p).into_iter().enumerate().rev() {
        smallest = smallest.min((p.len() - step) as f64 * p[at]);
        adjusted[at] = smallest;
    }
    adjusted
}

/// The positions of `p` in ascending order; equal ones as they stand.
pub(super) fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    order
}
