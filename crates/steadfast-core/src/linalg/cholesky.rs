//! Cholesky factors of small positive definite matrices.

/// Replaces the lower triangle of `a` (m × m) by L with A = L L'; false when A is not positive definite.
pub(crate) fn factor(a: &mut [f64], m: usize) -> bool {
    for j in 0..m {
        for i in j..m {
            let mut sum = a[i * m + j];
            for k in 0..j {
                sum -= a[i * m + k] * a[j * m + k];
            }
            if i == j {
                // Written so that NaN fails too.
                if !(sum > 0.0 && sum.is_finite()) {
                    return false;
                }
                a[j * m + j] = sum.sqrt();
            } else {
                a[i * m + j] = sum / a[j * m + j];
            }
        }
    }
    true
}

/// L with G = L L' for a G that may be singular, lower triangle.
pub(crate) fn semidefinite_factor(g: &[f64], q: usize) -> Vec<f64> {
    let mut l = vec![0.0; q * q];
    for j in 0..q {
        let pivot = g[j * q + j] - (0..j).fold(0.0, |sum, k| sum + l[j * q + k] * l[j * q + k]);
        // Less than rounding of the diagonal is a zero pivot: its column is zero in a semidefinite matrix.
        if pivot <= 1e-14 * g[j * q + j] {
            continue;
        }
        l[j * q + j] = pivot.sqrt();
        for i in j + 1..q {
            let sum = (0..j).fold(g[i * q + j], |sum, k| sum - l[i * q + k] * l[j * q + k]);
            l[i * q + j] = sum / l[j * q + j];
        }
    }
    l
}

/// log|A| from its factor L.
pub(crate) fn log_determinant(l: &[f64], m: usize) -> f64 {
    (0..m).fold(0.0, |sum, j| sum + 2.0 * libm::log(l[j * m + j]))
}

/// Replaces b (m × cols) by L⁻¹ b.
pub(crate) fn solve_lower(l: &[f64], m: usize, b: &mut [f64], cols: usize) {
    for i in 0..m {
        let (done, rest) = b.split_at_mut(i * cols);
        let row = &mut rest[..cols];
        for k in 0..i {
            let x = l[i * m + k];
            for (target, &value) in row.iter_mut().zip(&done[k * cols..(k + 1) * cols]) {
                *target -= x * value;
            }
        }
        let pivot = l[i * m + i];
        for target in row {
            *target /= pivot;
        }
    }
}

/// A⁻¹ from the factor L, both triangles, into `out`; `scratch` holds m × m numbers.
pub(crate) fn inverse(l: &[f64], m: usize, out: &mut [f64], scratch: &mut [f64]) {
    let scratch = &mut scratch[..m * m];
    scratch.fill(0.0);
    for j in 0..m {
        scratch[j * m + j] = 1.0 / l[j * m + j];
        for i in j + 1..m {
            let mut sum = 0.0;
            for k in j..i {
                sum += l[i * m + k] * scratch[k * m + j];
            }
            scratch[i * m + j] = -sum / l[i * m + i];
        }
    }
    for i in 0..m {
        for j in 0..=i {
            let mut sum = 0.0;
            for k in i..m {
                sum += scratch[k * m + i] * scratch[k * m + j];
            }
            out[i * m + j] = sum;
            out[j * m + i] = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_times_the_matrix_is_the_identity() {
        let a = [4.0, 2.0, 0.6, 2.0, 5.0, 1.0, 0.6, 1.0, 3.0];
        let mut l = a;
        assert!(factor(&mut l, 3));
        let (mut inv, mut scratch, mut product) = ([0.0; 9], [0.0; 9], [0.0; 9]);
        inverse(&l, 3, &mut inv, &mut scratch);
        super::super::multiply(&a, &inv, 3, 3, 3, &mut product);
        for i in 0..3 {
            for j in 0..3 {
                assert!((product[i * 3 + j] - f64::from(u8::from(i == j))).abs() < 1e-15);
            }
        }
        // |A| by cofactors: 4(15−1) − 2(6−0.6) + 0.6(2−3) = 44.6.
        assert!((log_determinant(&l, 3) - 44.6f64.ln()).abs() < 1e-15);
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_is_refused() {
        assert!(!factor(&mut [1.0, 2.0, 2.0, 1.0], 2));
        assert!(!factor(&mut [f64::NAN], 1));
        assert!(!factor(&mut [0.0], 1));
    }
}
