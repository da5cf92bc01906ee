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
    /// How far an approximated determinant may have led; nothing where no number depends on an approximation beyond Laplace's.
    pub approximation: Option<FrailtyApproximation>,
}

/// The error that the approximation of ln|H| leaves, above 1,000 normal effects of one term. Both are estimates, from what half as many
/// landmarks give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrailtyApproximation {
    /// How far ln L may be off.
    pub log_likelihood: f64,
    /// How far the parameters of the effects' distribution may be off, in standard errors; 0 where they were known or are zero.
    pub standard_errors: f64,
}

impl FrailtyApproximation {
    /// The sentence for a report.
    pub(super) fn caution(&self) -> String {
        format!(
            "ln|H| of so many effects is approximated: ln L is right to about {:.0e}, the frailty's parameters to {:.0e} standard errors",
            self.log_likelihood, self.standard_errors
        )
    }
}
