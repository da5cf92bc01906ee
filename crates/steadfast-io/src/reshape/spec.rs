//! Which columns of a wide table are one measure at several visits.

use steadfast_core::frame::Frame;

use crate::error::{Error, Result};

/// What is measured repeatedly, and how a wide table calls it.
///
/// ```
/// use steadfast_io::reshape::WideSpec;
///
/// let spec = WideSpec::new(["child"], "visit", ["baseline", "15 months", "30 months"])
///     .measure("sdq", ["sdq_0", "sdq_15", "sdq_30"])
///     .measure("pirgas", ["pg_0", "pg_15", "pg_30"]);
/// # let _ = spec;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WideSpec {
    key: Vec<String>,
    visit: String,
    visits: Vec<String>,
    measures: Vec<Measure>,
}

/// One measure: its name in the long table and its column at each visit in the wide one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    name: String,
    columns: Vec<String>,
}

impl Measure {
    /// Its name in the long table.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its columns in the wide table, one a visit.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }
}

impl WideSpec {
    /// Rows of the wide table are told apart by the columns `key`; the long table names the visit in the column
    /// `visit`, whose levels are `visits` in their order.
    pub fn new<K: Into<String>, V: Into<String>>(
        key: impl IntoIterator<Item = K>,
        visit: impl Into<String>,
        visits: impl IntoIterator<Item = V>,
    ) -> Self {
        Self {
            key: key.into_iter().map(Into::into).collect(),
            visit: visit.into(),
            visits: visits.into_iter().map(Into::into).collect(),
            measures: Vec::new(),
        }
    }

    /// Adds a measure: `columns` are its columns in the wide table, one for each visit, in the order of the visits.
    pub fn measure<C: Into<String>>(mut self, name: impl Into<String>, columns: impl IntoIterator<Item = C>) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        self.measures.push(Measure { name: name.into(), columns });
        self
    }

    /// The columns that tell the rows of the wide table apart.
    pub fn key(&self) -> &[String] {
        &self.key
    }

    /// The column that names the visit in the long table.
    pub fn visit(&self) -> &str {
        &self.visit
    }

    /// The visits in their order.
    pub fn visits(&self) -> &[String] {
        &self.visits
    }

    /// The measures.
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    /// Refuses a specification that cannot describe any table, or whose key is not in `frame`.
    pub(super) fn check(&self, frame: &Frame) -> Result<()> {
        let bad = |message: String| Err(Error::usage("bad_reshape", message));
        if self.key.is_empty() || self.visits.is_empty() || self.measures.is_empty() {
            return bad("a key, visits and measures are needed".to_owned());
        }
        if let Some(measure) = self.measures.iter().find(|measure| measure.columns.len() != self.visits.len()) {
            let (columns, visits) = (measure.columns.len(), self.visits.len());
            return bad(format!("the measure `{}` has {columns} columns for {visits} visits", measure.name));
        }
        let mut columns: Vec<&String> = self.measures.iter().flat_map(Measure::columns).chain(&self.key).collect();
        columns.sort();
        if let Some(pair) = columns.windows(2).find(|pair| pair[0] == pair[1]) {
            return bad(format!("the column `{}` is used twice", pair[0]));
        }
        for column in &self.key {
            frame.column(column)?;
        }
        Ok(())
    }
}
