//! The innermost product: a block of the output held in registers.

use pulp::Simd;

use super::matrix::MatrixMut;

/// Vectors in the height of a tile, and columns in its width: 12 accumulators, 3 operands and a product fill the 16
/// registers of AVX2; wider tiles are no faster on AVX-512, whose two ports are busy with multiplying and adding.
pub(super) const VECTORS: usize = 3;
pub(super) const COLUMNS: usize = 4;

/// The longest vector there is, in numbers.
const MOST_LANES: usize = 8;

/// Where a tile starts from, and what of it is kept.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    /// The output is overwritten instead of added to.
    pub(super) fresh: bool,
    /// Row and column of the output that the tile starts at, if what is above the diagonal is left alone.
    pub(super) corner: Option<(usize, usize)>,
}

/// C −= A B' for A with `c.rows` rows, padded to whole vectors, at `stride`, and B packed in rows of `COLUMNS`.
#[inline(always)]
pub(super) fn subtract<S: Simd>(simd: S, a: (&[f64], usize), b: &[f64], c: MatrixMut<'_>, extent: Extent) {
    match c.rows.div_ceil(S::F64_LANES) {
        1 => tile::<S, 1>(simd, a, b, c, extent),
        2 => tile::<S, 2>(simd, a, b, c, extent),
        _ => tile::<S, VECTORS>(simd, a, b, c, extent),
    }
}

#[inline(always)]
fn tile<S: Simd, const V: usize>(simd: S, a: (&[f64], usize), b: &[f64], c: MatrixMut<'_>, extent: Extent) {
    let (a, stride) = a;
    let height = V * S::F64_LANES;
    let mut sums = [[simd.splat_f64s(0.0); V]; COLUMNS];
    if !extent.fresh {
        for (j, sum) in sums.iter_mut().enumerate() {
            if j < c.cols {
                *sum = load(simd, &c.data[j * c.stride..][..c.rows]);
            }
        }
    }
    for (k, row) in b.chunks_exact(COLUMNS).enumerate() {
        let column: [S::f64s; V] = load(simd, &a[k * stride..][..height]);
        for (sum, &y) in sums.iter_mut().zip(row) {
            let y = simd.splat_f64s(y);
            for (sum, &x) in sum.iter_mut().zip(&column) {
                *sum = simd.sub_f64s(*sum, simd.mul_f64s(x, y));
            }
        }
    }
    for (j, &sum) in sums.iter().enumerate() {
        if j < c.cols {
            let column = &mut c.data[j * c.stride..][..c.rows];
            match extent.corner {
                None => store(simd, column, sum),
                Some((row, col)) => {
                    let mut whole = [0.0; VECTORS * MOST_LANES];
                    store(simd, &mut whole[..height], sum);
                    let below = (col + j).saturating_sub(row).min(column.len())..column.len();
                    column[below.clone()].copy_from_slice(&whole[below]);
                }
            }
        }
    }
}

/// A column of at most V vectors, of which only the last may be short.
#[inline(always)]
fn load<S: Simd, const V: usize>(simd: S, column: &[f64]) -> [S::f64s; V] {
    let (whole, rest) = S::as_simd_f64s(column);
    let mut vectors = [simd.splat_f64s(0.0); V];
    if whole.len() >= V {
        vectors.copy_from_slice(&whole[..V]);
    } else {
        vectors[..V - 1].copy_from_slice(&whole[..V - 1]);
        vectors[V - 1] = simd.partial_load_f64s(rest);
    }
    vectors
}

#[inline(always)]
fn store<S: Simd, const V: usize>(simd: S, column: &mut [f64], vectors: [S::f64s; V]) {
    let (whole, rest) = S::as_mut_simd_f64s(column);
    if whole.len() >= V {
        whole[..V].copy_from_slice(&vectors);
    } else {
        whole[..V - 1].copy_from_slice(&vectors[..V - 1]);
        simd.partial_store_f64s(rest, vectors[V - 1]);
    }
}
