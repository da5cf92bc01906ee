//! Stata files of release 118, which Stata 14 and later read.
//!
//! The bytes are written here, as the crate that reads these files offers no way to make labels of values.
//!
//! # Source
//! StataCorp, *Description of the .dta file format, version 118* (`help dta`).

use steadfast_core::frame::Frame;

use super::coded::{Cell, Coded, Kind, Limits};
use super::losses::Losses;
use super::names::NameRule;
use super::{OutputFormat, WritableFormat};
use crate::error::{Error, Result};
use crate::read::Format;

impl OutputFormat {
    /// Stata, for version 14 and later.
    pub const STATA: OutputFormat = OutputFormat(&Stata);
}

struct Stata;

const LIMITS: Limits = Limits {
    value_labels: true,
    letters: "abcdefghijklmnopqrstuvwxyz",
    longest_text: 2_045,
    codes: (-2_147_483_647, 2_147_483_620),
};

const NAMES: NameRule = NameRule {
    longest: 32,
    capitals: false,
    reserved: "_all _b _coef _cons _n _pi _pred _rc _skip aggregate array boolean break byte case catch class \
               colvector complex const continue default delegate delete do double else eltypedef end enum explicit \
               export external float for friend function global goto if in inline int local long namespace new null \
               numeric pointer pragma private protected quad rowvector short signed static strl string struct super \
               switch template this throw transmorphic try typedef typename union unsigned using vector virtual \
               void volatile while with",
    longest_label: (320, 80),
};

/// Widths of the fields of names, formats and labels.
const NAME: usize = 129;
const FORMAT: usize = 57;
const LABEL: usize = 321;
/// The number that stands for `.` in a long, and in labels of values.
const MISSING_LONG: i32 = 2_147_483_621;
/// The largest double; the bits of `.`; what `.a` has more than `.`.
const LARGEST_DOUBLE: f64 = 8.988_465_674_311_579e307;
const MISSING_DOUBLE: u64 = 0x7FE0_0000_0000_0000;
const NEXT_DOUBLE: u64 = 1 << 40;
const MOST_COLUMNS: usize = 32_767;

impl WritableFormat for Stata {
    fn name(&self) -> &'static str {
        "stata"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["dta"]
    }

    fn reader(&self) -> Format {
        Format::STATA
    }

    fn write(&self, frame: &Frame, target: &mut Vec<u8>, losses: &mut Losses) -> Result<()> {
        if frame.columns().len() > MOST_COLUMNS {
            return Err(Error::data("unwritable_value", "a Stata file holds 32,767 columns at most"));
        }
        let names = NAMES.names(frame, losses);
        let mut variables = Vec::new();
        for (column, name) in frame.columns().iter().zip(names) {
            let coded = Coded::of(column, &LIMITS, losses)?;
            coded.check("a Stata file", |value| value.abs() < LARGEST_DOUBLE)?;
            let label = NAMES.label(column, &name, losses);
            variables.push(Variable { storage: Storage::of(&coded), coded, name, label });
        }
        File { variables: &variables, rows: frame.n_rows(), target }.write();
        Ok(())
    }
}

/// How a number or text is stored.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Storage {
    Byte,
    Int,
    Long,
    Double,
    Text(u16),
}

impl Storage {
    /// The smallest that holds every value.
    fn of(coded: &Coded<'_>) -> Self {
        let rows = 0..coded.column.len();
        if coded.kind == Kind::Text {
            let longest = rows.map(|row| coded.text(row).len()).max().unwrap_or_default();
            return Self::Text(u16::try_from(longest.max(1)).unwrap_or(u16::MAX));
        }
        if coded.kind == Kind::Real {
            return Self::Double;
        }
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for row in rows {
            if let Cell::Value(value) = coded.cell(row) {
                (low, high) = (low.min(value), high.max(value));
            }
        }
        match (low, high) {
            (low, high) if low >= -127.0 && high <= 100.0 => Self::Byte,
            (low, high) if low >= -32_767.0 && high <= 32_740.0 => Self::Int,
            (low, high) if low >= -2_147_483_647.0 && high <= 2_147_483_620.0 => Self::Long,
            _ => Self::Double,
        }
    }

    fn code(self) -> u16 {
        match self {
            Self::Byte => 65_530,
            Self::Int => 65_529,
            Self::Long => 65_528,
            Self::Double => 65_526,
            Self::Text(width) => width,
        }
    }
}

struct Variable<'a> {
    coded: Coded<'a>,
    storage: Storage,
    name: String,
    label: String,
}

impl Variable<'_> {
    fn format(&self) -> String {
        match (self.coded.kind, self.storage) {
            (_, Storage::Text(width)) => format!("%{width}s"),
            (Kind::Day, _) => "%td".to_owned(),
            // Without decimals, so that what is whole is known to be.
            (Kind::Whole, Storage::Double) => "%20.0f".to_owned(),
            (_, Storage::Byte | Storage::Int) => "%8.0g".to_owned(),
            (_, Storage::Long) => "%12.0g".to_owned(),
            _ => "%10.0g".to_owned(),
        }
    }

    fn has_labels(&self) -> bool {
        !self.coded.labels.is_empty() || !self.coded.tag_labels().is_empty()
    }

    fn put(&self, row: usize, target: &mut Vec<u8>) {
        if let Storage::Text(width) = self.storage {
            return put_text(self.coded.text(row), usize::from(width), target);
        }
        let cell = self.coded.cell(row);
        let (value, missing) = match cell {
            Cell::Value(value) => (value, 0),
            Cell::Absent(letter) => (f64::NAN, letter.map_or(0, place)),
        };
        let is_value = matches!(cell, Cell::Value(_));
        let long = if is_value { value as i32 } else { MISSING_LONG + i32::from(missing) };
        match self.storage {
            Storage::Byte if is_value => target.push((long as i8).to_le_bytes()[0]),
            Storage::Byte => target.push(101 + missing),
            Storage::Int if is_value => target.extend((long as i16).to_le_bytes()),
            Storage::Int => target.extend((32_741 + i16::from(missing)).to_le_bytes()),
            Storage::Long => target.extend(long.to_le_bytes()),
            _ if is_value => target.extend(value.to_le_bytes()),
            _ => target.extend((MISSING_DOUBLE + u64::from(missing) * NEXT_DOUBLE).to_le_bytes()),
        }
    }
}

/// The place of a letter after `.`: 1 for `a`.
fn place(letter: char) -> u8 {
    u8::try_from(letter).map_or(0, |letter| letter.saturating_sub(b'a') + 1)
}

/// `text` and zeros after it.
fn put_text(text: &str, width: usize, target: &mut Vec<u8>) {
    target.extend(text.as_bytes());
    target.resize(target.len() + width.saturating_sub(text.len()), 0);
}

struct File<'a> {
    variables: &'a [Variable<'a>],
    rows: usize,
    target: &'a mut Vec<u8>,
}

impl File<'_> {
    fn write(mut self) {
        let mut places = vec![0];
        self.header();
        places.push(self.target.len());
        let map = self.tagged("map", |file| file.target.resize(file.target.len() + 14 * 8, 0));
        let columns = self.variables;
        type Section<'s> = (&'static str, Box<dyn Fn(&mut Vec<u8>) + 's>);
        let sections: [Section<'_>; 9] = [
            ("variable_types", Box::new(|t| columns.iter().for_each(|v| t.extend(v.storage.code().to_le_bytes())))),
            ("varnames", Box::new(|t| columns.iter().for_each(|v| put_text(&v.name, NAME, t)))),
            ("sortlist", Box::new(|t| t.resize(t.len() + 2 * (columns.len() + 1), 0))),
            ("formats", Box::new(|t| columns.iter().for_each(|v| put_text(&v.format(), FORMAT, t)))),
            (
                "value_label_names",
                Box::new(|t| {
                    columns.iter().for_each(|v| put_text(if v.has_labels() { &v.name } else { "" }, NAME, t));
                }),
            ),
            ("variable_labels", Box::new(|t| columns.iter().for_each(|v| put_text(&v.label, LABEL, t)))),
            ("characteristics", Box::new(|_| {})),
            ("data", Box::new(|t| (0..self.rows).for_each(|row| columns.iter().for_each(|v| v.put(row, t))))),
            ("strls", Box::new(|_| {})),
        ];
        let target = &mut *self.target;
        for (name, content) in &sections {
            places.push(target.len());
            target.extend(format!("<{name}>").bytes());
            content(target);
            target.extend(format!("</{name}>").bytes());
        }
        drop(sections);
        places.push(self.target.len());
        self.tagged("value_labels", |file| {
            file.variables.iter().filter(|variable| variable.has_labels()).for_each(|v| put_labels(v, file.target));
        });
        places.push(self.target.len());
        self.target.extend(b"</stata_dta>");
        places.push(self.target.len());
        for (at, place) in (map..).step_by(8).zip(places) {
            self.target[at..at + 8].copy_from_slice(&(place as u64).to_le_bytes());
        }
    }

    fn header(&mut self) {
        self.target.extend(b"<stata_dta><header><release>118</release><byteorder>LSF</byteorder><K>");
        self.target.extend((self.variables.len() as u16).to_le_bytes());
        self.target.extend(b"</K><N>");
        self.target.extend((self.rows as u64).to_le_bytes());
        // Neither a label of the whole nor the time, which would make the bytes differ.
        self.target.extend(b"</N><label>\0\0</label><timestamp>\0</timestamp></header>");
    }

    /// Writes a section, and gives the place of its content.
    fn tagged(&mut self, name: &str, content: impl FnOnce(&mut Self)) -> usize {
        self.target.extend(format!("<{name}>").bytes());
        let at = self.target.len();
        content(self);
        self.target.extend(format!("</{name}>").bytes());
        at
    }
}

/// One set of labels, called like its variable.
fn put_labels(variable: &Variable<'_>, target: &mut Vec<u8>) {
    let codes = variable.coded.labels.iter().map(|(code, label)| (*code as i32, label.as_str()));
    let tags = variable.coded.tag_labels().iter();
    let tags = tags.map(|(letter, label)| (MISSING_LONG + i32::from(place(*letter)), label.as_str()));
    let entries: Vec<(i32, &str)> = codes.chain(tags).collect();
    let (mut offsets, mut text) = (Vec::new(), Vec::new());
    for (_, label) in &entries {
        offsets.push(text.len() as i32);
        put_text(label, label.len() + 1, &mut text);
    }
    target.extend(b"<lbl>");
    target.extend(((8 + 8 * entries.len() + text.len()) as i32).to_le_bytes());
    put_text(&variable.name, NAME, target);
    target.extend([0; 3]);
    target.extend((entries.len() as i32).to_le_bytes());
    target.extend((text.len() as i32).to_le_bytes());
    offsets.iter().for_each(|offset| target.extend(offset.to_le_bytes()));
    entries.iter().for_each(|(code, _)| target.extend(code.to_le_bytes()));
    target.extend(text);
    target.extend(b"</lbl>");
}
