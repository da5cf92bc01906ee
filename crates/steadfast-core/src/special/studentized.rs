//! From a tail of X to the tail of X/S, S² being an independent χ²(ν)/ν: what an estimated variance does.

use super::elementary::expm1_minus;
use super::stirling::gamma_scale;
use super::trapezoid::over_the_line;

/// P(X/S > x) = ∫ P(X > x·eᵘ) f(u) du, f being the density of u = ln S, for a `tail` t ↦ P(X > t) that falls about as
/// e^(−t²/2).
///
/// With a = ν/2, f(u) = 2aᵃe⁻ᵃ/Γ(a) · exp{−a(e²ᵘ − 1 − 2u)}: analytic, and decaying on both sides for every ν > 0.
/// Nothing cancels, so that small probabilities keep their digits. With ν = ∞, P(X > x).
pub(super) fn studentized(dof: f64, x: f64, tail: impl Fn(f64) -> f64) -> f64 {
    if dof == f64::INFINITY {
        return tail(x);
    }
    let a = 0.5 * dof;
    // Where e^(−x²s²/2) has drawn the maximum: s² = ν/(ν + x²).
    let centre = -0.5 * libm::log1p(x * x / dof);
    // 0.8 standard deviations of u at its maximum: the first level leaves about 1e-13, the next nothing.
    let step = 0.8 / (2.0 * dof).sqrt();
    let integrand = |u: f64| libm::exp(-a * expm1_minus(2.0 * u)) * tail(x * libm::exp(u));
    (2.0 * gamma_scale(a) * over_the_line(integrand, centre, step)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::super::{Normal, StudentT};
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn a_studentised_normal_variable_is_t() {
        for dof in [0.7, 1.0, 3.5, 20.0, 131.7, 1e5, 1e8] {
            for x in [1e-3, 0.5, 2.0, 6.0, 25.0] {
                let t = StudentT::new(dof).unwrap().two_sided(x);
                // The exponent −a(e²ᵘ − 1 − 2u) is at most some hundreds: 1e-13.
                assert_relative_eq!(studentized(dof, x, |t| Normal.two_sided(t)), t, max_relative = 3e-13);
            }
        }
    }
}
