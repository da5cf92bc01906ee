//! A fitted model of counts, and what it is asked first.

use nalgebra::DMatrix;

use super::CountModel;
use super::cells::{Cells, Rows, dot};
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
    position: CountPosition,
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

    /// The formula of the mean.
    pub fn formula(&self) -> &str {
        &self.formula
    }

    /// The formula of the excess zeros.
    pub fn zero_formula(&self) -> Option<&str> {
        self.zero_formula.as_deref()
    }

    /// The distribution of the counts.
    pub fn distribution(&self) -> &'static dyn Distribution {
        self.distribution
    }

    /// The names of the coefficients of the mean, length p.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The coefficients of the mean, ln rate ratios, length p.
    pub fn beta(&self) -> &[f64] {
        &self.beta
    }

    /// The names of the coefficients of the excess zeros, length q.
    pub fn zero_names(&self) -> &[String] {
        &self.zero_names
    }

    /// The coefficients of the excess zeros, ln odds ratios; none where there are no excess zeros or none of them was found.
    pub fn gamma(&self) -> &[f64] {
        &self.gamma
    }

    /// α, which is 0 at the boundary; none where the distribution has no such parameter.
    pub fn alpha(&self) -> Option<f64> {
        self.distribution.has_dispersion().then_some(self.solved.best.alpha)
    }

    /// Whether some parameters lie at the edge of their range.
    pub fn position(&self) -> &CountPosition {
        &self.position
    }

    /// The columns of the mean and of the excess zeros that were left out because earlier ones determine them.
    pub fn aliased(&self) -> Vec<&str> {
        self.data
            .design
            .aliased
            .iter()
            .chain(self.data.zero.iter().flat_map(|zero| &zero.aliased))
            .map(String::as_str)
            .collect()
    }

    /// Remarks for the reader, such as levels that do not occur.
    pub fn notes(&self) -> &[String] {
        &self.data.design.notes
    }

    /// The rows of the frame that were used, ascending.
    pub fn rows(&self) -> &[u32] {
        &self.data.source
    }

    /// How many rows of the frame were not used: incomplete, or without weight.
    pub fn n_excluded(&self) -> usize {
        self.data.n_excluded
    }

    /// The number of clusters; every row is one where none are named.
    pub fn n_clusters(&self) -> usize {
        self.data.n_clusters()
    }

    /// The column of `cluster()`.
    pub fn cluster(&self) -> Option<&str> {
        self.data.cluster.as_ref().map(|cluster| cluster.column.as_str())
    }

    /// The weighted sum of the counts, and that of the exposures (of the rows, where there is none).
    pub fn events_and_exposure(&self) -> (f64, f64) {
        let rows = || 0..self.data.n();
        let events = rows().map(|row| self.data.weight[row] * self.data.y()[row]).sum();
        (events, rows().map(|row| self.data.weight[row] * self.data.exposure(row)).sum())
    }

    /// The log-likelihood.
    pub fn log_likelihood(&self) -> f64 {
        self.solved.best.evaluation.log_likelihood + self.saturated
    }

    /// The number of parameters, those at the edge of their range included.
    pub fn n_parameters(&self) -> usize {
        self.names.len() + self.zero_names.len() + usize::from(self.distribution.has_dispersion())
    }

    /// Akaike's criterion, −2 ln L + 2k for k parameters.
    pub fn aic(&self) -> f64 {
        2.0 * self.n_parameters() as f64 - 2.0 * self.log_likelihood()
    }

    /// Schwarz's criterion, −2 ln L + k ln n for n rows.
    pub fn bic(&self) -> f64 {
        libm::log(self.data.n() as f64) * self.n_parameters() as f64 - 2.0 * self.log_likelihood()
    }

    /// The iterations that the optimum took.
    pub fn iterations(&self) -> usize {
        self.solved.best.iterations
    }

    /// The probability of an excess zero and the mean of the other counts, in a row of the rows used.
    pub(super) fn parts(&self, row: usize) -> (f64, f64) {
        let (cell, best) = (self.data_cell(row), &self.solved.best);
        let excess = best.excess(self.cells.z(cell));
        (excess, libm::exp(self.cells.eta(cell, &best.beta)))
    }

    /// The expected count of each row used, excess zeros included.
    pub fn fitted(&self) -> Vec<f64> {
        let mean = |row| {
            let (excess, mean) = self.parts(row);
            (1.0 - excess) * mean
        };
        (0..self.data.n()).map(mean).collect()
    }

    pub(super) fn data_cell(&self, row: usize) -> usize {
        self.cells.of_row[row] as usize
    }

    /// Whether zeros beyond those of the distribution are part of the estimate.
    pub(super) fn is_inflated(&self) -> bool {
        !self.gamma.is_empty()
    }

    /// The logit of an excess zero in a cell; none where there are none.
    pub(super) fn zeta(&self, cell: usize) -> Option<f64> {
        self.is_inflated().then(|| dot(self.cells.z(cell), &self.solved.best.gamma))
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
