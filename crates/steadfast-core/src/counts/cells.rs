//! Rows that the likelihood cannot tell apart, joined.

use std::cmp::Ordering;

/// Rows with the same count, offset and columns, with the sum of their weights, in an order that depends on what they say alone.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    pub(super) y: Vec<f64>,
    pub(super) offset: Vec<f64>,
    pub(super) weight: Vec<f64>,
    /// The columns of the mean, n × p by rows.
    pub(super) x: Vec<f64>,
    /// The columns of the excess zeros, n × q by rows.
    pub(super) z: Vec<f64>,
    pub(super) p: usize,
    pub(super) q: usize,
    /// The cell of each row.
    pub(super) of_row: Vec<u32>,
}

/// The rows before they are joined.
pub(super) struct Rows<'a> {
    pub(super) y: &'a [f64],
    pub(super) offset: &'a [f64],
    pub(super) weight: &'a [f64],
    pub(super) x: &'a [f64],
    pub(super) z: &'a [f64],
    pub(super) p: usize,
    pub(super) q: usize,
}

impl Rows<'_> {
    fn compare(&self, a: usize, b: usize) -> Ordering {
        let lines = |values: &[f64], width: usize| -> Ordering {
            let (a, b) = (&values[a * width..(a + 1) * width], &values[b * width..(b + 1) * width]);
            a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        };
        let first = self.y[a].total_cmp(&self.y[b]).then(self.offset[a].total_cmp(&self.offset[b]));
        first.then_with(|| lines(self.x, self.p)).then_with(|| lines(self.z, self.q))
    }
}

impl Cells {
    pub(super) fn new(rows: &Rows<'_>) -> Self {
        let n = rows.y.len();
        let mut order: Vec<u32> = (0..n as u32).collect();
        order.sort_unstable_by(|&a, &b| {
            let (a, b) = (a as usize, b as usize);
            // Weights last, so that their sums do not depend on the order of rows.
            rows.compare(a, b).then(rows.weight[a].total_cmp(&rows.weight[b]))
        });
        let (p, q) = (rows.p, rows.q);
        let (y, offset, weight, x, z) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut cells = Self { y, offset, weight, x, z, p, q, of_row: vec![0; n] };
        let mut last: Option<usize> = None;
        for row in order {
            let row = row as usize;
            if last.is_none_or(|last| rows.compare(last, row).is_ne()) {
                cells.y.push(rows.y[row]);
                cells.offset.push(rows.offset[row]);
                cells.weight.push(0.0);
                cells.x.extend_from_slice(&rows.x[row * p..(row + 1) * p]);
                cells.z.extend_from_slice(&rows.z[row * q..(row + 1) * q]);
                last = Some(row);
            }
            let cell = cells.y.len() - 1;
            cells.weight[cell] += rows.weight[row];
            cells.of_row[row] = cell as u32;
        }
        cells
    }

    /// The number of cells.
    pub(super) fn n(&self) -> usize {
        self.y.len()
    }

    /// The columns of the mean of a cell.
    pub(super) fn x(&self, cell: usize) -> &[f64] {
        &self.x[cell * self.p..(cell + 1) * self.p]
    }

    /// The columns of the excess zeros of a cell.
    pub(super) fn z(&self, cell: usize) -> &[f64] {
        &self.z[cell * self.q..(cell + 1) * self.q]
    }

    /// ln of the mean of a cell.
    pub(super) fn eta(&self, cell: usize, beta: &[f64]) -> f64 {
        dot(self.x(cell), beta) + self.offset[cell]
    }

    /// The same without excess zeros.
    pub(super) fn without_zero(&self) -> Self {
        Self { z: Vec::new(), q: 0, ..self.clone() }
    }

    /// Every column of the mean multiplied by its number.
    pub(super) fn scale(&mut self, scale: &[f64]) {
        for line in self.x.chunks_exact_mut(self.p.max(1)) {
            line.iter_mut().zip(scale).for_each(|(value, scale)| *value *= scale);
        }
    }
}

/// Σ a_j b_j.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
