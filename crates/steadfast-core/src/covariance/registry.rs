//! How formulae name structures, and what is asked of a structure by its name.

use std::sync::Arc;

use super::members::REGISTRY;
use super::{Side, Structure};
use crate::error::{Error, Result};

/// What a structure is to be made for.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The part of the model.
    pub side: Side,
    /// The number of levels of each factor before the bar; empty for coordinates.
    pub levels: Vec<usize>,
    /// The number of numeric coordinates before the bar.
    pub coordinates: usize,
    /// The largest distance between two points of a subject, for a first guess of a range; 1 for levels.
    pub extent: f64,
    /// The options written, such as `bands = 2`.
    pub options: Vec<(String, f64)>,
}

impl Shape {
    /// m levels, without options.
    pub fn levels(side: Side, m: usize) -> Self {
        Self { side, levels: vec![m], coordinates: 0, extent: 1.0, options: Vec::new() }
    }

    /// The number of combinations of the levels.
    pub fn order(&self) -> usize {
        self.levels.iter().product()
    }

    /// The option `name`, or `otherwise`.
    pub fn option(&self, name: &str, otherwise: f64) -> f64 {
        self.options.iter().find(|(known, _)| known == name).map_or(otherwise, |(_, value)| *value)
    }

    /// The option `name`, a whole number from 1 to `most`, or `otherwise`.
    ///
    /// # Errors
    /// `structure_option` for another number.
    pub(super) fn whole(&self, name: &str, otherwise: usize, most: usize) -> Result<usize> {
        let value = self.option(name, otherwise as f64);
        if value >= 1.0 && value <= most as f64 && value.fract() == 0.0 {
            return Ok(value as usize);
        }
        Err(Error::usage(
            "structure_option",
            format!("`{name}` is a whole number from 1 to {most}, the number of levels"),
        ))
    }
}

/// What stands before the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// One factor.
    Levels,
    /// Two factors, whose combinations are the levels.
    Product,
    /// One or several numbers.
    Coordinates,
}

/// How a structure is made.
pub(super) type Maker = fn(&Shape) -> Result<Arc<dyn Structure>>;

/// A member of the registry.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The name in formulae.
    pub name: &'static str,
    /// One sentence, with the formula of an entry of the matrix.
    pub about: &'static str,
    /// What stands before the bar.
    pub over: Over,
    /// The options it takes, each a number.
    pub options: &'static [&'static str],
    pub(super) make: Maker,
}

/// The members in order.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    REGISTRY.iter()
}

/// The names of the structures.
pub fn names() -> impl Iterator<Item = &'static str> {
    REGISTRY.iter().map(|entry| entry.name)
}

/// The member called `name`.
///
/// # Errors
/// `unknown_structure`, with the names that exist.
pub fn entry(name: &str) -> Result<&'static Entry> {
    REGISTRY.iter().find(|entry| entry.name == name).ok_or_else(|| {
        let known: Vec<&str> = names().collect();
        let message = format!("there is no covariance structure `{name}`; the structures are: {}", known.join(", "));
        Error::usage("unknown_structure", message)
    })
}

/// The structure called `name` for `shape`.
///
/// # Errors
/// `unknown_structure`; `unknown_option` for an option that the structure does not take; `structure_shape` when it is
/// not made for what stands before the bar.
pub fn structure(name: &str, shape: &Shape) -> Result<Arc<dyn Structure>> {
    let entry = entry(name)?;
    if let Some((option, _)) = shape.options.iter().find(|(option, _)| !entry.options.contains(&option.as_str())) {
        let known = if entry.options.is_empty() { "none".to_owned() } else { entry.options.join(", ") };
        let message = format!("`{name}` has no option `{option}`; it takes: {known}");
        return Err(Error::usage("unknown_option", message));
    }
    let (fits, wanted) = match entry.over {
        Over::Levels => (shape.levels.len() == 1, "one factor"),
        Over::Product => (shape.levels.len() == 2, "two factors"),
        Over::Coordinates => {
            (shape.coordinates > 0 && shape.side == Side::Residual, "numeric coordinates of residuals")
        }
    };
    if !fits {
        return Err(Error::usage("structure_shape", format!("`{name}` is a structure over {wanted}")));
    }
    (entry.make)(shape)
}
