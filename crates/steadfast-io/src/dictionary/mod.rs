//! The data dictionary: what each column means, which values it may hold, and what stands for a value that is not there.

mod check;
mod describe;
mod instruments;
mod of_file;
mod of_written;
mod render;
mod resolve;
mod schedule;
mod source;
mod variable;

use std::io;
use std::path::{Path, PathBuf};

use steadfast_core::findings::Severity;
use steadfast_core::frame::Role;
use steadfast_core::instrument::{Lookup, Request};
use steadfast_core::schedule::Schedule;

pub(crate) use of_file::TRUTH;
pub use variable::{DateFormat, Level, Levels, Range, Variable, VariableType};

use crate::error::{Error, Result};
use crate::read::{DecimalMark, ReadOptions};

/// What a file's columns mean. It is written in TOML; `data-fixtures/antidepressant/dictionary.toml` is a sample.
///
/// ```
/// use steadfast_io::Dictionary;
///
/// let dictionary = Dictionary::parse(
///     r#"
///     [columns.child]
///     type = "id"
///     role = "subject"
///
///     [columns.sdq]
///     type = "integer"
///     role = "outcome"
///     range = [0, 40]
///     missing = [99]
///     "#,
///     "dictionary.toml",
/// )?;
/// assert_eq!(dictionary.variables().len(), 2);
/// # Ok::<(), steadfast_io::Error>(())
/// ```
///
/// # Sections
///
/// `[file]` says how to read: `encoding` (`utf-8`, `windows-1252`), `delimiter`, `decimal_comma`, and the texts that
/// stand for a missing value (`missing`, by default the empty field and `NA`) and for one that cannot exist by design
/// (`not_applicable`), for one absent after withdrawal (`withdrawn`) and for one that is not yet due (`not_yet_due`), in
/// every column.
///
/// `[keys]` has `unique`, lists of columns that identify a row; without it, subject and visit do.
///
/// `[rules]` gives a rule another severity, such as `visit_order = "warning"`; a rule that guards the meaning of a
/// single cell cannot be weakened.
///
/// `[schedule]` says when visits are planned and what they ask: `docs/schedule.md`.
///
/// `[[instruments]]` says which instruments are scored from which columns, `[[lookups]]` what is looked up in tables;
/// `docs/instruments.md` describes both.
///
/// `[columns.NAME]` describes a column:
///
/// | key | meaning |
/// |---|---|
/// | `type` | `id` or `text` (kept as it is written), `factor`, `float`, `integer`, `bool`, `date` |
/// | `role` | `subject`, `cluster`, `visit`, `time`, `arm`, `outcome`, `baseline`, `weight`, `stratum`, `covariate` |
/// | `label`, `unit` | for tables |
/// | `levels` | the codes of a factor in order, each a text or `{ code, label }`; a label becomes the level's name |
/// | `ordered`, `reference` | of a factor with levels |
/// | `range` | smallest and largest value of a number or date, both allowed |
/// | `codes` | the values that an `integer` may have |
/// | `missing`, `not_applicable`, `withdrawn`, `not_yet_due` | further texts, beside those of `[file]` |
/// | `date_format` | `yyyy-mm-dd` (default), `dd/mm/yyyy`, `mm/dd/yyyy`, with `-`, `/` or `.` |
/// | `required` | whether every row must have a value; subject and key columns always must |
/// | `constant_within` | columns within whose values this one must not change |
#[derive(Debug, Clone, PartialEq)]
pub struct Dictionary {
    variables: Vec<Variable>,
    keys: Vec<Vec<String>>,
    severities: Vec<(String, Severity)>,
    read_options: ReadOptions,
    decimal_mark: Option<DecimalMark>,
    schedule: Option<Schedule>,
    scoring: instruments::Scoring,
}

impl Dictionary {
    /// The dictionary in the file at `path`.
    ///
    /// # Errors
    /// `unreadable_file`, or as [`Dictionary::parse`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| Error::unreadable(path, source))?;
        Self::parse(&text, &path.display().to_string())
    }

    /// The dictionary in `text`; `name` is what messages call it, and the files that `[[instruments]]` and `[[lookups]]` name are
    /// seen from its folder.
    ///
    /// # Errors
    /// `invalid_dictionary` when the text is no TOML, has a key that means nothing, or contradicts itself.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        let folder = Path::new(name).parent().unwrap_or(Path::new(""));
        Self::parse_with(text, name, &|file| std::fs::read(folder.join(file)))
    }

    /// The dictionary in `text`, for callers who hold or hash the files that it names: `read` gives the content of each, by the name
    /// that the text has for it.
    ///
    /// # Errors
    /// As [`Dictionary::parse`].
    pub fn parse_with(text: &str, name: &str, read: &dyn Fn(&Path) -> io::Result<Vec<u8>>) -> Result<Self> {
        let source: source::Source = toml::from_str(text)
            .map_err(|error| Error::usage("invalid_dictionary", format!("`{name}`: {}", error.to_string().trim())))?;
        let (dictionary, mut problems) = source.into_dictionary(read);
        problems.extend(check::contradictions(&dictionary));
        if problems.is_empty() {
            Ok(dictionary)
        } else {
            Err(Error::usage("invalid_dictionary", format!("`{name}`: {}", problems.join("\n"))))
        }
    }

    /// The columns described, in the order of their names.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The description of the column `name`.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name() == name)
    }

    /// The first column with `role`.
    pub fn with_role(&self, role: Role) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.role() == Some(role))
    }

    /// The lists of columns that identify a row: those declared, or else subject and visit.
    pub fn keys(&self) -> Vec<Vec<String>> {
        if !self.keys.is_empty() {
            return self.keys.clone();
        }
        let name = |role| self.with_role(role).map(|variable| variable.name().to_owned());
        match name(Role::Subject) {
            Some(subject) => vec![std::iter::once(subject).chain(name(Role::Visit)).collect()],
            None => Vec::new(),
        }
    }

    /// How the file that the dictionary describes is to be read.
    pub fn read_options(&self) -> &ReadOptions {
        &self.read_options
    }

    /// When visits are planned and what they ask, when the dictionary says so.
    pub fn schedule(&self) -> Option<&Schedule> {
        self.schedule.as_ref()
    }

    /// The instruments that are to be scored.
    pub fn instruments(&self) -> &[Request] {
        &self.scoring.requests
    }

    /// The tables in which values are looked up, after scoring.
    pub fn lookups(&self) -> &[Lookup] {
        &self.scoring.tables
    }

    /// The files that the dictionary names, as it names them, each once: definitions of instruments, and tables.
    pub fn files(&self) -> &[PathBuf] {
        &self.scoring.files
    }

    /// The decimal mark, when the dictionary states one.
    pub fn decimal_mark(&self) -> Option<DecimalMark> {
        self.decimal_mark
    }

    /// The severity that the dictionary gives to the rule `code`.
    pub fn severity(&self, code: &str) -> Option<Severity> {
        self.severities.iter().find(|(rule, _)| rule == code).map(|(_, severity)| *severity)
    }

    pub(crate) fn severities(&self) -> &[(String, Severity)] {
        &self.severities
    }
}

#[cfg(test)]
mod tests;
