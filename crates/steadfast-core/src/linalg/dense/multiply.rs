//! Products of matrices, in blocks that stay in the caches.

use std::sync::Mutex;

use pulp::{Simd, WithSimd};

use super::matrix::{Matrix, MatrixMut};
use super::tile::{self, COLUMNS, Extent, VECTORS};
use super::{Kernels, pack};
use crate::parallel::{Threads, in_order};

/// Columns of A taken at a time: with `COLUMNS` columns of B they are 8 KiB, in a first-level cache.
const DEPTH: usize = 256;

/// Strips of A taken at a time: with `DEPTH` columns and 24 rows each 384 KiB, in the second-level cache.
const STRIPS: usize = 8;

/// Columns of the output taken at a time: with `DEPTH` rows of B they are 512 KiB, in the second-level cache.
const WIDTH: usize = 256;

/// Fewer multiplications than this are not worth starting a thread (about 50 µs) for.
pub(super) const WORTH_A_THREAD: usize = 8_000_000;

/// What a product does to the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Update {
    /// C = A B.
    Set,
    /// C −= A B.
    Subtract,
}

/// Which elements of the output are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Region {
    /// All.
    Full,
    /// Those with i ≥ j; the others are neither computed nor touched.
    Lower,
}

/// Where the right-hand factor is.
#[derive(Clone, Copy)]
enum Right<'a> {
    Apart(Matrix<'a>),
    /// In the output itself: as many rows as A has columns, from this one on.
    Rows(usize),
}

/// Rows `first..` of C (as many as A has) are updated by A B.
#[derive(Clone, Copy)]
struct Product<'a> {
    update: Update,
    region: Region,
    a: Matrix<'a>,
    b: Right<'a>,
    first: usize,
}

impl Product<'_> {
    /// The part of the product that makes the columns from `col` on.
    fn columns_from(self, col: usize, cols: usize) -> Self {
        let skipped = if self.region == Region::Lower { col.min(self.a.rows) } else { 0 };
        let b = match self.b {
            Right::Apart(b) => Right::Apart(b.block(0, col, b.rows, cols)),
            rows @ Right::Rows(_) => rows,
        };
        let a = self.a.block(skipped, 0, self.a.rows - skipped, self.a.cols);
        Self { a, b, first: self.first + skipped, ..self }
    }
}

impl Kernels {
    /// C = A B or C − A B for A (m × k), B (k × n) and C (m × n), all of C or its lower triangle.
    ///
    /// Each element is c − a₁b₁ − a₂b₂ − … in this order (or 0 + a₁b₁ + …), each product and each sum rounded.
    pub(crate) fn multiply(&self, update: Update, region: Region, a: Matrix<'_>, b: Matrix<'_>, c: MatrixMut<'_>) {
        debug_assert!(a.rows == c.rows && b.cols == c.cols && a.cols == b.rows);
        self.run(Product { update, region, a, b: Right::Apart(b), first: 0 }, c);
    }

    /// Rows from `to` on −= A · (rows from `from` on), for A (m × k), within C.
    pub(super) fn subtract_within(&self, a: Matrix<'_>, from: usize, to: usize, c: MatrixMut<'_>) {
        let product = Product { update: Update::Subtract, region: Region::Full, a, b: Right::Rows(from), first: to };
        self.run(product, c);
    }

    fn run(&self, product: Product<'_>, c: MatrixMut<'_>) {
        let work = product.a.rows * product.a.cols * c.cols;
        let threads = if work < WORTH_A_THREAD { 1 } else { self.threads.get() };
        if threads == 1 && c.cols <= WIDTH {
            return self.panel(product, c);
        }
        // Four panels for each thread even out what the triangle makes uneven. No bit depends on the width.
        let width =
            if threads == 1 { WIDTH } else { c.cols.div_ceil(4 * threads).next_multiple_of(COLUMNS).clamp(32, WIDTH) };
        let panels: Vec<_> = c.panels(width).into_iter().map(|panel| Mutex::new(Some(panel))).collect();
        in_order(Threads::new(threads), panels.len(), |i| {
            let panel = panels[i].lock().ok().and_then(|mut panel| panel.take());
            if let Some(panel) = panel {
                self.panel(product.columns_from(i * width, panel.cols), panel);
            }
        });
    }

    fn panel(&self, product: Product<'_>, c: MatrixMut<'_>) {
        self.dispatch(Panel { product, c });
    }
}

/// At most `WIDTH` columns of the output.
struct Panel<'a> {
    product: Product<'a>,
    c: MatrixMut<'a>,
}

impl WithSimd for Panel<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let Product { update, a, b, .. } = self.product;
        if a.cols == 0 && update == Update::Set {
            clear(&self.product, &mut self.c);
        }
        let depth = a.cols.min(DEPTH);
        let mut right = Vec::with_capacity(depth * self.c.cols.next_multiple_of(COLUMNS));
        let height = a.rows.next_multiple_of(S::F64_LANES).min(STRIPS * VECTORS * S::F64_LANES);
        let mut left = vec![0.0; depth * height];
        let sign = if update == Update::Subtract { 1.0 } else { -1.0 };
        for start in (0..a.cols).step_by(DEPTH) {
            let depth = DEPTH.min(a.cols - start);
            let source = match b {
                Right::Apart(b) => b.block(start, 0, depth, b.cols),
                Right::Rows(row) => self.c.view().block(row + start, 0, depth, self.c.cols),
            };
            pack::right(source, sign, &mut right);
            let part = Product { a: a.block(0, start, a.rows, depth), ..self.product };
            let fresh = update == Update::Set && start == 0;
            blocks(simd, &part, fresh, &right, &mut left, self.c.reborrow());
        }
    }
}

/// One pass over A, in blocks of strips, with B packed.
#[inline(always)]
fn blocks<S: Simd>(simd: S, product: &Product<'_>, fresh: bool, right: &[f64], left: &mut [f64], mut c: MatrixMut<'_>) {
    let height = VECTORS * S::F64_LANES;
    for top in (0..product.a.rows).step_by(STRIPS * height) {
        let a = product.a.block(top, 0, (STRIPS * height).min(product.a.rows - top), product.a.cols);
        // What few columns use is read where it is.
        let in_place = a.down == 1 && a.rows.is_multiple_of(S::F64_LANES) && c.cols <= 2 * COLUMNS;
        if !in_place {
            for row in (0..a.rows).step_by(height) {
                let rows = height.min(a.rows - row);
                let padded = rows.next_multiple_of(S::F64_LANES);
                pack::left(simd, a.block(row, 0, rows, a.cols), padded, &mut left[row * a.cols..]);
            }
        }
        let left = if in_place { (a.data, a.across) } else { (&*left, 0) };
        block(simd, &Product { a, ..*product }, (top, fresh), left, right, c.reborrow());
    }
}

/// The tiles of one block of A, column after column; `left` holds it, packed if its stride is 0.
#[inline(always)]
fn block<S: Simd>(
    simd: S,
    product: &Product<'_>,
    at: (usize, bool),
    left: (&[f64], usize),
    right: &[f64],
    c: MatrixMut<'_>,
) {
    let ((top, fresh), a) = (at, product.a);
    let height = VECTORS * S::F64_LANES;
    for (group, b) in right.chunks_exact(COLUMNS * a.cols).enumerate() {
        let col = group * COLUMNS;
        let cols = COLUMNS.min(c.cols - col);
        for row in (0..a.rows).step_by(height) {
            let rows = height.min(a.rows - row);
            let mut corner = None;
            if product.region == Region::Lower {
                if top + row + rows <= col {
                    continue;
                }
                corner = (col + cols > top + row + 1).then_some((top + row, col));
            }
            let strip = if left.1 == 0 {
                (&left.0[row * a.cols..], rows.next_multiple_of(S::F64_LANES))
            } else {
                (&left.0[row..], left.1)
            };
            let start = product.first + top + row + col * c.stride;
            let target = MatrixMut { data: &mut c.data[start..], stride: c.stride, rows, cols };
            tile::subtract(simd, strip, b, target, Extent { fresh, corner });
        }
    }
}

/// An empty product.
fn clear(product: &Product<'_>, c: &mut MatrixMut<'_>) {
    for (j, column) in c.data.chunks_mut(c.stride.max(1)).take(c.cols).enumerate() {
        let skipped = if product.region == Region::Lower { j.min(product.a.rows) } else { 0 };
        column[product.first + skipped..product.first + product.a.rows].fill(0.0);
    }
}
