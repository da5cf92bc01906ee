//! The baseline table: clusters and subjects described apart, by arm, without p-values.

use serde::Serialize;
use steadfast_core::frame::{Column, ColumnData};

use super::moments::{moments, quantiles};
use super::{Absences, Trial};
use crate::error::Result;
use crate::plan::Plan;

/// The blocks of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BaselineTable {
    /// One block for clusters, where there are any, and one for subjects.
    pub blocks: Vec<Block>,
}

/// What is described once a cluster, or once a subject.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Block {
    /// The column that identifies what is described.
    pub unit: String,
    /// How many there are in each arm.
    pub arms: Vec<ArmSize>,
    /// The variables.
    pub variables: Vec<Variable>,
}

/// The size of an arm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArmSize {
    /// The arm.
    pub arm: String,
    /// The number of units.
    pub n: usize,
}

/// A variable by arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Variable {
    /// The column.
    pub name: String,
    /// The label for tables.
    pub label: String,
    /// The unit of measurement.
    pub unit: Option<String>,
    /// Its description in each arm.
    pub arms: Vec<ArmDescription>,
    /// (arm − reference)/√((s₁² + s₂²)/2), one for a numeric variable and one for each level of a factor; empty unless
    /// there are two arms, and `null` where an arm does not vary.
    pub standardised_differences: Vec<Option<f64>>,
}

/// A variable in one arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArmDescription {
    /// The arm.
    pub arm: String,
    /// Units with an observed value.
    pub n: usize,
    /// Units without a value, by reason.
    #[serde(flatten)]
    pub absent: Absences,
    /// Numbers for a numeric variable, counts for a factor.
    #[serde(flatten)]
    pub values: Description,
}

/// What is said about the values.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Description {
    /// Of a numeric variable.
    Numeric {
        /// The mean.
        mean: Option<f64>,
        /// The standard deviation, with n − 1.
        std_dev: Option<f64>,
        /// The first quartile, linear between order statistics.
        quartile_1: Option<f64>,
        /// The median.
        median: Option<f64>,
        /// The third quartile.
        quartile_3: Option<f64>,
    },
    /// Of a factor.
    Levels {
        /// How many have each level, in the order of the levels.
        levels: Vec<LevelCount>,
    },
}

/// A level and how many have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LevelCount {
    /// The level.
    pub level: String,
    /// How many.
    pub count: usize,
}

/// The baseline table of those in `rows`; a value that changes within a subject is taken at its earliest visit.
///
/// # Errors
/// `unknown_column` when the plan names a column that the frame lacks.
pub fn baseline(trial: &Trial<'_>, rows: &[u32], plan: &Plan) -> Result<BaselineTable> {
    let design = trial.design;
    let clustered = design.is_clustered();
    let of_subject = || {
        let strata = if clustered { &[] } else { design.strata.as_slice() };
        design.baseline.iter().chain(strata).cloned().collect()
    };
    let of_cluster = || if clustered { design.strata.clone() } else { Vec::new() };
    let subjects = trial.first_rows(rows);
    let mut blocks = Vec::new();
    if clustered {
        let names = plan.baseline.cluster.clone().unwrap_or_else(of_cluster);
        blocks.push(block(trial, design.unit(), &trial.one_per_unit(&subjects), &names)?);
    }
    let names = plan.baseline.subject.clone().unwrap_or_else(of_subject);
    blocks.push(block(trial, &design.subject, &subjects, &names)?);
    Ok(BaselineTable { blocks })
}

fn block(trial: &Trial<'_>, unit: &str, rows: &[u32], names: &[String]) -> Result<Block> {
    let by_arm: Vec<Vec<u32>> = (0..trial.arms().len()).map(|arm| trial.in_arm(rows, arm)).collect();
    let arms =
        trial.arms().iter().zip(&by_arm).map(|(arm, rows)| ArmSize { arm: arm.clone(), n: rows.len() }).collect();
    let variables =
        names.iter().map(|name| variable(trial, trial.frame.column(name)?, &by_arm)).collect::<Result<_>>()?;
    Ok(Block { unit: unit.to_owned(), arms, variables })
}

fn variable(trial: &Trial<'_>, column: &Column, by_arm: &[Vec<u32>]) -> Result<Variable> {
    let describe = |(arm, rows): (&String, &Vec<u32>)| {
        let seen: Vec<u32> = rows.iter().copied().filter(|&row| column.is_observed(row as usize)).collect();
        let values = description(column, &seen);
        ArmDescription { arm: arm.clone(), n: seen.len(), absent: Absences::of(column, rows), values }
    };
    let arms: Vec<ArmDescription> = trial.arms().iter().zip(by_arm).map(describe).collect();
    let reference = trial.arms().iter().position(|arm| *arm == trial.design.reference);
    Ok(Variable {
        name: column.name().to_owned(),
        label: column.label().to_owned(),
        unit: column.unit().map(str::to_owned),
        standardised_differences: differences(&arms, reference),
        arms,
    })
}

fn description(column: &Column, seen: &[u32]) -> Description {
    let numeric = matches!(column.data(), ColumnData::Float(_) | ColumnData::Integer(_));
    if let (true, Some(values)) = (numeric, column.to_numeric()) {
        let sample: Vec<f64> = seen.iter().map(|&row| values[row as usize]).collect();
        let found = moments(&sample);
        let quartiles = quantiles(&sample, &[0.25, 0.5, 0.75]);
        let quartile = |i: usize| quartiles.as_ref().map(|quartiles| quartiles[i]);
        return Description::Numeric {
            mean: found.map(|found| found.mean),
            std_dev: found.and_then(|found| found.std_dev),
            quartile_1: quartile(0),
            median: quartile(1),
            quartile_3: quartile(2),
        };
    }
    let factor = column.to_factor();
    let count = |code: usize| seen.iter().filter(|&&row| factor.codes()[row as usize] as usize == code).count();
    let level = |(code, level): (usize, &String)| LevelCount { level: level.clone(), count: count(code) };
    Description::Levels { levels: factor.levels().iter().enumerate().map(level).collect() }
}

/// The standardised differences of two arms, the one that is not the reference minus the reference.
fn differences(arms: &[ArmDescription], reference: Option<usize>) -> Vec<Option<f64>> {
    let (Some(reference), [first, second]) = (reference, arms) else { return Vec::new() };
    let (treated, control) = if reference == 0 { (second, first) } else { (first, second) };
    match (&treated.values, &control.values) {
        (
            Description::Numeric { mean: Some(m1), std_dev: Some(s1), .. },
            Description::Numeric { mean: Some(m0), std_dev: Some(s0), .. },
        ) => vec![standardised(m1 - m0, s1 * s1, s0 * s0)],
        (Description::Levels { levels: a }, Description::Levels { levels: b }) => {
            let share = |count: usize, n: usize| count as f64 / n as f64;
            let one = |(a, b): (&LevelCount, &LevelCount)| {
                let (p1, p0) = (share(a.count, treated.n), share(b.count, control.n));
                standardised(p1 - p0, p1 * (1.0 - p1), p0 * (1.0 - p0))
            };
            a.iter().zip(b).map(one).collect()
        }
        _ => vec![None],
    }
}

/// difference/√((v₁ + v₀)/2), where that exists.
fn standardised(difference: f64, v1: f64, v0: f64) -> Option<f64> {
    let pooled = ((v1 + v0) / 2.0).sqrt();
    (pooled > 0.0).then(|| difference / pooled)
}
