//! A made-up data set from the dictionary alone: the columns, types, codes and structure of the real data, and none of
//! them. Whoever may not see the data can write and try a plan on it.
//!
//! The rows are subjects in clusters at every visit. Each column then gets a value for each of its *units*, the sets of
//! rows within which `constant_within` and the rules of a design forbid it to change, and each value is written as the
//! dictionary says that the file is. What was made is held against the dictionary before it is given out.
//!
//! The same dictionary, plan and seed give the same bytes on every platform: every draw belongs to (seed, column, unit).

mod absence;
mod domain;
mod layout;
mod needed;
mod units;
mod values;

use std::collections::BTreeMap;

use steadfast_core::frame::Role;
use steadfast_core::rng::{Purpose, Stream, Streams};
use steadfast_io::{Dictionary, Format, Variable, read_bytes, text_table};

use crate::error::{Error, Result};
use crate::plan::Plan;
use layout::Layout;
use needed::Needed;

/// The file's name in messages about a data set that could not be made.
const FILE: &str = "mock data";

/// How a data set is made.
///
/// ```
/// use steadfast::mock::Mock;
/// use steadfast_io::{Dictionary, Format};
///
/// let text = "[columns.child]\ntype = 'id'\nrole = 'subject'\n[columns.sdq]\ntype = 'integer'\nrange = [0, 40]";
/// let made = Mock::new(10).seed(7).make(&Dictionary::parse(text, "dictionary.toml")?, Format::CSV)?;
/// assert_eq!(made.rows, 10);
/// # Ok::<(), steadfast::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Mock {
    subjects: usize,
    seed: u64,
    missing: f64,
    cluster_size: f64,
    needed: Needed,
}

/// A made-up data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its rows.
    pub rows: usize,
    /// Subjects.
    pub subjects: usize,
    /// Clusters; subjects, where the dictionary has no clusters.
    pub clusters: usize,
    /// Rows of each subject.
    pub visits: usize,
}

impl Mock {
    /// So many `subjects`; seed 1, a tenth of the values missing and another tenth not applicable where that is allowed,
    /// one and a half subjects in a cluster.
    pub fn new(subjects: usize) -> Self {
        Self { subjects, seed: 1, missing: 0.1, cluster_size: 1.5, needed: Needed::default() }
    }

    /// The seed of every draw.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The share of the values that is missing, and the share of the others that is not applicable.
    pub fn missing(mut self, share: f64) -> Self {
        self.missing = share;
        self
    }

    /// The mean number of subjects in a cluster.
    pub fn cluster_size(mut self, mean: f64) -> Self {
        self.cluster_size = mean;
        self
    }

    /// Gives the columns without declared levels those that `plan` names.
    pub fn for_plan(mut self, plan: &Plan) -> Self {
        self.needed = Needed::of(plan);
        self
    }

    /// The data set as `dictionary` describes it, as a file of `format`.
    ///
    /// # Errors
    /// `mock_request` when a share or size is none; `too_few_values` when a column cannot have as many different values as
    /// the keys ask; `cannot_mock` when the dictionary asks for what this cannot make, with what is broken.
    pub fn make(&self, dictionary: &Dictionary, format: Format) -> Result<Made> {
        self.check()?;
        let layout = Layout::of(self, dictionary);
        let mut made = Columns::new(self, dictionary, &layout);
        for variable in units::order(dictionary) {
            made.add(variable)?;
        }
        let (names, columns) = made.finish();
        let bytes = text_table(&names, &columns, dictionary.read_options(), format)?;
        verify(&bytes, dictionary, format)?;
        let (rows, clusters) = (layout.n_rows(), layout.n_clusters());
        Ok(Made { bytes, rows, subjects: self.subjects, clusters, visits: layout.visits() })
    }

    fn check(&self) -> Result<()> {
        let share = (0.0..1.0).contains(&self.missing);
        let size = self.cluster_size >= 1.0 && self.cluster_size.is_finite();
        match (self.subjects > 0, share, size) {
            (true, true, true) => Ok(()),
            (false, ..) => Err(Error::usage("mock_request", "at least one subject is needed")),
            (_, false, _) => Err(Error::usage("mock_request", "the share that is missing lies from 0 to below 1")),
            (.., false) => Err(Error::usage("mock_request", "a cluster has at least one subject")),
        }
    }

    /// The streams of one column, one a unit.
    fn streams(&self, what: &str, column: &str) -> ColumnStreams {
        ColumnStreams(Streams::new(self.seed, Purpose::new(&format!("mock {what} {column}"))))
    }
}

/// Every draw belongs to (seed, column, unit).
struct ColumnStreams(Streams);

impl ColumnStreams {
    fn of(&self, unit: usize) -> Stream {
        self.0.stream(0, unit as u64)
    }
}

/// The columns as they are made, one after the other.
struct Columns<'a> {
    mock: &'a Mock,
    dictionary: &'a Dictionary,
    layout: &'a Layout,
    cells: BTreeMap<&'a str, Vec<String>>,
}

impl<'a> Columns<'a> {
    fn new(mock: &'a Mock, dictionary: &'a Dictionary, layout: &'a Layout) -> Self {
        Self { mock, dictionary, layout, cells: BTreeMap::new() }
    }

    /// Makes the column that `variable` describes; those within which it is constant are there already.
    fn add(&mut self, variable: &'a Variable) -> Result<()> {
        let units = units::of(variable, self.dictionary, self.layout, &self.cells);
        let mut values = values::of(variable, self.dictionary, self.mock, self.layout, &units)?;
        absence::impose(&mut values, variable, self.dictionary, self.mock)?;
        let cells = units.of_row.iter().map(|&unit| values[unit].clone()).collect();
        self.cells.insert(variable.name(), cells);
        Ok(())
    }

    /// The names and cells in the order of the file: who, when and what arm, then the others by name.
    fn finish(mut self) -> (Vec<String>, Vec<Vec<String>>) {
        let rank = |variable: &Variable| match variable.role() {
            Some(Role::Cluster) => 0,
            Some(Role::Subject) => 1,
            Some(Role::Visit) => 2,
            Some(Role::Time) => 3,
            Some(Role::Arm) => 4,
            _ => 5,
        };
        let mut variables: Vec<&Variable> = self.dictionary.variables().iter().collect();
        variables.sort_by_key(|variable| rank(variable));
        let cells = variables.iter().map(|variable| self.cells.remove(variable.name()).unwrap_or_default()).collect();
        (variables.iter().map(|variable| variable.name().to_owned()).collect(), cells)
    }
}

/// Nothing leaves that the dictionary itself would refuse.
fn verify(bytes: &[u8], dictionary: &Dictionary, format: Format) -> Result<()> {
    let options = dictionary.read_options().clone().format(format);
    let read = read_bytes(FILE, bytes.to_vec(), &options).and_then(|raw| raw.validate(dictionary));
    // The keys of a table are not known here; what it asks for is not made on purpose.
    let kept =
        if dictionary.lookups().is_empty() { read.and_then(|valid| valid.score()).map(drop) } else { read.map(drop) };
    match kept {
        Ok(()) => Ok(()),
        Err(error) => {
            let message = format!("no data set that keeps all rules of this dictionary could be made: {error}");
            Err(Error::usage("cannot_mock", message))
        }
    }
}

#[cfg(test)]
mod tests;
