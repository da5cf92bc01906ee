//! England's SSDA903 return of children looked after: files, codes, validation rules, repair, episodes.
//!
//! ```no_run
//! use steadfast_io::ssda903::{Files, Repairs, Scheme};
//!
//! let files = Files::find(&["returns".into()], None)?;
//! let found = files.read(Scheme::shipped()?)?.check(Repairs { spanning_returns: true })?;
//! println!("{} episodes, {} repairs", found.register().episodes.len(), found.repairs().len());
//! # Ok::<(), steadfast_io::Error>(())
//! ```

mod files;
mod register;
mod repair;
mod rows;
mod rules;
mod scheme;
mod sequence;
#[cfg(test)]
mod tests;

pub use files::{Files, TableKind};
pub use register::Found;
pub use repair::{Repair, Repairs};
pub use rows::Returns;
pub use rules::{RuleDescription, rules};
pub use scheme::{Code, Scheme};
