//! The means that were asked for, and their comparisons.

use steadfast_core::inference::Inference;
use steadfast_core::multiplicity::{Family, multiplicity};
use steadfast_core::reference_grid::{Comparisons, FixedEffects, LinearCombination, ReferenceGrid, comparisons};
use steadfast_core::report::FTest;

use super::MeansSpec;
use crate::error::Result;
use crate::results::{AdjustedCell, Adjustment, CellRow};

/// Everything that was asked about adjusted means.
#[derive(Debug, Default)]
pub(crate) struct Means {
    pub(crate) means: Option<Vec<CellRow>>,
    pub(crate) differences: Option<Vec<CellRow>>,
    pub(crate) adjusted: Option<Adjustment>,
    pub(crate) slices: Option<Vec<FTest>>,
    pub(crate) not_estimable: Vec<String>,
    pub(crate) remarks: Vec<String>,
}

impl Means {
    /// The means of `asked` in `fit` under `inference`.
    pub(crate) fn of(fit: &dyn FixedEffects, inference: &Inference, asked: &MeansSpec) -> Result<Self> {
        let mut found = Self::default();
        found.means = Some(found.cells(inference, grid(fit, asked).means(&asked.of)?)?);
        found.compare(fit, inference, asked)?;
        Ok(found)
    }

    /// The comparisons alone: of hazards, whose means have a baseline in them that no coefficient says.
    pub(crate) fn compared(fit: &dyn FixedEffects, inference: &Inference, asked: &MeansSpec) -> Result<Self> {
        let mut found = Self::default();
        found.compare(fit, inference, asked)?;
        Ok(found)
    }

    fn compare(&mut self, fit: &dyn FixedEffects, inference: &Inference, asked: &MeansSpec) -> Result<()> {
        let grid = grid(fit, asked);
        let all = grid.contrasts(&asked.of, comparisons_of(&asked.comparisons)?.as_ref())?;
        // Arms that a model holds equal at baseline have no difference there.
        let (compared, zero): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.row.iter().any(|l| *l != 0.0));
        self.remarks = zero.iter().map(|one| format!("{} is zero by the model", placed(one))).collect();
        self.adjusted = asked.adjust.as_deref().map(|name| adjusted(inference, name, &compared)).transpose()?;
        self.differences = Some(self.cells(inference, compared)?);
        if asked.slices {
            let (tests, untested) = super::tests::all(grid.slices(&asked.of)?, |slice| slice.test(inference))?;
            self.slices = Some(tests);
            self.remarks.extend(untested);
        }
        Ok(())
    }

    fn cells(&mut self, inference: &Inference, cells: Vec<LinearCombination>) -> Result<Vec<CellRow>> {
        let mut rows = Vec::new();
        for cell in cells {
            if cell.estimable {
                let row = cell.estimate(inference)?;
                rows.push(CellRow { row, at: cell.levels.into_iter().collect() });
            } else {
                self.not_estimable.push(placed(&cell));
            }
        }
        Ok(rows)
    }
}

/// A mean or difference with the place where it is.
fn placed(cell: &LinearCombination) -> String {
    let at: Vec<String> = cell.levels.iter().map(|(factor, level)| format!("{factor} {level}")).collect();
    if at.is_empty() { cell.term.clone() } else { format!("{} at {}", cell.term, at.join(", ")) }
}

/// The grid at which the means are looked at. What is held at a number that is no level is a covariate.
fn grid<'f>(fit: &'f dyn FixedEffects, asked: &MeansSpec) -> ReferenceGrid<'f> {
    let is_factor = |name: &str| fit.recipe().summary.factor(name).is_some();
    let grid = ReferenceGrid::new(fit).weights(asked.weights);
    asked.at.iter().fold(grid, |grid, (name, value)| match value.parse::<f64>() {
        Ok(number) if !is_factor(name) => grid.at_number(name, number),
        _ => grid.at(name, value),
    })
}

/// `all-pairs`, `versus`, `versus:LEVEL` or `consecutive`.
pub(super) fn comparisons_of(text: &str) -> Result<Box<dyn Comparisons>> {
    let (name, level) = text.split_once(':').map_or((text, None), |(name, level)| (name, Some(level)));
    Ok(comparisons(name, level)?)
}

/// The comparisons adjusted within each place, such as each visit of `arm | visit`.
fn adjusted(inference: &Inference, name: &str, compared: &[LinearCombination]) -> Result<Adjustment> {
    let method = multiplicity(name)?;
    let mut rows = Vec::new();
    let estimable: Vec<LinearCombination> = compared.iter().filter(|one| one.estimable).cloned().collect();
    for family in estimable.chunk_by(|a, b| a.levels == b.levels) {
        let adjusted = Family::of(inference, family)?.adjusted(method.as_ref())?;
        let cells = adjusted.into_iter().zip(family);
        rows.extend(cells.map(|(row, one)| AdjustedCell { row, at: one.levels.iter().cloned().collect() }));
    }
    let places = rows.first().map(|cell: &AdjustedCell| cell.at.keys().cloned().collect::<Vec<_>>().join(" and "));
    let family = match places {
        Some(places) if !places.is_empty() => format!("; each {places} is a family of its own"),
        _ => "; all comparisons are one family".to_owned(),
    };
    let description = format!("{}{family}", method.description());
    Ok(Adjustment { method: method.name().to_owned(), description, rows })
}
