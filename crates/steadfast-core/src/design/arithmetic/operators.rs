//! The operators and functions of arithmetic; transcendental ones from `libm`, so that all machines agree.

use serde::{Deserialize, Serialize};

/// An operator of arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arithmetic {
    /// a + b
    Add,
    /// a − b
    Subtract,
    /// a · b
    Multiply,
    /// a / b
    Divide,
    /// a to the power of b
    Power,
}

impl Arithmetic {
    pub(super) fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Arithmetic::Add => a + b,
            Arithmetic::Subtract => a - b,
            Arithmetic::Multiply => a * b,
            Arithmetic::Divide => a / b,
            // A square is a product in R too, and exact to the last bit.
            Arithmetic::Power if b.to_bits() == 2.0_f64.to_bits() => a * a,
            Arithmetic::Power => libm::pow(a, b),
        }
    }
}

macro_rules! functions {
    ($($variant:ident $name:literal $function:expr;)*) => {
        /// A function of one number, by its name in R.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "each is the function of its name")]
        pub enum Function { $($variant,)* }

        impl Function {
            pub(super) const NAMES: &[&str] = &[$($name),*];

            pub(super) fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Function::$variant),)* _ => None }
            }

            pub(super) fn apply(self, x: f64) -> f64 {
                match self { $(Function::$variant => $function(x),)* }
            }
        }
    };
}

functions! {
    Log "log" libm::log;
    Log2 "log2" libm::log2;
    Log10 "log10" libm::log10;
    Log1p "log1p" libm::log1p;
    Exp "exp" libm::exp;
    Expm1 "expm1" libm::expm1;
    Sqrt "sqrt" libm::sqrt;
    Abs "abs" f64::abs;
    Sin "sin" libm::sin;
    Cos "cos" libm::cos;
    Tan "tan" libm::tan;
    Floor "floor" libm::floor;
    Ceiling "ceiling" libm::ceil;
}
