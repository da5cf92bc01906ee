//! A column as the numbers or texts that the files of statistical packages hold: factors as codes or texts, absences as
//! letters.

use steadfast_core::frame::{Code, Column, ColumnData, Factor, Presence, level_order};

use super::losses::Losses;
use super::tags::Tags;
use crate::dictionary::TRUTH;
use crate::error::{Error, Result};

/// Past this, whole numbers and doubles no longer correspond one to one.
const WHOLE_DOUBLES: u64 = 1 << 53;
/// 1960-01-01, from which Stata and SAS count days, seen from 1970-01-01.
const DAYS_TO_1970: f64 = 3_653.0;

/// What a column's numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Real,
    Whole,
    Day,
    Truth,
    /// Codes of a factor.
    Codes,
    /// No numbers but texts.
    Text,
}

/// What a format can do with factors and absences.
pub(super) struct Limits {
    /// Whether labels of values have a place in the file.
    pub(super) value_labels: bool,
    /// The letters that absences are told apart by, in the order in which they are given.
    pub(super) letters: &'static str,
    /// The longest text, in bytes.
    pub(super) longest_text: usize,
    /// The smallest and largest code of a label.
    pub(super) codes: (i64, i64),
}

/// A column on its way to a file.
pub(super) struct Coded<'a> {
    pub(super) column: &'a Column,
    pub(super) kind: Kind,
    /// Of a factor written by codes, the code of each level.
    codes: Vec<i64>,
    /// The labels of values, in the order of their codes.
    pub(super) labels: Vec<(i64, String)>,
    tags: Tags,
}

/// A cell of a numeric column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    Value(f64),
    /// Absent, with the letter that tells why, or none.
    Absent(Option<char>),
}

impl<'a> Coded<'a> {
    /// The column in a format with these limits; what it cannot carry goes to `losses`.
    pub(super) fn of(column: &'a Column, limits: &Limits, losses: &mut Losses) -> Result<Self> {
        let mut coded =
            Self { column, kind: kind(column), codes: Vec::new(), labels: Vec::new(), tags: Tags::default() };
        losses.of_design(column);
        if let Some(factor) = column.as_factor() {
            coded.choose_codes(factor, limits, losses)?;
        } else if coded.kind == Kind::Truth && limits.value_labels {
            coded.labels = (0..).zip(TRUTH.map(str::to_owned)).collect();
        } else {
            coded.labels = part_labels(column, limits);
        }
        if !limits.value_labels && !coded.labels.is_empty() {
            losses.push(column.name(), "labels_not_carried", "the labels of codes are not in the file");
            coded.labels.clear();
        }
        if coded.kind == Kind::Text {
            if has_reasons(column) {
                losses.push(column.name(), "reasons_not_carried", "why texts are absent is not in the file");
            }
        } else {
            coded.tags = Tags::of(column, limits, losses);
        }
        Ok(coded)
    }

    /// Codes where the file has a place for labels and text would lose something, or where the factor came as codes.
    fn choose_codes(&mut self, factor: &Factor, limits: &Limits, losses: &mut Losses) -> Result<()> {
        let name = self.column.name();
        let own = own_codes(self.column, factor, limits);
        let fits = |level: &String| is_plain_text(level) && level.len() <= limits.longest_text;
        let text = factor.levels().iter().all(fits) && is_text(factor, |row| self.column.is_observed(row));
        let by_text = if limits.value_labels { text && !has_reasons(self.column) } else { true };
        match own {
            Some(codes) => self.codes = codes,
            None if by_text => {
                if let Some(level) = factor.levels().iter().position(|level| !fits(level)) {
                    let (level, longest) = (level + 1, limits.longest_text);
                    let message = format!(
                        "column `{name}`: level {level} is blank, ends with a blank or has more than {longest} bytes"
                    );
                    return Err(Error::data("unwritable_value", message));
                }
                self.kind = Kind::Text;
            }
            None => {
                self.codes = (1..=factor.levels().len() as i64).collect();
                if self.column.coding().is_some_and(|coding| !coding.labels().is_empty()) {
                    losses.push(
                        name,
                        "codes_not_carried",
                        "its codes are no whole numbers; levels are numbered from 1",
                    );
                }
            }
        }
        if self.kind == Kind::Codes {
            self.labels = self.codes.iter().copied().zip(factor.levels().iter().cloned()).collect();
            self.labels.sort_by_key(|(code, _)| *code);
        }
        let in_order = self.codes.is_sorted();
        if factor.is_ordered() || factor.reference() != 0 || (self.kind == Kind::Codes && !in_order) {
            let message = "that its levels are ordered, their order or their reference is not in the file";
            losses.push(name, "levels_not_carried", message);
        } else if self.kind == Kind::Text && !text {
            losses.push(name, "levels_not_carried", "the order of its levels is not in the file");
        }
        Ok(())
    }

    /// The cell of a column that is not of text.
    pub(super) fn cell(&self, row: usize) -> Cell {
        if !self.column.is_observed(row) {
            return Cell::Absent(self.tags.letter(self.column, row));
        }
        Cell::Value(match self.column.data() {
            ColumnData::Float(values) => values[row],
            ColumnData::Integer(values) => values[row] as f64,
            ColumnData::Date(values) => f64::from(values[row].0) + DAYS_TO_1970,
            ColumnData::Bool(values) => f64::from(u8::from(values[row])),
            ColumnData::Factor(factor) => {
                self.codes.get(factor.codes()[row] as usize).map_or(f64::NAN, |&code| code as f64)
            }
            _ => f64::NAN,
        })
    }

    /// The text of a column of text.
    pub(super) fn text(&self, row: usize) -> &str {
        let factor = self.column.as_factor().filter(|_| self.column.is_observed(row));
        factor.and_then(|factor| factor.level(row)).unwrap_or_default()
    }

    /// The letters of absences with what they mean.
    pub(super) fn tag_labels(&self) -> &[(char, String)] {
        &self.tags.labels
    }

    /// Refuses the first row whose number lies outside of what the format has.
    pub(super) fn check(&self, format: &str, fits: impl Fn(f64) -> bool) -> Result<()> {
        if self.kind == Kind::Text {
            return Ok(());
        }
        let name = self.column.name();
        let refuse = |row: usize| {
            let message = format!("column `{name}` row {} has a number that {format} cannot hold", row + 1);
            Err(Error::data("unwritable_value", message))
        };
        for row in 0..self.column.len() {
            if let ColumnData::Integer(values) = self.column.data()
                && self.column.is_observed(row)
                && values[row].unsigned_abs() > WHOLE_DOUBLES
            {
                return refuse(row);
            }
            match self.cell(row) {
                Cell::Value(value) if !fits(value) => return refuse(row),
                _ => {}
            }
        }
        Ok(())
    }
}

fn kind(column: &Column) -> Kind {
    match column.data() {
        ColumnData::Integer(_) => Kind::Whole,
        ColumnData::Date(_) => Kind::Day,
        ColumnData::Bool(_) => Kind::Truth,
        ColumnData::Factor(_) => Kind::Codes,
        _ => Kind::Real,
    }
}

/// Whether the levels, written as text, give the factor back: they all occur, stand in their natural order, and mean
/// nothing beyond their names.
pub(crate) fn is_text(factor: &Factor, is_observed: impl Fn(usize) -> bool) -> bool {
    let mut natural = factor.levels().to_vec();
    level_order(&mut natural);
    let mut occurs = vec![false; natural.len()];
    for (row, &code) in factor.codes().iter().enumerate() {
        if let (true, Some(occurs)) = (is_observed(row), occurs.get_mut(code as usize)) {
            *occurs = true;
        }
    }
    natural == factor.levels() && occurs.iter().all(|occurs| *occurs) && factor.reference() == 0 && !factor.is_ordered()
}

/// Whether the files of statistical packages give the text back: they fill with blanks, and a blank text is missing.
fn is_plain_text(text: &str) -> bool {
    !text.is_empty() && text.trim_end() == text && !text.contains('\0')
}

/// The codes that the levels had in the file that they came from, where all are whole numbers.
fn own_codes(column: &Column, factor: &Factor, limits: &Limits) -> Option<Vec<i64>> {
    let coding = column.coding().filter(|coding| !coding.labels().is_empty())?;
    // A level without a label is called by its code.
    let code = |level: &String| coding.code_of(level).unwrap_or(level).parse::<i64>().ok();
    let codes = factor.levels().iter().map(code).collect::<Option<Vec<i64>>>()?;
    let mut distinct = codes.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let within = codes.iter().all(|code| (limits.codes.0..=limits.codes.1).contains(code));
    (distinct.len() == codes.len() && within).then_some(codes)
}

/// The labels of some values of a column of numbers.
fn part_labels(column: &Column, limits: &Limits) -> Vec<(i64, String)> {
    let labels = column.coding().map(|coding| coding.labels()).unwrap_or_default();
    let within = |code: &i64| (limits.codes.0..=limits.codes.1).contains(code);
    let whole = |code: &Code| code.code().parse::<i64>().ok().filter(within);
    labels.iter().filter_map(|code| Some((whole(code)?, code.label()?.to_owned()))).collect()
}

fn has_reasons(column: &Column) -> bool {
    column.coding().is_some_and(|coding| coding.has_reasons())
        || (0..column.len()).any(|row| !matches!(column.presence(row), Presence::Observed | Presence::Missing))
}
