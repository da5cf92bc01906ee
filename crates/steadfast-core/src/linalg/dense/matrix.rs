//! Windows into column-major storage.

/// A matrix to be read: element (i, j) is at i·`down` + j·`across`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matrix<'a> {
    pub(super) data: &'a [f64],
    pub(super) down: usize,
    pub(super) across: usize,
    pub(super) rows: usize,
    pub(super) cols: usize,
}

impl<'a> Matrix<'a> {
    /// The `rows` × `cols` matrix whose columns start `stride` elements apart.
    pub(crate) fn new(data: &'a [f64], stride: usize, rows: usize, cols: usize) -> Self {
        debug_assert!(rows <= stride || cols <= 1);
        debug_assert!(rows == 0 || cols == 0 || (cols - 1) * stride + rows <= data.len());
        Self { data, down: 1, across: stride, rows, cols }
    }

    /// A'.
    pub(crate) fn transpose(self) -> Self {
        Self { down: self.across, across: self.down, rows: self.cols, cols: self.rows, ..self }
    }

    /// The `rows` × `cols` block whose first element is (`row`, `col`).
    pub(crate) fn block(self, row: usize, col: usize, rows: usize, cols: usize) -> Self {
        debug_assert!(row + rows <= self.rows && col + cols <= self.cols);
        let start = (row * self.down + col * self.across).min(self.data.len());
        Self { data: &self.data[start..], rows, cols, ..self }
    }

    pub(super) fn at(&self, row: usize, col: usize) -> f64 {
        self.data[row * self.down + col * self.across]
    }
}

/// A matrix to be written, in column-major order.
#[derive(Debug)]
pub(crate) struct MatrixMut<'a> {
    pub(super) data: &'a mut [f64],
    pub(super) stride: usize,
    pub(super) rows: usize,
    pub(super) cols: usize,
}

impl<'a> MatrixMut<'a> {
    /// The `rows` × `cols` matrix whose columns start `stride` elements apart.
    pub(crate) fn new(data: &'a mut [f64], stride: usize, rows: usize, cols: usize) -> Self {
        debug_assert!(rows <= stride || cols <= 1);
        debug_assert!(rows == 0 || cols == 0 || (cols - 1) * stride + rows <= data.len());
        Self { data, stride, rows, cols }
    }

    /// The same matrix for a shorter time.
    pub(crate) fn reborrow(&mut self) -> MatrixMut<'_> {
        MatrixMut { data: self.data, stride: self.stride, rows: self.rows, cols: self.cols }
    }

    /// The matrix to be read.
    pub(crate) fn view(&self) -> Matrix<'_> {
        Matrix { data: self.data, down: 1, across: self.stride, rows: self.rows, cols: self.cols }
    }

    /// The rows from `row` on.
    pub(crate) fn below(self, row: usize) -> MatrixMut<'a> {
        debug_assert!(row <= self.rows);
        let start = row.min(self.data.len());
        MatrixMut { data: &mut self.data[start..], rows: self.rows - row, ..self }
    }

    /// The rows before `row`.
    pub(crate) fn above(self, row: usize) -> MatrixMut<'a> {
        debug_assert!(row <= self.rows);
        MatrixMut { rows: row, ..self }
    }

    /// The columns before `col`, and those from `col` on.
    pub(crate) fn split(self, col: usize) -> (MatrixMut<'a>, MatrixMut<'a>) {
        debug_assert!(col <= self.cols);
        let (stride, rows) = (self.stride, self.rows);
        let middle = (col * stride).min(self.data.len());
        let (left, right) = self.data.split_at_mut(middle);
        (
            MatrixMut { data: left, stride, rows, cols: col },
            MatrixMut { data: right, stride, rows, cols: self.cols - col },
        )
    }

    /// The columns in panels of `width`.
    pub(super) fn panels(self, width: usize) -> Vec<MatrixMut<'a>> {
        let mut panels = Vec::with_capacity(self.cols.div_ceil(width));
        let mut rest = self;
        while rest.cols > width {
            let (panel, right) = rest.split(width);
            panels.push(panel);
            rest = right;
        }
        panels.push(rest);
        panels
    }
}
