//! The random effects of each group: what the model says about one child, one family, one site.

mod effects;
mod groups;
mod modes;
mod principal;

pub(super) use effects::Effects;
pub(super) use groups::Pairs;
pub use groups::{AcrossTerms, GroupEffect, GroupEffects, TermEffects};
pub use modes::RandomEffects;
pub use principal::PrincipalComponents;

#[cfg(test)]
mod principal_tests;
#[cfg(test)]
mod tests;
