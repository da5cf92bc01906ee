//! The dictionary as its TOML file writes it.

use std::collections::BTreeMap;

use serde::Deserialize;
use steadfast_core::findings::Severity;
use steadfast_core::frame::Role;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    #[serde(default)]
    pub(super) file: File,
    #[serde(default)]
    pub(super) keys: Keys,
    #[serde(default)]
    pub(super) rules: BTreeMap<String, Severity>,
    pub(super) columns: BTreeMap<String, Described>,
    pub(super) schedule: Option<super::schedule::Source>,
    #[serde(default)]
    pub(super) instruments: Vec<super::instruments::InstrumentSource>,
    #[serde(default)]
    pub(super) lookups: Vec<super::instruments::LookupSource>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) encoding: Option<String>,
    pub(super) delimiter: Option<char>,
    pub(super) decimal_comma: Option<bool>,
    pub(super) missing: Option<Vec<Code>>,
    #[serde(default)]
    pub(super) not_applicable: Vec<Code>,
    #[serde(default)]
    pub(super) withdrawn: Vec<Code>,
    #[serde(default)]
    pub(super) not_yet_due: Vec<Code>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    #[serde(default)]
    pub(super) unique: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Described {
    pub(super) r#type: Type,
    pub(super) role: Option<Role>,
    pub(super) label: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) levels: Option<Vec<LevelSource>>,
    pub(super) ordered: Option<bool>,
    pub(super) reference: Option<Code>,
    pub(super) range: Option<[Bound; 2]>,
    pub(super) codes: Option<Vec<i64>>,
    #[serde(default)]
    pub(super) missing: Vec<Code>,
    #[serde(default)]
    pub(super) not_applicable: Vec<Code>,
    #[serde(default)]
    pub(super) withdrawn: Vec<Code>,
    #[serde(default)]
    pub(super) not_yet_due: Vec<Code>,
    pub(super) date_format: Option<String>,
    #[serde(default)]
    pub(super) required: bool,
    pub(super) constant_within: Option<OneOrMore>,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Type {
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
pub(super) enum Code {
    Text(String),
    Integer(i64),
}

impl Code {
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Integer(number) => number.to_string(),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text, a whole number or { code = .., label = .. }")]
pub(super) enum LevelSource {
    Plain(Code),
    Labelled(Labelled),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Labelled {
    pub(super) code: Code,
    pub(super) label: String,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a number or a date")]
pub(super) enum Bound {
    Number(f64),
    Date(toml::value::Datetime),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a column or a list of columns")]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}
