//! Placement episodes of children in care: periods of care, placements, moves, exits, indicators of stability.
//!
//! A period of care runs from the day a child starts to be looked after to the day that ends it. Within it stand
//! placements, one after the other; a temporary placement from which the child returns is part of the placement before.
//! All intervals are half-open, `[start, stop)`: the child sleeps there in the night after `start` and not in the night
//! after `stop`, so that days add up to the length of the period whatever the number of moves.
//!
//! England's SSDA903 episodes become [`Histories`] by [`Histories::from_episodes`]; any other table of spells by
//! [`Histories::from_stays`]. What is in them is the same, and so are all tables.
//!
//! ```
//! use steadfast_core::episodes::{Began, Child, Ended, Episode, Histories, Register, State, StateKind};
//! use steadfast_core::frame::Date;
//!
//! let foster = State::new("foster", StateKind::Care);
//! let home = State::new("home", StateKind::Out);
//! let mut register = Register::new(vec![foster, home], vec![Child { id: "a".to_owned(), born: None }]);
//! let u6 = register.placement_type("U6", 0);
//! let full = register.legal_status("C2", false);
//! let planned = register.exit("E4A", 1);
//! let day = |day| Date::from_ymd(2022, 4, day);
//! let mut first = Episode::new(0, day(1).unwrap_or(Date(0)), Began::Started, full, u6, 1);
//! first.end(day(11).unwrap_or(Date(0)), Ended::Exit(planned));
//! register.episodes.push(first);
//! let histories = Histories::from_episodes(&register, Date(20_000))?;
//! assert_eq!(histories.periods()[0].placements.len(), 1);
//! assert_eq!(histories.periods()[0].days(histories.cut()), 10);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod calendar;
mod care;
mod children;
mod episode;
mod histories;
mod indicators;
mod layouts;
mod placements;
mod spells;
mod state;
mod stays;
mod tables;
#[cfg(test)]
mod tests;

pub use calendar::CollectionYear;
pub use care::{Exit, LegalSpell, MoveReason, Period, Placement};
pub use children::{ChildSummary, days_missing};
pub use episode::{Absence, Began, Child, Ended, Episode, Register};
pub use histories::Histories;
pub use indicators::{Indicator, StabilityRule, indicators};
pub use layouts::{Interval, Move, Occurrence};
pub use spells::{Origin, Spell};
pub use state::{State, StateKind};
pub use stays::Stay;
pub use tables::indicator_table;
