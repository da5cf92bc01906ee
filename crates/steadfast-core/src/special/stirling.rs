//! ln Γ, and what Stirling's formula leaves of it.

use core::f64::consts::TAU;

use crate::error::{Error, Result};

/// ½ ln 2π.
const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;

/// B₂ₖ/(2k(2k − 1)), k = 1..9: the coefficients of z^(1 − 2k) in Stirling's series (DLMF 5.11.1).
const SERIES: [f64; 9] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1_260.0,
    -1.0 / 1_680.0,
    1.0 / 1_188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
    -3_617.0 / 122_400.0,
    43_867.0 / 244_188.0,
];

/// ln Γ(x) for x > 0; infinity at 0 and at infinity. Relative error below 1e-15 away from the zeros at 1 and 2.
///
/// For x < 0 it is ln |Γ(x)|; no result is used there by this crate.
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// Δ(z) = ln Γ(z) − (z − ½) ln z + z − ½ ln 2π for z ≥ 1, to an absolute error of about 1e-15; for smaller z to that share of ln Γ.
pub(crate) fn remainder(z: f64) -> f64 {
    // From 10 on, the first term left out is below 2e-17.
    if z < 10.0 {
        return ln_gamma(z) - ((z - 0.5) * libm::log(z) - z + HALF_LN_TAU);
    }
    let square = 1.0 / (z * z);
    SERIES.iter().rev().fold(0.0, |sum, coefficient| sum * square + coefficient) / z
}

/// zᶻ e⁻ᶻ/Γ(z) = √(z/2π)·e^(−Δ(z)) for z > 0: the scale of a gamma density at its mean, on the log axis.
pub(super) fn gamma_scale(z: f64) -> f64 {
    if z < 1.0 {
        // Γ(z) = Γ(1 + z)/z leaves small exponents only.
        return z * libm::exp(z * (libm::log(z) - 1.0) - ln_gamma(1.0 + z));
    }
    (z / TAU).sqrt() * libm::exp(-remainder(z))
}

/// Hedges' J(ν) = Γ(ν/2)/(√(ν/2) Γ((ν − 1)/2)), by which a standardised difference is multiplied to be unbiased when its
/// standard deviation is estimated with ν > 1 degrees of freedom; about 1 − 3/(4ν − 1).
///
/// # Errors
/// `degrees_of_freedom` unless `dof` is above 1.
///
/// # Source
/// Hedges 1981, Journal of Educational Statistics 6, 107, eq. 6e.
pub fn hedges_correction(dof: f64) -> Result<f64> {
    if dof.is_nan() || dof <= 1.0 {
        return Err(Error::usage("degrees_of_freedom", "Hedges' correction needs degrees of freedom above 1"));
    }
    if dof == f64::INFINITY {
        return Ok(1.0);
    }
    let a = 0.5 * dof;
    if a < 2.0 {
        return Ok(libm::exp(ln_gamma(a) - ln_gamma(a - 0.5)) / a.sqrt());
    }
    // ln Γ(a) − ln Γ(a − ½) − ½ ln a by Stirling's formula, in which the large parts are gone.
    let logarithm = -(a - 1.0) * libm::log1p(-0.5 / a) - 0.5 + remainder(a) - remainder(a - 0.5);
    Ok(libm::exp(logarithm))
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    #[test]
    fn the_series_meets_ln_gamma_where_they_change_over() {
        let z = 10.0;
        let direct = ln_gamma(z) - ((z - 0.5) * libm::log(z) - z + HALF_LN_TAU);
        // ln Γ(10) is 12.8, whose last place is 1.8e-15.
        assert_abs_diff_eq!(remainder(z), direct, epsilon = 6e-15);
    }

    #[test]
    fn ln_gamma_of_whole_numbers_is_the_log_factorial() {
        assert_abs_diff_eq!(ln_gamma(11.0), libm::log(3_628_800.0), epsilon = 4e-15);
        assert_abs_diff_eq!(ln_gamma(0.5), 0.5 * libm::log(core::f64::consts::PI), epsilon = 1e-15);
    }

    #[test]
    fn hedges_correction_has_its_closed_forms_and_its_limit() {
        let root_pi = core::f64::consts::PI.sqrt();
        // Γ(3/2)/(√1.5 Γ(1)), Γ(2)/(√2 Γ(3/2)), Γ(5)/(√5 Γ(4.5)) with Γ(4.5) = 105√π/16.
        for (dof, closed) in [
            (3.0, 0.5 * root_pi / 1.5f64.sqrt()),
            (4.0, 2.0 / (2f64.sqrt() * root_pi)),
            (10.0, 24.0 * 16.0 / (105.0 * root_pi * 5f64.sqrt())),
        ] {
            assert_abs_diff_eq!(hedges_correction(dof).unwrap(), closed, epsilon = 4e-15);
        }
        assert_abs_diff_eq!(hedges_correction(1e9).unwrap(), 1.0 - 0.75e-9, epsilon = 1e-15);
        assert_eq!(hedges_correction(1.0).unwrap_err().code(), "degrees_of_freedom");
    }
}
