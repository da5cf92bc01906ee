//! Facade.

pub mod reference;
