//! The rows of a fit divided by their residual standard deviations.

use nalgebra::DMatrix;

use super::{Group, Loading};
use crate::error::Result;
use crate::lmm::fit::LmmFit;

/// U, X and r of the rows used, in the order of the frame and in the engine's units.
#[derive(Debug)]
pub(in crate::lmm) struct Rows {
    /// The number of fixed effects.
    pub(in crate::lmm) p: usize,
    /// q of each random term.
    pub(in crate::lmm) widths: Vec<usize>,
    /// The number of effects of each term, and where they start among all.
    pub(super) sizes: Vec<(usize, usize)>,
    /// The first effect of each term's group, rows × terms.
    starts: Vec<u32>,
    /// U, rows × Σq.
    u: Vec<f64>,
    /// X, rows × p.
    x: Vec<f64>,
    /// r.
    pub(in crate::lmm) r: Vec<f64>,
    /// The residual standard deviation of each row.
    pub(in crate::lmm) scale: Vec<f64>,
}

impl Rows {
    pub(in crate::lmm) fn of(fit: &LmmFit) -> Result<Self> {
        let (engine, rows) = (&fit.engine, &fit.design.rows[..]);
        let (n, p) = (rows.len(), engine.fixed.len());
        let factor = engine.outcome_scale;
        let scale: Vec<f64> = fit.residual_variances().iter().map(|variance| variance.sqrt() * factor).collect();
        let mut x = vec![0.0; n * p];
        engine.fixed.fill(rows, |_| 1.0, &mut x, p);
        let offset = |row: usize| fit.design.offset.as_ref().map_or(0.0, |offset| offset[row]);
        let mut r = Vec::with_capacity(n);
        for (i, &row) in rows.iter().enumerate() {
            let line = &mut x[i * p..(i + 1) * p];
            let net = fit.design.response[row as usize] - offset(row as usize) - engine.outcome_centre;
            let fitted = |beta: &[f64]| line.iter().zip(beta).fold(0.0, |sum, (x, b)| sum + x * b);
            let left = (net - fitted(engine.base.as_slice())) * factor - fitted(fit.solution.beta.as_slice());
            r.push(left / scale[i]);
            line.iter_mut().for_each(|value| *value /= scale[i]);
        }
        let (u, starts, sizes) = loadings(fit, &scale)?;
        let widths = engine.random.iter().map(|part| part.columns.len()).collect();
        Ok(Self { p, widths, sizes, starts, u, x, r, scale })
    }

    /// The effects of a group of a term.
    pub(in crate::lmm) fn group(&self, term: usize, group: usize) -> Group {
        let q = self.widths[term];
        Group { first: self.sizes[term].1 + group * q, q }
    }

    /// The number of rows.
    pub(in crate::lmm) fn len(&self) -> usize {
        self.r.len()
    }

    /// Row `i` of X.
    pub(in crate::lmm) fn x(&self, i: usize) -> &[f64] {
        &self.x[i * self.p..(i + 1) * self.p]
    }

    /// Row `i` of U.
    pub(in crate::lmm) fn loading(&self, i: usize) -> Loading<'_> {
        let (terms, width) = (self.widths.len(), self.u.len() / self.r.len().max(1));
        Loading { starts: &self.starts[i * terms..(i + 1) * terms], values: &self.u[i * width..(i + 1) * width] }
    }

    /// Calls `look(effect, value)` with every entry of a loading.
    pub(in crate::lmm) fn for_each_entry(&self, of: Loading<'_>, mut look: impl FnMut(usize, f64)) {
        let mut values = of.values;
        for (&start, &q) in of.starts.iter().zip(&self.widths) {
            let (own, rest) = values.split_at(q);
            own.iter().enumerate().for_each(|(k, &value)| look(start as usize + k, value));
            values = rest;
        }
    }

    /// The rows in an order that depends on what they hold alone: sums over them then have the same bits however the
    /// data are sorted.
    pub(super) fn canonical(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        let numbers = |i: usize| self.loading(i).values.iter().chain(self.x(i)).chain(&self.r[i..=i]);
        order.sort_by(|&a, &b| {
            let groups = self.loading(a).starts.cmp(self.loading(b).starts);
            groups.then_with(|| {
                let orders = numbers(a).zip(numbers(b)).map(|(one, other)| one.total_cmp(other));
                orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
            })
        });
        order
    }
}

/// U, the first effects of the groups, and the sizes of the terms.
#[allow(clippy::type_complexity, reason = "three parts of one struct")]
fn loadings(fit: &LmmFit, scale: &[f64]) -> Result<(Vec<f64>, Vec<u32>, Vec<(usize, usize)>)> {
    let (parts, rows) = (&fit.engine.random, &fit.design.rows[..]);
    let (n, terms) = (rows.len(), parts.len());
    let width: usize = parts.iter().map(|part| part.columns.len()).sum();
    let (mut u, mut starts, mut sizes) = (vec![0.0; n * width], vec![0; n * terms], Vec::with_capacity(terms));
    let (mut first, mut column) = (0, 0);
    for (t, (part, root)) in parts.iter().zip(fit.relative_roots()?).enumerate() {
        let q = part.columns.len();
        let mut z = vec![0.0; n * q];
        part.columns.fill(rows, |_| 1.0, &mut z, q);
        for (i, &row) in rows.iter().enumerate() {
            let own = DMatrix::from_row_slice(1, q, &z[i * q..(i + 1) * q]) * &root / scale[i];
            u[i * width + column..i * width + column + q].copy_from_slice(own.as_slice());
            starts[i * terms + t] = (first + part.group.codes[row as usize] as usize * q) as u32;
        }
        let size = part.group.labels.len() * q;
        sizes.push((size, first));
        first += size;
        column += q;
    }
    Ok((u, starts, sizes))
}
