//! ln Γ, and what Stirling's formula leaves of it.

use core::f64::consts::TAU;

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

/// Δ(z) = ln Γ(z) − (z − ½) ln z + z − ½ ln 2π for z ≥ 1, to an absolute error of about 1e-15.
fn remainder(z: f64) -> f64 {
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
}
