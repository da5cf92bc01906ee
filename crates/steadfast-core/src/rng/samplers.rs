//! Distributions to draw from.

use super::Stream;
use crate::error::{Error, Result};
use crate::special::Normal;

/// 2⁻⁵².
const STEP: f64 = 1.0 / 4_503_599_627_370_496.0;

impl Stream {
    /// A number strictly between 0 and 1: one of 2⁵² equally spaced ones, symmetric about ½.
    pub fn uniform(&mut self) -> f64 {
        // With 53 bits and the half added, the largest would round to 1.
        ((self.bits() >> 12) as f64 + 0.5) * STEP
    }

    /// A standard normal number, by inversion of one uniform number; its absolute value is at most 8.21.
    pub fn normal(&mut self) -> f64 {
        let p = self.uniform();
        if p < 0.5 { -Normal.positive_point(p) } else { Normal.positive_point(1.0 - p) }
    }

    /// An exponential number with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -libm::log(self.uniform())
    }

    /// A gamma number with the given shape and scale 1. For shapes below about 0.01 it may underflow to 0.
    ///
    /// # Errors
    /// `shape` unless `shape` is finite and above 0.
    ///
    /// # Source
    /// Marsaglia and Tsang 2000, ACM Transactions on Mathematical Software 26, 363; shapes below 1 by their section 6.
    pub fn gamma(&mut self, shape: f64) -> Result<f64> {
        let valid = shape > 0.0 && shape.is_finite();
        if !valid {
            return Err(Error::usage("shape", "the shape of a gamma distribution must be a finite number above 0"));
        }
        if shape >= 1.0 {
            return Ok(self.gamma_from_one(shape));
        }
        let power = libm::pow(self.uniform(), 1.0 / shape);
        Ok(power * self.gamma_from_one(shape + 1.0))
    }

    /// A χ² number with `dof` degrees of freedom.
    ///
    /// # Errors
    /// `shape` unless `dof` is finite and above 0.
    pub fn chi_squared(&mut self, dof: f64) -> Result<f64> {
        self.gamma(0.5 * dof).map(|half| 2.0 * half)
    }

    /// Yes with probability `p`; never for p ≤ 0 or NaN, always for p ≥ 1.
    pub fn bernoulli(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// An index with probability proportional to its weight.
    ///
    /// # Errors
    /// `weights` unless all weights are at least 0 and their sum is finite and above 0.
    pub fn categorical(&mut self, weights: &[f64]) -> Result<usize> {
        let total: f64 = weights.iter().sum();
        let valid = total > 0.0 && total.is_finite() && weights.iter().all(|weight| *weight >= 0.0);
        if !valid {
            return Err(Error::usage("weights", "weights must be at least 0 with a finite sum above 0"));
        }
        let mut left = self.uniform() * total;
        let mut last = 0;
        for (index, &weight) in weights.iter().enumerate() {
            if weight > 0.0 {
                if left < weight {
                    return Ok(index);
                }
                last = index;
            }
            left -= weight;
        }
        // Only rounding leads here.
        Ok(last)
    }

    /// A whole number from 0 to `n` − 1, each exactly as likely; `None` when `n` is 0.
    ///
    /// # Source
    /// Lemire 2019, ACM Transactions on Modeling and Computer Simulation 29, 3.
    pub fn below(&mut self, n: u64) -> Option<u64> {
        // The 2⁶⁴ mod n smallest low halves would make some numbers likelier.
        let excess = n.wrapping_neg().checked_rem(n)?;
        loop {
            let wide = u128::from(self.bits()) * u128::from(n);
            if wide as u64 >= excess {
                return Some((wide >> 64) as u64);
            }
        }
    }

    /// Puts `items` into one of their orders, each equally likely (Fisher and Yates, from the end).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            if let Some(chosen) = self.below(last as u64 + 1) {
                items.swap(last, chosen as usize);
            }
        }
    }

    /// `gamma` for shapes of at least 1.
    fn gamma_from_one(&mut self, shape: f64) -> f64 {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let root = 1.0 + c * x;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            if libm::log(self.uniform()) < 0.5 * x * x + d * (1.0 - v + libm::log(v)) {
                return d * v;
            }
        }
    }
}
