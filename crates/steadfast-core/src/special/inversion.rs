//! Quantiles: Newton's method on ln(tail) over the logarithmic axis, where that function is concave.

use super::tail::{OuterTail, Side, Tails};
use crate::error::{Error, Result};

/// The logarithm of the largest ratio that is tried; below 1e-308 a double loses digits.
const LARGEST_LOG: f64 = 708.0;

/// From the smallest to the largest distance it takes 62.
const DOUBLINGS: usize = 64;

/// Newton steps at most; the references need 20.
const STEPS: usize = 100;

/// A step after which ln(tail) was this close leaves an error of its square.
const CLOSE: f64 = 1e-8;

/// A probability `p` and its complement.
///
/// # Errors
/// `not_a_probability` unless 0 ≤ p ≤ 1.
pub(super) fn probability(p: f64) -> Result<Tails> {
    if (0.0..=1.0).contains(&p) {
        Ok(Tails { lower: p, upper: 1.0 - p })
    } else {
        Err(Error::usage("not_a_probability", "a probability must lie between 0 and 1"))
    }
}

/// The ratio to the mean at which a distribution on (0, ∞) has the tails `wanted`; 0 or infinity where the ratio is
/// outside the range of `f64`.
///
/// `at_mean` are the tails at ratio 1, `outer(ratio, side)` is the tail of a ratio below (above) 1 on its lower (upper)
/// side. The axis is w = ln ratio.
pub(super) fn ratio_with_tails(wanted: Tails, at_mean: Tails, outer: impl Fn(f64, Side) -> OuterTail) -> f64 {
    let side = if wanted.lower <= at_mean.lower { Side::Lower } else { Side::Upper };
    let outward = if side == Side::Lower { -1.0 } else { 1.0 };
    let probability = wanted.on(side);
    if probability <= 0.0 {
        return if side == Side::Lower { 0.0 } else { f64::INFINITY };
    }
    let ln_wanted = libm::log(probability);
    let mut ratio = beyond(outward, outer(1.0, side).reach, |ratio| outer(ratio, side).ln_probability() < ln_wanted);
    for _ in 0..STEPS {
        if ratio == 0.0 || ratio == f64::INFINITY {
            break;
        }
        let tail = outer(ratio, side);
        let excess = tail.ln_probability() - ln_wanted;
        ratio *= libm::exp(outward * excess * tail.reach);
        // The root lies beyond the mean; only rounding where the tail is 1 to the last place leads back across it.
        ratio = if side == Side::Lower { ratio.min(1.0) } else { ratio.max(1.0) };
        if excess.abs() < CLOSE {
            break;
        }
    }
    ratio
}

/// The first of e^(±d), e^(±2d), e^(±4d) … whose tail is too small; 0 or infinity when no `f64` has so small a tail.
fn beyond(outward: f64, distance: f64, too_small: impl Fn(f64) -> bool) -> f64 {
    let mut distance = distance.clamp(f64::EPSILON, LARGEST_LOG);
    for _ in 0..DOUBLINGS {
        let ratio = libm::exp(outward * distance);
        if too_small(ratio) {
            return ratio;
        }
        if distance >= LARGEST_LOG {
            break;
        }
        distance = (2.0 * distance).min(LARGEST_LOG);
    }
    if outward < 0.0 { 0.0 } else { f64::INFINITY }
}
