//! Questionnaires and rating scales: how items become scores, and which rule made each score.
//!
//! A [`Definition`] says what a form's items may hold and how its scales are made of them; it is plain data, written by
//! hand. [`Form::new`] checks it, and a form gives the [`Score`]s of one respondent. A [`Request`] binds forms to the columns of a
//! frame, chooses between them row by row by age and informant, and [`score`] adds the scores of all rows. What is not
//! applicable by age is told apart from what is missing, and nothing is ever scored from an item outside its range.
//!
//! ```
//! use steadfast_core::instrument::{Answer, Definition, Form, Score};
//!
//! let definition = Definition::new("mood", "Mood").items(["1-3"], 0.0, 2.0).scale("total", "Total", ["1-3"]);
//! let form = Form::new(definition).map_err(|problems| problems.join("; "))?;
//! let answers = [Answer::Given(1.0), Answer::Given(2.0), Answer::Given(0.0)];
//! assert_eq!(form.scores(&answers, None), [Score::Made { value: 3.0, filled: 0 }]);
//! # Ok::<(), String>(())
//! ```

mod change;
mod check;
mod columns;
mod definition;
mod form;
mod item_list;
mod lookup;
mod report;
mod request;
mod rows;
mod scale;
mod score;
mod selection;
mod standardise;
mod summary;
#[cfg(test)]
mod tests;

pub use change::{Better, Change, ReliableChange};
pub use definition::{
    AgeRange, AgeUnit, Band, Condition, Definition, ItemGroup, Method, Minimum, Rounding, Scale, Summary, SummaryRule,
};
pub use form::{Answer, Form, Output, Score};
pub use item_list::ItemList;
pub use lookup::{Ages, Join, Lookup, LookupTable};
pub use report::{FormScales, ScaleReport};
pub use request::{AgeColumn, InformantColumn, ItemColumns, Reference, Request};
pub use rows::{ItemRows, item_rows};
pub use score::{Scored, score};
pub use standardise::standardised;
