//! Between one row a person and one row a visit.
//!
//! Both directions are exact: no value, no type and no reason for an absence is lost, and `to_wide(to_long(x)) = x` for
//! every wide table whose remaining columns stand before the measured ones.

mod assemble;
mod long;
mod spec;
mod wide;

pub use long::to_long;
pub use spec::{Measure, WideSpec};
pub use wide::to_wide;

#[cfg(test)]
mod tests;
