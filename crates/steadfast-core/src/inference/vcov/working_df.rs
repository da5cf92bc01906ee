//! How variable a sandwich is when the working model is right.
//!
//! In coordinates in which V and Φ are identities the adjusted score of cluster i along d = T'l is u_i'(I − H)_i ε with
//! u_i = A_i'x_i d, so that the scores of clusters i and j have covariance δ_ij u_i'u_i − b_i'b_j, b_i = x_i'u_i: low
//! rank away from the diagonal. Sums over pairs of clusters are then sums over clusters and traces of p × p matrices.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::Sandwich;
use crate::inference::Reference;

/// ν = 2 E(v)²/Var(v) of the variance v that the sandwich gives to l'β̂; the number of clusters less one where the
/// working model does not say what v varies by.
///
/// # Source
/// Bell and McCaffrey 2002; Pustejovsky and Tipton 2018.
pub(crate) fn row_dof(sandwich: &Sandwich, row: &DVector<f64>) -> f64 {
    if let Some(counted) = sandwich.counted_dof {
        return counted;
    }
    let d = sandwich.root.transpose() * row;
    let (mut mean, mut own) = (0.0, 0.0);
    let mut pairs = DMatrix::zeros(d.len(), d.len());
    for part in &sandwich.parts {
        let u = &part.right * &d;
        let b = part.left.transpose() * &u;
        let (a, taken) = (u.norm_squared(), b.norm_squared());
        mean += a - taken;
        own += a * a - 2.0 * a * taken;
        pairs.ger(1.0, &b, &b, 1.0);
    }
    mean * mean / (own + pairs.norm_squared())
}

/// The F approximation of q rows: Q(η − q + 1)/(ηq) ~ F(q, η − q + 1) for the Wald statistic Q, with
/// η = q(q + 1)/Σ_st Var(z_st), where z is the rows' covariance by the sandwich, standardised by its expectation.
///
/// # Source
/// Pustejovsky and Tipton 2018 (approximate Hotelling's T², `HTZ` in the R package clubSandwich).
pub(crate) fn hotelling(sandwich: &Sandwich, contrast: &DMatrix<f64>) -> Reference {
    if let Some(counted) = sandwich.counted_dof {
        return Reference { scale: 1.0, dof: counted };
    }
    let q = contrast.ncols() as f64;
    let d = sandwich.standardised(contrast);
    // Any root of the expectation serves: the sum of variances does not change under a rotation of z.
    let Some(unit) = Cholesky::new(expectation(sandwich, &d)).and_then(|factor| factor.l().try_inverse()) else {
        return Reference { scale: 1.0, dof: f64::NAN };
    };
    let eta = q * (q + 1.0) / total_variance(sandwich, &(d * unit.transpose()));
    Reference { scale: (eta - q + 1.0) / eta, dof: eta - q + 1.0 }
}

/// E(D' meat D) under the working model, q × q.
fn expectation(sandwich: &Sandwich, d: &DMatrix<f64>) -> DMatrix<f64> {
    let mut mean = DMatrix::zeros(d.ncols(), d.ncols());
    for part in &sandwich.parts {
        let u = &part.right * d;
        let b = part.left.transpose() * &u;
        mean += u.transpose() * &u - b.transpose() * &b;
    }
    mean
}

/// Σ_st Var(z_st), z = D' meat D, under the working model with normal errors: with a = u'u and P_st = Σ_i b_is b_it',
///
/// Σ_i {a_ss a_tt + a_st² − a_ss b_t'b_t − a_tt b_s'b_s − 2 a_st b_s'b_t} + tr(P_ts P_st) + tr(P_ts P_ts).
fn total_variance(sandwich: &Sandwich, d: &DMatrix<f64>) -> f64 {
    let (p, q) = d.shape();
    let mut own = 0.0;
    let mut pairs = vec![DMatrix::<f64>::zeros(p, p); q * q];
    for part in &sandwich.parts {
        let u = &part.right * d;
        let b = part.left.transpose() * &u;
        let (a, taken) = (u.transpose() * &u, b.transpose() * &b);
        // Σ_st of the braces: the diagonals factor.
        own += a.trace() * (a.trace() - 2.0 * taken.trace()) + a.norm_squared() - 2.0 * a.dot(&taken);
        for (s, left) in b.column_iter().enumerate() {
            for (t, right) in b.column_iter().enumerate() {
                pairs[s * q + t].ger(1.0, &left, &right, 1.0);
            }
        }
    }
    pairs.iter().fold(own, |sum, pair| sum + pair.norm_squared() + pair.dot(&pair.transpose()))
}
