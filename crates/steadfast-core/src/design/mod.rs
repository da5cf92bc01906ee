//! From a formula and a frame to the response, the fixed effects, the random effects and the residual structure.
//!
//! - Levels and yes-or-no columns are factors; whole numbers, real numbers and days (since 1970-01-01) are numbers.
//! - Factors have treatment contrasts against the frame's reference level, also when their levels are ordered;
//!   `factor(x, contrasts = …)` asks for others. A sum contrast leaves out the last level, or the one given as `ref`.
//! - Coding and names follow R: `armNIM`, `armNIM:visit15`, `poly(x, 2)1`. The options of `factor(arm, …)` are not
//!   part of the name, which is `factor(arm)NIM`.
//! - Means, standard deviations, polynomials and knots are learnt from the rows that enter the model, where R learns
//!   from all rows of the data.
//! - The columns of a factor under `||` are independent of each other too.
//! - Which visits of a subject are there twice is not looked at here: it depends on the residual structure.
//!
//! ```
//! use steadfast_core::design::{Design, DesignOptions};
//! use steadfast_core::frame::{Column, Frame};
//!
//! let frame = Frame::new(vec![
//!     Column::float("sdq", vec![12.0, 9.0, 14.0, f64::NAN]),
//!     Column::factor("arm", ["NIM", "SAU", "NIM", "SAU"]),
//!     Column::factor("child", ["a", "b", "a", "b"]),
//! ])?;
//! let design = Design::build(&"sdq ~ arm + (1 | child)".parse()?, &frame, &DesignOptions::default())?;
//! assert_eq!(design.recipe().coefficient_names(), ["(Intercept)", "armSAU"]);
//! assert_eq!((design.rows.as_slice(), design.excluded.missing), ([0, 1, 2].as_slice(), 1));
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod arguments;
mod arithmetic;
mod basis;
mod build;
mod categorical;
pub(crate) mod centred;
mod coding;
mod column;
mod contrasts;
mod grouping;
pub(crate) mod new_data;
mod parts;
mod predictor;
mod rank;
mod recipe;
mod residual;
mod rows;
mod source;
mod summary;
mod variable;

pub use arithmetic::{Arithmetic, Function, Numeric};
pub use basis::{Basis, Polynomial, Spline};
pub use build::DesignOptions;
pub use categorical::Categorical;
pub use column::{ModelColumn, Piece};
pub use contrasts::Contrasts;
pub(crate) use parts::Parts;
pub use predictor::{Predictor, Term};
pub(crate) use rank::{columns_of, triangle};
pub use recipe::{Alias, Recipe};
pub use residual::{Positions, ResidualTerm, VarianceCovariate, VarianceTerm};
pub use rows::Excluded;
pub use summary::{CovariateSummary, FactorSummary, Summary};
pub use variable::{Coding, Variable, VariableKind};

use std::sync::Arc;

/// Rows that belong together: the levels of a grouping factor, or of several crossed by `:`.
#[derive(Debug, Clone)]
pub struct Grouping {
    /// The name, such as `child` or `child:family`.
    pub name: String,
    /// The group of each row of the frame; `u32::MAX` where the row has none (such a row is not in [`Design::rows`]).
    pub codes: Arc<Vec<u32>>,
    /// The labels of the groups, in the order of the levels.
    pub labels: Arc<Vec<String>>,
}

/// One random-effects term `(columns | group)`.
#[derive(Debug, Clone)]
pub struct RandomTerm {
    /// The term as written in the canonical formula, such as `(1 + Days | Subject)`.
    pub label: String,
    /// The columns of Z, q of them.
    pub columns: Vec<ModelColumn>,
    /// The grouping factor.
    pub group: Grouping,
    /// The name of the covariance structure over the columns: `us` for a bar, `diag` for a double bar, or as written.
    pub structure: String,
    /// The options of the structure.
    pub options: Vec<(String, f64)>,
}

/// All that a Gaussian likelihood needs, in rows of the frame.
#[derive(Debug, Clone, Default)]
pub struct Design {
    /// The response's name, such as `sdq` or `log(cost)`.
    pub response_name: String,
    /// The response for each row of the frame (the offset is not subtracted).
    pub response: Arc<Vec<f64>>,
    /// The columns of X that are kept: p linearly independent ones.
    pub fixed: Vec<ModelColumn>,
    /// The names of the columns that were left out because earlier ones determine them.
    pub aliased: Vec<String>,
    /// The random-effects terms.
    pub random: Vec<RandomTerm>,
    /// The residual structure, when the formula has one.
    pub residual: Option<ResidualTerm>,
    /// The variance function of the residuals, when the formula has one.
    pub variance: Option<VarianceTerm>,
    /// The offset for each row of the frame.
    pub offset: Option<Arc<Vec<f64>>>,
    /// The weight for each row of the frame.
    pub weights: Option<Arc<Vec<f64>>>,
    /// The rows of the frame that enter the model, ascending: complete in every variable, weight above zero.
    pub rows: Arc<Vec<u32>>,
    /// The number of each row of the frame in its file, from 1; as in the frame, where it has none.
    pub row_numbers: Option<Arc<Vec<u64>>>,
    /// How many rows do not enter the model, and why.
    pub excluded: Excluded,
    /// Remarks for the reader, such as levels that do not occur.
    pub notes: Vec<String>,
    /// What is needed to treat new data alike.
    pub recipe: Arc<Recipe>,
}

impl Design {
    /// The number of `row` of the frame, as messages have it.
    pub(crate) fn row_number(&self, row: usize) -> u64 {
        self.row_numbers.as_ref().map_or(row as u64 + 1, |numbers| numbers[row])
    }

    /// What is needed to treat new data alike.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }
}

impl AsRef<Recipe> for Design {
    fn as_ref(&self) -> &Recipe {
        &self.recipe
    }
}

#[cfg(test)]
mod tests;
