//! The random effects of each group: what the model says about one child, one family, one site.

mod effects;
mod groups;
mod modes;

pub(super) use effects::Effects;
pub(super) use groups::Pairs;
pub use groups::{AcrossTerms, GroupEffect, GroupEffects, TermEffects};
pub use modes::RandomEffects;

#[cfg(test)]
mod tests;
