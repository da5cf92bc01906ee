//! What the tests and benches of this workspace share: models and data for laws.

pub mod models;
