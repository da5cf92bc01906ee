//! The residual part of a design: where rows stand among those of their subject, and what their variance depends on.

use std::sync::Arc;

use super::Grouping;
use super::arithmetic::Numeric;
use super::categorical::Categorical;
use super::grouping::{grouping, levels, product};
use super::source::Source;
use super::variable::Variable;
use crate::covariance::{Covariates, Over, Reads, Shape, Side, entry, variance_entry};
use crate::error::{Error, Result};
use crate::formula::{Expr, Formula, ResidualSpec, VarianceSpec};

/// The residual structure `structure(visit | by / subject)`.
#[derive(Debug, Clone)]
pub struct ResidualTerm {
    /// The term as written in the canonical formula.
    pub label: String,
    /// The name of the structure, such as `us` or `ar1`.
    pub structure: String,
    /// The options of the structure.
    pub options: Vec<(String, f64)>,
    /// Where each row stands.
    pub positions: Positions,
    /// The subject within which residuals are correlated.
    pub subject: Grouping,
    /// The factor by whose levels the parameters differ.
    pub by: Option<Grouping>,
    /// The largest distance between two points of a subject; 1 for levels.
    pub extent: f64,
}

/// Where rows stand among those of their subject.
#[derive(Debug, Clone)]
pub enum Positions {
    /// At a level each.
    Levels {
        /// The code of each row of the frame and the labels of the levels; of two factors, their combinations.
        visit: Grouping,
        /// The number of levels of each factor.
        sizes: Vec<usize>,
    },
    /// At a point each: the coordinates by name, one number a row of the frame.
    Coordinates(Vec<(String, Arc<Vec<f64>>)>),
}

impl Positions {
    /// The labels of the levels; none for points.
    pub fn labels(&self) -> Vec<String> {
        match self {
            Self::Levels { visit, .. } => visit.labels.to_vec(),
            Self::Coordinates(_) => Vec::new(),
        }
    }
}

impl ResidualTerm {
    /// What the structure is to be made for.
    pub fn shape(&self) -> Shape {
        let (levels, coordinates) = match &self.positions {
            Positions::Levels { sizes, .. } => (sizes.clone(), 0),
            Positions::Coordinates(columns) => (Vec::new(), columns.len()),
        };
        Shape { side: Side::Residual, levels, coordinates, extent: self.extent, options: self.options.clone() }
    }
}

/// The variance function of the residuals.
#[derive(Debug, Clone)]
pub struct VarianceTerm {
    /// The term as written in the canonical formula.
    pub label: String,
    /// The name of the function.
    pub function: String,
    /// What it reads.
    pub covariate: VarianceCovariate,
}

/// What a variance function reads in each row of the frame.
#[derive(Debug, Clone)]
pub enum VarianceCovariate {
    /// A stratum.
    Strata(Grouping),
    /// A number, by the name of its column.
    Number(String, Arc<Vec<f64>>),
}

impl VarianceTerm {
    /// The names of the strata.
    pub fn strata(&self) -> &[String] {
        match &self.covariate {
            VarianceCovariate::Strata(strata) => &strata.labels,
            VarianceCovariate::Number(..) => &[],
        }
    }

    /// What the function learns from `rows` of the frame.
    pub(crate) fn seen(&self, rows: &[u32]) -> Covariates {
        match &self.covariate {
            VarianceCovariate::Strata(strata) => Covariates::strata(&strata.labels),
            VarianceCovariate::Number(_, values) => Covariates::numbers(rows.iter().map(|&row| values[row as usize])),
        }
    }

    /// Whether it reads the fitted mean, which is not known before a fit.
    pub fn reads_mean(&self) -> bool {
        matches!(&self.covariate, VarianceCovariate::Number(name, _) if name.is_empty())
    }
}

/// The residual structure that `spec` asks for.
pub(super) fn residual(
    spec: &ResidualSpec,
    formula: &Formula,
    source: &Source<'_>,
    notes: &mut Vec<String>,
) -> Result<ResidualTerm> {
    let over = entry(&spec.structure)?.over;
    let positions = match over {
        Over::Coordinates => {
            let coordinate = |expr: &Expr| Ok((expr.to_string(), numbers(expr, formula, source)?));
            Positions::Coordinates(spec.positions.iter().map(coordinate).collect::<Result<_>>()?)
        }
        Over::Levels | Over::Product => visits(spec, formula, source, notes)?,
    };
    let subject = grouping(&spec.subject, source, notes)?;
    let by = spec.by.as_ref().map(|by| grouping(by, source, notes)).transpose()?;
    if let Some(by) = by.as_ref().filter(|by| varies_within(by, &subject, source)) {
        let label = &spec.label;
        notes.push(format!(
            "`{}` varies within `{}`: `{label}` has no correlation between its levels",
            by.name, subject.name
        ));
    }
    Ok(ResidualTerm {
        label: spec.label.clone(),
        structure: spec.structure.clone(),
        options: spec.options.clone(),
        extent: extent(&positions, &subject, source),
        positions,
        subject,
        by,
    })
}

pub(super) fn varies_within(by: &Grouping, subject: &Grouping, source: &Source<'_>) -> bool {
    let mut first = vec![u32::MAX; subject.labels.len()];
    source.rows.iter().any(|&row| {
        let (own, level) = (&mut first[subject.codes[row as usize] as usize], by.codes[row as usize]);
        if *own == u32::MAX {
            *own = level;
        }
        *own != level
    })
}

fn visits(spec: &ResidualSpec, formula: &Formula, source: &Source<'_>, notes: &mut Vec<String>) -> Result<Positions> {
    let mut parts = Vec::new();
    for expr in &spec.positions {
        parts.push(levels(&as_factor(expr, formula, source, notes)?, source)?);
    }
    let sizes = parts.iter().map(|part| part.labels.len()).collect();
    let mut parts = parts.into_iter();
    let first = parts.next().ok_or_else(|| Error::usage("formula_syntax", "a residual structure needs a position"))?;
    Ok(Positions::Levels { visit: parts.fold(first, |all, part| product(&all, &part, source)), sizes })
}

/// A factor; of a number, its distinct values are the levels.
pub(super) fn as_factor(
    expr: &Expr,
    formula: &Formula,
    source: &Source<'_>,
    notes: &mut Vec<String>,
) -> Result<Categorical> {
    match Variable::learn(expr, formula, source, notes)?.categorical() {
        Some(factor) => Ok(factor.clone()),
        None => {
            let factor = Categorical::learn(expr.as_name().unwrap_or_default(), source, notes)?;
            let values: Vec<f64> = factor.levels.iter().filter_map(|level| level.parse().ok()).collect();
            let gaps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
            if gaps.iter().any(|gap| (gap - gaps[0]).abs() > 1e-9 * gaps[0].abs()) {
                let column = &factor.column;
                notes
                    .push(format!("the values of `{column}` are unequally spaced, and taken as levels in their order"));
            }
            Ok(factor)
        }
    }
}

pub(super) fn numbers(expr: &Expr, formula: &Formula, source: &Source<'_>) -> Result<Arc<Vec<f64>>> {
    let values = Numeric::learn(expr, formula, source)?.evaluate(source)?;
    source.require_finite(&expr.to_string(), &values)?;
    // Minus zero is the same place as zero.
    let negative_zero = |value: &f64| *value == 0.0 && value.is_sign_negative();
    Ok(if values.iter().any(negative_zero) { Arc::new(values.iter().map(|v| v + 0.0).collect()) } else { values })
}

/// The longest diagonal of the boxes in which the points of one subject lie; 1 where every subject has one point.
fn extent(positions: &Positions, subject: &Grouping, source: &Source<'_>) -> f64 {
    let longest = longest(positions, subject, source);
    if longest > 0.0 { longest } else { 1.0 }
}

/// As [`extent`], and 0 where every subject has one point.
pub(super) fn longest(positions: &Positions, subject: &Grouping, source: &Source<'_>) -> f64 {
    let Positions::Coordinates(columns) = positions else { return 0.0 };
    let mut squares = vec![0.0; subject.labels.len()];
    for (_, values) in columns {
        let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); subject.labels.len()];
        for &row in source.rows {
            let (low, high) = &mut ranges[subject.codes[row as usize] as usize];
            *low = low.min(values[row as usize]);
            *high = high.max(values[row as usize]);
        }
        for (square, (low, high)) in squares.iter_mut().zip(ranges).filter(|(_, (low, high))| high >= low) {
            *square += (high - low) * (high - low);
        }
    }
    squares.into_iter().fold(0.0, f64::max).sqrt()
}

/// The variance function that `spec` asks for.
pub(super) fn variance(
    spec: &VarianceSpec,
    formula: &Formula,
    source: &Source<'_>,
    notes: &mut Vec<String>,
) -> Result<VarianceTerm> {
    let strata = variance_entry(&spec.function).is_some_and(|entry| entry.reads == Reads::Strata);
    let covariate = match &spec.covariate {
        Some(expr) if strata => VarianceCovariate::Strata(levels(&as_factor(expr, formula, source, notes)?, source)?),
        Some(expr) => {
            let values = numbers(expr, formula, source)?;
            if spec.function == "var_power" {
                refuse_zeros(expr, &values, source)?;
            }
            VarianceCovariate::Number(expr.to_string(), values)
        }
        None => VarianceCovariate::Number(String::new(), Arc::new(vec![1.0; source.frame.n_rows()])),
    };
    Ok(VarianceTerm { label: spec.label.clone(), function: spec.function.clone(), covariate })
}

fn refuse_zeros(expr: &Expr, values: &[f64], source: &Source<'_>) -> Result<()> {
    match source.find(values, |value| value == 0.0) {
        None => Ok(()),
        Some(row) => {
            let number = source.frame.row_number(row);
            let message = format!("`{expr}` is 0 in row {number}, where a power of it is no standard deviation");
            Err(Error::data("zero_covariate", message))
        }
    }
}
