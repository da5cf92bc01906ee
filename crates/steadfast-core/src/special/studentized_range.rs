//! The studentised range: the distribution behind Tukey's comparisons of all pairs of means.

use super::inversion::probability;
use super::normal::Normal;
use super::root::decreasing_root;
use super::student_t::StudentT;
use super::studentized::studentized;
use super::tail::degrees_of_freedom;
use super::trapezoid::over_the_line;
use crate::error::{Error, Result};

/// The range of k independent normal variables over an independent estimate of their standard deviation with ν degrees
/// of freedom.
///
/// P(Q > q) = ∫ P(W > q s) dF(s), s² ~ χ²(ν)/ν, and for the range W of k standard normal variables, z being the smallest,
/// P(W > w) = k ∫ φ(z) {Φ̄(z)ᵏ⁻¹ − (Φ̄(z) − Φ̄(z + w))ᵏ⁻¹} dz. Both integrands are positive and analytic, so that the
/// trapezoid rule gives 12 digits and more, also of the smallest p-values.
///
/// ```
/// use steadfast_core::special::StudentizedRange;
///
/// let range = StudentizedRange::new(3, 20.0)?;
/// assert!((range.upper_quantile(0.05)? - 3.577935).abs() < 1e-6);
/// # Ok::<(), steadfast_core::error::Error>(())
/// ```
///
/// # Source
/// Hartley 1942 (range); Tukey 1953, The problem of multiple comparisons.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudentizedRange {
    means: u32,
    dof: f64,
}

impl StudentizedRange {
    /// The range of `means` variables with `dof` degrees of freedom, which may be infinite.
    ///
    /// # Errors
    /// `range_size` unless there are two variables or more; `degrees_of_freedom` unless `dof` is above 0.
    pub fn new(means: usize, dof: f64) -> Result<Self> {
        let dof = degrees_of_freedom(dof, f64::INFINITY)?;
        match u32::try_from(means) {
            Ok(means) if means >= 2 => Ok(Self { means, dof }),
            _ => Err(Error::usage("range_size", "a range is of two variables or more")),
        }
    }

    /// P(Q > q) for any q but NaN.
    pub fn sf(&self, q: f64) -> f64 {
        if q <= 0.0 {
            return 1.0;
        }
        if q == f64::INFINITY {
            return 0.0;
        }
        // On the scale of t, on which a range behaves as e^(−t²/2).
        let root = core::f64::consts::SQRT_2;
        studentized(self.dof, q / root, |t| self.range_exceeds(t * root))
    }

    /// P(Q ≤ q) for any q but NaN.
    pub fn cdf(&self, q: f64) -> f64 {
        1.0 - self.sf(q)
    }

    /// The q with P(Q ≤ q) = p.
    ///
    /// # Errors
    /// `not_a_probability` unless 0 ≤ p ≤ 1.
    pub fn quantile(&self, p: f64) -> Result<f64> {
        probability(p)?;
        self.upper_quantile(1.0 - p)
    }

    /// The q with P(Q > q) = `upper`.
    ///
    /// # Errors
    /// `not_a_probability` unless 0 ≤ `upper` ≤ 1.
    pub fn upper_quantile(&self, upper: f64) -> Result<f64> {
        probability(upper)?;
        if upper <= 0.0 {
            return Ok(f64::INFINITY);
        }
        let t = StudentT::new(self.dof)?;
        let pairs = 0.5 * f64::from(self.means) * f64::from(self.means - 1);
        // One pair alone exceeds less often than any of them, any of them at most as often as the pairs' sum.
        let (low, high) = (t.upper_quantile(0.5 * upper)?, t.upper_quantile(0.5 * upper / pairs)?);
        let root = core::f64::consts::SQRT_2;
        let excess = |q: f64| libm::log(self.sf(q)) - libm::log(upper);
        Ok(decreasing_root(excess, low * root, high * root))
    }

    /// P(W > w), w ≥ 0: two variables differ by more than w with the probability of a normal beyond w/√2.
    fn range_exceeds(&self, w: f64) -> f64 {
        if self.means == 2 {
            return Normal.two_sided(w * core::f64::consts::FRAC_1_SQRT_2);
        }
        let others = f64::from(self.means - 1);
        let integrand = |z: f64| {
            let above = Normal.sf(z);
            // Φ̄(z)ᵏ⁻¹{1 − (1 − Φ̄(z + w)/Φ̄(z))ᵏ⁻¹}, without a difference.
            let beyond = if above > 0.0 { (Normal.sf(z + w) / above).min(1.0) } else { 0.0 };
            Normal.density(z) * libm::exp(others * log_sf(z, above)) * -libm::expm1(others * libm::log1p(-beyond))
        };
        // The smallest and the largest share a large range between them; a small one starts at the least of k.
        let centre = (-0.5 * w).min(-1.0);
        (f64::from(self.means) * over_the_line(integrand, centre, 0.5)).min(1.0)
    }
}

/// ln Φ̄(z); far left, where Φ̄ rounds to 1, from the other tail.
fn log_sf(z: f64, above: f64) -> f64 {
    if z < 0.0 { libm::log1p(-Normal.sf(-z)) } else { libm::log(above) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn two_means_have_the_t_distribution() {
        for dof in [1.0, 7.3, 140.0, f64::INFINITY] {
            let (range, t) = (StudentizedRange::new(2, dof).unwrap(), StudentT::new(dof).unwrap());
            for x in [0.2, 2.0, 9.0] {
                assert_relative_eq!(range.sf(x * 2f64.sqrt()), t.two_sided(x), max_relative = 1e-12);
            }
        }
    }

    /// P(Q > q) of k means with ν df: Gauss–Legendre quadrature of the same integral with 22 digits (mpmath 1.3.0).
    #[test]
    fn tails_match_high_precision_values() {
        for (means, dof, q, tail) in [
            (3, 20.0, 3.5, 0.055_891_849_081_748_99),
            (3, 20.0, 8.0, 4.437_067_884_031_265e-5),
            (4, 10.0, 3.5, 0.124_886_561_353_749_4),
            (10, 120.0, 5.0, 0.019_806_103_566_358_22),
            (3, f64::INFINITY, 3.5, 0.035_557_041_863_160_38),
            (6, 2.0, 11.0, 0.056_614_958_165_105_45),
            (20, 15.5, 6.0, 0.045_630_289_257_455_03),
            (50, 60.0, 6.0, 0.045_937_207_353_212_03),
            (3, 167.3, 12.0, 3.300_311_546_564_143e-14),
        ] {
            // The exponent of the density of S loses a digit or two.
            assert_relative_eq!(StudentizedRange::new(means, dof).unwrap().sf(q), tail, max_relative = 1e-12);
        }
    }

    /// Upper points as printed in Harter 1960, Annals of Mathematical Statistics 31, 1122, tables.
    #[test]
    fn points_match_the_printed_tables() {
        for (means, dof, upper, point) in [
            (3, 10.0, 0.05, 3.877),
            (4, 20.0, 0.05, 3.958),
            (5, 60.0, 0.05, 3.977),
            (10, 120.0, 0.05, 4.560),
            (3, 10.0, 0.01, 5.270),
            (20, f64::INFINITY, 0.01, 5.645),
        ] {
            let range = StudentizedRange::new(means, dof).unwrap();
            let found = range.upper_quantile(upper).unwrap();
            assert!((found - point).abs() < 6e-4, "{found} for {means}, {dof}, {upper}");
            assert_relative_eq!(range.sf(found), upper, max_relative = 1e-12);
        }
    }

    #[test]
    fn every_size_gives_probabilities_and_ends() {
        for means in [2, 3, 40, 1_000] {
            for dof in [0.5, 3.0, 1e4, 1e9, f64::INFINITY] {
                let range = StudentizedRange::new(means, dof).unwrap();
                let mut before = 1.0;
                for q in [-1.0, 0.0, 1e-3, 0.1, 1.0, 3.0, 10.0, 50.0, f64::INFINITY] {
                    let tail = range.sf(q);
                    assert!((0.0..=before + 1e-12).contains(&tail), "{tail} after {before} at {q} for {means}, {dof}");
                    before = tail;
                }
                assert!(range.upper_quantile(0.0).unwrap().is_infinite());
                assert!(range.quantile(0.0).unwrap() < 1.0);
            }
        }
        assert_eq!(StudentizedRange::new(1, 3.0).unwrap_err().code(), "range_size");
    }
}
