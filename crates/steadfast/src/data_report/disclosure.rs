//! What a count may say about people.
//!
//! A count is of rows, but people are who could be known again: what decides is how many distinct subjects stand behind
//! it. Between one and the threshold it is shown as `<10`. Its exact neighbours would give it away by subtraction from
//! a total, so that where one count of a column is withheld all others of that column are rounded to the threshold. No
//! one is told by a zero.

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use steadfast_core::frame::Column;

/// What is counted where a column says who the subjects are.
pub(super) const SUBJECTS: &str = "subjects";

/// How much a report lets out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disclosure {
    /// Whether everything is shown, extremes and small counts too.
    pub full: bool,
    /// Counts of fewer are withheld.
    pub threshold: usize,
    /// What is counted: `subjects`, or `rows` where no column says who the subject is.
    pub counted: &'static str,
}

/// A count as it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The count.
    Exact(usize),
    /// The count rounded, so that it gives no other away.
    About(usize),
    /// It is not zero, and there are fewer subjects than this.
    Below(usize),
}

impl Shown {
    /// The height of a bar: nothing for what is withheld.
    pub(super) fn height(self) -> f64 {
        match self {
            Self::Exact(count) | Self::About(count) => count as f64,
            Self::Below(_) => 0.0,
        }
    }

    /// Whether it is certain that nothing was counted.
    pub fn is_zero(self) -> bool {
        self == Self::Exact(0)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(count) => write!(f, "{count}"),
            Self::About(count) => write!(f, "≈{count}"),
            Self::Below(threshold) => write!(f, "<{threshold}"),
        }
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let count = if let Self::Exact(count) = self { Some(*count) } else { None };
        let mut shown = serializer.serialize_struct("Shown", 2)?;
        shown.serialize_field("shown", &self.to_string())?;
        shown.serialize_field("count", &count)?;
        shown.end()
    }
}

/// Rows, and the distinct persons behind them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) rows: usize,
    pub(super) persons: usize,
}

/// Who stands behind each row.
pub(super) struct Persons {
    /// A number below `n` for each row; none where nobody says who the subjects are: each row is then a person.
    codes: Option<Vec<usize>>,
    n: usize,
}

impl Persons {
    pub(super) fn of(subject: Option<&Column>, n_rows: usize) -> Self {
        let factor = subject.map(Column::to_factor).filter(|factor| factor.codes().len() == n_rows);
        // Rows that do not say whom they are about count as one person together, so that they hide nobody.
        let n = factor.as_ref().map_or(0, |factor| factor.levels().len() + 1);
        let codes = factor.map(|factor| factor.codes().iter().map(|&code| (code as usize).min(n - 1)).collect());
        Self { codes, n }
    }

    pub(super) fn counted(&self) -> &'static str {
        if self.codes.is_some() { SUBJECTS } else { "rows" }
    }

    pub(super) fn tally(&self, rows: impl Iterator<Item = usize>) -> Tally {
        let Some(codes) = &self.codes else {
            let rows = rows.count();
            return Tally { rows, persons: rows };
        };
        let (mut seen, mut tally) = (vec![false; self.n], Tally::default());
        for row in rows {
            let seen = &mut seen[codes[row]];
            tally.persons += usize::from(!*seen);
            tally.rows += 1;
            *seen = true;
        }
        tally
    }
}

impl Disclosure {
    /// Whether a count must be withheld.
    pub(super) fn is_small(&self, tally: Tally) -> bool {
        !self.full && tally.rows > 0 && tally.persons < self.threshold
    }

    /// Whether one of `tallies` is withheld, so that the others must be rounded.
    pub(super) fn is_coarse(&self, tallies: &[Tally]) -> bool {
        tallies.iter().any(|tally| self.is_small(*tally))
    }

    /// The count as it may be shown, rounded where it is `coarse`.
    pub(super) fn show(&self, tally: Tally, coarse: bool) -> Shown {
        if self.is_small(tally) {
            Shown::Below(self.threshold)
        } else if coarse && tally.rows > 0 {
            Shown::About(self.rounded(tally.rows))
        } else {
            Shown::Exact(tally.rows)
        }
    }

    /// The count to the nearest multiple of the threshold, unless everything is shown.
    pub(super) fn rounded(&self, count: usize) -> usize {
        let unit = self.threshold.max(1);
        if self.full { count } else { (count + unit / 2) / unit * unit }
    }

    /// Whether a quantile may be shown: enough persons lie on either side of it.
    pub(super) fn allows(&self, at: f64, persons: usize) -> bool {
        self.full || (persons as f64) * at.min(1.0 - at) >= self.threshold as f64
    }
}
