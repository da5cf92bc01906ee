//! Everybody at one level.

use nalgebra::DMatrix;

use super::{Population, Standardisation, StandardisedRate, StandardisedRates};
use crate::counts::CountFit;
use crate::counts::influence::Influences;
use crate::counts::likelihood::logistic;
use crate::design::{Design, Recipe};
use crate::error::{Error, Result};
use crate::frame::{Column, ColumnData, Factor, Frame};

/// Each row's rate at one level, with its slopes in (β, γ).
struct AtLevel {
    rate: Vec<f64>,
    slopes: DMatrix<f64>,
}

pub(super) fn rates<'f>(fit: &'f CountFit, what: &Standardisation) -> Result<StandardisedRates<'f>> {
    let frame = &fit.data.frame;
    let reads = |design: &Design| design.recipe.fixed_columns().contains(&what.factor);
    if !reads(&fit.data.design) && !fit.data.zero.as_ref().is_some_and(reads) {
        let message = format!("`{}` is not a variable of the model", what.factor);
        return Err(Error::usage("unknown_factor", message));
    }
    let groups = groups(frame, what.by.as_deref())?;
    let factor = frame.column(&what.factor)?.to_factor();
    let used: Vec<u32> = occurring(&factor);
    let n = fit.data.n();
    let k = groups.len() * used.len();
    let d = fit.beta.len() + fit.gamma.len();
    let weight = |row: usize| match what.population {
        Population::Rows => fit.data.weight[row],
        Population::Exposure => fit.data.weight[row] * fit.data.exposure(row),
    };
    let (mut found, mut gradient, mut sampled) = (Vec::new(), DMatrix::zeros(k, d), vec![0.0; n * k]);
    let levels: Vec<AtLevel> =
        used.iter().map(|&code| at_level(fit, &set(frame, &what.factor, &factor, code)?)).collect::<Result<_>>()?;
    for (name, members) in &groups {
        let total: f64 = members.iter().map(|&row| weight(row)).sum();
        for (at, &code) in levels.iter().zip(&used) {
            let place = found.len();
            let rate = members.iter().map(|&row| weight(row) * at.rate[row]).sum::<f64>() / total;
            for &row in members {
                let share = weight(row) / total;
                sampled[row * k + place] = share * (at.rate[row] - rate);
                gradient
                    .row_mut(place)
                    .iter_mut()
                    .zip(at.slopes.row(row).iter())
                    .for_each(|(sum, slope)| *sum += share * slope);
            }
            let level = factor.levels().get(code as usize).cloned().unwrap_or_default();
            found.push(StandardisedRate { level, group: name.clone(), rate });
        }
    }
    let sampled = Influences { d: k, values: sampled };
    Ok(StandardisedRates { fit, covariates: what.covariates, rates: found, gradient, sampled, level: 0.95 })
}

/// The rows of each subgroup, in the order of the levels and, within each, of what rows say.
fn groups(frame: &Frame, by: Option<&str>) -> Result<Vec<(Option<String>, Vec<usize>)>> {
    let Some(column) = by else { return Ok(vec![(None, (0..frame.n_rows()).collect())]) };
    let factor = frame.column(column)?.to_factor();
    let members = |code: u32| (0..frame.n_rows()).filter(|&row| factor.codes()[row] == code).collect();
    let named = |code: u32| (factor.levels().get(code as usize).cloned(), members(code));
    Ok(occurring(&factor).into_iter().map(named).collect())
}

/// The levels that occur, in their order.
fn occurring(factor: &Factor) -> Vec<u32> {
    let mut codes: Vec<u32> =
        factor.codes().iter().copied().filter(|&code| code < factor.levels().len() as u32).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The frame with every row of `column` as those with `code`.
fn set(frame: &Frame, column: &str, factor: &Factor, code: u32) -> Result<Frame> {
    let n = frame.n_rows();
    let known = frame.column(column)?;
    let model = factor.codes().iter().position(|&own| own == code).unwrap_or_default();
    let new = match known.data() {
        ColumnData::Float(values) => Column::float(column, vec![values[model]; n]),
        ColumnData::Integer(values) => Column::integer(column, vec![values[model]; n]),
        ColumnData::Bool(values) => Column::bool(column, vec![values[model]; n]),
        ColumnData::Date(values) => Column::date(column, vec![values[model]; n]),
        ColumnData::Factor(own) => {
            Column::from_factor(column, Factor::from_codes(own.levels().to_vec(), vec![Some(code); n])?)
        }
    };
    frame.clone().with_column(new)
}

fn at_level(fit: &CountFit, frame: &Frame) -> Result<AtLevel> {
    let x = rows(&fit.data.design.recipe, frame)?;
    let inflated = fit.data.zero.as_ref().filter(|_| fit.is_inflated());
    let z = inflated.map(|zero| rows(&zero.recipe, frame)).transpose()?;
    let (n, p, q) = (frame.n_rows(), fit.beta.len(), fit.gamma.len());
    let (mut rate, mut slopes) = (Vec::with_capacity(n), DMatrix::zeros(n, p + q));
    let along = |matrix: &DMatrix<f64>, row: usize, by: &[f64]| -> f64 {
        matrix.row(row).iter().zip(by).map(|(a, b)| a * b).sum()
    };
    for row in 0..n {
        let eta = along(&x, row, &fit.beta) + fit.data.offset[row];
        let mean = libm::exp(eta) / fit.data.exposure(row);
        let excess = z.as_ref().map_or(0.0, |z| logistic(along(z, row, &fit.gamma)));
        rate.push((1.0 - excess) * mean);
        for j in 0..p {
            slopes[(row, j)] = (1.0 - excess) * mean * x[(row, j)];
        }
        for j in 0..q {
            slopes[(row, p + j)] = -excess * (1.0 - excess) * mean * z.as_ref().map_or(0.0, |z| z[(row, j)]);
        }
    }
    Ok(AtLevel { rate, slopes })
}

/// The kept columns of every row.
///
/// # Errors
/// `not_estimable` where the columns that were left out do not agree with them.
fn rows(recipe: &Recipe, frame: &Frame) -> Result<DMatrix<f64>> {
    let all = recipe.all_fixed_rows(frame)?;
    if !recipe.aliases.is_empty() {
        let lost = |row: usize| !recipe.is_estimable(&all.row(row).iter().copied().collect::<Vec<f64>>());
        if (0..all.nrows()).any(lost) {
            let message = "a standardised rate depends on coefficients that were left out";
            return Err(Error::data("not_estimable", message));
        }
    }
    Ok(all.select_columns(&recipe.kept))
}
