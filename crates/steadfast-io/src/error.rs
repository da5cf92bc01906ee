//! What can go wrong while reading, validating, reshaping and writing: one opaque error with a stable code.

use std::fmt;
use std::path::Path;

use steadfast_core::error::Category;
use steadfast_core::findings::Findings;

/// The error of this crate. Its message names files, columns and rows, never a value of the data.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Kind>);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("{message}")]
    Plain { code: &'static str, category: Category, message: String },
    #[error("`{file}`: {source}")]
    File { file: String, code: &'static str, source: std::io::Error },
    #[error("{}", summary(findings))]
    Findings { code: &'static str, findings: Findings },
    #[error(transparent)]
    Core(steadfast_core::error::Error),
}

fn summary(findings: &Findings) -> String {
    let count = format!("{} {}", findings.len(), if findings.len() == 1 { "finding" } else { "findings" });
    [vec![count], findings.lines()].concat().join("\n")
}

impl Error {
    /// A request that is malformed or names something that does not exist.
    pub(crate) fn usage(code: &'static str, message: impl fmt::Display) -> Self {
        Self(Box::new(Kind::Plain { code, category: Category::Usage, message: message.to_string() }))
    }

    /// A file that is not what it should be, or data that cannot be handled.
    pub(crate) fn data(code: &'static str, message: impl fmt::Display) -> Self {
        Self(Box::new(Kind::Plain { code, category: Category::Data, message: message.to_string() }))
    }

    /// A file that could not be opened or read.
    pub(crate) fn unreadable(path: &Path, source: std::io::Error) -> Self {
        Self(Box::new(Kind::File { file: path.display().to_string(), code: "unreadable_file", source }))
    }

    /// A file that could not be written.
    pub(crate) fn unwritable(path: &Path, source: std::io::Error) -> Self {
        Self(Box::new(Kind::File { file: path.display().to_string(), code: "unwritable_file", source }))
    }

    /// Rules that the data break, all of them.
    pub(crate) fn findings(code: &'static str, findings: Findings) -> Self {
        Self(Box::new(Kind::Findings { code, findings: findings.sorted() }))
    }

    /// A stable identifier, such as `invalid_data`, that scripts may match on.
    pub fn code(&self) -> &'static str {
        match &*self.0 {
            Kind::Plain { code, .. } | Kind::File { code, .. } | Kind::Findings { code, .. } => code,
            Kind::Core(error) => error.code(),
        }
    }

    /// What kind of answer the error asks for.
    pub fn category(&self) -> Category {
        match &*self.0 {
            Kind::Plain { category, .. } => *category,
            Kind::File { .. } => Category::Usage,
            Kind::Findings { .. } => Category::Data,
            Kind::Core(error) => error.category(),
        }
    }

    /// Every rule that the data break, when that is the error.
    pub fn as_findings(&self) -> Option<&Findings> {
        match &*self.0 {
            Kind::Findings { findings, .. } => Some(findings),
            _ => None,
        }
    }
}

impl From<steadfast_core::error::Error> for Error {
    fn from(error: steadfast_core::error::Error) -> Self {
        Self(Box::new(Kind::Core(error)))
    }
}

/// The result of an operation of this crate.
pub type Result<T> = std::result::Result<T, Error>;
