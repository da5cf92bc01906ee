//! Householder reflections: the rotation that brings a tall block into its first few rows.

/// The reflections of the QR factorisation of Z (m × q, q < m).
#[derive(Debug, Clone)]
pub(crate) struct Reflections {
    m: usize,
    q: usize,
    /// Reflection j is I − 2 v v' with v in column j, zero above row j; a zero vector reflects nothing.
    vectors: Vec<f64>,
    /// The upper trapezoid R, q × q.
    pub(crate) r: Vec<f64>,
}

impl Reflections {
    /// The factorisation of `z` (m × q, row-major).
    pub(crate) fn new(z: &[f64], m: usize, q: usize) -> Self {
        let mut work = z.to_vec();
        let mut vectors = vec![0.0; m * q];
        for j in 0..q.min(m) {
            let mut square = 0.0;
            for i in j..m {
                square += work[i * q + j] * work[i * q + j];
            }
            let norm = square.sqrt();
            if norm == 0.0 {
                continue;
            }
            let head = work[j * q + j];
            let alpha = if head > 0.0 { -norm } else { norm };
            let length = (2.0 * norm * (norm + head.abs())).sqrt();
            for i in j..m {
                let component = if i == j { head - alpha } else { work[i * q + j] };
                vectors[i * q + j] = component / length;
            }
            reflect(&vectors, j, m, q, &mut work, q);
        }
        let mut r = vec![0.0; q * q];
        for i in 0..q.min(m) {
            r[i * q + i..(i + 1) * q].copy_from_slice(&work[i * q + i..(i + 1) * q]);
        }
        Self { m, q, vectors, r }
    }

    /// Replaces `block` (m × cols) by Q' block.
    pub(crate) fn apply(&self, block: &mut [f64], cols: usize) {
        for j in 0..self.q {
            reflect(&self.vectors, j, self.m, self.q, block, cols);
        }
    }
}

/// block := (I − 2 v_j v_j') block.
fn reflect(vectors: &[f64], j: usize, m: usize, q: usize, block: &mut [f64], cols: usize) {
    for c in 0..cols {
        let mut sum = 0.0;
        for i in j..m {
            sum += vectors[i * q + j] * block[i * cols + c];
        }
        let twice = 2.0 * sum;
        for i in j..m {
            block[i * cols + c] -= twice * vectors[i * q + j];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rotated_block_keeps_its_inner_products_and_its_rows_below_q_are_zero() {
        let z = [1.0, 0.0, 1.0, 1.0, 1.0, 2.0, 1.0, 5.0];
        let rotation = Reflections::new(&z, 4, 2);
        let mut rotated = z;
        rotation.apply(&mut rotated, 2);
        assert!(rotated[4..].iter().all(|x| x.abs() < 1e-15));
        assert!((rotated[0] * rotated[0] - 4.0).abs() < 1e-14);
        assert!((rotated[0] * rotated[1] - 8.0).abs() < 1e-14);
        for (a, b) in rotation.r.iter().zip(&rotated[..4]) {
            assert!((a - b).abs() < 1e-15);
        }
    }
}
