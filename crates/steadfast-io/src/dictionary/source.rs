//! The dictionary as its TOML file writes it.

use std::collections::BTreeMap;

use serde::Deserialize;
use steadfast_core::findings::Severity;
use steadfast_core::frame::{Date, Role};

use super::Dictionary;
use super::variable::{DateFormat, Level, Levels, Range, Variable, VariableType};
use crate::error::Error;
use crate::read::{DecimalMark, ReadOptions};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    #[serde(default)]
    file: File,
    #[serde(default)]
    keys: Keys,
    #[serde(default)]
    rules: BTreeMap<String, Severity>,
    columns: BTreeMap<String, Described>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct File {
    encoding: Option<String>,
    delimiter: Option<char>,
    decimal_comma: Option<bool>,
    missing: Option<Vec<Code>>,
    #[serde(default)]
    not_applicable: Vec<Code>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Keys {
    #[serde(default)]
    unique: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    r#type: Type,
    role: Option<Role>,
    label: Option<String>,
    unit: Option<String>,
    levels: Option<Vec<LevelSource>>,
    ordered: Option<bool>,
    reference: Option<Code>,
    range: Option<[Bound; 2]>,
    codes: Option<Vec<i64>>,
    #[serde(default)]
    missing: Vec<Code>,
    #[serde(default)]
    not_applicable: Vec<Code>,
    date_format: Option<String>,
    #[serde(default)]
    required: bool,
    constant_within: Option<OneOrMore>,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Type {
    Id,
    Text,
    Factor,
    Float,
    Integer,
    Bool,
    Date,
}

/// A text that may be written as a whole number: `99` is the same as `"99"`.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text or a whole number")]
enum Code {
    Text(String),
    Integer(i64),
}

impl Code {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Integer(number) => number.to_string(),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text, a whole number or { code = .., label = .. }")]
enum LevelSource {
    Plain(Code),
    Labelled(Labelled),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labelled {
    code: Code,
    label: String,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a number or a date")]
enum Bound {
    Number(f64),
    Date(toml::value::Datetime),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a column or a list of columns")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl Source {
    /// The dictionary, and what is wrong with single entries of it.
    pub(super) fn into_dictionary(self) -> (Dictionary, Vec<String>) {
        let mut problems = Vec::new();
        let mut read_options = ReadOptions::new();
        if let Some(encoding) = &self.file.encoding {
            match encoding.parse() {
                Ok(encoding) => read_options = read_options.encoding(encoding),
                Err(error) => problems.push(error.to_string()),
            }
        }
        if let Some(delimiter) = self.file.delimiter {
            read_options = read_options.delimiter(delimiter);
        }
        let mark = |comma| if comma { DecimalMark::Comma } else { DecimalMark::Point };
        let decimal_mark = self.file.decimal_comma.map(mark);
        read_options = read_options.decimal_mark(decimal_mark.unwrap_or_default());
        let texts = |codes: Vec<Code>| codes.into_iter().map(Code::into_text).collect::<Vec<String>>();
        let missing = self.file.missing.map_or_else(|| vec![String::new(), "NA".to_owned()], texts);
        let not_applicable = texts(self.file.not_applicable);
        let variables = self
            .columns
            .into_iter()
            .map(|(name, described)| described.into_variable(name, &missing, &not_applicable, &mut problems))
            .collect();
        let severities = self.rules.into_iter().collect();
        (Dictionary { variables, keys: self.keys.unique, severities, read_options, decimal_mark }, problems)
    }
}

impl Described {
    fn into_variable(
        mut self,
        name: String,
        missing: &[String],
        not_applicable: &[String],
        problems: &mut Vec<String>,
    ) -> Variable {
        let mut report = |problem: String| problems.push(format!("column `{name}`: {problem}"));
        self.report_misplaced(&mut report);
        let kind = self.kind(&mut report);
        let range = self.range.take().and_then(|bounds| range(bounds, &kind, &mut report));
        let own = |common: &[String], own: Vec<Code>| {
            common.iter().cloned().chain(own.into_iter().map(Code::into_text)).collect()
        };
        Variable {
            kind,
            role: self.role,
            label: self.label,
            unit: self.unit,
            range,
            missing: own(missing, self.missing),
            not_applicable: own(not_applicable, self.not_applicable),
            required: self.required,
            constant_within: match self.constant_within {
                None => Vec::new(),
                Some(OneOrMore::One(column)) => vec![column],
                Some(OneOrMore::More(columns)) => columns,
            },
            name,
        }
    }

    /// Entries that say nothing about a column of this type.
    fn report_misplaced(&self, report: &mut impl FnMut(String)) {
        let levels = self.levels.is_some();
        let misplaced = [
            ("levels", levels && self.r#type != Type::Factor, "a `factor`"),
            ("ordered", self.ordered.is_some() && !levels, "a factor with `levels`"),
            ("reference", self.reference.is_some() && !levels, "a factor with `levels`"),
            ("codes", self.codes.is_some() && self.r#type != Type::Integer, "an `integer`"),
            ("date_format", self.date_format.is_some() && self.r#type != Type::Date, "a `date`"),
        ];
        for (key, _, owner) in misplaced.iter().filter(|(_, is_misplaced, _)| *is_misplaced) {
            report(format!("`{key}` belongs to {owner}"));
        }
    }

    fn kind(&mut self, report: &mut impl FnMut(String)) -> VariableType {
        match self.r#type {
            Type::Id | Type::Text => VariableType::Text,
            Type::Factor => VariableType::Factor(self.levels.take().map(|levels| Levels {
                levels: levels.into_iter().map(level).collect(),
                ordered: self.ordered.unwrap_or(false),
                reference: self.reference.take().map(Code::into_text),
            })),
            Type::Float => VariableType::Float,
            Type::Integer => VariableType::Integer(self.codes.take()),
            Type::Bool => VariableType::Bool,
            Type::Date => {
                let format = self.date_format.as_deref().map_or(Ok(DateFormat::default()), str::parse);
                VariableType::Date(format.unwrap_or_else(|error: Error| {
                    report(error.to_string());
                    DateFormat::default()
                }))
            }
        }
    }
}

fn level(source: LevelSource) -> Level {
    match source {
        LevelSource::Plain(code) => Level { code: code.into_text(), label: None },
        LevelSource::Labelled(Labelled { code, label }) => Level { code: code.into_text(), label: Some(label) },
    }
}

fn range(bounds: [Bound; 2], kind: &VariableType, report: &mut impl FnMut(String)) -> Option<Range> {
    let day = |value: &toml::value::Datetime| {
        let date = value.date?;
        Date::from_ymd(i32::from(date.year), u32::from(date.month), u32::from(date.day))
    };
    let range = match (kind, &bounds) {
        (VariableType::Float | VariableType::Integer(_), [Bound::Number(low), Bound::Number(high)]) => {
            (low <= high).then_some(Range::Number(*low, *high))
        }
        (VariableType::Date(_), [Bound::Date(low), Bound::Date(high)]) => match (day(low), day(high)) {
            (Some(low), Some(high)) if low <= high => Some(Range::Date(low, high)),
            _ => None,
        },
        _ => None,
    };
    if range.is_none() {
        report("`range` is the smallest and the largest value, two numbers or two dates as the type asks".to_owned());
    }
    range
}
