//! What can go wrong in a command, and the exit code that says so: one table for the whole program.

use std::fmt;
use std::path::Path;

use steadfast_core::error::Category;
use steadfast_core::findings::Findings;

/// How a command ended; the discriminant is the exit code of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exit {
    /// The answer was given.
    Ok = 0,
    /// The request is malformed or names something that does not exist.
    Usage = 2,
    /// The data break a rule that the request relies on.
    InvalidData = 3,
    /// The optimiser stopped before the optimum was established.
    NotConverged = 4,
    /// The answer was withheld because it could identify a person.
    Disclosure = 5,
    /// A result does not agree with its bundle.
    Mismatch = 6,
    /// The user interrupted the run; what was not whole was not written.
    Interrupted = 130,
}

impl Exit {
    /// The code for the operating system.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// The error of this crate. Its message names files, columns and rows, never a value of the data.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Kind>);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("{message}")]
    Request { code: &'static str, exit: Exit, message: String },
    #[error("`{file}`: {source}")]
    File { code: &'static str, file: String, source: std::io::Error },
    #[error("interrupted")]
    Interrupted,
    #[error("{context}: {source}")]
    Within { context: String, source: Error },
    #[error(transparent)]
    Core(steadfast_core::error::Error),
    #[error(transparent)]
    Io(steadfast_io::Error),
}

impl Error {
    /// A request that is malformed or names something that does not exist.
    pub fn usage(code: &'static str, message: impl fmt::Display) -> Self {
        Self(Box::new(Kind::Request { code, exit: Exit::Usage, message: message.to_string() }))
    }

    /// Data that break a rule which the request relies on.
    pub(crate) fn data(code: &'static str, message: impl fmt::Display) -> Self {
        Self(Box::new(Kind::Request { code, exit: Exit::InvalidData, message: message.to_string() }))
    }

    /// A file or folder that could not be read or written.
    pub fn file(code: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self(Box::new(Kind::File { code, file: path.display().to_string(), source }))
    }

    /// A run that the user stopped.
    pub(crate) fn interrupted() -> Self {
        Self(Box::new(Kind::Interrupted))
    }

    /// The same error, with the part of the request in which it arose said first.
    pub(crate) fn within(self, context: impl fmt::Display) -> Self {
        Self(Box::new(Kind::Within { context: context.to_string(), source: self }))
    }

    /// The same error, with the file said in which its findings are.
    pub fn in_file(self, file: &str) -> Self {
        match *self.0 {
            Kind::Core(error) => Self::from(error.in_file(file)),
            Kind::Within { context, source } => source.in_file(file).within(context),
            other => Self(Box::new(other)),
        }
    }

    /// A stable identifier, such as `unknown_column`, that scripts may match on.
    pub fn code(&self) -> &'static str {
        match &*self.0 {
            Kind::Request { code, .. } | Kind::File { code, .. } => code,
            Kind::Interrupted => "interrupted",
            Kind::Within { source, .. } => source.code(),
            Kind::Core(error) => error.code(),
            Kind::Io(error) => error.code(),
        }
    }

    /// The exit code that the error stands for.
    pub fn exit(&self) -> Exit {
        match &*self.0 {
            Kind::Request { exit, .. } => *exit,
            Kind::File { .. } => Exit::Usage,
            Kind::Interrupted => Exit::Interrupted,
            Kind::Within { source, .. } => source.exit(),
            Kind::Core(error) => of_category(error.category()),
            Kind::Io(error) => of_category(error.category()),
        }
    }

    /// Every rule that the data break, when that is the error.
    pub fn as_findings(&self) -> Option<&Findings> {
        match &*self.0 {
            Kind::Io(error) => error.as_findings(),
            Kind::Core(error) => error.as_findings(),
            Kind::Within { source, .. } => source.as_findings(),
            _ => None,
        }
    }
}

/// The exit code of a category. A category that is newer than this table is the user's to resolve.
fn of_category(category: Category) -> Exit {
    match category {
        Category::Data => Exit::InvalidData,
        Category::NotConverged => Exit::NotConverged,
        _ => Exit::Usage,
    }
}

impl From<steadfast_core::error::Error> for Error {
    fn from(error: steadfast_core::error::Error) -> Self {
        Self(Box::new(Kind::Core(error)))
    }
}

impl From<steadfast_io::Error> for Error {
    fn from(error: steadfast_io::Error) -> Self {
        Self(Box::new(Kind::Io(error)))
    }
}

/// The result of an operation of this crate.
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_of_an_error_changes_neither_its_code_nor_its_exit() {
        let inner = steadfast_core::error::Error::data("unequal_lengths", "two lengths");
        let error = Error::from(inner).within("analysis `primary`");
        assert_eq!((error.code(), error.exit()), ("unequal_lengths", Exit::InvalidData));
        assert_eq!(error.to_string(), "analysis `primary`: two lengths");
        assert_eq!(Error::interrupted().exit().code(), 130);
    }
}
