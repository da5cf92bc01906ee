//! A tail probability with its logarithm, and the pair of both tails.

use crate::error::{Error, Result};

/// P(X ≤ x) and P(X > x), each with its own digits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tails {
    /// P(X ≤ x).
    pub lower: f64,
    /// P(X > x).
    pub upper: f64,
}

impl Tails {
    /// Everything lies above.
    pub(super) const ALL_ABOVE: Tails = Tails { lower: 0.0, upper: 1.0 };
    /// Everything lies below.
    pub(super) const ALL_BELOW: Tails = Tails { lower: 1.0, upper: 0.0 };

    /// The pair with the tails exchanged.
    pub(super) fn exchanged(self) -> Tails {
        Tails { lower: self.upper, upper: self.lower }
    }

    /// The pair whose smaller-side tail is `lower`.
    pub(super) fn from_lower(lower: f64) -> Tails {
        let lower = lower.min(1.0);
        Tails { lower, upper: 1.0 - lower }
    }

    /// The tail on `side`.
    pub(super) fn on(self, side: Side) -> f64 {
        match side {
            Side::Lower => self.lower,
            Side::Upper => self.upper,
        }
    }
}

/// Which tail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// P(X ≤ x).
    Lower,
    /// P(X > x).
    Upper,
}

/// The tail that lies away from the mean: `density` · e^`exponent` · `reach`.
#[derive(Debug, Clone, Copy)]
pub(super) struct OuterTail {
    /// The density on the w axis, without the exponential factor.
    pub(super) density: f64,
    /// The logarithm of that factor, at most about 0.
    pub(super) exponent: f64,
    /// J, the tail divided by the density: how far a Newton step on ln(tail) goes on the w axis.
    pub(super) reach: f64,
}

impl OuterTail {
    /// The probability.
    pub(super) fn probability(self) -> f64 {
        self.density * self.reach * libm::exp(self.exponent)
    }

    /// The logarithm of the probability, which does not underflow.
    pub(super) fn ln_probability(self) -> f64 {
        libm::log(self.density * self.reach) + self.exponent
    }
}

/// The reach of a tail from the `reach` of the other one, when that leaves at least a hundredth and so costs at most two
/// of the last digits; `density` is the density with all its factors.
pub(super) fn complement(density: f64, reach: f64) -> Option<f64> {
    let other = density * reach;
    (other < 0.99).then(|| (1.0 - other) / density)
}

/// `dof` when it is above 0 and at most `largest`.
///
/// # Errors
/// `degrees_of_freedom` otherwise.
pub(super) fn degrees_of_freedom(dof: f64, largest: f64) -> Result<f64> {
    if dof > 0.0 && dof <= largest {
        Ok(if dof.is_finite() { within_range(dof) } else { dof })
    } else {
        Err(Error::usage("degrees_of_freedom", "degrees of freedom must be above 0, and finite where no limit exists"))
    }
}

/// A shape or degrees of freedom moved into 1e-100..1e100: outside, no distribution here can be told from its limit, and
/// sums, products and reciprocals of two such numbers must stay in the range of `f64`.
pub(super) fn within_range(size: f64) -> f64 {
    size.clamp(1e-100, 1e100)
}
