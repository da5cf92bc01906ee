//! The dictionary as TOML.

use std::fmt;

use steadfast_core::frame::Date;
use toml::{Table, Value};

use super::Dictionary;
use super::variable::{DateFormat, Levels, Range, Variable, VariableType};
use crate::read::DecimalMark;
use crate::validate::name_of;

impl Dictionary {
    /// The dictionary as TOML that [`Dictionary::parse`] reads back.
    pub fn to_toml(&self) -> String {
        let mut file = Table::new();
        // Each column lists all that stands for an absent value, so the file has nothing to add.
        file.insert("missing".to_owned(), Value::Array(Vec::new()));
        if let Some(encoding) = self.read_options.chosen_encoding() {
            file.insert("encoding".to_owned(), encoding.name().into());
        }
        if let Some(delimiter) = self.read_options.chosen_delimiter() {
            file.insert("delimiter".to_owned(), delimiter.to_string().into());
        }
        if let Some(mark) = self.decimal_mark {
            file.insert("decimal_comma".to_owned(), (mark == DecimalMark::Comma).into());
        }
        let mut table = Table::from_iter([("file".to_owned(), Value::Table(file))]);
        if !self.keys.is_empty() {
            let unique = self.keys.iter().map(|key| texts(key)).collect();
            table.insert("keys".to_owned(), Table::from_iter([("unique".to_owned(), Value::Array(unique))]).into());
        }
        if !self.severities.is_empty() {
            let rules = self.severities.iter().map(|(code, severity)| (code.clone(), name_of(*severity).into()));
            table.insert("rules".to_owned(), Value::Table(rules.collect()));
        }
        let columns = self.variables.iter().map(|variable| (variable.name.clone(), described(variable).into()));
        table.insert("columns".to_owned(), Value::Table(columns.collect()));
        table.extend(self.schedule().and_then(super::schedule::render).map(|it| ("schedule".to_owned(), it)));
        // What was read from TOML can be written in it.
        if let Ok(instruments @ Value::Array(_)) = Value::try_from(&self.scoring.instruments)
            && !self.scoring.instruments.is_empty()
        {
            table.insert("instruments".to_owned(), instruments);
        }
        if let Ok(lookups @ Value::Array(_)) = Value::try_from(&self.scoring.lookups)
            && !self.scoring.lookups.is_empty()
        {
            table.insert("lookups".to_owned(), lookups);
        }
        table.to_string()
    }
}

fn described(variable: &Variable) -> Table {
    let mut table = Table::new();
    let mut put = |key: &str, value: Value| drop(table.insert(key.to_owned(), value));
    put("type", type_name(&variable.kind).into());
    match &variable.kind {
        VariableType::Factor(Some(levels)) => put_levels(levels, &mut put),
        VariableType::Integer(Some(codes)) => {
            put("codes", Value::Array(codes.iter().copied().map(Value::Integer).collect()));
        }
        VariableType::Date(format) => put("date_format", format.to_string().into()),
        _ => {}
    }
    if let Some(role) = variable.role.and_then(|role| Value::try_from(role).ok()) {
        put("role", role);
    }
    let texts_of = [("label", &variable.label), ("unit", &variable.unit)];
    for (key, text) in texts_of.into_iter().filter_map(|(key, text)| Some((key, text.clone()?))) {
        put(key, text.into());
    }
    if let Some(range) = variable.range {
        put("range", bounds(range));
    }
    if variable.required {
        put("required", true.into());
    }
    let lists = [
        ("missing", &variable.missing),
        ("not_applicable", &variable.not_applicable),
        ("withdrawn", &variable.withdrawn),
        ("not_yet_due", &variable.not_yet_due),
        ("constant_within", &variable.constant_within),
    ];
    for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        put(key, texts(list));
    }
    table
}

fn put_levels(levels: &Levels, put: &mut impl FnMut(&str, Value)) {
    let level = |level: &super::Level| match &level.label {
        None => Value::from(level.code.clone()),
        Some(label) => Table::from_iter([
            ("code".to_owned(), Value::from(level.code.clone())),
            ("label".to_owned(), Value::from(label.clone())),
        ])
        .into(),
    };
    put("levels", Value::Array(levels.levels.iter().map(level).collect()));
    if levels.ordered {
        put("ordered", true.into());
    }
    if let Some(reference) = &levels.reference {
        put("reference", reference.clone().into());
    }
}

fn type_name(kind: &VariableType) -> &'static str {
    match kind {
        VariableType::Text => "text",
        VariableType::Factor(_) => "factor",
        VariableType::Float => "float",
        VariableType::Integer(_) => "integer",
        VariableType::Bool => "bool",
        VariableType::Date(_) => "date",
    }
}

fn texts(list: &[String]) -> Value {
    Value::Array(list.iter().cloned().map(Value::from).collect())
}

fn bounds(range: Range) -> Value {
    let day = |date: Date| {
        let (year, month, day) = date.ymd();
        let date = toml::value::Date { year: year as u16, month: month as u8, day: day as u8 };
        Value::Datetime(toml::value::Datetime { date: Some(date), time: None, offset: None })
    };
    match range {
        Range::Number(low, high) => Value::Array(vec![low.into(), high.into()]),
        Range::Date(low, high) => Value::Array(vec![day(low), day(high)]),
    }
}

impl fmt::Display for DateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::YearMonthDay(mark) => write!(f, "yyyy{mark}mm{mark}dd"),
            Self::DayMonthYear(mark) => write!(f, "dd{mark}mm{mark}yyyy"),
            Self::MonthDayYear(mark) => write!(f, "mm{mark}dd{mark}yyyy"),
        }
    }
}
