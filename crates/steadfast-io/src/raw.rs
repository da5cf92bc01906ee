//! A table as its file holds it, before anybody has said what its columns mean.

use polars::prelude::DataFrame;
use steadfast_core::frame::Frame;

use crate::dictionary::Dictionary;
use crate::error::Result;
use crate::note::Note;
use crate::read::DecimalMark;
use crate::validate::{Assessment, Valid};
use crate::{convert, infer, validate};

/// The columns of a file: text, where the file knows no types, and otherwise typed as the file declares; and what the
/// file says about them, where it says anything.
#[derive(Debug, Clone)]
pub struct RawTable {
    file: String,
    columns: DataFrame,
    /// One for each column, or none at all.
    notes: Vec<Note>,
    keys: Vec<Vec<String>>,
    is_text: bool,
    decimal_mark: DecimalMark,
}

impl RawTable {
    pub(crate) fn new(file: &str, columns: DataFrame, is_text: bool, decimal_mark: DecimalMark) -> Self {
        Self { file: file.to_owned(), columns, notes: Vec::new(), keys: Vec::new(), is_text, decimal_mark }
    }

    /// The table with a note for each column, and with the columns that identify a row.
    pub(crate) fn with_notes(mut self, notes: Vec<Note>, keys: Vec<Vec<String>>) -> Self {
        self.notes = notes;
        self.keys = keys;
        self
    }

    /// The name of the file, as messages use it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The number of rows, without the header.
    pub fn n_rows(&self) -> usize {
        self.columns.height()
    }

    /// The columns' names in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.columns().iter().map(|column| column.name().as_str())
    }

    /// The columns, for those who work with polars. Where a file declares a code to stand for an absent value, its
    /// cells are null.
    pub fn as_polars(&self) -> &DataFrame {
        &self.columns
    }

    pub(crate) fn decimal_mark(&self) -> DecimalMark {
        self.decimal_mark
    }

    /// What the file says about the column at `index`.
    pub(crate) fn note(&self, index: usize) -> Option<&Note> {
        self.notes.get(index)
    }

    pub(crate) fn keys(&self) -> &[Vec<String>] {
        &self.keys
    }

    /// The file's own description of its columns, to start a dictionary from: types, labels, levels, the codes that
    /// stand for absent values. `None` when the format has no place for one, as CSV. [`Dictionary::to_toml`] writes it.
    ///
    /// A column whose observed values all have labels is a factor with a level for each label, in the order of the
    /// codes; where two codes have the same label, the later level's name ends with its code in brackets. A code that
    /// is labelled `not applicable`, in whatever case, stands for a value that cannot exist by design.
    pub fn description(&self) -> Option<Dictionary> {
        (!self.notes.is_empty()).then(|| Dictionary::of_file(self))
    }

    /// The table held against its `dictionary`: every rule that the data break, all at once, none repaired.
    ///
    /// Columns that the dictionary does not describe are left out of the result, with a warning each. Where the file
    /// itself declares a code to stand for an absent value, such as 99 in an SPSS file or `.a` in a Stata file, the
    /// dictionary sees that code as the cell's text: it may list it among `missing`, `not_applicable`, `levels` or
    /// `codes`; a code that it does not list stands for a missing value, as the file says. The rules, in
    /// parentheses those that `[rules]` in the dictionary may weaken:
    ///
    /// | code | severity | broken when |
    /// |---|---|---|
    /// | `empty_table` | error | there are no rows |
    /// | `missing_column` | error | a described column is not in the file |
    /// | (`undescribed_column`) | warning | a column of the file is not described |
    /// | `wrong_type` | error | a cell is not written like its column's type |
    /// | `unknown_code` | error | a cell is none of the declared levels or codes |
    /// | `non_finite` | error | a number is infinite or NaN |
    /// | (`out_of_range`) | error | a value lies outside the declared range |
    /// | `required_value` | error | a row has no value in a key, subject, cluster or required column |
    /// | `duplicate_key` | error | two rows have the same key, such as subject and visit |
    /// | (`visit_order`) | error | a later visit of a subject has an earlier time |
    /// | (`not_constant`) | error | the arm changes within a cluster (without clusters: a subject), or another column within what `constant_within` declares |
    /// | `subject_in_two_clusters` | error | a subject is in two clusters |
    /// | (`baseline_missing`) | warning | a subject has no baseline value, and one could exist |
    /// | (`one_cluster`) | warning | all rows are of one cluster, or of one subject |
    /// | (`constant_outcome`) | warning | an outcome does not vary |
    ///
    /// # Errors
    /// `invalid_data`, with all findings, when one of them is an error.
    pub fn validate(&self, dictionary: &Dictionary) -> Result<Valid> {
        validate::validate(self, dictionary)
    }

    /// As [`RawTable::validate`], for those who look at the data before anybody analyses them: the typed columns come back
    /// with all findings, errors among them.
    ///
    /// # Errors
    /// `unsupported_type` when a column is no number, text, date or truth value.
    pub fn assess(&self, dictionary: &Dictionary) -> Result<Assessment> {
        validate::assess(self, dictionary)
    }

    /// A frame without a dictionary. A file that describes its columns is held against its own
    /// [description](RawTable::description); types that a file declares are kept. A column of text becomes, by the first rule that
    /// all its values obey:
    ///
    /// | values | column |
    /// |---|---|
    /// | none at all | real numbers, all missing |
    /// | `true` and `false`, in any case | yes or no |
    /// | days as yyyy-mm-dd | dates |
    /// | whole numbers of at most 15 digits without leading zeros | whole numbers |
    /// | numbers without leading zeros | real numbers |
    /// | anything else | factor, levels in [`steadfast_core::frame::level_order`] |
    ///
    /// These values are missing: the empty field, `NA`, `N/A`, `NaN`, `.`, `NULL` and `null`. Whatever else stands for a
    /// missing value makes the column a factor, or passes as a number: data that matter deserve a dictionary.
    ///
    /// # Errors
    /// `empty_table` when there are no rows; `unsupported_type` as [`crate::frame_from_polars`]; `invalid_data` when the
    /// data contradict the file's own description.
    pub fn infer(&self) -> Result<Frame> {
        if self.n_rows() == 0 {
            return Err(convert::no_rows(self));
        }
        match self.description() {
            Some(description) => Ok(self.validate(&description)?.into_frame()),
            None if self.is_text => infer::frame(self),
            None => convert::non_empty_frame(self),
        }
    }
}
