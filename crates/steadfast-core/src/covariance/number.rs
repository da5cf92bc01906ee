//! Numbers that carry derivatives, so that a structure is written once and its derivatives are exact.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A real number, with or without derivatives.
pub trait Number:
    Copy + Debug + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// A number that does not vary.
    fn constant(value: f64) -> Self;
    /// The number alone.
    fn value(self) -> f64;
    /// f of the number, for a function with this value, first and second derivative there.
    fn chain(self, value: f64, first: f64, second: f64) -> Self;

    /// eˣ.
    fn exponential(self) -> Self {
        let e = libm::exp(self.value());
        self.chain(e, e, e)
    }
    /// tanh x.
    fn hyperbolic_tangent(self) -> Self {
        let t = libm::tanh(self.value());
        let slope = 1.0 - t * t;
        self.chain(t, slope, -2.0 * t * slope)
    }
    /// sin x.
    fn sine(self) -> Self {
        let (sine, cosine) = libm::sincos(self.value());
        self.chain(sine, cosine, -sine)
    }
    /// √x, for x > 0.
    fn sqrt(self) -> Self {
        let root = self.value().sqrt();
        self.chain(root, 0.5 / root, -0.25 / (root * self.value()))
    }
    /// ln x, for x > 0.
    fn logarithm(self) -> Self {
        let x = self.value();
        self.chain(libm::log(x), 1.0 / x, -1.0 / (x * x))
    }
    /// xⁿ by repeated multiplication: 0⁰ = 1.
    fn power(self, n: usize) -> Self {
        (0..n).fold(Self::constant(1.0), |product, _| product * self)
    }
}

impl Number for f64 {
    fn constant(value: f64) -> Self {
        value
    }
    fn value(self) -> f64 {
        self
    }
    fn chain(self, value: f64, _first: f64, _second: f64) -> Self {
        value
    }
}

/// x + a ε₁ + b ε₂ + c ε₁ε₂ with ε₁² = ε₂² = 0: a value, two first derivatives and their mixed second derivative.
///
/// # Source
/// Fike and Alonso 2011, The development of hyper-dual numbers for exact second-derivative calculations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HyperDual {
    value: f64,
    first: f64,
    other: f64,
    mixed: f64,
}

impl HyperDual {
    /// A variable with its rates of change along the two directions.
    pub fn variable(value: f64, first: f64, other: f64) -> Self {
        Self { value, first, other, mixed: 0.0 }
    }
    /// The derivative along the first direction.
    pub fn first(self) -> f64 {
        self.first
    }
    /// The mixed second derivative.
    pub fn mixed(self) -> f64 {
        self.mixed
    }
}

impl Number for HyperDual {
    fn constant(value: f64) -> Self {
        Self::variable(value, 0.0, 0.0)
    }
    fn value(self) -> f64 {
        self.value
    }
    fn chain(self, value: f64, first: f64, second: f64) -> Self {
        Self {
            value,
            first: first * self.first,
            other: first * self.other,
            mixed: first * self.mixed + second * self.first * self.other,
        }
    }
}

impl Add for HyperDual {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self {
            value: self.value + o.value,
            first: self.first + o.first,
            other: self.other + o.other,
            mixed: self.mixed + o.mixed,
        }
    }
}

impl Neg for HyperDual {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, first: -self.first, other: -self.other, mixed: -self.mixed }
    }
}

impl Sub for HyperDual {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        self + -o
    }
}

impl Mul for HyperDual {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        Self {
            value: self.value * o.value,
            first: self.first * o.value + self.value * o.first,
            other: self.other * o.value + self.value * o.other,
            mixed: self.mixed * o.value + self.first * o.other + self.other * o.first + self.value * o.mixed,
        }
    }
}

impl Div for HyperDual {
    type Output = Self;
    fn div(self, o: Self) -> Self {
        let inverse = 1.0 / o.value;
        // The product rule with 1/y.
        self.mul(o.chain(inverse, -inverse * inverse, 2.0 * inverse * inverse * inverse))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_of_a_composite_are_those_worked_by_hand() {
        // f(x, y) = e^{xy}/√x at (4, ½): f = e²/2, f_x = f(y − 1/(2x)), f_xy = f_x x + f.
        let (x, y) = (HyperDual::variable(4.0, 1.0, 0.0), HyperDual::variable(0.5, 0.0, 1.0));
        let f = (x * y).exponential() / x.sqrt();
        let value = 2f64.exp() / 2.0;
        let slope = value * (0.5 - 0.125);
        assert!((f.value() - value).abs() < 1e-15);
        assert!((f.first() - slope).abs() < 1e-15);
        assert!((f.mixed() - (slope * 4.0 + value)).abs() < 1e-14);
    }
}
