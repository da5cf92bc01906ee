//! How good the optimum is.

use crate::lmm::Position;

/// What a fit says about its own optimum.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FrailtyCertificate {
    /// Whether a covariance of the effects is singular.
    pub position: Position,
    /// The iterations over the parameters of the effects' distribution; 0 where they were known or are zero.
    pub iterations: usize,
    /// √(g'H⁻¹g/2) of these parameters: the distance to the optimum in standard errors; 0 where they were known or are zero.
    pub decrement: f64,
    /// The same of coefficients and effects in their last iteration, whose square is what was left afterwards.
    pub inner_decrement: f64,
}
