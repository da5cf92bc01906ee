//! Tests within a slice: is a factor without effect at this level of another?

use super::{Hypothesis, ReferenceGrid};
use crate::error::Result;

impl ReferenceGrid<'_> {
    /// For each level of what stands behind `|`, the hypothesis that all marginal means before it are equal there:
    /// `arm | visit` gives one test of `arm` for each visit.
    ///
    /// # Errors
    /// As [`ReferenceGrid::means`].
    pub fn slices(&self, spec: &str) -> Result<Vec<Hypothesis>> {
        let mut slices: Vec<Hypothesis> = Vec::new();
        let (of, by) = self.spec(spec)?;
        let of = of.iter().map(|&at| self.recipe.summary.factors[at].column.as_str()).collect::<Vec<_>>().join(":");
        let by: Vec<&str> = by.iter().map(|&at| self.recipe.summary.factors[at].column.as_str()).collect();
        for comparison in self.contrasts(spec, &super::Versus::reference())? {
            let at = |(factor, level): &(String, String)| {
                by.contains(&factor.as_str()).then(|| format!("{factor} = {level}"))
            };
            let place: Vec<String> = comparison.levels.iter().filter_map(at).collect();
            let term = if place.is_empty() { of.clone() } else { format!("{of} | {}", place.join(", ")) };
            if slices.last().is_none_or(|slice| slice.term != term) {
                slices.push(Hypothesis { term, rows: Vec::new(), inestimable: 0 });
            }
            if let Some(slice) = slices.last_mut() {
                if comparison.estimable {
                    slice.rows.push(comparison.row);
                } else {
                    slice.inestimable += 1;
                }
            }
        }
        Ok(slices)
    }
}
