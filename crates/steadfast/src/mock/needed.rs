//! The levels that a plan names, for columns whose dictionary lists none.

use std::collections::BTreeMap;

use crate::plan::Plan;

/// Levels by column, in the order in which the plan names them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Needed {
    levels: BTreeMap<String, Vec<String>>,
}

impl Needed {
    /// The levels of `plan`: the reference arm, the visit of baseline, the levels of contrasts and where they are held.
    pub(super) fn of(plan: &Plan) -> Self {
        let mut needed = Self::default();
        if let Some(visit) = &plan.design.baseline_visit {
            needed.add(&plan.design.visit, visit);
        }
        needed.add(&plan.design.arm, &plan.design.reference);
        for arm in plan.analysis_sets.iter().filter_map(|set| set.arm.as_ref()) {
            needed.add(arm, &plan.design.reference);
        }
        for analysis in &plan.analyses {
            for level in analysis.contrast.levels.iter().rev() {
                needed.add(&analysis.contrast.factor, level);
            }
            for (factor, level) in &analysis.contrast.at {
                needed.add(factor, level);
            }
        }
        needed
    }

    fn add(&mut self, column: &str, level: &str) {
        let levels = self.levels.entry(column.to_owned()).or_default();
        if !levels.iter().any(|known| known == level) {
            levels.push(level.to_owned());
        }
    }

    pub(super) fn levels(&self, column: &str) -> Option<&[String]> {
        self.levels.get(column).map(Vec::as_slice)
    }
}
