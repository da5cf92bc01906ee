//! The distribution of the random effects as a penalty, in the coordinates in which the optimiser works.

use super::effects::{EffectTerm, Effects};

/// ln density of the coordinates v of the effects, up to what does not depend on them.
#[derive(Debug, Clone)]
pub(crate) enum Penalty {
    /// b = v = ln u, u gamma with mean 1 and variance θ: Σ (v − exp(v) + 1)/θ.
    Gamma {
        /// θ.
        theta: f64,
    },
    /// b = L v in each group, L L' the covariance of the term: −½ v'v. Exact for singular covariances too.
    Normal {
        /// L of each term, width × width by rows.
        factors: Vec<Vec<f64>>,
    },
}

/// exp(x) − 1 − x without cancellation.
pub(crate) fn excess(x: f64) -> f64 {
    if x.abs() > 0.5 {
        return libm::expm1(x) - x;
    }
    // Terms x^k/k!, k = 2..16: the first left out is below 1e-19 of the sum.
    let (mut term, mut sum) = (0.5 * x * x, 0.0);
    for k in 3..18 {
        sum += term;
        term *= x / f64::from(k);
    }
    sum
}

impl Penalty {
    /// b of v.
    pub(crate) fn effects(&self, terms: &Effects, v: &[f64]) -> Vec<f64> {
        match self {
            Self::Gamma { .. } => v.to_vec(),
            Self::Normal { factors } => mapped(terms, factors, v, |l, q, i, j| l[i * q + j]),
        }
    }

    /// The slopes along v of what has `slopes` along b.
    pub(crate) fn pulled(&self, terms: &Effects, slopes: &[f64]) -> Vec<f64> {
        match self {
            Self::Gamma { .. } => slopes.to_vec(),
            Self::Normal { factors } => mapped(terms, factors, slopes, |l, q, i, j| l[j * q + i]),
        }
    }

    /// The logarithm of the density.
    pub(crate) fn value(&self, v: &[f64]) -> f64 {
        match self {
            Self::Gamma { theta } => v.iter().fold(0.0, |sum, v| sum - excess(*v) / theta),
            Self::Normal { .. } => v.iter().fold(0.0, |sum, v| sum - 0.5 * v * v),
        }
    }

    /// Its slope along one coordinate.
    pub(crate) fn slope(&self, v: f64) -> f64 {
        match self {
            Self::Gamma { theta } => -libm::expm1(v) / theta,
            Self::Normal { .. } => -v,
        }
    }

    /// Minus its second derivative along one coordinate.
    pub(crate) fn curvature(&self, v: f64) -> f64 {
        match self {
            Self::Gamma { theta } => libm::exp(v) / theta,
            Self::Normal { .. } => 1.0,
        }
    }

    /// L'BL + curvature for a block B of group `group` in `term`, in place.
    pub(crate) fn block(&self, (index, term): (usize, &EffectTerm), v: &[f64], block: &mut [f64]) {
        let q = term.width;
        if let Self::Normal { factors } = self {
            congruent(&factors[index], q, block);
        }
        (0..q).for_each(|i| block[i * q + i] += self.curvature(v[i]));
    }
}

/// `block` ← L' `block` L, for L lower triangular.
pub(super) fn congruent(l: &[f64], q: usize, block: &mut [f64]) {
    if q == 1 {
        block[0] *= l[0] * l[0];
        return;
    }
    let mut right = vec![0.0; q * q];
    for i in 0..q {
        for j in 0..q {
            right[i * q + j] = (j..q).fold(0.0, |sum, k| sum + block[i * q + k] * l[k * q + j]);
        }
    }
    for i in 0..q {
        for j in 0..q {
            block[i * q + j] = (i..q).fold(0.0, |sum, k| sum + l[k * q + i] * right[k * q + j]);
        }
    }
}

/// Each group's numbers multiplied by the matrix with the given entries.
fn mapped(
    terms: &Effects,
    factors: &[Vec<f64>],
    v: &[f64],
    entry: impl Fn(&[f64], usize, usize, usize) -> f64,
) -> Vec<f64> {
    let mut out = vec![0.0; v.len()];
    for (term, l) in terms.terms.iter().zip(factors) {
        let q = term.width;
        let pairs = out[term.span()].chunks_exact_mut(q).zip(v[term.span()].chunks_exact(q));
        for (out, v) in pairs {
            for (i, out) in out.iter_mut().enumerate() {
                *out = (0..q).fold(0.0, |sum, j| sum + entry(l, q, i, j) * v[j]);
            }
        }
    }
    out
}
