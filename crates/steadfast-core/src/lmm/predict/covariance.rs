//! V over new rows, from the fit's random terms and residual structure.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::outcome::{OutcomeCovariance, ResidualModel};
use crate::covariance::{Domain, Sites, Structure};
use crate::design::new_data::{NewData, NewPositions};
use crate::error::{Error, Result};

/// The covariance of new outcomes in the units of the data.
pub(in crate::lmm) struct NewCovariance<'a> {
    residual: &'a ResidualModel,
    structure: Arc<dyn Structure>,
    /// For each term Z in the fit's centred columns, n × q, and G for them.
    random: Vec<(DMatrix<f64>, &'a DMatrix<f64>)>,
    positions: NewPositions,
    weights: Option<Vec<f64>>,
    /// The groups of each term; rows of their own before [`NewCovariance::join`].
    pub(super) groups: Vec<Vec<u32>>,
    /// The subjects of the residual structure; likewise.
    pub(super) subjects: Vec<u32>,
}

impl<'a> NewCovariance<'a> {
    /// The covariance of rows of which no two are known to belong together; `means` are their population means.
    pub(in crate::lmm) fn new(
        outcome: &'a OutcomeCovariance,
        data: &NewData<'_>,
        means: &[f64],
        weights: Option<Vec<f64>>,
    ) -> Result<Self> {
        let terms = data.random()?.into_iter().zip(&outcome.random);
        let random: Vec<_> = terms.map(|(z, term)| (z * &term.map, &term.covariance)).collect();
        let mut positions = data.positions()?;
        if outcome.residual.reads_mean() {
            for (coordinates, mean) in positions.coordinates.iter_mut().zip(means) {
                coordinates.pop();
                coordinates.push(*mean);
            }
        }
        let alone: Vec<u32> = (0..means.len() as u32).collect();
        Ok(Self {
            residual: &outcome.residual,
            structure: outcome.residual.structure()?,
            groups: vec![alone.clone(); random.len()],
            subjects: alone,
            random,
            positions,
            weights,
        })
    }

    /// Finds which rows belong together.
    ///
    /// # Errors
    /// `duplicate_visit` where two rows of a subject stand at the same position; `missing_value`, `unknown_column`.
    pub(super) fn join(&mut self, data: &NewData<'_>) -> Result<()> {
        self.groups = data.groups()?;
        self.subjects = data.subjects()?;
        let mut rows: Vec<usize> = (0..self.subjects.len()).collect();
        let place = |row: usize| (self.subjects[row], self.positions.by[row], &self.positions.coordinates[row]);
        rows.sort_by(|&a, &b| place(a).partial_cmp(&place(b)).unwrap_or(std::cmp::Ordering::Equal).then(a.cmp(&b)));
        match rows.windows(2).find(|pair| place(pair[0]) == place(pair[1])) {
            None => Ok(()),
            Some(pair) => {
                let message =
                    format!("rows {} and {} are the same subject at the same place", pair[0] + 1, pair[1] + 1);
                Err(Error::data("duplicate_visit", message))
            }
        }
    }

    /// The variance of one row.
    pub(super) fn variance(&self, row: usize) -> f64 {
        self.of(&[row])[(0, 0)]
    }

    /// The part of a row's variance that belongs to the term at `term`, its group being unknown: z'Gz.
    pub(super) fn term_variance(&self, term: usize, row: usize) -> f64 {
        let (z, g) = &self.random[term];
        let own = z.row(row);
        (own * *g).dot(&own)
    }

    /// z'Gz of each random term in one row.
    pub(in crate::lmm) fn term_variances(&self, row: usize) -> Vec<f64> {
        (0..self.random.len()).map(|term| self.term_variance(term, row)).collect()
    }

    /// The variance of a row's residual.
    pub(in crate::lmm) fn residual_variance(&self, row: usize) -> f64 {
        let mut v = DMatrix::zeros(1, 1);
        self.add_residual(&[row], &mut v);
        v[(0, 0)]
    }

    /// V of `rows`, m × m.
    pub(super) fn of(&self, rows: &[usize]) -> DMatrix<f64> {
        let m = rows.len();
        let mut v = DMatrix::zeros(m, m);
        for ((z, g), groups) in self.random.iter().zip(&self.groups) {
            let own = z.select_rows(rows);
            let all = &own * *g * own.transpose();
            let same = |i: usize, j: usize| groups[rows[i]] == groups[rows[j]];
            v += DMatrix::from_fn(m, m, |i, j| if same(i, j) { all[(i, j)] } else { 0.0 });
        }
        self.add_residual(rows, &mut v);
        // The products of Z and G differ in their last bits on the two sides of the diagonal.
        0.5 * (&v + v.transpose())
    }

    /// v += R of `rows`: correlated within a subject, and within a group of parameters.
    fn add_residual(&self, rows: &[usize], v: &mut DMatrix<f64>) {
        let key = |place: usize| (self.subjects[rows[place]], self.positions.by[rows[place]]);
        let mut places: Vec<usize> = (0..rows.len()).collect();
        places.sort_by_key(|&place| key(place));
        for own in places.chunk_by(|&a, &b| key(a) == key(b)) {
            let frame_rows: Vec<usize> = own.iter().map(|&place| rows[place]).collect();
            let r = self.residuals(&frame_rows);
            for (a, &i) in own.iter().enumerate() {
                for (b, &j) in own.iter().enumerate() {
                    v[(i, j)] += r[(a, b)] / (self.root_weight(rows[i]) * self.root_weight(rows[j]));
                }
            }
        }
    }

    fn root_weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row].sqrt())
    }

    /// R of rows of one subject and one group of parameters.
    fn residuals(&self, rows: &[usize]) -> DMatrix<f64> {
        let n = rows.len();
        let natural = &self.residual.groups[self.positions.by[rows[0]] as usize];
        let coordinates = |row: usize| self.positions.coordinates[row].iter().copied();
        match self.structure.domain() {
            Domain::Levels(m) => {
                let mut whole = vec![0.0; m * m];
                self.structure.covariance(Sites::levels(m), natural, &mut whole);
                let level = |i: usize| coordinates(rows[i]).next().unwrap_or(0.0) as usize;
                DMatrix::from_fn(n, n, |i, j| whole[level(i) * m + level(j)])
            }
            Domain::Coordinates(_) => {
                let points: Vec<f64> = rows.iter().flat_map(|&row| coordinates(row)).collect();
                let mut own = vec![0.0; n * n];
                self.structure.covariance(Sites { n, coordinates: &points }, natural, &mut own);
                DMatrix::from_row_slice(n, n, &own)
            }
        }
    }
}
