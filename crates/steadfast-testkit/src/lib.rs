//! What the tests and benches of this workspace share: data with a known truth.

pub mod best_trial;
pub mod simulate;
