//! Data sets of the repository for the tests of this module.

use nalgebra::{DMatrix, DVector};

use super::{Lmm, LmmFit, units};
use crate::design::Positions;
use crate::frame::{Column, Factor, Frame};

/// The columns of `data-fixtures/NAME/data.csv`: numbers where every cell is one or `NA`, else factors with their levels
/// in order of appearance.
pub(super) fn read(name: &str) -> Frame {
    let path = format!("{}/../../data-fixtures/{name}/data.csv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(|cell| cell.trim_matches('"')).collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let cells: Vec<Vec<&str>> = lines.collect();
    Frame::new(header.iter().enumerate().map(|(at, name)| column(name, cells.iter().map(|row| row[at]))).collect())
        .unwrap()
}

fn column<'a>(name: &str, cells: impl Iterator<Item = &'a str> + Clone) -> Column {
    let number = |cell: &str| if cell == "NA" { Some(f64::NAN) } else { cell.parse().ok() };
    if let Some(values) = cells.clone().map(number).collect::<Option<Vec<f64>>>() {
        return Column::float(name, values);
    }
    let mut levels: Vec<String> = Vec::new();
    let mut code = |cell: &str| {
        let found = levels.iter().position(|level| level == cell);
        found.unwrap_or_else(|| {
            levels.push(cell.to_owned());
            levels.len() - 1
        }) as u32
    };
    let codes = cells.map(|cell| (cell != "NA").then(|| code(cell))).collect();
    Column::from_factor(name, Factor::from_codes(levels, codes).unwrap())
}

/// Column `name` as a factor with `levels` in this order, the first being the reference.
pub(super) fn with_levels(frame: Frame, name: &str, levels: &[&str]) -> Frame {
    let own = frame.column(name).unwrap().to_factor();
    let code = |row: usize| own.level(row).and_then(|level| levels.iter().position(|known| *known == level));
    let codes = (0..frame.n_rows()).map(|row| code(row).map(|code| code as u32)).collect();
    let levels = levels.iter().map(|level| (*level).to_owned()).collect();
    frame.with_column(Column::from_factor(name, Factor::from_codes(levels, codes).unwrap())).unwrap()
}

/// The trial of lung function of mmrm's documentation, with its levels in the order of that package.
pub(super) fn fev() -> Frame {
    let frame = with_levels(read("fev"), "ARMCD", &["PBO", "TRT"]);
    let frame = with_levels(frame, "AVISIT", &["VIS1", "VIS2", "VIS3", "VIS4"]);
    let frame = with_levels(frame, "RACE", &["Asian", "Black or African American", "White"]);
    with_levels(frame, "SEX", &["Male", "Female"])
}

/// The fit of `formula` to `frame` by REML.
pub(super) fn fit(formula: &str, frame: &Frame) -> LmmFit {
    Lmm::new(formula.parse().unwrap()).fit(frame).unwrap()
}

/// The matrices of a textbook over all rows at once, in the units of the data: slow, and independent of the engine.
pub(super) struct Dense {
    /// X, n × p.
    pub(super) x: DMatrix<f64>,
    /// V, n × n.
    pub(super) v: DMatrix<f64>,
    /// y − offset − Xβ̂, n.
    pub(super) residual: DVector<f64>,
    /// Z, n × Σ groups × q: terms, in each its groups, in each its effects.
    pub(super) z: DMatrix<f64>,
    /// G of all random effects, block-diagonal.
    pub(super) g: DMatrix<f64>,
}

impl Dense {
    pub(super) fn of(fit: &LmmFit) -> Self {
        let design = &fit.design;
        let rows: Vec<usize> = design.rows.iter().map(|&row| row as usize).collect();
        let n = rows.len();
        let x = DMatrix::from_fn(n, design.fixed.len(), |i, j| design.fixed[j].value(rows[i]));
        let net = |row: usize| design.response[row] - design.offset.as_ref().map_or(0.0, |offset| offset[row]);
        let y = DVector::from_iterator(n, rows.iter().map(|&row| net(row)));
        let natural = units::to_data(&fit.engine, &fit.engine.natural(&fit.theta));
        let matrices: Vec<DMatrix<f64>> =
            fit.engine.blocks.iter().map(|block| block.matrix(&natural).unwrap()).collect();
        let columns = design.random.iter().map(|term| term.columns.len() * term.group.labels.len()).sum();
        let (mut z, mut g, mut first) = (DMatrix::zeros(n, columns), DMatrix::zeros(columns, columns), 0);
        for (term, matrix) in design.random.iter().zip(&matrices) {
            let q = term.columns.len();
            for group in 0..term.group.labels.len() {
                g.view_mut((first + group * q, first + group * q), (q, q)).copy_from(matrix);
            }
            for (i, &row) in rows.iter().enumerate() {
                for (c, column) in term.columns.iter().enumerate() {
                    z[(i, first + term.group.codes[row] as usize * q + c)] = column.value(row);
                }
            }
            first += q * term.group.labels.len();
        }
        let weight = |row: usize| design.weights.as_ref().map_or(1.0, |weights| weights[row]);
        let residual = &matrices[design.random.len()..];
        let r = DMatrix::from_fn(n, n, |i, j| {
            let (a, b) = (rows[i], rows[j]);
            let covariance = match &design.residual {
                None => {
                    if i == j {
                        residual[0][(0, 0)]
                    } else {
                        0.0
                    }
                }
                Some(term) if term.subject.codes[a] != term.subject.codes[b] => 0.0,
                Some(term) => {
                    let group = term.by.as_ref().map_or(0, |by| by.codes[a] as usize);
                    let Positions::Levels { visit, .. } = &term.positions else { panic!("levels only") };
                    residual[group][(visit.codes[a] as usize, visit.codes[b] as usize)]
                }
            };
            covariance / (weight(a) * weight(b)).sqrt()
        });
        let beta = DVector::from_column_slice(fit.beta());
        Self { v: &z * &g * z.transpose() + r, residual: y - &x * beta, x, z, g }
    }

    /// V⁻¹ − V⁻¹XΦX'V⁻¹.
    pub(super) fn p(&self) -> DMatrix<f64> {
        let inverse = self.v.clone().try_inverse().unwrap();
        let with_x = &inverse * &self.x;
        let vcov = (self.x.transpose() * &with_x).try_inverse().unwrap();
        inverse - &with_x * vcov * with_x.transpose()
    }
}

/// Asserts that two numbers differ by at most `tolerance` of the larger of them and 1.
pub(super) fn assert_close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0), "{a} is not {b}");
}
