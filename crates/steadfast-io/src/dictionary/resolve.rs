//! From what the TOML file writes to what it means, with everything that makes no sense in single entries.

use steadfast_core::frame::Date;

use super::Dictionary;
use super::instruments::{ReadFile, Scoring};
use super::source::{Bound, Code, Described, Labelled, LevelSource, OneOrMore, Source, Type};
use super::variable::{DateFormat, Level, Levels, Range, Variable, VariableType};
use crate::error::Error;
use crate::read::{DecimalMark, ReadOptions};

impl Source {
    /// The dictionary, and what is wrong with single entries of it; `read` gives the files that it names.
    pub(super) fn into_dictionary(self, read: ReadFile<'_>) -> (Dictionary, Vec<String>) {
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
        let common = Absent {
            missing: self.file.missing.map_or_else(|| vec![String::new(), "NA".to_owned()], texts),
            not_applicable: texts(self.file.not_applicable),
            withdrawn: texts(self.file.withdrawn),
            not_yet_due: texts(self.file.not_yet_due),
        };
        let variables = self
            .columns
            .into_iter()
            .map(|(name, described)| described.into_variable(name, &common, &mut problems))
            .collect();
        let severities = self.rules.into_iter().collect();
        let (scoring, of_scoring) = Scoring::of(self.instruments, self.lookups, read);
        problems.extend(of_scoring);
        let keys = self.keys.unique;
        let mut dictionary =
            Dictionary { variables, keys, severities, read_options, decimal_mark, schedule: None, scoring };
        dictionary.schedule = self.schedule.map(|schedule| schedule.into_schedule(&dictionary, &mut problems));
        (dictionary, problems)
    }
}

/// The texts that stand for absent values in every column, by reason.
struct Absent {
    missing: Vec<String>,
    not_applicable: Vec<String>,
    withdrawn: Vec<String>,
    not_yet_due: Vec<String>,
}

impl Described {
    fn into_variable(mut self, name: String, common: &Absent, problems: &mut Vec<String>) -> Variable {
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
            missing: own(&common.missing, self.missing),
            not_applicable: own(&common.not_applicable, self.not_applicable),
            withdrawn: own(&common.withdrawn, self.withdrawn),
            not_yet_due: own(&common.not_yet_due, self.not_yet_due),
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
