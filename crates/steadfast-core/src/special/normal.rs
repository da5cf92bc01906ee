//! The standard normal distribution.

use super::inversion::probability;
use super::tail::Tails;
use crate::error::Result;

/// 1/√2 as the sum of two numbers, so that x/√2 is known to twice the precision.
const HALF_ROOT: (f64, f64) = (core::f64::consts::FRAC_1_SQRT_2, -4.833_646_656_726_457e-17);

/// 1/√2π.
const DENSITY_AT_ZERO: f64 = 0.398_942_280_401_432_7;

/// The normal distribution with mean 0 and variance 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Normal;

impl Normal {
    /// The density at x.
    pub fn density(&self, x: f64) -> f64 {
        DENSITY_AT_ZERO * libm::exp(-0.5 * x * x)
    }

    /// P(X ≤ x) for any x but NaN.
    pub fn cdf(&self, x: f64) -> f64 {
        self.sf(-x)
    }

    /// P(X > x) for any x but NaN.
    pub fn sf(&self, x: f64) -> f64 {
        0.5 * self.erfc_over_root_two(x)
    }

    /// P(|X| > |x|), the two-sided p-value, for any x but NaN.
    pub fn two_sided(&self, x: f64) -> f64 {
        self.erfc_over_root_two(x.abs())
    }

    /// The x with P(X ≤ x) = p.
    ///
    /// # Errors
    /// `not_a_probability` unless 0 ≤ p ≤ 1.
    pub fn quantile(&self, p: f64) -> Result<f64> {
        probability(p).map(|tails| self.point(tails))
    }

    /// The x with P(X > x) = q.
    ///
    /// # Errors
    /// `not_a_probability` unless 0 ≤ q ≤ 1.
    pub fn upper_quantile(&self, q: f64) -> Result<f64> {
        probability(q).map(|tails| self.point(tails.exchanged()))
    }

    /// erfc(x/√2). Rounding x/√2 would cost x² units in the last place; its error is carried to first order.
    fn erfc_over_root_two(&self, x: f64) -> f64 {
        let z = x * HALF_ROOT.0;
        let complement = libm::erfc(z);
        if !(1.0..=40.0).contains(&z) {
            return complement;
        }
        let lost = libm::fma(x, HALF_ROOT.0, -z) + x * HALF_ROOT.1;
        complement - 2.0 * DENSITY_AT_ZERO * core::f64::consts::SQRT_2 * libm::exp(-z * z) * lost
    }

    fn point(&self, wanted: Tails) -> f64 {
        if wanted.lower < wanted.upper { -self.positive_point(wanted.lower) } else { self.positive_point(wanted.upper) }
    }

    /// The x ≥ 0 with P(X > x) = q, 0 ≤ q ≤ ½, to about 1e-15 of x.
    ///
    /// # Source
    /// Wichura 1988, Applied Statistics 37, 477: algorithm AS 241, PPND16.
    pub(crate) fn positive_point(&self, q: f64) -> f64 {
        if q <= 0.0 {
            return f64::INFINITY;
        }
        let centred = 0.5 - q;
        if centred <= 0.425 {
            return centred * rational(&CENTRE, 0.180625 - centred * centred);
        }
        let r = (-libm::log(q)).sqrt();
        if r <= 5.0 { rational(&SHOULDER, r - 1.6) } else { rational(&FAR, r - 5.0) }
    }
}

/// Numerator and denominator in ascending powers.
type Rational = ([f64; 8], [f64; 8]);

fn rational((numerator, denominator): &Rational, r: f64) -> f64 {
    let horner = |coefficients: &[f64; 8]| coefficients.iter().rev().fold(0.0, |sum, c| sum * r + c);
    horner(numerator) / horner(denominator)
}

/// |p − ½| ≤ 0.425.
#[allow(clippy::excessive_precision, reason = "the digits are those of the publication")]
const CENTRE: Rational = (
    [
        3.387_132_872_796_366_608,
        133.141_667_891_784_377_45,
        1_971.590_950_306_551_442_7,
        13_731.693_765_509_461_125,
        45_921.953_931_549_871_457,
        67_265.770_927_008_700_853,
        33_430.575_583_588_128_105,
        2_509.080_928_730_122_672_7,
    ],
    [
        1.0,
        42.313_330_701_600_911_252,
        687.187_007_492_057_908_3,
        5_394.196_021_424_751_107_7,
        21_213.794_301_586_595_867,
        39_307.895_800_092_710_61,
        28_729.085_735_721_942_674,
        5_226.495_278_852_854_561,
    ],
);

/// √(−ln q) ≤ 5.
#[allow(clippy::excessive_precision, reason = "the digits are those of the publication")]
const SHOULDER: Rational = (
    [
        1.423_437_110_749_683_577_34,
        4.630_337_846_156_545_295_9,
        5.769_497_221_460_691_405_5,
        3.647_848_324_763_204_605_04,
        1.270_458_252_452_368_382_58,
        0.241_780_725_177_450_611_77,
        2.272_384_498_926_918_458_33e-2,
        7.745_450_142_783_414_076_4e-4,
    ],
    [
        1.0,
        2.053_191_626_637_758_821_87,
        1.676_384_830_183_803_849_4,
        0.689_767_334_985_100_004_55,
        0.148_103_976_427_480_074_59,
        1.519_866_656_361_645_719_66e-2,
        5.475_938_084_995_344_946e-4,
        1.050_750_071_644_416_843_24e-9,
    ],
);

/// √(−ln q) > 5.
#[allow(clippy::excessive_precision, reason = "the digits are those of the publication")]
const FAR: Rational = (
    [
        6.657_904_643_501_103_777_2,
        5.463_784_911_164_114_369_9,
        1.784_826_539_917_291_335_8,
        0.296_560_571_828_504_891_23,
        2.653_218_952_657_612_309_3e-2,
        1.242_660_947_388_078_438_6e-3,
        2.711_555_568_743_487_578_15e-5,
        2.010_334_399_292_288_132_65e-7,
    ],
    [
        1.0,
        0.599_832_206_555_887_937_69,
        0.136_929_880_922_735_805_31,
        1.487_536_129_085_061_485_25e-2,
        7.868_691_311_456_132_591e-4,
        1.846_318_317_510_054_681_8e-5,
        1.421_511_758_316_445_888_7e-7,
        2.044_263_103_389_939_785_64e-15,
    ],
);
