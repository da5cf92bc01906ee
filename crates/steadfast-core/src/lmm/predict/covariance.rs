//! V over new rows, from the fit's random terms and residual structure.

use nalgebra::DMatrix;

use crate::covariance::{Domain, Sites};
use crate::design::new_data::{NewData, NewPositions};
use crate::error::{Error, Result};
use crate::lmm::fit::LmmFit;
use crate::lmm::units;

/// The covariance of new outcomes in the units of the data.
pub(in crate::lmm) struct NewCovariance<'a> {
    fit: &'a LmmFit,
    /// φ in the units of the data.
    natural: Vec<f64>,
    /// For each term Z in the fit's centred columns, n × q, and G for them.
    random: Vec<(DMatrix<f64>, DMatrix<f64>)>,
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
        fit: &'a LmmFit,
        data: &NewData<'_>,
        means: &[f64],
        weights: Option<Vec<f64>>,
    ) -> Result<Self> {
        let engine = &fit.engine;
        let inside = engine.natural(&fit.theta);
        let scale = 1.0 / (engine.outcome_scale * engine.outcome_scale);
        let mut random = Vec::with_capacity(engine.random.len());
        for ((z, part), block) in data.random()?.into_iter().zip(&engine.random).zip(&engine.blocks) {
            let Some(covariance) = block.matrix(&inside) else { continue };
            random.push((z * &part.columns.to_user, covariance * scale));
        }
        let mut positions = data.positions()?;
        if fit.design.variance.as_ref().is_some_and(|term| term.reads_mean()) {
            for (coordinates, mean) in positions.coordinates.iter_mut().zip(means) {
                coordinates.pop();
                coordinates.push(*mean);
            }
        }
        let alone: Vec<u32> = (0..means.len() as u32).collect();
        let natural = units::to_data(engine, &inside);
        Ok(Self {
            fit,
            natural,
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

    /// z'Gz of each random term in one row.
    pub(in crate::lmm) fn term_variances(&self, row: usize) -> Vec<f64> {
        self.random.iter().map(|(z, g)| (z.row(row) * g * z.row(row).transpose())[(0, 0)]).collect()
    }

    /// R_ii of one row.
    pub(in crate::lmm) fn residual_variance(&self, row: usize) -> f64 {
        let root = self.root_weight(row);
        self.residual(&[row])[(0, 0)] / (root * root)
    }

    /// V of `rows`, m × m.
    pub(super) fn of(&self, rows: &[usize]) -> DMatrix<f64> {
        let m = rows.len();
        let mut v = DMatrix::zeros(m, m);
        for ((z, g), groups) in self.random.iter().zip(&self.groups) {
            let own = z.select_rows(rows);
            let all = &own * g * own.transpose();
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
            let r = self.residual(&frame_rows);
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
    fn residual(&self, rows: &[usize]) -> DMatrix<f64> {
        let n = rows.len();
        let block = &self.fit.engine.blocks[self.random.len() + self.positions.by[rows[0]] as usize];
        let coordinates = |row: usize| self.positions.coordinates[row].iter().copied();
        match block.structure.domain() {
            Domain::Levels(m) => {
                let mut whole = vec![0.0; m * m];
                block.structure.covariance(Sites::levels(m), block.of(&self.natural), &mut whole);
                let level = |i: usize| coordinates(rows[i]).next().unwrap_or(0.0) as usize;
                DMatrix::from_fn(n, n, |i, j| whole[level(i) * m + level(j)])
            }
            Domain::Coordinates(_) => {
                let points: Vec<f64> = rows.iter().flat_map(|&row| coordinates(row)).collect();
                let mut own = vec![0.0; n * n];
                block.structure.covariance(Sites { n, coordinates: &points }, block.of(&self.natural), &mut own);
                DMatrix::from_row_slice(n, n, &own)
            }
        }
    }
}
