use super::*;
use crate::linalg::dense::{Region, Update};

/// Everything that the kernels can do at one size, in bits.
fn everything(kernels: Kernels, m: usize, n: usize) -> Vec<Vec<u64>> {
    let l = Stored::triangle(n, 1);
    let tall = Stored::any(m, n, 2);
    let mut results = Vec::new();
    let mut c = Stored::any(m, n, 3);
    kernels.multiply(Update::Subtract, Region::Full, tall.view(), l.view(), c.edit());
    results.push(c.bits());
    let mut square = Stored::new(n, n, |i, j| if i == j { (m * n) as f64 } else { 0.0 });
    kernels.multiply(Update::Subtract, Region::Lower, tall.view().transpose(), tall.view(), square.edit());
    results.push(square.bits());
    assert!(kernels.factor(square.edit()));
    results.push(square.bits());
    let mut inverse = Stored::any(n, n, 4);
    kernels.inverse(square.view(), inverse.edit());
    results.push(inverse.bits());
    let mut b = tall.clone();
    kernels.divide(l.view(), b.edit());
    results.push(b.bits());
    for solve in [Kernels::solve, Kernels::solve_transposed] {
        let mut b = tall.transposed();
        solve(&kernels, l.view(), b.edit());
        results.push(b.bits());
    }
    results
}

#[test]
fn every_width_of_vectors_gives_the_same_bits() {
    for (m, n) in [(1, 1), (5, 9), (24, 25), (77, 40), (150, 257)] {
        let expected = everything(kernels(), m, n);
        for arch in archs() {
            assert!(everything(Kernels { arch, threads: Threads::ONE }, m, n) == expected, "{arch:?} {m} × {n}");
        }
    }
}

#[test]
fn every_number_of_threads_gives_the_same_bits() {
    for (m, n) in [(40, 70), (500, 300), (300, 501)] {
        let expected = everything(kernels(), m, n);
        for threads in [2, 3] {
            assert!(everything(Kernels::new(Threads::new(threads)), m, n) == expected, "{threads} threads, {m} × {n}");
        }
    }
}
