//! Every mean with one control.

use super::{Compared, Comparison, Comparisons};
use crate::error::Result;

/// The k − 1 differences `level - control`.
#[derive(Debug, Clone, Default)]
pub struct Versus {
    control: Option<String>,
}

impl Versus {
    /// Against the mean called `control`, such as `SAU`, or `SAU 0` for two factors.
    pub fn control(control: impl Into<String>) -> Self {
        Self { control: Some(control.into()) }
    }

    /// Against the reference level.
    pub fn reference() -> Self {
        Self::default()
    }
}

impl Comparisons for Versus {
    fn of(&self, means: &Compared) -> Result<Vec<Comparison>> {
        let control = match &self.control {
            Some(label) => means.position(label)?,
            None => means.reference_first.first().copied().unwrap_or(0),
        };
        let others = (0..means.labels.len()).filter(|&at| at != control);
        Ok(others.map(|at| means.difference(at, control)).collect())
    }
}
