//! A fitted model of counts, and how it is made.

use nalgebra::DMatrix;

use super::CountModel;
use super::cells::{Cells, Rows};
use super::data::CountData;
use super::solve::{Estimate, Problem, Solved};
use super::start;
use crate::design::centred::{CentredColumns, Freedom};
use crate::design::{Design, Recipe};
use crate::error::{Error, Result};
use crate::family::{Distribution, saturated};
use crate::reference_grid::FixedEffects;

/// Where an estimate lies.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum CountPosition {
    /// Inside the range of all parameters.
    Interior,
    /// At the edge for some of them: the spread is zero, or no zero is an excess one.
    Boundary {
        /// Those parameters, such as `alpha = 0`.
        terms: Vec<String>,
    },
}

/// The coefficients of a model of counts, ln rate ratios, with what follows from them.
#[derive(Debug, Clone)]
pub struct CountFit {
    pub(super) formula: String,
    pub(super) zero_formula: Option<String>,
    pub(super) distribution: &'static dyn Distribution,
    pub(super) data: CountData,
    pub(super) cells: Cells,
    pub(super) solved: Solved,
    /// From the coefficients in the units of the cells to those of the data: mean, excess zeros.
    pub(super) map: DMatrix<f64>,
    pub(super) names: Vec<String>,
    pub(super) zero_names: Vec<String>,
    pub(super) beta: Vec<f64>,
    pub(super) gamma: Vec<f64>,
    pub(super) position: CountPosition,
    /// The inverse of the observed information in (β, γ, α) as far as they are free, in the units of the data.
    pub(super) observed: DMatrix<f64>,
    /// From scores in the units of the cells to influences on (β, γ, α) in those of the data.
    pub(super) bread: DMatrix<f64>,
    /// The inverse of the information of β in which μ²/Var y weighs the rows, in the units of the cells.
    pub(super) working: DMatrix<f64>,
    /// The same in the units of the data.
    pub(super) working_vcov: DMatrix<f64>,
    /// Σ w ln f(y; y), which the evaluation leaves out.
    pub(super) saturated: f64,
}

impl CountFit {
    pub(super) fn new(spec: &CountModel, data: CountData) -> Result<Self> {
        let rows: Vec<u32> = (0..data.n() as u32).collect();
        let (x, mut map) = columns(&data.design, &rows)?;
        let (z, zero_map) =
            data.zero.as_ref().map_or_else(|| Ok((Vec::new(), DMatrix::zeros(0, 0))), |zero| columns(zero, &rows))?;
        let (p, q) = (map.nrows(), zero_map.nrows());
        let (y, offset, weight) = (data.y(), &data.offset, &data.weight);
        let mut cells = Cells::new(&Rows { y, offset, weight, x: &x, z: &z, p, q });
        let (beta, scale) = start::start(&cells);
        cells.scale(&scale);
        map.column_iter_mut().zip(&scale).for_each(|(mut column, scale)| column *= *scale);
        let names = named(&data.design);
        let zero_names = data.zero.as_ref().map_or_else(Vec::new, named);
        let labels: Vec<String> =
            names.iter().cloned().chain(zero_names.iter().map(|name| format!("zero {name}"))).collect();
        let distribution = spec.distribution;
        let solved = Problem { cells: &cells, distribution, names: &labels, map: &map }.solve(&beta)?;
        let position = position(&solved, distribution, q > 0);
        let best = &solved.best;
        let (observed, bread) = observed(best, &map, &zero_map, best.alpha > 0.0)?;
        let working = working(best, &cells, distribution)?;
        let working_vcov = &map * &working * map.transpose();
        let in_units = |map: &DMatrix<f64>, inside: &[f64]| -> Vec<f64> {
            map.row_iter().map(|row| row.iter().zip(inside).map(|(a, b)| a * b).sum()).collect()
        };
        let (beta, gamma) = (in_units(&map, &best.beta), in_units(&zero_map, &best.gamma));
        let gamma = if best.gamma.is_empty() { Vec::new() } else { gamma };
        let saturated = (0..cells.n()).map(|cell| cells.weight[cell] * saturated(cells.y[cell])).sum();
        let (formula, zero_formula) = (spec.formula.to_string(), spec.zero.as_ref().map(ToString::to_string));
        Ok(Self {
            formula,
            zero_formula,
            distribution,
            data,
            cells,
            solved,
            map,
            names,
            zero_names,
            beta,
            gamma,
            position,
            observed,
            bread,
            working,
            working_vcov,
            saturated,
        })
    }
}

impl AsRef<Recipe> for CountFit {
    fn as_ref(&self) -> &Recipe {
        &self.data.design.recipe
    }
}

/// Grids are of ln rates per unit of exposure: offsets count as 0.
impl FixedEffects for CountFit {
    fn recipe(&self) -> &Recipe {
        &self.data.design.recipe
    }
    fn design(&self) -> Option<&Design> {
        Some(&self.data.design)
    }
}

fn named(design: &Design) -> Vec<String> {
    design.fixed.iter().map(|column| column.name.clone()).collect()
}

/// The columns in the engine's units, n × p by rows, and the way of their coefficients to those of the data.
fn columns(design: &Design, rows: &[u32]) -> Result<(Vec<f64>, DMatrix<f64>)> {
    let p = design.fixed.len();
    if p == 0 {
        return Err(Error::usage("needs_coefficients", "a model of counts has at least one coefficient"));
    }
    let centred = CentredColumns::new(&design.fixed, rows, Freedom::Combine);
    let mut x = vec![0.0; rows.len() * p];
    centred.fill(rows, |_| 1.0, &mut x, p);
    Ok((x, centred.to_user))
}

fn position(solved: &Solved, distribution: &dyn Distribution, inflated: bool) -> CountPosition {
    let mut terms = Vec::new();
    if distribution.has_dispersion() && solved.best.alpha == 0.0 {
        terms.push("alpha = 0".to_owned());
    }
    if inflated && solved.best.gamma.is_empty() {
        terms.push("no excess zeros".to_owned());
    }
    if terms.is_empty() { CountPosition::Interior } else { CountPosition::Boundary { terms } }
}

/// The inverse of a positive definite matrix, by way of a unit diagonal.
pub(super) fn inverse(matrix: &DMatrix<f64>, what: &str) -> Result<DMatrix<f64>> {
    let singular = || Error::data("unidentified", format!("the information about {what} is singular"));
    let root = matrix.diagonal().map(f64::sqrt);
    if root.iter().any(|value| value.is_nan() || *value <= 0.0) {
        return Err(singular());
    }
    let d = matrix.nrows();
    let unit = DMatrix::from_fn(d, d, |i, j| matrix[(i, j)] / (root[i] * root[j]));
    let inverse = unit.cholesky().ok_or_else(singular)?.inverse();
    Ok(DMatrix::from_fn(d, d, |i, j| inverse[(i, j)] / (root[i] * root[j])))
}

/// The inverse of the observed information in the units of the data, and what brings scores there.
fn observed(
    best: &Estimate,
    map: &DMatrix<f64>,
    zero_map: &DMatrix<f64>,
    spread: bool,
) -> Result<(DMatrix<f64>, DMatrix<f64>)> {
    let (p, q) = (best.beta.len(), best.gamma.len());
    let d = p + q + usize::from(spread);
    let information = &best.evaluation.information;
    // α comes last in the evaluation, whether there are excess zeros or not.
    let place = |i: usize| if i < p + q { i } else { information.nrows() - 1 };
    let inside = inverse(&DMatrix::from_fn(d, d, |i, j| information[(place(i), place(j))]), "the parameters")?;
    let mut whole = DMatrix::identity(d, d);
    whole.view_mut((0, 0), (p, p)).copy_from(map);
    if q > 0 {
        whole.view_mut((p, p), (q, q)).copy_from(zero_map);
    }
    let bread = &whole * inside;
    Ok((&bread * whole.transpose(), bread))
}

/// (Σ w μ²/Var(y) x x')⁻¹ over the cells: the expected information about β where the distribution is exponential.
fn working(best: &Estimate, cells: &Cells, distribution: &dyn Distribution) -> Result<DMatrix<f64>> {
    let mut information = DMatrix::zeros(cells.p, cells.p);
    for cell in 0..cells.n() {
        let mu = libm::exp(cells.eta(cell, &best.beta));
        let x = nalgebra::DVector::from_column_slice(cells.x(cell));
        information.ger(cells.weight[cell] * mu * mu / distribution.variance(mu, best.alpha), &x, &x, 1.0);
    }
    inverse(&information, "the coefficients")
}
