//! Where a block of covariance parameters acts on the rows of a cluster.

/// V contains F Σ F' for the block's Σ; F has a row for each of `rows`.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// The block.
    pub(super) block: usize,
    /// The rows of the cluster that it acts on.
    pub(super) rows: Vec<u32>,
    pub(super) form: Form,
}

/// What F is.
#[derive(Debug, Clone)]
pub(super) enum Form {
    /// The values of the q effects in each row: random effects of one group.
    Effects { q: usize, z: Vec<f64> },
    /// Each row is one of the levels of Σ: residuals of one subject at its visits.
    Levels(Vec<u32>),
    /// Each row is a point, by its coordinates: Σ is made for these points.
    Points(Vec<f64>),
}

impl Slot {
    /// The order of the matrix in the middle: the number of effects or of rows.
    pub(super) fn order(&self) -> usize {
        match &self.form {
            Form::Effects { q, .. } => *q,
            Form::Levels(_) | Form::Points(_) => self.rows.len(),
        }
    }

    /// The places in `rows` of each subject's rows, for `subject` of each row of the cluster (and a second number).
    pub(super) fn by_subject(&self, subject: &[(usize, u32)]) -> Vec<Vec<usize>> {
        let of = |at: &usize| subject[self.rows[*at] as usize].0;
        let mut all: Vec<usize> = (0..self.rows.len()).collect();
        all.sort_by_key(of);
        all.chunk_by(|a, b| of(a) == of(b)).map(<[usize]>::to_vec).collect()
    }

    /// The residual slot of some of its rows, renumbered.
    pub(super) fn of_rows(&self, part: &[usize], number: impl Fn(usize) -> u32) -> Slot {
        let form = match &self.form {
            Form::Levels(levels) => Form::Levels(part.iter().map(|&at| levels[at]).collect()),
            Form::Points(points) => {
                let width = points.len() / self.rows.len();
                Form::Points(part.iter().flat_map(|&at| points[at * width..(at + 1) * width].iter().copied()).collect())
            }
            effects @ Form::Effects { .. } => effects.clone(),
        };
        Slot { block: self.block, rows: part.iter().map(|&at| number(at)).collect(), form }
    }

    /// out += F Σ F' for the matrix Σ of all levels or effects, or at the points; `out` is m × m.
    pub(super) fn spread(&self, sigma: &[f64], m: usize, out: &mut [f64]) {
        match &self.form {
            Form::Levels(levels) => {
                let order = sigma.len().isqrt();
                for (i, a) in self.rows.iter().zip(levels) {
                    for (j, b) in self.rows.iter().zip(levels) {
                        out[*i as usize * m + *j as usize] += sigma[*a as usize * order + *b as usize];
                    }
                }
            }
            Form::Effects { .. } | Form::Points(_) => self.spread_local(sigma, m, out),
        }
    }

    /// out += F Σ F' for a matrix in the slot's own order.
    pub(super) fn spread_local(&self, sigma: &[f64], m: usize, out: &mut [f64]) {
        match &self.form {
            Form::Effects { q, z } => self.spread_effects(*q, z, sigma, m, out),
            Form::Levels(_) | Form::Points(_) => {
                let n = self.rows.len();
                for (a, i) in self.rows.iter().enumerate() {
                    for (b, j) in self.rows.iter().enumerate() {
                        out[*i as usize * m + *j as usize] += sigma[a * n + b];
                    }
                }
            }
        }
    }

    fn spread_effects(&self, q: usize, z: &[f64], sigma: &[f64], m: usize, out: &mut [f64]) {
        for (a, i) in self.rows.iter().enumerate() {
            for (b, j) in self.rows.iter().enumerate().take(a + 1) {
                let mut value = 0.0;
                for s in 0..q {
                    let left = z[a * q + s];
                    if left != 0.0 {
                        value += left * crate::linalg::dot(&sigma[s * q..(s + 1) * q], &z[b * q..(b + 1) * q]);
                    }
                }
                out[*i as usize * m + *j as usize] += value;
                if b < a {
                    out[*j as usize * m + *i as usize] += value;
                }
            }
        }
    }

    /// F_self' A F_other for symmetric A (m × m) into `out`, order × other.order.
    pub(super) fn project(&self, other: &Slot, a: &[f64], m: usize, half: &mut Vec<f64>, out: &mut Vec<f64>) {
        // A F_other, on the rows of this slot.
        let (n, width) = (self.rows.len(), other.order());
        half.clear();
        half.resize(n * width, 0.0);
        for (at, &i) in self.rows.iter().enumerate() {
            let row = &a[i as usize * m..(i as usize + 1) * m];
            let target = &mut half[at * width..(at + 1) * width];
            match &other.form {
                Form::Effects { q, z } => {
                    for (b, &j) in other.rows.iter().enumerate() {
                        crate::linalg::add_scaled(target, row[j as usize], &z[b * q..(b + 1) * q]);
                    }
                }
                Form::Levels(_) | Form::Points(_) => {
                    target.iter_mut().zip(&other.rows).for_each(|(t, &j)| *t = row[j as usize]);
                }
            }
        }
        match &self.form {
            Form::Effects { q, z } => {
                out.clear();
                out.resize(q * width, 0.0);
                for at in 0..n {
                    for s in 0..*q {
                        let line = &half[at * width..(at + 1) * width];
                        crate::linalg::add_scaled(&mut out[s * width..(s + 1) * width], z[at * q + s], line);
                    }
                }
            }
            Form::Levels(_) | Form::Points(_) => std::mem::swap(half, out),
        }
    }
}
