//! Unconstrained numbers as variances, standard deviations and correlations, by the side of the model.
//!
//! The one place that says how the two sides differ. Residual covariances are positive definite: variances are
//! exponentials, correlations hyperbolic tangents. Random effects may have a variance of zero or correlations of ±1,
//! and such a fit is a normal result: squares and sines reach these values at ordinary stationary points, where
//! Newton's method converges as it does elsewhere.

use super::{Number, Side};

impl Side {
    /// The variance at θ: θ² for random effects, e^{2θ} for residuals.
    pub(super) fn variance<T: Number>(self, theta: T) -> T {
        match self {
            Side::Random => theta * theta,
            Side::Residual => (theta + theta).exponential(),
        }
    }

    /// The θ at which [`Side::variance`] is `variance`.
    pub(super) fn theta(self, variance: f64) -> f64 {
        match self {
            Side::Random => variance.sqrt(),
            Side::Residual => 0.5 * libm::log(variance),
        }
    }

    /// The diagonal entry of a Cholesky factor at θ: θ, e^θ.
    pub(super) fn pivot<T: Number>(self, theta: T) -> T {
        match self {
            Side::Random => theta,
            Side::Residual => theta.exponential(),
        }
    }

    /// The θ at which [`Side::pivot`] is `pivot`.
    pub(super) fn pivot_theta(self, pivot: f64) -> f64 {
        match self {
            Side::Random => pivot,
            Side::Residual => libm::log(pivot),
        }
    }

    /// A correlation at θ: sin θ, tanh θ.
    pub(super) fn correlation<T: Number>(self, theta: T) -> T {
        match self {
            Side::Random => theta.sine(),
            Side::Residual => theta.hyperbolic_tangent(),
        }
    }

    /// The θ at which [`Side::correlation`] is `rho`.
    pub(super) fn correlation_theta(self, rho: f64) -> f64 {
        match self {
            Side::Random => libm::asin(rho),
            Side::Residual => libm::atanh(rho),
        }
    }
}

/// The natural parameter of one level where σ_ij is a product of standard deviations and a correlation: the variance
/// for residuals, as in SAS; the standard deviation for random effects, since √φ has no derivative at φ = 0.
impl Side {
    /// The natural parameter at θ: θ² (so that a standard deviation never changes its sign), e^{2θ}.
    pub(super) fn level<T: Number>(self, theta: T) -> T {
        self.variance(theta)
    }

    /// The θ of a level whose variance is `variance`.
    pub(super) fn level_theta(self, variance: f64) -> f64 {
        match self {
            Side::Random => variance.sqrt().sqrt(),
            Side::Residual => self.theta(variance),
        }
    }

    /// The standard deviation of a level from its natural parameter.
    pub(super) fn deviation<T: Number>(self, natural: T) -> T {
        match self {
            Side::Random => natural,
            Side::Residual => natural.sqrt(),
        }
    }

    /// The natural parameter when all variances are multiplied by `factor`.
    pub(super) fn rescaled_level(self, natural: f64, factor: f64) -> f64 {
        match self {
            Side::Random => natural * factor.sqrt(),
            Side::Residual => natural * factor,
        }
    }

    /// What the natural parameter of a level is called.
    pub(super) fn level_name(self, level: &str) -> String {
        match self {
            Side::Random => format!("sd({level})"),
            Side::Residual => format!("var({level})"),
        }
    }
}
