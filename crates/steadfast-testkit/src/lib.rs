//! What the tests and benches of this workspace share: models and data for laws, and data with a known truth.

pub mod best_trial;
pub mod models;
pub mod pathological;
pub mod simulate;
