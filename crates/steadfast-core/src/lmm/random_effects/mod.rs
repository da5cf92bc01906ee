//! The random effects of each group: what the model says about one child, one family, one site.

mod effects;
mod groups;
mod modes;
mod principal;
mod solved;

pub(super) use effects::Effects;
pub(super) use groups::Place;
pub use groups::{AcrossTerms, GroupEffect, GroupEffects, TermEffects};
use groups::{MOST_PAIRS, too_many_pairs};
pub use modes::RandomEffects;
pub use principal::PrincipalComponents;
pub(super) use solved::Solved;
#[cfg(test)]
pub(super) use solved_tests::crossed_models;

#[cfg(test)]
mod principal_tests;
#[cfg(test)]
mod solved_tests;
#[cfg(test)]
mod tests;
