//! Covariance structures: what each gives to the likelihood, and the registry by which formulae name them.
//!
//! A structure has two sets of coordinates. θ is unconstrained: every θ gives an admissible matrix, and the optimiser
//! works there. φ, the *natural* parameters, are those of the textbooks and of SAS (variances, covariances,
//! correlations); the likelihood is differentiated with respect to φ, in which many structures are linear, and
//! Kenward–Roger's approximation is made in φ.
//!
//! A structure is a [`Family`] of formulae, from which its derivatives follow exactly, or implements [`Structure`]
//! itself where closed forms are much faster.
//!
//! | name | entry (i, j) | φ |
//! |---|---|---|
//! | `us` | σ_ij | σ₁₁, σ₂₁, σ₂₂, … |
//! | `iid`, `diag` | σ², σ_i² on the diagonal | variances |
//! | `cs`, `csh` | c; σ_i σ_j ρ, −1/(m − 1) < ρ < 1 | variance, covariance; variances, ρ |
//! | `ar1`, `ar1h` | σ² ρ^\|i−j\|; σ_i σ_j ρ^\|i−j\| | variance or variances, ρ |
//! | `toep`, `toeph` | c_\|i−j\|; σ_i σ_j ρ_\|i−j\|; zero from lag `bands` on | variance, covariances; variances, correlations |
//! | `ad`, `adh` | σ² or σ_i σ_j times ρ_j ⋯ ρ_{i−1} | variance or variances, ρ₁, …, ρ_{m−1} |
//! | `arma11` | σ² γ ρ^{\|i−j\|−1}, −(1 − ρ)/2 < γ < (1 + ρ)/2 | variance, γ, ρ |
//! | `fa`, `fa1`, `fa0` | Λ Λ' + diag(d_i), + d I, + 0; Λ of `factors` columns | loadings, d |
//! | `us_ar1`, `us_cs`, `us_us` | σ_ij ρ^\|k−l\|, σ_ij ρ, σ_ij τ_kl with τ₁₁ = 1 | σ₁₁, σ₂₁, …, ρ or τ₂₁, τ₂₂, … |
//! | `sp_exp`, `sp_gau` | σ² e^{−d/r}; σ² e^{−d²/r²} | variance, range r |
//! | `sp_pow`, `car1` | σ² ρ^d | variance, ρ |
//! | `sp_matern` | σ² (d/r)^ν K_ν(d/r) 2^{1−ν}/Γ(ν), ν = `smoothness` | variance, range r |
//!
//! These φ are SAS's, on which Kenward–Roger's second-order term depends. For random effects the standard deviations
//! stand in the place of the variances of `csh`, `ar1h`, `toeph` and `adh`, since a variance may be zero there. Every
//! admissible matrix of a structure has a θ, but for `arma11` (admissible for every number of levels). How the R
//! package mmrm writes its parameters is known too ([`Structure::mmrm_bends`]).

mod compound_symmetry;
mod diagonal;
mod factor_analytic;
mod family;
mod heterogeneous;
mod homogeneous;
mod independent;
mod kronecker;
mod members;
mod mmrm;
mod number;
mod patterns;
mod points;
mod registry;
mod scale;
mod toeplitz;
mod triangular;
mod unstructured;
pub mod variance_function;

pub use compound_symmetry::CompoundSymmetry;
pub use diagonal::Diagonal;
pub use family::Family;
pub use independent::Independent;
pub use number::{HyperDual, Number};
pub use registry::{Entry, Over, Shape, entries, entry, names, structure};
pub use unstructured::Unstructured;
pub use variance_function::{
    Covariates, Modulated, Multiplier, Reads, VarianceEntry, VarianceFunction, variance_entries, variance_entry,
    variance_function,
};

use std::fmt::Debug;

use nalgebra::DMatrix;

/// Which part of the model a structure serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Random effects: θ holds standard deviations, so that an exact zero can be reached.
    Random,
    /// Residuals: θ holds logarithms, so that the matrix is positive definite for every θ.
    Residual,
}

/// What a structure is defined over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// m levels: one m × m matrix serves all subjects.
    Levels(usize),
    /// Points with d coordinates: each set of points has its own matrix.
    Coordinates(usize),
}

/// Where a matrix is wanted: all levels, or n points.
#[derive(Debug, Clone, Copy)]
pub struct Sites<'a> {
    /// The order of the matrix.
    pub n: usize,
    /// The coordinates, n × d; empty for levels.
    pub coordinates: &'a [f64],
}

impl Sites<'_> {
    /// All of m levels.
    pub fn levels(m: usize) -> Self {
        Self { n: m, coordinates: &[] }
    }
}

/// A family of covariance matrices. Matrices are slices in row-major order.
pub trait Structure: Debug + Send + Sync {
    /// The name in formulae, such as `us`.
    fn name(&self) -> &'static str;
    /// What the structure is defined over.
    fn domain(&self) -> Domain;
    /// k, the number of parameters.
    fn n_parameters(&self) -> usize;
    /// What each natural parameter is called, for the names of the levels.
    fn natural_names(&self, levels: &[String]) -> Vec<String>;
    /// φ at θ, length k.
    fn natural(&self, theta: &[f64]) -> Vec<f64>;
    /// ∂φ_a/∂θ_b at row a and column b, k × k.
    fn jacobian(&self, theta: &[f64]) -> DMatrix<f64>;
    /// Σ_a weights_a ∂²φ_a/∂θ∂θ', k × k.
    fn curvature(&self, theta: &[f64], weights: &[f64]) -> DMatrix<f64>;
    /// θ of a typical member whose variances are `variance`.
    fn start(&self, variance: f64) -> Vec<f64>;
    /// The places in θ of standard deviations, which are zero on the boundary of the random side's range.
    fn standard_deviations(&self) -> Vec<usize>;
    /// φ of the matrix multiplied by `factor`.
    fn rescaled(&self, natural: &[f64], factor: f64) -> Vec<f64>;
    /// Σ(φ) into `out`.
    fn covariance(&self, sites: Sites<'_>, natural: &[f64], out: &mut [f64]);
    /// ∂Σ/∂φ_a into `out`.
    fn derivative(&self, sites: Sites<'_>, natural: &[f64], a: usize, out: &mut [f64]);
    /// ∂²Σ/∂φ_a∂φ_b into `out`.
    fn second_derivative(&self, sites: Sites<'_>, natural: &[f64], a: usize, b: usize, out: &mut [f64]);
    /// Whether Σ is linear in φ: all second derivatives are zero.
    fn is_linear(&self) -> bool;
    /// The variances at φ: of each level, or of a typical point.
    fn variances(&self, natural: &[f64]) -> Vec<f64> {
        let (n, coordinates) = match self.domain() {
            Domain::Levels(m) => (m, Vec::new()),
            Domain::Coordinates(d) => (1, vec![0.0; d]),
        };
        let mut matrix = vec![0.0; n * n];
        self.covariance(Sites { n, coordinates: &coordinates }, natural, &mut matrix);
        (0..n).map(|i| matrix[i * n + i]).collect()
    }
    /// φ as it is reported: most structures report φ itself.
    fn reported(&self, natural: &[f64]) -> Vec<f64> {
        natural.to_vec()
    }
    /// φ from what is reported.
    fn internal(&self, reported: &[f64]) -> Vec<f64> {
        reported.to_vec()
    }
    /// φ at the parameters of the R package mmrm; `None` where it does not know the structure.
    fn mmrm_natural(&self, _theta: &[f64]) -> Option<Vec<f64>> {
        None
    }
    /// The parameters of the R package mmrm at φ; `None` where it does not know the structure (it has no random
    /// effects), or φ is on the boundary.
    fn mmrm_theta(&self, _natural: &[f64]) -> Option<Vec<f64>> {
        None
    }
    /// c_a = tr(W^θ ∂²φ_a/∂θ∂θ') for every φ_a: θ the parameters of the R package mmrm, W^θ = J⁻¹ W J⁻ᵀ their
    /// covariance with J = ∂φ/∂θ, where `w` is the covariance W of φ̂, k × k.
    ///
    /// With them Σ_kl W_kl R_kl of Kenward and Roger 1997, taken in θ, is what it is in φ plus Σ_a c_a X'V⁻¹V̇_aV⁻¹X.
    fn mmrm_bends(&self, _natural: &[f64], _w: &DMatrix<f64>) -> Option<Vec<f64>> {
        None
    }
}

#[cfg(test)]
mod tests;
