use super::*;

/// Rounding in systems with dominant diagonals: a few units in the last place for each of up to 257 terms.
const TOLERANCE: f64 = 1e-13;

/// Multiplies the solution by the triangle again, the sums in the textbook's order.
fn lower(l: &Stored, i: usize, k: usize) -> f64 {
    if i >= k { l.at(i, k) } else { 0.0 }
}

fn product(n: usize, a: impl Fn(usize) -> f64, b: impl Fn(usize) -> f64) -> f64 {
    (0..n).map(|k| a(k) * b(k)).sum()
}

#[test]
fn a_system_with_the_triangle_on_the_right_is_solved() {
    for n in SIZES {
        for m in [1, 7, 8, 24, 41] {
            let (l, x) = (Stored::triangle(n, 1), Stored::any(m, n, 2));
            let mut b = Stored::new(m, n, |i, j| product(n, |k| x.at(i, k), |k| lower(&l, k, j)));
            kernels().divide(l.view(), b.edit());
            assert!(b.distance(|i, j| x.at(i, j)) < TOLERANCE, "{m} × {n}");
        }
    }
}

#[test]
fn a_system_with_the_triangle_on_the_left_is_solved() {
    for m in SIZES {
        for n in [1, 7, 63, 64, 65, 130] {
            let (l, x) = (Stored::triangle(m, 1), Stored::any(m, n, 2));
            let mut b = Stored::new(m, n, |i, j| product(m, |k| lower(&l, i, k), |k| x.at(k, j)));
            kernels().solve(l.view(), b.edit());
            assert!(b.distance(|i, j| x.at(i, j)) < TOLERANCE, "{m} × {n}");

            let mut b = Stored::new(m, n, |i, j| product(m, |k| lower(&l, k, i), |k| x.at(k, j)));
            kernels().solve_transposed(l.view(), b.edit());
            assert!(b.distance(|i, j| x.at(i, j)) < TOLERANCE, "transposed, {m} × {n}");
        }
    }
}
