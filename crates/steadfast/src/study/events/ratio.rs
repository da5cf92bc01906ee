//! A model whose coefficients are logarithms of ratios, asked how the arms compare.

use steadfast_core::frame::Frame;
use steadfast_core::inference::Inference;
use steadfast_core::reference_grid::{FixedEffects, LinearCombination, ReferenceGrid};
use steadfast_core::report::Row;

use super::asked::{Asked, distinct, numbers};
use super::results::{Effect, EventModel, EventResult, EventTest, Measure, Scale, Subgroup, SubgroupEffect};
use crate::error::Result;
use crate::events::RatioRow;
use crate::trial::placement::EVENT;

/// A fitted model.
pub(super) struct Ratio {
    pub(super) measure: Measure,
    pub(super) event: String,
    pub(super) adjusted: bool,
    pub(super) formula: String,
    pub(super) source: Box<dyn FixedEffects>,
    pub(super) inference: Inference,
    /// The rows of the frame that were used.
    pub(super) rows: Vec<u32>,
    pub(super) aliased: Vec<String>,
    pub(super) n_events: usize,
    /// The column of how often it happened in a row; without it each row of the event is one.
    pub(super) counts: Option<&'static str>,
}

/// Adds the effects in the levels of `column` by `model`, of what `which` names; a caution where the data do not tell them.
///
/// # Errors
/// As [`Ratio::subgroup`], but for what the data do not tell.
pub(super) fn add_subgroup(
    result: &mut EventResult,
    asked: &Asked<'_>,
    frame: &Frame,
    column: &str,
    (which, model): ((Measure, &str), Result<Ratio>),
) -> Result<()> {
    let levels = frame.column(column)?.to_factor().levels().to_vec();
    let found = model.and_then(|model| model.subgroup(asked, frame, column, &levels));
    let found = result.unless_untold(which, found.map_err(|error| error.within(column)))?;
    result.subgroups.extend(found.unwrap_or_default());
    Ok(())
}

impl Ratio {
    /// Adds the ratios of all arms, and the model.
    ///
    /// # Errors
    /// As [`Ratio::effect`].
    pub(super) fn add(&self, result: &mut EventResult, asked: &Asked<'_>, frame: &Frame) -> Result<()> {
        for arms in asked.pairs() {
            result.effects.push(self.effect(asked, arms, None)?);
        }
        result.models.push(self.described(asked, frame)?);
        Ok(())
    }

    /// The ratio of the arms at the places `first` and `second`, in a level of a subgroup where one is named.
    ///
    /// # Errors
    /// `not_estimable`, and those of a reference grid.
    pub(super) fn effect(&self, asked: &Asked<'_>, arms: (usize, usize), at: Option<(&str, &str)>) -> Result<Effect> {
        let row = self.difference(asked, arms, at)?.estimate(&self.inference)?;
        Ok(ratio(row, self.measure, &self.event, self.adjusted, (&asked.arms[arms.0], &asked.arms[arms.1])))
    }

    fn difference(
        &self,
        asked: &Asked<'_>,
        (first, second): (usize, usize),
        at: Option<(&str, &str)>,
    ) -> Result<LinearCombination> {
        let grid = ReferenceGrid::new(&*self.source);
        let grid = at.into_iter().fold(grid, |grid, (factor, level)| grid.at(factor, level));
        Ok(grid.difference(&asked.design.arm, &asked.arms[first], &asked.arms[second])?)
    }

    /// The effects in the levels of `column`, a factor of this model, and the test that they are equal.
    ///
    /// # Errors
    /// As [`Ratio::effect`].
    pub(super) fn subgroup(
        &self,
        asked: &Asked<'_>,
        frame: &Frame,
        column: &str,
        levels: &[String],
    ) -> Result<Vec<Subgroup>> {
        let values = frame.column(column)?.to_factor();
        let happened = frame.column(EVENT)?.to_factor();
        let subject = frame.column(&asked.design.subject)?.to_factor();
        let counts = self.counts.map(|name| numbers(frame, name)).transpose()?;
        let mut subgroups = Vec::new();
        for arms in asked.pairs() {
            let (mut effects, mut rows) = (Vec::new(), Vec::new());
            for level in levels {
                let of_level =
                    || self.rows.iter().map(|&row| row as usize).filter(|&row| values.level(row) == Some(level));
                effects.push(SubgroupEffect {
                    level: level.clone(),
                    subjects: distinct(of_level().map(|row| subject.codes()[row])),
                    events: match &counts {
                        Some(counts) => of_level().map(|row| counts[row] as usize).sum(),
                        None => of_level().filter(|&row| happened.level(row) == Some(&self.event)).count(),
                    },
                    effect: self.effect(asked, arms, Some((column, level)))?,
                });
                rows.push(self.difference(asked, arms, Some((column, level)))?.row);
            }
            let against_first = |row: &Vec<f64>| row.iter().zip(&rows[0]).map(|(a, b)| a - b).collect::<Vec<f64>>();
            let differences: Vec<Vec<f64>> = rows.iter().skip(1).map(against_first).collect();
            let test = self.inference.test(&format!("{} : {column}", asked.design.arm), &differences)?;
            subgroups.push(Subgroup {
                name: column.to_owned(),
                event: self.event.clone(),
                formula: self.formula.clone(),
                levels: effects,
                interaction: EventTest {
                    term: test.term,
                    event: self.event.clone(),
                    adjusted: self.adjusted,
                    num_df: test.num_df,
                    statistic: test.statistic,
                    p_value: test.p_value,
                },
            });
        }
        Ok(subgroups)
    }

    /// What is said of the model itself.
    ///
    /// # Errors
    /// `unknown_column`.
    pub(super) fn described(&self, asked: &Asked<'_>, frame: &Frame) -> Result<EventModel> {
        let count = |name: &str| -> Result<usize> {
            let factor = frame.column(name)?.to_factor();
            Ok(distinct(self.rows.iter().map(|&row| factor.codes()[row as usize])))
        };
        Ok(EventModel {
            measure: self.measure,
            name: self.event.clone(),
            adjusted: self.adjusted,
            formula: self.formula.clone(),
            vcov_method: self.inference.vcov_method().to_owned(),
            rows: self.rows.len(),
            subjects: count(&asked.design.subject)?,
            clusters: count(asked.design.unit())?,
            events: self.n_events,
            coefficients: self.inference.coefficients()?,
            aliased: self.aliased.clone(),
        })
    }
}

/// The ratio of which `row` is the logarithm.
pub(super) fn ratio(row: Row, measure: Measure, event: &str, adjusted: bool, (first, second): (&str, &str)) -> Effect {
    let RatioRow { row, ratio, ratio_low, ratio_high } = row.into();
    Effect {
        measure,
        name: event.to_owned(),
        scale: Scale::Relative,
        adjusted,
        term: format!("{first} / {second}"),
        at: None,
        estimate: ratio,
        std_error: row.std_error,
        df: row.df,
        statistic: row.statistic,
        p_value: row.p_value,
        conf_low: ratio_low,
        conf_high: ratio_high,
    }
}

/// The difference that `row` is.
pub(super) fn difference(row: Row, measure: Measure, event: &str, adjusted: bool, at: Option<f64>) -> Effect {
    Effect {
        measure,
        name: event.to_owned(),
        scale: Scale::Absolute,
        adjusted,
        term: row.term,
        at,
        estimate: row.estimate,
        std_error: row.std_error,
        df: row.df,
        statistic: row.statistic,
        p_value: row.p_value,
        conf_low: row.conf_low,
        conf_high: row.conf_high,
    }
}
