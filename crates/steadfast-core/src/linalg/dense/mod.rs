//! Blocked kernels for large dense blocks: products, triangular systems, Cholesky factors and inverses.
//!
//! Matrices are column-major with a stride, as in LAPACK. An element is accumulated by one accumulator, its terms in an
//! order that depends on the sizes alone, each product and each sum rounded (no fused multiply-add). Vectors lie along the
//! rows of the output and blocks only decide when an element is worked on, so neither the processor's width nor the
//! number of threads changes a bit.
//!
//! The vectors are those of `pulp`, whose dispatch at run time is safe and inlines the whole kernel for AVX-512, AVX2,
//! NEON or plain code. It was measured against arrays that the compiler vectorises behind a `#[target_feature]` of our own:
//! the same speed where the compiler succeeds, and an eighth of it where a wider tile made it fail.

mod cholesky;
mod inverse;
mod matrix;
mod multiply;
mod pack;
mod substitution;
#[cfg(test)]
mod tests;
mod tile;
mod triangular;

pub(crate) use matrix::{Matrix, MatrixMut};
pub(crate) use multiply::{Region, Update};
use pulp::{Arch, Simd, WithSimd};

use crate::parallel::Threads;

/// The operations, for the processor at hand and a number of threads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kernels {
    arch: Arch,
    threads: Threads,
}

impl Kernels {
    /// For the widest vectors of this processor.
    pub(crate) fn new(threads: Threads) -> Self {
        Self { arch: Arch::new(), threads }
    }

    #[inline(always)]
    fn dispatch<Op: WithSimd>(&self, op: Op) -> Op::Output {
        match self.arch {
            // Without wider vectors, two lanes still are what every x86-64 has.
            #[cfg(target_arch = "x86_64")]
            Arch::Scalar => pulp::Scalar128b.vectorize(op),
            arch => arch.dispatch(op),
        }
    }
}

/// Where n columns are cut in two: a multiple of the register kernel's width.
fn half(n: usize) -> usize {
    (n / 2).next_multiple_of(substitution::WIDTH)
}
