//! The schedule of a study: which observations are expected when, and what became of each of them.
//!
//! A visit counts from a time origin of its person (entry into care, randomisation), is meant to take place at a target
//! and has a window. An instrument is planned at some visits, for some ages, from some informants. The classification
//! of person × visit × instrument is complete: a person without a row of a visit is expected there nonetheless.
//!
//! | class | when, the first that holds |
//! |---|---|
//! | observed | some row has every value that should exist; whatever else holds |
//! | partly observed | some row has a value |
//! | not applicable | not planned at the visit; age outside the range on the day of the visit, or else of its target; the file says so |
//! | not yet due | the window's last day lies after the last day of the data; the file says so |
//! | withdrawn | withdrawal on the window's last day or before; the file says so |
//! | missing | otherwise |
//!
//! ```
//! use steadfast_core::frame::{Column, Date, Frame};
//! use steadfast_core::schedule::{AgeRange, AgeSource, DataCut, PlannedInstrument, PlannedVisit, Schedule, Status};
//!
//! let schedule = Schedule {
//!     subject: "child".into(),
//!     visit: "visit".into(),
//!     origins: vec![("care entry".into(), "care_entry_date".into())],
//!     visits: vec![PlannedVisit {
//!         visit: "15 months".into(),
//!         origin: "care entry".into(),
//!         target: "15 months".parse()?,
//!         from: "14 months".parse()?,
//!         to: "17 months".parse()?,
//!     }],
//!     instruments: vec![PlannedInstrument {
//!         name: "sdq".into(),
//!         label: None,
//!         columns: vec!["sdq".into()],
//!         scores: Vec::new(),
//!         age: AgeRange { from: Some("2 years".parse()?), below: None },
//!         informants: None,
//!         visits: Vec::new(),
//!     }],
//!     visit_date: None,
//!     age: AgeSource::BirthDate("birth_date".into()),
//!     withdrawal_date: None,
//!     data_cut: DataCut::Over,
//! };
//! assert!(schedule.contradictions().is_empty());
//! let days = |year| Date::from_ymd(year, 1, 31).into_iter().collect::<Vec<_>>();
//! let frame = Frame::new(vec![
//!     Column::factor("child", ["a"]),
//!     Column::factor("visit", ["15 months"]),
//!     Column::date("care_entry_date", days(2020)),
//!     Column::date("birth_date", days(2019)),
//!     Column::float("sdq", vec![12.0]),
//! ])?;
//! let classification = schedule.classify(&frame)?;
//! assert_eq!(classification.slots()[0].cell(0, 0).status, Status::Observed);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod appointments;
mod classification;
mod columns;
mod contradictions;
mod grid;
mod people;
mod plan;
mod refine;
mod remarks;
mod span;
mod status;

pub use classification::{Classification, Slot};
pub use plan::{AgeRange, AgeSource, DataCut, Informants, PlannedInstrument, PlannedVisit, Schedule};
pub use span::Span;
pub use status::{Cell, Ineligible, Status, Timing};

#[cfg(test)]
mod tests;
