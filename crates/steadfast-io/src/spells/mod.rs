//! Tables of spells in any layout: a row a stay of a child in a state, read as a mapping file says.
//!
//! What the SSDA903 return is for England, a mapping makes of a Scottish, an American or a trial's own file: it names the
//! columns, the format of the dates, the states and what they mean for care, which changes are moves, and which reasons
//! say that a child left. What comes out are the same [`Histories`].

mod check;
mod mapping;
#[cfg(test)]
mod tests;

pub use check::{RULES, SpellRule};
pub use mapping::Mapping;

use steadfast_core::episodes::{CollectionYear, Histories};
use steadfast_core::findings::Findings;
use steadfast_core::frame::Date;

use crate::error::{Error, Result};
use crate::raw::RawTable;

/// A table of spells that broke no rule.
#[derive(Debug, Clone)]
pub struct Spells {
    read: check::Read,
    findings: Findings,
}

impl Spells {
    /// The spells in `table`, read as `mapping` says and held against [`RULES`].
    ///
    /// Operations: a sort, O(n log n), and a pass a rule.
    ///
    /// # Errors
    /// `invalid_data` with all findings, when one of them is an error; `unsupported_type`.
    pub fn read(table: &RawTable, mapping: &Mapping) -> Result<Self> {
        let (read, findings) = check::read(table, mapping)?;
        if findings.has_errors() {
            return Err(Error::findings("invalid_data", findings));
        }
        Ok(Self { read, findings: findings.sorted() })
    }

    /// Warnings and notes.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The last day that the table names, where observation ends unless another cut is asked for.
    pub fn last_day(&self) -> Date {
        self.read.last_day
    }

    /// The year of England's collection in which that day lies.
    pub fn last_year(&self) -> CollectionYear {
        CollectionYear::of(self.read.last_day)
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.read.stays.len()
    }

    /// The histories as they were known on `cut`.
    ///
    /// # Errors
    /// None that spells which broke no rule can cause.
    pub fn histories(&self, cut: Date) -> Result<Histories> {
        let read = &self.read;
        Ok(Histories::from_stays(read.states.clone(), read.children.clone(), &read.stays, &[], cut)?)
    }
}
