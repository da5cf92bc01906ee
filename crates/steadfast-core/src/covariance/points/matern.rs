//! The Matérn family: decay between the exponential and the Gaussian, by a smoothness that the user fixes.

use super::{Decay, bessel};
use crate::covariance::Number;
use crate::error::{Error, Result};

/// 2^{1−ν}/Γ(ν) xᶸ K_ν(x) with x = d/r (xᶸ being x to the power ν), as SAS's SP(MATERN) has it; φ = r > 0.
///
/// ν = ½ is e^{−x}, ν = 3/2 is (1 + x)e^{−x}, ν = 5/2 is (1 + x + x²/3)e^{−x}; these closed forms are used. For every
/// other ν the derivative follows from d/dx[xᶸ K_ν] = −xᶸ K_{ν−1} (Abramowitz and Stegun 1964, 9.6.28).
#[derive(Debug, Clone, Copy)]
pub(in crate::covariance) struct Matern {
    smoothness: f64,
    /// 2^{1−ν}/Γ(ν).
    constant: f64,
}

impl Matern {
    /// The smoothness at which the process of the levels has one derivative, the usual choice.
    pub(in crate::covariance) const USUAL: f64 = 1.5;

    /// The decay with smoothness ν.
    ///
    /// # Errors
    /// `structure_option` unless 0 < ν ≤ 50, beyond which the decay is Gaussian for all purposes.
    pub(in crate::covariance) fn new(smoothness: f64) -> Result<Self> {
        if !(smoothness > 0.0 && smoothness <= 50.0) {
            let message = "`smoothness` is a number above 0 and at most 50; for more there is `sp_gau`";
            return Err(Error::usage("structure_option", message));
        }
        Ok(Self { smoothness, constant: libm::exp2(1.0 - smoothness) / libm::tgamma(smoothness) })
    }
}

impl Decay for Matern {
    fn parameter(&self) -> &'static str {
        "range"
    }
    fn natural<T: Number>(&self, range: T) -> T {
        range
    }
    fn correlation<T: Number>(&self, distance: f64, natural: T) -> T {
        let one = T::constant(1.0);
        if distance == 0.0 {
            return one;
        }
        let x = T::constant(distance) / natural;
        let twice = 2.0 * self.smoothness;
        if twice - 1.0 == 0.0 {
            (-x).exponential()
        } else if twice - 3.0 == 0.0 {
            (one + x) * (-x).exponential()
        } else if twice - 5.0 == 0.0 {
            (one + x + x * x / T::constant(3.0)) * (-x).exponential()
        } else {
            let nu = self.smoothness;
            // M = c xᶸK_ν, M' = −c xᶸK_{ν−1}, M'' = c (xᶸK_{ν−2} − xᶸ⁻¹K_{ν−1}).
            let [k, k1, k2] = bessel::scaled(nu, nu, x.value());
            x.chain(self.constant * k, -self.constant * k1, self.constant * (k2 - k1 / x.value()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::covariance::HyperDual;

    #[test]
    fn the_integral_agrees_with_the_closed_form_at_seven_halves_with_its_derivatives() {
        // ν = 7/2: (1 + x + 2x²/5 + x³/15) e^{−x} = p e^{−x}.
        let decay = Matern::new(3.5).unwrap();
        for x in [1e-6, 0.01, 0.3, 1.0, 4.0, 20.0, 90.0] {
            let p = 1.0 + x + 0.4 * x * x + x * x * x / 15.0;
            let slope = 1.0 + 0.8 * x + 0.2 * x * x;
            let bend = 0.8 + 0.4 * x;
            // As a function of x itself: distance x at range r = 1/s, s = 1.
            let inverse = HyperDual::variable(1.0, 1.0, 1.0);
            let m = decay.correlation(x, HyperDual::constant(1.0) / inverse);
            let e = f64::exp(-x);
            let close = |a: f64, b: f64| assert!((a - b).abs() < 2e-13 * b.abs() + 1e-300, "{x}: {a} {b}");
            close(m.value(), p * e);
            // p' − p = −x (1 + x + x²/3)/5 and p'' − 2p' + p, without their cancellation for small x.
            assert!((slope - p + x * (1.0 + x + x * x / 3.0) / 5.0).abs() < 1e-9 * p);
            close(m.first(), -x * x * (1.0 + x + x * x / 3.0) / 5.0 * e);
            if x > 0.1 {
                assert!((m.mixed() - x * x * (bend - 2.0 * slope + p) * e).abs() < 1e-12 * x * x * p * e);
            }
        }
    }

    #[test]
    fn the_smoothness_is_positive_and_not_beyond_the_gaussian() {
        assert!(Matern::new(0.0).is_err() && Matern::new(f64::NAN).is_err() && Matern::new(51.0).is_err());
        assert_eq!(Matern::new(-1.0).unwrap_err().code(), "structure_option");
    }
}
