//! What a fit of counts is asked first: what it is of, its estimates, how well it fits.

use super::cells::dot;
use super::fit::{CountFit, CountPosition};
use crate::family::Distribution;

impl CountFit {
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

    /// The rows used, as they were given.
    pub fn frame(&self) -> &crate::frame::Frame {
        &self.data.frame
    }

    /// The number of the cluster of one of the rows used, from 0; rows are their own where none are named.
    pub fn cluster_of(&self, row: usize) -> u32 {
        self.data.cluster_of(row)
    }

    /// The counts of the rows used.
    pub fn counts(&self) -> &[f64] {
        self.data.y()
    }

    /// The exposures of the rows used; none where all are 1.
    pub fn exposures(&self) -> Option<&[f64]> {
        self.data.exposure.as_ref().map(|exposure| exposure.as_slice())
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

    /// The iterations of the last search, which starts where that of a simpler model ended.
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
