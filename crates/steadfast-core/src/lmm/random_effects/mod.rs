//! The random effects of each group: what the model says about one child, one family, one site.

mod effects;
mod modes;

pub(super) use effects::Effects;
pub use modes::RandomEffects;

#[cfg(test)]
mod tests;
