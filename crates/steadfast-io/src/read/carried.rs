//! What this crate writes into the metadata of Parquet and Arrow files beside their columns: labels, levels, roles, and
//! the reason of each absence, whose text stands in a companion column.

use polars::prelude::{Column, DataFrame};
use serde::{Deserialize, Serialize};
use steadfast_core::frame::{self, Code, ColumnData, Presence, Role};

use super::Contents;
use crate::dictionary::{DateFormat, Levels, VariableType};
use crate::error::{Error, Result};
use crate::note::{Absences, Note, SPOKEN, labelled_presence};
use crate::write::is_text;

/// The key under which a file's metadata hold [`Carried`].
pub(crate) const METADATA_KEY: &str = "steadfast";

/// The only version there is.
const VERSION: u32 = 1;

/// The name of the column that says why values of `name` are absent.
pub(crate) fn companion(name: &str) -> String {
    format!("{name}.reason")
}

/// The text of an absence that no code explains; a value that is simply missing needs none.
fn plain_reason(presence: Presence) -> Option<&'static str> {
    SPOKEN.iter().find(|(known, _)| *known == presence).map(|(_, text)| *text)
}

/// What a frame says about its columns, as metadata carry it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Carried {
    version: u32,
    columns: Vec<CarriedColumn>,
}

#[derive(Debug, Serialize, Deserialize)]
struct CarriedColumn {
    name: String,
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(default)]
    ordered: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(default)]
    has_reasons: bool,
    #[serde(default)]
    meanings: Vec<CarriedMeaning>,
    #[serde(default)]
    levels: Vec<String>,
    #[serde(default)]
    labels: Vec<CarriedCode>,
    #[serde(default)]
    reasons: Vec<CarriedCode>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Float,
    Integer,
    Factor,
    Date,
    Bool,
}

/// What a code stands for that is not a missing value, in the words of [`Presence::name`].
#[derive(Debug, Serialize, Deserialize)]
struct CarriedMeaning {
    code: String,
    presence: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct CarriedCode {
    code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
}

impl CarriedCode {
    fn of(code: &Code) -> Self {
        Self { code: code.code().to_owned(), label: code.label().map(str::to_owned) }
    }

    fn into_code(self) -> Code {
        match self.label {
            Some(label) => Code::new(self.code).with_label(label),
            None => Code::new(self.code),
        }
    }
}

impl Carried {
    /// What `columns` say, those of a frame.
    pub(crate) fn of(columns: &[frame::Column]) -> Self {
        Self { version: VERSION, columns: columns.iter().map(CarriedColumn::of).collect() }
    }

    /// The text for the metadata.
    ///
    /// # Errors
    /// `unwritable_metadata`, which no frame leads to.
    pub(crate) fn to_text(&self) -> Result<String> {
        toml::to_string(self).map_err(|error| Error::data("unwritable_metadata", error))
    }

    fn of_text(text: &str) -> Option<Self> {
        toml::from_str::<Self>(text).ok().filter(|carried| carried.version == VERSION)
    }

    /// The columns whose absences a companion explains, by the metadata in `text`; none in a file of another program.
    pub(crate) fn explained(text: Option<&str>) -> Vec<String> {
        let columns = text.and_then(Self::of_text).map(|carried| carried.columns).unwrap_or_default();
        columns.into_iter().filter(|column| column.has_reasons).map(|column| column.name).collect()
    }

    /// The columns of a file with what its metadata say about them; a file of another program says nothing.
    pub(super) fn restore(columns: DataFrame, text: Option<&str>) -> Result<Contents> {
        let Some(carried) = text.and_then(Self::of_text) else { return Ok(Contents::bare(columns)) };
        let companions: Vec<String> =
            carried.columns.iter().filter(|column| column.has_reasons).map(|column| companion(&column.name)).collect();
        let mut described = carried.columns;
        let (mut kept, mut notes) = (Vec::new(), Vec::new());
        for column in columns.columns() {
            let name = column.name().as_str();
            if companions.iter().any(|companion| companion == name) {
                continue;
            }
            let place = described.iter().position(|described| described.name == name);
            notes.push(match place.map(|place| described.swap_remove(place)) {
                Some(described) => described.into_note(&columns)?,
                None => Note::default(),
            });
            kept.push(column.clone());
        }
        let height = columns.height();
        let kept = DataFrame::new(height, kept).map_err(|error| Error::data("malformed_table", error))?;
        Ok(Contents::noted(kept, notes))
    }
}

impl CarriedColumn {
    fn of(column: &frame::Column) -> Self {
        let label = (column.label() != column.name()).then(|| column.label().to_owned());
        let kind = match column.data() {
            ColumnData::Integer(_) => Kind::Integer,
            ColumnData::Factor(_) => Kind::Factor,
            ColumnData::Date(_) => Kind::Date,
            ColumnData::Bool(_) => Kind::Bool,
            _ => Kind::Float,
        };
        let factor = column.as_factor();
        let codes = |codes: &[Code]| codes.iter().map(CarriedCode::of).collect();
        let coding = column.coding();
        // Where texts give the factor back, its levels stand in the column already: of persons they are as many as rows.
        let coded = coding.is_some_and(|coding| !coding.labels().is_empty());
        let told = factor.filter(|factor| coded || !is_text(factor, |row| column.is_observed(row)));
        Self {
            name: column.name().to_owned(),
            kind,
            label,
            unit: column.unit().map(str::to_owned),
            role: column.role(),
            ordered: factor.is_some_and(frame::Factor::is_ordered),
            reference: told.and_then(|factor| factor.levels().get(factor.reference()).cloned()),
            has_reasons: (0..column.len()).any(|row| reason(column, row).is_some()),
            meanings: meanings(column),
            levels: told.map(|factor| factor.levels().to_vec()).unwrap_or_default(),
            labels: coding.map(|coding| codes(coding.labels())).unwrap_or_default(),
            reasons: coding.map(|coding| codes(coding.reasons())).unwrap_or_default(),
        }
    }

    fn into_note(self, columns: &DataFrame) -> Result<Note> {
        let kind = match self.kind {
            Kind::Float => VariableType::Float,
            Kind::Integer => VariableType::Integer(None),
            Kind::Date => VariableType::Date(DateFormat::default()),
            Kind::Bool => VariableType::Bool,
            Kind::Factor if self.levels.is_empty() => VariableType::Factor(None),
            Kind::Factor => VariableType::Factor(Some(Levels::of_names(self.levels, self.ordered, self.reference))),
        };
        let mut absences = Absences::default();
        let mut labels: Vec<Code> = self.labels.into_iter().map(CarriedCode::into_code).collect();
        for reason in self.reasons {
            let code = reason.into_code();
            absences.declare(Code::new(code.code()))?;
            labels.push(code);
        }
        if let (true, Ok(reasons)) = (self.has_reasons, columns.column(&companion(&self.name))) {
            push_reasons(reasons, &mut absences)?;
        }
        Ok(Note {
            label: self.label,
            unit: self.unit,
            role: self.role,
            kind: Some(kind),
            range: None,
            coding: absences.into_coding(labels),
            meanings: self.meanings.into_iter().map(|m| (m.code, labelled_presence(&m.presence))).collect(),
        })
    }
}

/// What `companion` says about the column that it explains.
pub(crate) fn explanation(companion: &Column) -> Result<Note> {
    let mut absences = Absences::default();
    push_reasons(companion, &mut absences)?;
    Ok(Note { coding: absences.into_coding(Vec::new()), ..Note::default() })
}

fn push_reasons(companion: &Column, absences: &mut Absences) -> Result<()> {
    let Ok(texts) = companion.as_materialized_series().str() else { return Ok(()) };
    for (row, text) in texts.iter().enumerate() {
        if let Some(text) = text {
            absences.push(row, text)?;
        }
    }
    Ok(())
}

/// The text that says why the value of `row` is absent, where there is more to say than that it is missing.
pub(crate) fn reason(column: &frame::Column, row: usize) -> Option<&str> {
    match column.presence(row) {
        Presence::Observed => None,
        presence => column.coding().and_then(|coding| coding.reason(row)).map(Code::code).or(plain_reason(presence)),
    }
}

/// What the reasons of absent values stand for, other than missing values.
fn meanings(column: &frame::Column) -> Vec<CarriedMeaning> {
    let mut found: Vec<CarriedMeaning> = Vec::new();
    for row in 0..column.len() {
        let presence = column.presence(row);
        if let (false, Some(text)) = (presence == Presence::Missing, reason(column, row))
            && !found.iter().any(|known| known.code == text)
        {
            found.push(CarriedMeaning { code: text.to_owned(), presence: presence.name().to_owned() });
        }
    }
    found
}
