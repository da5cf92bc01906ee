//! Contrasts as they are written down.

use super::{Compared, Comparison, Comparisons};
use crate::error::Result;

/// Named rows of coefficients; means that a row does not name have coefficient 0.
///
/// ```
/// use steadfast_core::reference_grid::Custom;
///
/// let early_and_late = Custom::row("early", [("0", -1.0), ("15", 1.0)]).and_row("late", [("15", -1.0), ("30", 1.0)]);
/// # let _ = early_and_late;
/// ```
#[derive(Debug, Clone, Default)]
pub struct Custom {
    rows: Vec<(String, Vec<(String, f64)>)>,
}

impl Custom {
    /// One contrast: Σ coefficient · mean over the means that are named, such as `NIM`, or `NIM 30` for two factors.
    pub fn row<L: Into<String>>(term: impl Into<String>, coefficients: impl IntoIterator<Item = (L, f64)>) -> Self {
        Self::default().and_row(term, coefficients)
    }

    /// The same contrasts and one more.
    pub fn and_row<L: Into<String>>(
        mut self,
        term: impl Into<String>,
        coefficients: impl IntoIterator<Item = (L, f64)>,
    ) -> Self {
        let coefficients = coefficients.into_iter().map(|(label, value)| (label.into(), value)).collect();
        self.rows.push((term.into(), coefficients));
        self
    }
}

impl Comparisons for Custom {
    fn of(&self, means: &Compared) -> Result<Vec<Comparison>> {
        let row = |(term, named): &(String, Vec<(String, f64)>)| {
            let mut coefficients = vec![0.0; means.labels.len()];
            for (label, value) in named {
                coefficients[means.position(label)?] += value;
            }
            Ok(Comparison { term: term.clone(), coefficients })
        };
        self.rows.iter().map(row).collect()
    }
}
