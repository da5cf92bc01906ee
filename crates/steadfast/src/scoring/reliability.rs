//! The reliability of one score.

use serde::Serialize;
use steadfast_core::error::Result as CoreResult;
use steadfast_core::frame::{Factor, Frame, Role};
use steadfast_core::instrument::{Request, item_rows};
use steadfast_core::psychometrics::{Coefficient, Omega, OmegaOptions, Ratings, cronbach_alpha, mcdonald_omega};

use crate::error::{Error, Result};

/// α and ω of a score, from the rows in which every item is answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reliability {
    /// The rows with every item.
    pub n: usize,
    /// The rows of the form without.
    pub n_incomplete: usize,
    /// Cronbach's α with Feldt's limits.
    pub alpha: Option<Coefficient>,
    /// McDonald's ω with limits of the bootstrap.
    pub omega: Option<Omega>,
    /// What could not be had, and why.
    pub without: Vec<Without>,
}

/// A coefficient that does not exist.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Without {
    /// `alpha` or `omega`.
    pub coefficient: String,
    /// A stable identifier of the reason.
    pub code: String,
    /// The reason.
    pub message: String,
}

/// The column whose levels are independent of each other, with its levels: the clusters, or else the subjects.
pub(super) fn clusters(frame: &Frame) -> Option<(String, Factor)> {
    let column = frame.with_role(Role::Cluster).next().or_else(|| frame.with_role(Role::Subject).next())?;
    Some((column.name().to_owned(), column.to_factor()))
}

impl Reliability {
    /// The reliability of a scale of a form of a request.
    ///
    /// # Errors
    /// A column that is not there, or a level that is none.
    pub(super) fn of(
        frame: &Frame,
        (request, form, scale): (&Request, usize, &str),
        clusters: Option<&(String, Factor)>,
        options: &OmegaOptions,
    ) -> Result<Self> {
        let items = item_rows(frame, request, form, scale)?;
        let of_rows: Option<Vec<u32>> =
            clusters.map(|(_, factor)| items.rows.iter().map(|&row| factor.codes()[row as usize]).collect());
        let mut found = Self {
            n: items.rows.len(),
            n_incomplete: items.n_rows - items.rows.len(),
            alpha: None,
            omega: None,
            without: Vec::new(),
        };
        match Ratings::complete(items.n_items, &items.values) {
            Ok(ratings) => {
                found.alpha = found.kept("alpha", cronbach_alpha(&ratings, options.level))?;
                found.omega = found.kept("omega", mcdonald_omega(&ratings, of_rows.as_deref(), options))?;
            }
            Err(error) => {
                found.kept::<()>("alpha", Err(error.clone()))?;
                found.kept::<()>("omega", Err(error))?;
            }
        }
        Ok(found)
    }

    /// The coefficient, or a note why there is none; a request that makes no sense stays an error.
    fn kept<T>(&mut self, coefficient: &str, result: CoreResult<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.code() == "level" => Err(Error::from(error)),
            Err(error) => {
                let (code, message) = (error.code().to_owned(), error.to_string());
                self.without.push(Without { coefficient: coefficient.to_owned(), code, message });
                Ok(None)
            }
        }
    }
}
