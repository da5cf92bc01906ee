//! The distribution functions against high-precision values, closed forms, statrs and the laws of probability.

mod grid;
mod laws;

use super::{Beta, ChiSquared, FisherF, StudentT};

/// What every distribution offers.
trait Distribution {
    fn cdf(&self, x: f64) -> f64;
    fn sf(&self, x: f64) -> f64;
    fn quantile(&self, p: f64) -> f64;
    fn upper_quantile(&self, q: f64) -> f64;
}

macro_rules! distribution {
    ($($name:ident)*) => {$(
        impl Distribution for $name {
            fn cdf(&self, x: f64) -> f64 {
                self.cdf(x)
            }
            fn sf(&self, x: f64) -> f64 {
                self.sf(x)
            }
            fn quantile(&self, p: f64) -> f64 {
                self.quantile(p).unwrap()
            }
            fn upper_quantile(&self, q: f64) -> f64 {
                self.upper_quantile(q).unwrap()
            }
        }
    )*};
}

distribution!(Beta ChiSquared FisherF StudentT);
