//! The formula language.

/// A model formula. (The language itself is built beside this stand-in.)
#[derive(Debug, Clone)]
pub struct Formula;

impl std::str::FromStr for Formula {
    type Err = crate::error::Error;
    fn from_str(_: &str) -> Result<Self, Self::Err> {
        Ok(Formula)
    }
}
