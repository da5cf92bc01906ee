//! What was computed while the rows were at hand, or why it was not.

use serde::{Deserialize, Serialize};

use crate::error::{Category, Error, Result};

/// A result that a saved fit keeps, or the error that stands in its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept<T> {
    /// The result.
    Value(T),
    /// Why there is none.
    Refused(Refusal),
}

/// An error as plain data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    code: String,
    message: String,
}

impl<T> Kept<T> {
    /// The result, or the error that it met.
    ///
    /// # Errors
    /// That error.
    pub fn get(&self) -> Result<&T> {
        match self {
            Kept::Value(value) => Ok(value),
            Kept::Refused(refusal) => Err(refusal.error()),
        }
    }
}

impl<T> From<Result<T>> for Kept<T> {
    fn from(result: Result<T>) -> Self {
        match result {
            Ok(value) => Kept::Value(value),
            Err(error) => Kept::Refused(error.into()),
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { code: error.code().to_owned(), message: error.to_string() }
    }
}

/// The errors that inference and random effects meet, as codes are fixed texts of the program.
const KNOWN: &[(&str, Category)] = &[
    ("method_does_not_apply", Category::Usage),
    ("too_many_groups", Category::Usage),
    ("too_many_effects", Category::Usage),
    ("cluster_too_large", Category::Usage),
    ("left_out", Category::Usage),
    ("needs_rows", Category::Usage),
    ("aliased_columns", Category::Data),
    ("singular_information", Category::Data),
    ("singular_vcov", Category::Data),
    ("undefined_likelihood", Category::Data),
    ("no_eigenvalues", Category::Data),
];

impl Refusal {
    fn error(&self) -> Error {
        match KNOWN.iter().find(|(code, _)| *code == self.code) {
            Some((code, Category::Usage)) => Error::usage(code, &self.message),
            Some((code, _)) => Error::data(code, &self.message),
            None => Error::usage("not_saved", &self.message),
        }
    }
}
