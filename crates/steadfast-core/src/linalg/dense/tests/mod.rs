//! The kernels against triple loops, and against themselves on every processor and number of threads.

mod bits;
mod cholesky;
mod products;
mod triangular;

use pulp::Arch;

use super::{Kernels, Matrix, MatrixMut};
use crate::parallel::Threads;

/// Around the edges of vectors (8), tiles (24 × 4), the register kernel (8) and the halves.
const SIZES: [usize; 19] = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 23, 24, 25, 33, 40, 100, 257];

/// Elements that stand between columns, and in triangles that must not be touched.
const OUTSIDE: f64 = 777.0;

/// Column-major storage with `GAP` elements between columns.
#[derive(Clone)]
struct Stored {
    data: Vec<f64>,
    rows: usize,
    cols: usize,
}

const GAP: usize = 3;

impl Stored {
    fn new(rows: usize, cols: usize, value: impl Fn(usize, usize) -> f64) -> Self {
        let data = (0..cols).flat_map(|j| {
            let value = &value;
            (0..rows + GAP).map(move |i| if i < rows { value(i, j) } else { OUTSIDE })
        });
        Self { data: data.collect(), rows, cols }
    }

    /// Numbers in (−1, 1) without a pattern.
    fn any(rows: usize, cols: usize, seed: u64) -> Self {
        Self::new(rows, cols, |i, j| number(seed, i, j))
    }

    /// A lower triangle with a dominant diagonal; `OUTSIDE` above.
    fn triangle(n: usize, seed: u64) -> Self {
        Self::new(n, n, |i, j| match i.cmp(&j) {
            std::cmp::Ordering::Less => OUTSIDE,
            std::cmp::Ordering::Equal => 2.0 + number(seed, i, j),
            std::cmp::Ordering::Greater => number(seed, i, j) / (n as f64).sqrt(),
        })
    }

    fn at(&self, i: usize, j: usize) -> f64 {
        self.data[j * (self.rows + GAP) + i]
    }

    fn view(&self) -> Matrix<'_> {
        Matrix::new(&self.data, self.rows + GAP, self.rows, self.cols)
    }

    fn edit(&mut self) -> MatrixMut<'_> {
        let (rows, cols) = (self.rows, self.cols);
        MatrixMut::new(&mut self.data, rows + GAP, rows, cols)
    }

    fn bits(&self) -> Vec<u64> {
        self.data.iter().map(|x| x.to_bits()).collect()
    }

    fn transposed(&self) -> Self {
        Self::new(self.cols, self.rows, |i, j| self.at(j, i))
    }

    /// Largest |difference| of elements for which `wanted` holds, and whether the gaps are as they were.
    fn distance(&self, other: impl Fn(usize, usize) -> f64) -> f64 {
        let mut largest = 0.0_f64;
        for j in 0..self.cols {
            for i in 0..self.rows {
                let difference = (self.at(i, j) - other(i, j)).abs();
                largest = if difference.is_nan() { f64::INFINITY } else { largest.max(difference) };
            }
            let gap = &self.data[j * (self.rows + GAP) + self.rows..(j + 1) * (self.rows + GAP)];
            assert!(gap.iter().all(|x| x.to_bits() == OUTSIDE.to_bits()), "written between columns");
        }
        largest
    }
}

fn number(seed: u64, i: usize, j: usize) -> f64 {
    let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ ((i as u64) << 32 | j as u64);
    for _ in 0..3 {
        x = (x ^ (x >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x ^= x >> 32;
    }
    (x >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// Every kind of processor that this one can play.
fn archs() -> Vec<Arch> {
    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_mut, reason = "one kind only"))]
    let mut archs = vec![Arch::new()];
    #[cfg(target_arch = "x86_64")]
    {
        archs.extend(pulp::x86::V3::try_new().map(Arch::V3));
        archs.push(Arch::Scalar);
    }
    archs
}

fn kernels() -> Kernels {
    Kernels::new(Threads::ONE)
}
