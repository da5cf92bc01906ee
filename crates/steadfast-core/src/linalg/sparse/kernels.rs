//! Dense kernels, column-major with a leading dimension (plain loops for now).

pub(super) fn cholesky(a: &mut [f64], ld: usize, n: usize) -> bool {
    for j in 0..n {
        for k in 0..j {
            let x = a[k * ld + j];
            let (left, right) = a.split_at_mut(j * ld);
            let source = &left[k * ld + j..k * ld + n];
            for (t, s) in right[j..n].iter_mut().zip(source) {
                *t -= x * s;
            }
        }
        let pivot = a[j * ld + j];
        if !(pivot > 0.0 && pivot.is_finite()) {
            return false;
        }
        let root = pivot.sqrt();
        a[j * ld + j] = root;
        for t in &mut a[j * ld + j + 1..j * ld + n] {
            *t /= root;
        }
    }
    true
}

/// B ← B L⁻ᵀ, B m × n at `b` (ld), L n × n.
pub(super) fn solve_right_transposed(b: &mut [f64], ldb: usize, m: usize, l: &[f64], ldl: usize, n: usize) {
    for j in 0..n {
        let (left, right) = b.split_at_mut(j * ldb);
        for k in 0..j {
            let x = l[k * ldl + j];
            for (t, s) in right[..m].iter_mut().zip(&left[k * ldb..k * ldb + m]) {
                *t -= x * s;
            }
        }
        let pivot = l[j * ldl + j];
        right[..m].iter_mut().for_each(|t| *t /= pivot);
    }
}

/// B ← B L⁻¹.
pub(super) fn solve_right(b: &mut [f64], ldb: usize, m: usize, l: &[f64], ldl: usize, n: usize) {
    for j in (0..n).rev() {
        let (left, right) = b.split_at_mut((j + 1) * ldb);
        let target = &mut left[j * ldb..j * ldb + m];
        for k in j + 1..n {
            let x = l[j * ldl + k];
            let at = (k - j - 1) * ldb;
            for (t, s) in target.iter_mut().zip(&right[at..at + m]) {
                *t -= x * s;
            }
        }
        let pivot = l[j * ldl + j];
        target.iter_mut().for_each(|t| *t /= pivot);
    }
}

/// U = A A', lower triangle, U n × n packed with ld n, A n × k.
pub(super) fn gram(u: &mut [f64], a: &[f64], lda: usize, n: usize, k: usize) {
    u[..n * n].fill(0.0);
    for j in 0..n {
        for c in 0..k {
            let x = a[c * lda + j];
            for (t, s) in u[j * n + j..(j + 1) * n].iter_mut().zip(&a[c * lda + j..c * lda + n]) {
                *t += x * s;
            }
        }
    }
}

/// C = −A B, A m × k (ld lda), B k × n (ld ldb), C (ld ldc).
pub(super) fn negative_product(
    c: &mut [f64],
    ldc: usize,
    (a, lda): (&[f64], usize),
    (b, ldb): (&[f64], usize),
    (m, n, k): (usize, usize, usize),
) {
    for j in 0..n {
        let column = &mut c[j * ldc..j * ldc + m];
        column.fill(0.0);
        for i in 0..k {
            let x = b[j * ldb + i];
            for (t, s) in column.iter_mut().zip(&a[i * lda..i * lda + m]) {
                *t -= x * s;
            }
        }
    }
}

/// C −= A' B, A k × m, B k × n.
pub(super) fn subtract_transposed_product(
    c: &mut [f64],
    ldc: usize,
    (a, lda): (&[f64], usize),
    (b, ldb): (&[f64], usize),
    (m, n, k): (usize, usize, usize),
) {
    for j in 0..n {
        for i in 0..m {
            let sum = a[i * lda..i * lda + k].iter().zip(&b[j * ldb..j * ldb + k]).fold(0.0, |s, (x, y)| s + x * y);
            c[j * ldc + i] -= sum;
        }
    }
}

/// (L L')⁻¹, both triangles, into `out` (n × n, ld ldo), from L (ld ldl).
pub(super) fn inverse(l: &[f64], ldl: usize, n: usize, out: &mut [f64], ldo: usize) {
    for j in 0..n {
        let column = &mut out[j * ldo..j * ldo + n];
        column.fill(0.0);
        column[j] = 1.0;
        for k in j..n {
            column[k] /= l[k * ldl + k];
            let x = column[k];
            for i in k + 1..n {
                column[i] -= l[k * ldl + i] * x;
            }
        }
        for k in (0..n).rev() {
            let sum = (k + 1..n).fold(column[k], |s, i| s - l[k * ldl + i] * column[i]);
            column[k] = sum / l[k * ldl + k];
        }
    }
    for j in 0..n {
        for i in 0..j {
            out[j * ldo + i] = out[i * ldo + j];
        }
    }
}
