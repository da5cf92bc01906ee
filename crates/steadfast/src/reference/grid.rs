//! Marginal means, differences of them, and tests of terms, by their names in a reference case.

use std::collections::BTreeMap;

use steadfast_core::inference::Inference;
use steadfast_core::lmm::LmmFit;
use steadfast_core::multiplicity::{Family, multiplicity};
use steadfast_core::reference_grid::{
    Hypothesis, LinearCombination, ReferenceGrid, Weights, type_one, type_three, type_two,
};

use super::quantity::same_product;
use super::runner::Failure;

/// The quantities that are linear combinations of coefficients.
pub(super) const FAMILIES: [&str; 3] = ["mean", "difference", "counterfactual"];

/// What a fit's grid has been asked for, made once each.
#[derive(Debug, Default)]
pub(super) struct Grid {
    means: BTreeMap<(bool, String), Result<Vec<LinearCombination>, Failure>>,
    hypotheses: BTreeMap<String, Result<Vec<Hypothesis>, Failure>>,
}

/// Levels of factors: `ARM=A,VISIT=1`.
type Cell<'a> = Vec<(&'a str, &'a str)>;

impl Grid {
    /// The coefficients of the mean, or of the difference of means, that `of` names.
    pub(super) fn combination(&mut self, fit: &LmmFit, family: &str, of: &str) -> Result<Vec<f64>, Failure> {
        let over_rows = family == "counterfactual";
        let Some((first, change)) = of.split_once(" - ") else {
            return self.mean(fit, over_rows, &cell(of)?);
        };
        let first = cell(first)?;
        let mut second = first.clone();
        for (factor, level) in cell(change)? {
            let place = second.iter_mut().find(|(known, _)| *known == factor);
            place.ok_or_else(|| format!("`{of}` changes `{factor}`, which the first cell does not name"))?.1 = level;
        }
        let (a, b) = (self.mean(fit, over_rows, &first)?, self.mean(fit, over_rows, &second)?);
        Ok(a.iter().zip(b).map(|(a, b)| a - b).collect())
    }

    fn mean(&mut self, fit: &LmmFit, over_rows: bool, cell: &Cell<'_>) -> Result<Vec<f64>, Failure> {
        let spec = cell.iter().map(|(factor, _)| *factor).collect::<Vec<_>>().join(" * ");
        let weights = if over_rows { Weights::Counterfactual } else { Weights::Equal };
        let made = self
            .means
            .entry((over_rows, spec.clone()))
            .or_insert_with(|| ReferenceGrid::new(fit).weights(weights).means(&spec).map_err(|e| e.to_string()));
        let means = made.as_ref().map_err(Clone::clone)?;
        let at = |mean: &&LinearCombination| {
            cell.iter().all(|(factor, level)| mean.levels.iter().any(|(f, l)| f == factor && l == level))
        };
        match means.iter().find(at) {
            Some(mean) if mean.estimable => Ok(mean.row.clone()),
            Some(_) => Err(format!("the data do not determine the mean {cell:?}")),
            None => Err(format!("`{spec}` has no cell {cell:?}")),
        }
    }

    /// The rows of the hypothesis `type II TERM`, or of type I or III.
    pub(super) fn hypothesis(&mut self, fit: &LmmFit, name: &str) -> Result<Vec<Vec<f64>>, Failure> {
        let unknown = || format!("the case defines no test `{name}`, which is not `type I TERM`, II or III either");
        let (kind, term) = name.strip_prefix("type ").and_then(|rest| rest.split_once(' ')).ok_or_else(unknown)?;
        let make = || {
            let made = match kind {
                "I" => type_one(fit),
                "II" => type_two(fit),
                "III" => type_three(fit),
                _ => return Err(unknown()),
            };
            made.map_err(|e| e.to_string())
        };
        let all = self.hypotheses.entry(kind.to_owned()).or_insert_with(make).as_ref().map_err(Clone::clone)?;
        let found = all.iter().find(|hypothesis| same_product(&hypothesis.term, term));
        found.map(|hypothesis| hypothesis.rows.clone()).ok_or_else(|| format!("there is no term `{term}`"))
    }
}

/// The p-value of the comparison that `ADJUSTMENT SPEC: TERM` names, such as `tukey arm: A - B`.
pub(super) fn adjusted_p_value(fit: &LmmFit, inference: &Inference, of: &str) -> Result<f64, Failure> {
    let parts = of.split_once(' ').and_then(|(rule, rest)| Some((rule, rest.split_once(": ")?)));
    let (rule, (spec, term)) = parts.ok_or_else(|| format!("`{of}` names no adjustment, factor and comparison"))?;
    let adjust = || {
        let family = Family::of(inference, &ReferenceGrid::new(fit).differences(spec)?)?;
        family.adjusted(multiplicity(rule)?.as_ref())
    };
    let rows = adjust().map_err(|e| e.to_string())?;
    // A difference has one p-value, whichever mean comes first.
    let reversed = term.split_once(" - ").map(|(a, b)| format!("{b} - {a}"));
    let row = rows.iter().find(|row| row.term == term || Some(&row.term) == reversed.as_ref());
    row.map(|row| row.p_value).ok_or_else(|| format!("there is no comparison `{term}`"))
}

fn cell(text: &str) -> Result<Cell<'_>, Failure> {
    let level = |part| str::split_once(part, '=').ok_or_else(|| format!("`{part}` names no factor and level"));
    text.split(',').map(level).collect()
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_read_as_factors_and_levels() {
        assert_eq!(cell("ARM=A b,VISIT=1").unwrap(), [("ARM", "A b"), ("VISIT", "1")]);
        assert!(cell("ARM").is_err());
    }
}
