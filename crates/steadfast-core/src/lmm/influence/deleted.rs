//! The fixed effects without one cluster, and how far they moved.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use crate::linalg;
use crate::lmm::whitened::Whitening;

/// Whether the fixed effects can be estimated without a cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Deletion {
    /// They can.
    Estimable(WithoutCluster),
    /// They cannot: some combination of them is known from this cluster alone.
    NotEstimable,
}

/// The fixed effects without a cluster at the same covariance parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WithoutCluster {
    /// β̂₍ᵢ₎, length p.
    pub beta: Vec<f64>,
    /// √diag Φ₍ᵢ₎, length p.
    pub std_errors: Vec<f64>,
    /// (β̂ − β̂₍ᵢ₎)_j / √Φ_jj, length p (Belsley, Kuh and Welsch 1980, eq. 2.7, with the covariance of the whole data).
    pub dfbetas: Vec<f64>,
    /// (β̂ − β̂₍ᵢ₎)'Φ⁻¹(β̂ − β̂₍ᵢ₎) / p (Cook 1977).
    pub cook_distance: f64,
    /// (β̂ − β̂₍ᵢ₎)'Φ₍ᵢ₎⁻¹(β̂ − β̂₍ᵢ₎) / p: Cook's distance in the metric of the reduced data.
    pub mdffits: f64,
    /// |Φ₍ᵢ₎| / |Φ|.
    pub covariance_ratio: f64,
    /// tr(Φ⁻¹Φ₍ᵢ₎) − p.
    pub covariance_trace: f64,
    /// How much −2 log-likelihood of all the data rises when β̂₍ᵢ₎ takes the place of β̂; with the covariance parameters
    /// held the restricted likelihood says the same, and it is p times Cook's distance.
    pub likelihood_distance: f64,
}

/// K's squared pivots run from 0, where nothing is left of a direction, to 1. Rounding leaves 1e-15.
const NOTHING_LEFT: f64 = 1e-10;

/// What is left of the estimating equations without a cluster, in the coordinates where Φ is the identity.
#[derive(Debug)]
pub(super) struct Remainder {
    /// K = I − B'B, the information; lower triangle, p × p.
    pub(super) information: Vec<f64>,
    /// B'e = −(the equations of what stays), length p.
    pub(super) equations: DVector<f64>,
    /// tr B'B.
    pub(super) leverage: f64,
}

impl Remainder {
    /// Without the cluster in `whitening`.
    pub(super) fn of(whitening: &Whitening) -> Self {
        let p = whitening.p;
        let (mut k, mut equations) = (vec![0.0; p * p], DVector::zeros(p));
        for (row, &e) in whitening.residual.iter().enumerate() {
            let x = &whitening.x[row * p..(row + 1) * p];
            for (i, &value) in x.iter().enumerate() {
                linalg::add_scaled(&mut k[i * p..i * p + i + 1], -value, &x[..=i]);
            }
            linalg::add_scaled(equations.as_mut_slice(), e, x);
        }
        for i in 0..p {
            k[i * p + i] += 1.0;
        }
        Self { information: k, equations, leverage: linalg::dot(&whitening.x, &whitening.x) }
    }
}

/// The fit without a cluster; `map` brings the coordinates to the coefficients.
pub(super) fn delete(left: Remainder, map: &DMatrix<f64>, beta: &[f64], vcov: &DMatrix<f64>) -> Deletion {
    let p = beta.len();
    let Remainder { information: mut k, equations, .. } = left;
    let positive = linalg::factor(&mut k, p);
    if !positive || (0..p).any(|i| k[i * p + i] * k[i * p + i] < NOTHING_LEFT) {
        return Deletion::NotEstimable;
    }
    let determinant = (0..p).fold(1.0, |product, i| product * k[i * p + i] * k[i * p + i]);
    let (mut inverse, mut scratch) = (vec![0.0; p * p], vec![0.0; p * p]);
    linalg::inverse(&k, p, &mut inverse, &mut scratch);
    let inverse = DMatrix::from_row_slice(p, p, &inverse);
    let step = &inverse * &equations;
    let change = map * &step;
    let reduced = map * &inverse;
    let variance = |j: usize| reduced.row(j).dot(&map.row(j));
    let likelihood_distance = step.dot(&step);
    Deletion::Estimable(WithoutCluster {
        beta: beta.iter().zip(change.iter()).map(|(b, d)| b - d).collect(),
        std_errors: (0..p).map(|j| variance(j).sqrt()).collect(),
        dfbetas: (0..p).map(|j| change[j] / vcov[(j, j)].sqrt()).collect(),
        cook_distance: likelihood_distance / p as f64,
        mdffits: step.dot(&equations) / p as f64,
        covariance_ratio: 1.0 / determinant,
        covariance_trace: inverse.trace() - p as f64,
        likelihood_distance,
    })
}
