//! Products of matrices, in blocks that stay in the caches.

use std::sync::Mutex;

use pulp::{Simd, WithSimd};

use super::matrix::{Matrix, MatrixMut};
use super::tile::{self, COLUMNS, Extent, VECTORS};
use super::{Kernels, pack};
use crate::parallel::{Threads, in_order};

/// Columns of A taken at a time: a strip of 24 rows is then 36 KiB and stays in a first-level cache of 48 KiB.
const DEPTH: usize = 192;

/// Columns of the output taken at a time: with `DEPTH` rows of B they are 384 KiB, in the second-level cache.
const WIDTH: usize = 256;

/// Fewer multiplications than this are not worth starting a thread (about 50 µs) for.
pub(super) const WORTH_A_THREAD: usize = 8_000_000;

/// What a product does to the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Update {
    /// C = A B.
    Set,
    /// C += A B.
    Add,
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
    fn from_column(self, col: usize, cols: usize) -> Self {
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
    /// C = A B, C + A B or C − A B for A (m × k), B (k × n) and C (m × n), all of C or its lower triangle.
    ///
    /// Each element is c ± a₁b₁ ± a₂b₂ ± … in this order, each product and each sum rounded.
    pub(crate) fn multiply(&self, update: Update, region: Region, a: Matrix<'_>, b: Matrix<'_>, c: MatrixMut<'_>) {
        debug_assert!(a.rows == c.rows && b.cols == c.cols && a.cols == b.rows);
        self.run(Product { update, region, a, b: Right::Apart(b), first: 0 }, c);
    }

    /// C −= A A' in the lower triangle, for A (n × k).
    pub(crate) fn subtract_square(&self, a: Matrix<'_>, c: MatrixMut<'_>) {
        self.multiply(Update::Subtract, Region::Lower, a, a.transpose(), c);
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
                self.panel(product.from_column(i * width, panel.cols), panel);
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
        let mut packed = Vec::with_capacity(depth * self.c.cols.next_multiple_of(COLUMNS));
        let mut strip = vec![0.0; depth * a.rows.next_multiple_of(S::F64_LANES).min(VECTORS * S::F64_LANES)];
        let sign = if update == Update::Subtract { 1.0 } else { -1.0 };
        for start in (0..a.cols).step_by(DEPTH) {
            let depth = DEPTH.min(a.cols - start);
            let source = match b {
                Right::Apart(b) => b.block(start, 0, depth, b.cols),
                Right::Rows(row) => self.c.view().block(row + start, 0, depth, self.c.cols),
            };
            pack::right(source, sign, &mut packed);
            let part = Product { a: a.block(0, start, a.rows, depth), ..self.product };
            let fresh = update == Update::Set && start == 0;
            strips(simd, &part, fresh, &packed, &mut strip, self.c.reborrow());
        }
    }
}

/// One pass over the strips of A with B packed.
#[inline(always)]
fn strips<S: Simd>(simd: S, product: &Product<'_>, fresh: bool, packed: &[f64], strip: &mut [f64], c: MatrixMut<'_>) {
    let a = product.a;
    let lanes = S::F64_LANES;
    for row in (0..a.rows).step_by(VECTORS * lanes) {
        let rows = (VECTORS * lanes).min(a.rows - row);
        let cols = if product.region == Region::Lower { c.cols.min(row + rows) } else { c.cols };
        let taken = a.block(row, 0, rows, a.cols);
        // A strip that few columns use is read where it is.
        let in_place = a.down == 1 && rows.is_multiple_of(lanes) && cols <= 2 * COLUMNS;
        let left = if in_place {
            (taken.data, a.across)
        } else {
            pack::left(simd, taken, rows.next_multiple_of(lanes), strip);
            (&*strip, rows.next_multiple_of(lanes))
        };
        for (group, b) in packed.chunks_exact(COLUMNS * a.cols).enumerate().take(cols.div_ceil(COLUMNS)) {
            let col = group * COLUMNS;
            let width = COLUMNS.min(c.cols - col);
            let corner = (product.region == Region::Lower && col + width > row + 1).then_some((row, col));
            let start = product.first + row + col * c.stride;
            let target = MatrixMut { data: &mut c.data[start..], stride: c.stride, rows, cols: width };
            tile::subtract(simd, left, b, target, Extent { fresh, corner });
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
