//! The trial behind the models: who was randomised to what, who was seen when, and what was observed.

mod absences;
pub mod baseline;
pub mod completeness;
pub mod flow;
pub(crate) mod moments;
pub mod observed;
pub mod placement;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use steadfast_core::frame::{Column, Factor, Frame, Presence};
use steadfast_core::schedule::Classification;

use crate::error::{Error, Result};
use crate::plan::DesignColumns;

/// A frame with the columns of the design resolved.
#[derive(Debug, Clone)]
pub struct Trial<'a> {
    frame: &'a Frame,
    design: &'a DesignColumns,
    subject: Factor,
    unit: Factor,
    visit: Factor,
    arm: Factor,
    outcome: &'a Column,
    classification: Option<&'a Classification>,
}

/// Distinct clusters and subjects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Units of randomisation; equal to `subjects` where subjects were randomised one by one.
    pub clusters: usize,
    /// Persons.
    pub subjects: usize,
}

/// Counts in each arm and in all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ByArm {
    /// The arms in the order of their levels.
    pub arms: Vec<ArmCount>,
    /// All arms together.
    pub total: Count,
}

/// The counts in one arm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArmCount {
    /// The arm.
    pub arm: String,
    /// Who is in it.
    #[serde(flatten)]
    pub count: Count,
}

impl<'a> Trial<'a> {
    /// The trial that `frame` holds by `design`.
    ///
    /// # Errors
    /// `unknown_column`, `unknown_level`, or `arm_changes`, `cluster_changes` when a subject has more than one arm or
    /// cluster.
    pub fn new(frame: &'a Frame, design: &'a DesignColumns) -> Result<Self> {
        let factor = |name: &str| frame.column(name).map(Column::to_factor);
        let trial = Self {
            frame,
            design,
            subject: factor(&design.subject)?,
            unit: factor(design.unit())?,
            visit: factor(&design.visit)?,
            arm: factor(&design.arm)?,
            outcome: frame.column(&design.outcome)?,
            classification: None,
        };
        trial.arm.clone().with_reference(&design.reference)?;
        trial.constant(&trial.arm, "arm_changes", &design.arm)?;
        trial.constant(&trial.unit, "cluster_changes", design.unit())?;
        Ok(trial)
    }

    /// The same trial held against a schedule, in the frame that was classified. A schedule of other persons or visits
    /// than those of the design is not followed.
    pub fn following(mut self, classification: Option<&'a Classification>) -> Self {
        self.classification = classification.filter(|found| {
            let schedule = found.schedule();
            schedule.subject == self.design.subject && schedule.visit == self.design.visit
        });
        self
    }

    /// The same trial with another outcome.
    pub fn measuring(mut self, outcome: &'a Column) -> Self {
        self.outcome = outcome;
        self
    }

    fn constant(&self, factor: &Factor, code: &'static str, column: &str) -> Result<()> {
        let mut first: BTreeMap<u32, (u32, usize)> = BTreeMap::new();
        let mut rows = Vec::new();
        for row in 0..self.frame.n_rows() {
            if let (Some(_), Some(_)) = (self.subject.level(row), factor.level(row)) {
                let value = factor.codes()[row];
                let known = first.entry(self.subject.codes()[row]).or_insert((value, row));
                if known.0 != value {
                    rows.push(format!("row {} differs from row {}", row + 1, known.1 + 1));
                }
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        let list = rows.join("; ");
        Err(Error::data(code, format!("column `{column}` changes within `{}`: {list}", self.design.subject)))
    }

    /// The frame.
    pub fn frame(&self) -> &'a Frame {
        self.frame
    }

    /// The arms, in the order of their levels.
    pub fn arms(&self) -> &[String] {
        self.arm.levels()
    }

    /// The visits, in the order of their levels.
    pub fn visits(&self) -> &[String] {
        self.visit.levels()
    }

    /// Every row.
    pub fn all_rows(&self) -> Vec<u32> {
        (0..self.frame.n_rows() as u32).collect()
    }

    /// The rows of `rows` at the visit with this code.
    fn at_visit(&self, rows: &[u32], visit: usize) -> Vec<u32> {
        rows.iter().copied().filter(|&row| self.visit.codes()[row as usize] as usize == visit).collect()
    }

    /// The distinct clusters and subjects in `rows`, by arm and in all.
    pub fn count(&self, rows: impl IntoIterator<Item = u32>) -> ByArm {
        let mut seen: BTreeMap<Option<&str>, (BTreeSet<u32>, BTreeSet<u32>)> = BTreeMap::new();
        for row in rows {
            let row = row as usize;
            for key in [None, self.arm.level(row)] {
                let entry = seen.entry(key).or_default();
                entry.0.insert(self.unit.codes()[row]);
                entry.1.insert(self.subject.codes()[row]);
            }
        }
        let count = |key: Option<&str>| {
            seen.get(&key).map_or_else(Count::default, |(units, subjects)| Count {
                clusters: units.len(),
                subjects: subjects.len(),
            })
        };
        let arms = self.arms().iter().map(|arm| ArmCount { arm: arm.clone(), count: count(Some(arm)) }).collect();
        ByArm { arms, total: count(None) }
    }

    /// The rows of `from` whose subject has no row in `to`.
    pub fn lost_subjects(&self, from: &[u32], to: &[u32]) -> Vec<u32> {
        absent_from(self.subject.codes(), from, to)
    }

    /// The rows of `from` whose cluster has no row in `to`.
    pub fn lost_clusters(&self, from: &[u32], to: &[u32]) -> Vec<u32> {
        absent_from(self.unit.codes(), from, to)
    }

    /// For each subject in `rows`, the row of its earliest visit; in the order of the subjects' first rows.
    fn first_rows(&self, rows: &[u32]) -> Vec<u32> {
        let mut first: BTreeMap<u32, (u32, usize)> = BTreeMap::new();
        let mut order = Vec::new();
        for &row in rows {
            let subject = self.subject.codes()[row as usize];
            match first.get_mut(&subject) {
                None => {
                    order.push(subject);
                    first.insert(subject, (row, order.len()));
                }
                Some(known) if self.visit.codes()[row as usize] < self.visit.codes()[known.0 as usize] => known.0 = row,
                Some(_) => {}
            }
        }
        order.into_iter().filter_map(|subject| first.get(&subject).map(|(row, _)| *row)).collect()
    }

    /// The first of `rows` in each cluster.
    fn one_per_unit(&self, rows: &[u32]) -> Vec<u32> {
        let mut seen = BTreeSet::new();
        rows.iter().copied().filter(|&row| seen.insert(self.unit.codes()[row as usize])).collect()
    }

    /// The rows of `rows` in the arm with this code.
    fn in_arm(&self, rows: &[u32], arm: usize) -> Vec<u32> {
        rows.iter().copied().filter(|&row| self.arm.codes()[row as usize] as usize == arm).collect()
    }
}

/// The rows of `from` with a code that no row of `to` has.
fn absent_from(codes: &[u32], from: &[u32], to: &[u32]) -> Vec<u32> {
    let there: BTreeSet<u32> = to.iter().map(|&row| codes[row as usize]).collect();
    from.iter().copied().filter(|&row| !there.contains(&codes[row as usize])).collect()
}

/// How many have no value, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Absences {
    /// It should be there and is not.
    pub missing: usize,
    /// It is absent after withdrawal.
    pub withdrawn: usize,
    /// Its time has not passed.
    pub not_yet_due: usize,
    /// There can be none by design.
    pub not_applicable: usize,
}

impl Absences {
    /// Of `column` in `rows`.
    fn of(column: &Column, rows: &[u32]) -> Self {
        let count = |why: Presence| rows.iter().filter(|&&row| column.presence(row as usize) == why).count();
        Self {
            missing: count(Presence::Missing),
            withdrawn: count(Presence::Withdrawn),
            not_yet_due: count(Presence::NotYetDue),
            not_applicable: count(Presence::NotApplicable),
        }
    }

    /// The numbers in the order of their names in tables.
    pub(crate) fn numbers(self) -> [usize; 4] {
        [self.missing, self.withdrawn, self.not_yet_due, self.not_applicable]
    }

    /// The names of the columns of tables.
    pub(crate) const NAMES: [&'static str; 4] = ["missing", "withdrawn", "not_yet_due", "not_applicable"];
}

#[cfg(test)]
mod schedule_tests;
#[cfg(test)]
mod tests;
