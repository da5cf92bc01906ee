//! One column of the dictionary.

use std::str::FromStr;

use steadfast_core::frame::{Date, Presence, Role};

use crate::error::{Error, Result};

/// What a column holds and means.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    pub(super) name: String,
    pub(super) kind: VariableType,
    pub(super) role: Option<Role>,
    pub(super) label: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) range: Option<Range>,
    pub(super) missing: Vec<String>,
    pub(super) not_applicable: Vec<String>,
    pub(super) withdrawn: Vec<String>,
    pub(super) not_yet_due: Vec<String>,
    pub(super) required: bool,
    pub(super) constant_within: Vec<String>,
}

impl Variable {
    /// The column's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What kind of values it holds.
    pub fn kind(&self) -> &VariableType {
        &self.kind
    }

    /// Its role in the design.
    pub fn role(&self) -> Option<Role> {
        self.role
    }

    /// Its label for tables.
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// Its unit of measurement.
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// The values that it may have.
    pub fn range(&self) -> Option<Range> {
        self.range
    }

    /// The texts that stand for a missing value.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// The texts that stand for a value that cannot exist by design.
    pub fn not_applicable(&self) -> &[String] {
        &self.not_applicable
    }

    /// The texts that stand for a value that is absent after withdrawal.
    pub fn withdrawn(&self) -> &[String] {
        &self.withdrawn
    }

    /// The texts that stand for a value that is not yet due.
    pub fn not_yet_due(&self) -> &[String] {
        &self.not_yet_due
    }

    /// Every reason for which a value is absent, with the texts that stand for it.
    pub fn absent(&self) -> [(Presence, &[String]); 4] {
        [
            (Presence::NotApplicable, &self.not_applicable),
            (Presence::NotYetDue, &self.not_yet_due),
            (Presence::Withdrawn, &self.withdrawn),
            (Presence::Missing, &self.missing),
        ]
    }

    /// Whether every row must have a value.
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// The columns within whose values this one must not change.
    pub fn constant_within(&self) -> &[String] {
        &self.constant_within
    }
}

/// What kind of values a column holds.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum VariableType {
    /// An identifier or another text, kept as it is written: a factor.
    Text,
    /// A factor; without declared levels, its levels are what occurs.
    Factor(Option<Levels>),
    /// Real numbers.
    Float,
    /// Whole numbers, of those listed where there is a list.
    Integer(Option<Vec<i64>>),
    /// Yes or no: `true`, `yes`, `1` and `false`, `no`, `0`, in any case.
    Bool,
    /// Days.
    Date(DateFormat),
}

/// The declared levels of a factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Levels {
    pub(super) levels: Vec<Level>,
    pub(super) ordered: bool,
    pub(super) reference: Option<String>,
}

impl Levels {
    /// Levels that the file writes by their names.
    pub(crate) fn of_names(names: Vec<String>, ordered: bool, reference: Option<String>) -> Self {
        let levels = names.into_iter().map(|code| Level { code, label: None }).collect();
        Self { levels, ordered, reference }
    }

    /// Levels with a code and a label each.
    pub(crate) fn labelled(pairs: Vec<(String, String)>) -> Self {
        let levels = pairs.into_iter().map(|(code, label)| Level { code, label: Some(label) }).collect();
        Self { levels, ordered: false, reference: None }
    }

    /// The levels in order.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// Whether the order has meaning.
    pub fn is_ordered(&self) -> bool {
        self.ordered
    }

    /// The name of the reference level, when one is declared.
    pub fn reference(&self) -> Option<&str> {
        let declared = self.reference.as_deref()?;
        let level = self.levels.iter().find(|level| level.code == declared || level.name() == declared);
        Some(level.map_or(declared, Level::name))
    }
}

/// A level as the file writes it and as tables show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    pub(super) code: String,
    pub(super) label: Option<String>,
}

impl Level {
    /// What the file writes.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The level's name in a frame: its label, or else its code.
    pub fn name(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.code)
    }
}

/// The smallest and the largest value allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Range {
    /// Of numbers.
    Number(f64, f64),
    /// Of days.
    Date(Date, Date),
}

/// The order of day, month and year, and the character between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DateFormat {
    /// 2024-02-29 with `-`.
    YearMonthDay(char),
    /// 29/02/2024 with `/`.
    DayMonthYear(char),
    /// 02/29/2024 with `/`.
    MonthDayYear(char),
}

impl Default for DateFormat {
    fn default() -> Self {
        Self::YearMonthDay('-')
    }
}

impl FromStr for DateFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let unknown = || {
            Error::usage(
                "unknown_date_format",
                format!("`{text}` is no date format; write it like yyyy-mm-dd, dd/mm/yyyy or mm/dd/yyyy"),
            )
        };
        let mark = text.chars().find(|c| !c.is_ascii_alphabetic()).ok_or_else(unknown)?;
        let parts: Vec<&str> = text.split(mark).collect();
        match (parts.as_slice(), mark) {
            (["yyyy", "mm", "dd"], '-' | '/' | '.') => Ok(Self::YearMonthDay(mark)),
            (["dd", "mm", "yyyy"], '-' | '/' | '.') => Ok(Self::DayMonthYear(mark)),
            (["mm", "dd", "yyyy"], '-' | '/' | '.') => Ok(Self::MonthDayYear(mark)),
            _ => Err(unknown()),
        }
    }
}

impl DateFormat {
    /// The day as this format writes it, with two digits for month and day.
    ///
    /// ```
    /// use steadfast_core::frame::Date;
    /// use steadfast_io::DateFormat;
    ///
    /// let format: DateFormat = "dd/mm/yyyy".parse()?;
    /// assert_eq!(format.write(Date(0)), "01/01/1970");
    /// # Ok::<(), steadfast_io::Error>(())
    /// ```
    pub fn write(self, date: Date) -> String {
        let (year, month, day) = date.ymd();
        match self {
            Self::YearMonthDay(mark) => format!("{year:04}{mark}{month:02}{mark}{day:02}"),
            Self::DayMonthYear(mark) => format!("{day:02}{mark}{month:02}{mark}{year:04}"),
            Self::MonthDayYear(mark) => format!("{month:02}{mark}{day:02}{mark}{year:04}"),
        }
    }

    /// The day that `text` writes: four digits for the year, one or two for month and day.
    pub(crate) fn parse(self, text: &str) -> Option<Date> {
        let (Self::YearMonthDay(mark) | Self::DayMonthYear(mark) | Self::MonthDayYear(mark)) = self;
        let mut parts = text.split(mark);
        let three = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let (year, month, day) = match (self, three) {
            (Self::YearMonthDay(_), (year, month, day))
            | (Self::DayMonthYear(_), (day, month, year))
            | (Self::MonthDayYear(_), (month, day, year)) => (year, month, day),
        };
        let digits = |text: &str, most: usize| -> Option<u32> {
            let all_digits = !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
            if all_digits { text.parse().ok() } else { None }
        };
        if year.len() != 4 {
            return None;
        }
        Date::from_ymd(digits(year, 4)? as i32, digits(month, 2)?, digits(day, 2)?)
    }
}
