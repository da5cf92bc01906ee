//! What can go wrong when a request cannot be answered: one opaque error with a stable code.

use std::fmt;

use crate::findings::Findings;

/// What kind of answer the caller should give: a corrected request, corrected data, or another model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Category {
    /// The request is malformed or names something that does not exist.
    Usage,
    /// The data break a rule that the request relies on.
    Data,
    /// The optimiser stopped before the optimum was established.
    NotConverged,
}

/// The state of an optimiser that stopped early, so that the user can look at it or restart from it.
#[derive(Debug, Clone, PartialEq)]
pub struct LastIterate {
    /// θ, the unconstrained covariance parameters, length k.
    pub theta: Vec<f64>,
    /// ∂(−2 log-likelihood)/∂θ at `theta`, length k.
    pub gradient: Vec<f64>,
    /// −2 log-likelihood at `theta`.
    pub minus_two_log_likelihood: f64,
    /// Iterations spent.
    pub iterations: usize,
}

/// The error of this crate. Its message names columns and rows, never a value of the data.
#[derive(Debug, Clone, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Kind>);

#[derive(Debug, Clone, thiserror::Error)]
enum Kind {
    #[error("{message}")]
    Request { code: &'static str, category: Category, message: String },
    #[error("{message}\n{}", findings.lines().join("\n"))]
    Findings { code: &'static str, message: String, findings: Findings },
    #[error("the optimiser stopped after {} iterations without establishing an optimum: {reason}", last.iterations)]
    NotConverged { reason: String, last: LastIterate },
}

impl Error {
    /// A request that is malformed or names something that does not exist.
    pub fn usage(code: &'static str, message: impl fmt::Display) -> Self {
        Self(Box::new(Kind::Request { code, category: Category::Usage, message: message.to_string() }))
    }

    /// Data that break a rule which the request relies on.
    pub fn data(code: &'static str, message: impl fmt::Display) -> Self {
        Self(Box::new(Kind::Request { code, category: Category::Data, message: message.to_string() }))
    }

    /// Rules that the data break, all of them; `message` says what follows from that.
    pub fn findings(code: &'static str, message: impl fmt::Display, findings: Findings) -> Self {
        Self(Box::new(Kind::Findings { code, message: message.to_string(), findings: findings.sorted() }))
    }

    /// An optimiser that stopped at `last` for `reason`.
    pub fn not_converged(reason: impl fmt::Display, last: LastIterate) -> Self {
        Self(Box::new(Kind::NotConverged { reason: reason.to_string(), last }))
    }

    /// The same error, with the file said in which its findings are.
    pub fn in_file(self, file: &str) -> Self {
        match *self.0 {
            Kind::Findings { code, message, findings } => {
                Self(Box::new(Kind::Findings { code, message, findings: findings.in_file(file) }))
            }
            other => Self(Box::new(other)),
        }
    }

    /// A stable identifier, such as `unknown_column`, that scripts may match on.
    pub fn code(&self) -> &'static str {
        match &*self.0 {
            Kind::Request { code, .. } | Kind::Findings { code, .. } => code,
            Kind::NotConverged { .. } => "not_converged",
        }
    }

    /// What kind of answer the error asks for.
    pub fn category(&self) -> Category {
        match &*self.0 {
            Kind::Request { category, .. } => *category,
            Kind::Findings { .. } => Category::Data,
            Kind::NotConverged { .. } => Category::NotConverged,
        }
    }

    /// Every rule that the data break, when that is the error.
    pub fn as_findings(&self) -> Option<&Findings> {
        match &*self.0 {
            Kind::Findings { findings, .. } => Some(findings),
            _ => None,
        }
    }

    /// Where the optimiser stood, when the error is that it did not converge.
    pub fn last_iterate(&self) -> Option<&LastIterate> {
        match &*self.0 {
            Kind::NotConverged { last, .. } => Some(last),
            _ => None,
        }
    }
}

/// The result of an operation of this crate.
pub type Result<T> = std::result::Result<T, Error>;
