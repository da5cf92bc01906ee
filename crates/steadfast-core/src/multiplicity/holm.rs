//! Holm's step-down method.

use super::{Family, Multiplicity, exact};
use crate::error::Result;
use crate::special::Approximation;

/// The i-th smallest p-value times m − i + 1, and never less than the one before it. Valid whatever the dependence.
///
/// # Source
/// Holm 1979, Scandinavian Journal of Statistics 6, 65.
#[derive(Debug, Clone, Copy, Default)]
pub struct Holm;

impl Multiplicity for Holm {
    fn name(&self) -> &'static str {
        "holm"
    }
    fn description(&self) -> &'static str {
        "Holm's step-down p-values; the method has no simultaneous limits"
    }
    fn p_values(&self, family: &Family) -> Result<Vec<Approximation>> {
        let p: Vec<f64> = family.rows().iter().map(|row| row.p_value).collect();
        Ok(step_down(&p).into_iter().map(exact).collect())
    }
    fn critical_values(&self, _: &Family) -> Result<Option<Vec<Approximation>>> {
        Ok(None)
    }
}

fn step_down(p: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![0.0; p.len()];
    let mut largest = 0.0_f64;
    for (step, at) in super::hochberg::ascending(p).into_iter().enumerate() {
        largest = largest.max((p.len() - step) as f64 * p[at]).min(1.0);
        adjusted[at] = largest;
    }
    adjusted
}
