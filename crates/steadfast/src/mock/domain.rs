//! The values that a column may have, in order, as its file writes them.

use steadfast_core::frame::{Date, Role};
use steadfast_io::{DateFormat, DecimalMark, Dictionary, Range, Variable, VariableType};

use super::needed::Needed;

/// Numbers of a column without a range lie here.
const NUMBERS: (f64, f64) = (0.0, 100.0);
/// Weights of a column without a range.
const WEIGHTS: (f64, f64) = (0.5, 1.5);
/// Days of a column without a range: 2015-01-01 to 2019-12-31.
const DAYS: (i32, i32) = (16_436, 18_261);
/// Beyond this, whole numbers and doubles no longer correspond one to one.
const WHOLE: f64 = 9e15;
/// A range without an end is cut to this width.
const WIDE: f64 = 1000.0;
/// How many values of a text are made where it identifies nobody.
const TEXTS: usize = 4;

/// What a column may hold.
pub(super) enum Domain {
    /// These texts.
    Listed(Vec<String>),
    /// Texts made of a prefix and a number.
    Numbered(String),
    /// Whole numbers from the first to the last.
    Whole(i64, i64),
    /// Real numbers from the first to the last.
    Real(f64, f64),
    /// Days from the first to the last.
    Days(i32, i32),
}

/// Writes the values of one column, and knows which texts stand for an absent one.
pub(super) struct Writer<'a> {
    variable: &'a Variable,
    mark: DecimalMark,
    format: DateFormat,
}

impl<'a> Writer<'a> {
    pub(super) fn of(variable: &'a Variable, dictionary: &Dictionary) -> Self {
        let format = match variable.kind() {
            VariableType::Date(format) => *format,
            _ => DateFormat::default(),
        };
        Self { variable, mark: dictionary.decimal_mark().unwrap_or_default(), format }
    }

    /// The number with the fewest digits that give it back.
    pub(super) fn real(&self, value: f64) -> String {
        let text = (value + 0.0).to_string();
        if self.mark == DecimalMark::Comma { text.replace('.', ",") } else { text }
    }

    pub(super) fn day(&self, day: i32) -> String {
        self.format.write(Date(day))
    }

    /// Whether a reader would take the text for an absent value.
    pub(super) fn is_absent(&self, text: &str) -> bool {
        let text = text.trim();
        self.variable.absent().iter().any(|(_, codes)| codes.iter().any(|code| code == text))
    }
}

impl Domain {
    /// The values of `variable`; `needed` are those of a plan, for factors without declared levels.
    pub(super) fn of(variable: &Variable, dictionary: &Dictionary, needed: &Needed) -> Self {
        let writer = Writer::of(variable, dictionary);
        let present =
            |texts: Vec<String>| Self::Listed(texts.into_iter().filter(|text| !writer.is_absent(text)).collect());
        match variable.kind() {
            VariableType::Factor(Some(levels)) => {
                present(levels.levels().iter().map(|level| level.code().to_owned()).collect())
            }
            VariableType::Integer(codes) => match codes {
                Some(codes) => {
                    let (low, high) = answers(variable, dictionary).unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
                    let allowed =
                        |code: &i64| within(variable.range(), *code as f64) && (low..=high).contains(&(*code as f64));
                    let mut codes: Vec<i64> = codes.iter().copied().filter(allowed).collect();
                    codes.sort_unstable();
                    codes.dedup();
                    present(codes.iter().map(i64::to_string).collect())
                }
                None => {
                    let (low, high) = narrowed(bounds(variable), answers(variable, dictionary));
                    Self::Whole(low.max(-WHOLE).ceil() as i64, high.min(WHOLE).floor() as i64)
                }
            },
            VariableType::Float => match answers(variable, dictionary) {
                // Nearly all questionnaires are answered in whole numbers, and where others are allowed, so are these.
                Some(answers) => {
                    let (low, high) = narrowed(bounds(variable), Some(answers));
                    Self::Whole(low.ceil() as i64, high.floor() as i64)
                }
                None => {
                    let (low, high) = bounds(variable);
                    Self::Real(low, high)
                }
            },
            VariableType::Bool => present(["no", "yes"].map(str::to_owned).to_vec()),
            VariableType::Date(_) => match variable.range() {
                Some(Range::Date(low, high)) => Self::Days(low.0, high.0),
                _ => Self::Days(DAYS.0, DAYS.1),
            },
            _ => match needed.levels(variable.name()) {
                Some(levels) => present(levels.to_vec()),
                None if identifies(variable, dictionary) => Self::Numbered(prefix(variable.name())),
                None => present((0..texts(variable.role())).map(|at| letter(at).to_string()).collect()),
            },
        }
    }

    /// How many values there are; of real numbers as many as anybody may ask for.
    pub(super) fn size(&self) -> u64 {
        match self {
            Self::Listed(texts) => texts.len() as u64,
            Self::Whole(low, high) => high.checked_sub(*low).map_or(u64::MAX, |width| (width + 1).max(0) as u64),
            Self::Days(low, high) => (i64::from(*high) - i64::from(*low) + 1).max(0) as u64,
            Self::Numbered(_) | Self::Real(..) => u64::MAX,
        }
    }

    /// How many values there are, where they are listed.
    pub(super) fn listed(&self) -> Option<usize> {
        match self {
            Self::Listed(texts) => Some(texts.len()),
            _ => None,
        }
    }

    /// `n` different values in order, or fewer where there are no more.
    pub(super) fn distinct(&self, n: usize, writer: &Writer<'_>) -> Vec<String> {
        let texts: Box<dyn Iterator<Item = String> + '_> = match self {
            Self::Listed(texts) => Box::new(texts.iter().cloned()),
            Self::Numbered(prefix) => Box::new((1..).map(move |at| format!("{prefix}{at:04}"))),
            Self::Whole(low, high) => Box::new((*low..=*high).map(|value| value.to_string())),
            Self::Days(low, high) => Box::new((*low..=*high).map(|day| writer.day(day))),
            Self::Real(low, high) => {
                // Some more than asked, for those that look like an absent value.
                let steps = n as f64 + 100.0;
                let at = move |i: usize| low + (high - low) * (i as f64 / steps);
                Box::new((0..n + 100).map(move |i| writer.real(at(i).clamp(*low, *high))))
            }
        };
        let mut found: Vec<String> = Vec::with_capacity(n.min(1 << 20));
        for text in texts.filter(|text| !writer.is_absent(text)) {
            if found.len() == n {
                break;
            }
            if found.last() != Some(&text) {
                found.push(text);
            }
        }
        found
    }
}

/// Two arms, and a few of anything else.
fn texts(role: Option<Role>) -> usize {
    match role {
        Some(Role::Arm) => 2,
        Some(Role::Visit) => 3,
        _ => TEXTS,
    }
}

fn letter(at: usize) -> char {
    char::from(b'A' + (at % 26) as u8)
}

/// Whether each subject, cluster or row has a text of its own.
fn identifies(variable: &Variable, dictionary: &Dictionary) -> bool {
    let in_key = dictionary.keys().iter().any(|key| key.iter().any(|column| column == variable.name()));
    match variable.role() {
        Some(Role::Subject | Role::Cluster) => true,
        Some(Role::Visit) => false,
        _ => in_key,
    }
}

/// The first letter or digit of a column's name, as a person would abbreviate it.
fn prefix(name: &str) -> String {
    name.chars().find(char::is_ascii_alphanumeric).map_or('X', |first| first.to_ascii_uppercase()).to_string()
}

fn within(range: Option<Range>, value: f64) -> bool {
    match range {
        Some(Range::Number(low, high)) => (low..=high).contains(&value),
        _ => true,
    }
}

/// The answers that the dictionary's instruments allow in the column, where it holds an item.
fn answers(variable: &Variable, dictionary: &Dictionary) -> Option<(f64, f64)> {
    let of_requests = dictionary.instruments().iter().filter_map(|request| request.answers(variable.name()));
    of_requests.reduce(|first, second| narrowed(first, Some(second)))
}

fn narrowed((low, high): (f64, f64), to: Option<(f64, f64)>) -> (f64, f64) {
    to.map_or((low, high), |(min, max)| (low.max(min), high.min(max)))
}

/// The range of a number, with an end where the dictionary gives none.
fn bounds(variable: &Variable) -> (f64, f64) {
    let default = if variable.role() == Some(Role::Weight) { WEIGHTS } else { NUMBERS };
    match variable.range() {
        Some(Range::Number(low, high)) => match (low.is_finite(), high.is_finite()) {
            (true, true) => (low, high),
            (true, false) => (low, low + WIDE),
            (false, true) => (high - WIDE, high),
            (false, false) => default,
        },
        _ => default,
    }
}
