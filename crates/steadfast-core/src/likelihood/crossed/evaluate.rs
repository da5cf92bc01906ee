//! −2 log-likelihood at φ: one sparse factorisation.

use std::sync::{Arc, Mutex};

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::Crossed;
use super::frame::Frame;
use crate::covariance::Sites;
use crate::likelihood::Criterion;
use crate::likelihood::solution::{Solution, Workspace};
use crate::linalg;

/// The factor at one φ, and what follows from it for the columns of [X y].
#[derive(Debug)]
pub(in crate::likelihood) struct Factored {
    pub(super) sigma2: f64,
    pub(super) frames: Vec<Frame>,
    /// The panels of L, T = LL'.
    pub(super) panels: Vec<f64>,
    pub(super) log_det: f64,
    /// T⁻¹Λ'Z'[X y], rows of w numbers.
    pub(super) u: Vec<f64>,
    /// [X y]'V₀⁻¹[X y], w × w.
    pub(super) inner: DMatrix<f64>,
}

/// The factor at the last φ: the optimum is asked for several times. A copy starts without.
#[derive(Debug, Default)]
pub(super) struct Last(Mutex<Option<(Vec<f64>, Arc<Factored>)>>);

impl Clone for Last {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Last {
    // A poisoned lock only means that another thread did not finish: the factor is made again.
    fn at(&self, natural: &[f64]) -> Option<Arc<Factored>> {
        let last = self.0.lock().ok()?;
        last.as_ref().filter(|(at, _)| at == natural).map(|(_, factored)| Arc::clone(factored))
    }

    fn keep(&self, natural: &[f64], factored: &Arc<Factored>) {
        if let Ok(mut last) = self.0.lock() {
            *last = Some((natural.to_vec(), Arc::clone(factored)));
        }
    }
}

impl Crossed {
    /// σ² at φ.
    pub(super) fn sigma2(&self, natural: &[f64]) -> f64 {
        self.blocks.last().and_then(|block| block.variances(natural).first().copied()).unwrap_or(f64::NAN)
    }

    /// The factor at φ; `None` where a variance is not a number or σ² is not positive.
    pub(super) fn factored(&self, natural: &[f64]) -> Option<Arc<Factored>> {
        if let Some(known) = self.last.at(natural) {
            return Some(known);
        }
        let made = Arc::new(self.factor_at(natural)?);
        self.last.keep(natural, &made);
        Some(made)
    }

    fn factor_at(&self, natural: &[f64]) -> Option<Factored> {
        let (p, w) = (self.p(), self.p() + 1);
        let sigma2 = self.sigma2(natural);
        if !(sigma2 > 0.0 && sigma2.is_finite()) {
            return None;
        }
        let frames = self.frames(natural, sigma2);
        let mut panels = self.assemble(&frames);
        if !self.symbolic.factor(&self.kernels, &mut panels) {
            return None;
        }
        let mut scaled = self.zw.clone();
        self.scale_transposed(&frames, &mut scaled, w);
        let mut u = scaled.clone();
        self.symbolic.solve(&self.kernels, &panels, &mut u, w);
        let mut inner = DMatrix::from_fn(w, w, |a, b| self.ww[linalg::index(w, a.min(b), a.max(b))]);
        for (left, right) in scaled.chunks_exact(w).zip(u.chunks_exact(w)) {
            for a in 0..w {
                for b in a..w {
                    inner[(a, b)] -= left[a] * right[b];
                }
            }
        }
        inner.fill_lower_triangle_with_upper_triangle();
        debug_assert_eq!(inner.nrows(), p + 1);
        let log_det = self.symbolic.log_determinant(&panels);
        Some(Factored { sigma2, frames, panels, log_det, u, inner })
    }

    /// Λ and the frame of every term.
    fn frames(&self, natural: &[f64], sigma2: f64) -> Vec<Frame> {
        let frame = |(term, block): (usize, &crate::likelihood::Block)| {
            let q = self.levels.orders[term];
            let mut gamma = vec![0.0; q * q];
            block.structure.covariance(Sites::levels(q), block.of(natural), &mut gamma);
            gamma.iter_mut().for_each(|value| *value /= sigma2);
            Frame::new(&gamma, &self.information[term])
        };
        self.blocks.iter().take(self.random.len()).enumerate().map(frame).collect()
    }

    /// T = Λ'Z'ZΛ + I in the panels of the factor.
    pub(super) fn assemble(&self, frames: &[Frame]) -> Vec<f64> {
        let mut panels = vec![0.0; self.symbolic.panel_len()];
        let (mut half, mut whole) = (Vec::new(), Vec::new());
        for entry in &self.entries {
            let (left, right) = (&frames[entry.terms.0 as usize], &frames[entry.terms.1 as usize]);
            let (rows, columns) = (left.q, right.q);
            let block = &self.zz[entry.data..entry.data + rows * columns];
            let (place, step) = (entry.place.0, entry.place.1 as usize);
            if rows == 1 && columns == 1 {
                panels[place] = left.lambda[0] * block[0] * right.lambda[0];
            } else {
                half.resize(rows * columns, 0.0);
                linalg::multiply(block, &right.lambda, rows, columns, columns, &mut half);
                whole.clone_from(&half);
                left.scale_transposed(&mut whole, columns);
                for (i, line) in whole.chunks_exact(columns).enumerate() {
                    line.iter().enumerate().for_each(|(j, value)| panels[place + j * step + i] = *value);
                }
            }
            if entry.at.0 == entry.at.1 {
                (0..rows).for_each(|i| panels[place + i * step + i] += 1.0);
            }
        }
        panels
    }

    /// The least-squares solution and −2 log-likelihood from [X y]'V₀⁻¹[X y] and log|T|, with the Cholesky factor of X'V₀⁻¹X.
    pub(super) fn least_squares(
        &self,
        inner: &DMatrix<f64>,
        log_det: f64,
        sigma2: f64,
        criterion: Criterion,
    ) -> Option<(f64, DVector<f64>, Cholesky<f64, Dyn>)> {
        let p = self.p();
        let factor = Cholesky::new(inner.view((0, 0), (p, p)).into_owned())?;
        let right: DVector<f64> = inner.view((0, p), (p, 1)).column(0).into_owned();
        let beta = factor.solve(&right);
        let quadratic = inner[(p, p)] - right.dot(&beta);
        let reml = criterion == Criterion::Reml;
        let log_sigma2 = libm::log(sigma2);
        let mut value = self.constant(reml) + self.n_rows as f64 * log_sigma2 + log_det + quadratic / sigma2;
        if reml {
            value += (0..p).fold(0.0, |sum, j| sum + 2.0 * libm::log(factor.l_dirty()[(j, j)])) - p as f64 * log_sigma2;
        }
        Some((value, beta, factor))
    }

    /// The solution at φ; `None` where V is not positive definite.
    pub(in crate::likelihood) fn solve(&self, natural: &[f64], criterion: Criterion) -> Option<Solution> {
        let factored = self.factored(natural)?;
        let sigma2 = factored.sigma2;
        let (value, beta, factor) = self.least_squares(&factored.inner, factored.log_det, sigma2, criterion)?;
        let mut vcov = factor.inverse() * sigma2;
        vcov = 0.5 * (&vcov + vcov.transpose());
        let workspace = Workspace::Factored(factored);
        value.is_finite().then_some(Solution { value, beta, vcov, workspace })
    }
}
