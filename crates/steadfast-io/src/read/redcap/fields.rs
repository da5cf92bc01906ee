//! The fields of a REDCap data dictionary, and what each says about the columns of an export.

use polars::prelude::DataFrame;
use steadfast_core::frame::Code;

use super::choices::{checkbox, choices};
use super::of_kind;
use crate::dictionary::{DateFormat, Levels, Range, VariableType};
use crate::error::{Error, Result};
use crate::note::Note;

/// The headers that REDCap's page and its programming interface write, in this order.
const HEADERS: [[&str; 2]; 8] = [
    ["Variable / Field Name", "field_name"],
    ["Form Name", "form_name"],
    ["Field Type", "field_type"],
    ["Field Label", "field_label"],
    ["Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"],
    ["Text Validation Type OR Show Slider Number", "text_validation_type_or_show_slider_number"],
    ["Text Validation Min", "text_validation_min"],
    ["Text Validation Max", "text_validation_max"],
];

/// One field.
#[derive(Debug, Clone, Default)]
pub(super) struct Field {
    name: String,
    /// The instrument that it belongs to.
    pub(super) form: String,
    kind: String,
    label: String,
    choices: String,
    validation: String,
    limits: [String; 2],
}

/// All fields, in the order of the dictionary.
pub(super) struct Fields(Vec<Field>);

impl Fields {
    /// The fields that `table` lists, a data dictionary as text.
    ///
    /// # Errors
    /// `redcap_dictionary` when it has not the columns of one.
    pub(super) fn of(table: &DataFrame) -> Result<Self> {
        let column = |names: [&str; 2]| -> Result<Vec<String>> {
            let absent = || {
                let message = format!("the data dictionary of REDCap has no column `{}`", names[0]);
                Error::data("redcap_dictionary", message)
            };
            let column = names.iter().find_map(|name| table.column(name).ok()).ok_or_else(absent)?;
            Ok(super::text(column)?.iter().map(|cell| cell.unwrap_or_default().trim().to_owned()).collect())
        };
        let mut columns = HEADERS.into_iter().map(column).collect::<Result<Vec<_>>>()?;
        let fields = (0..table.height()).map(|row| {
            let mut cell = |place: usize| std::mem::take(&mut columns[place][row]);
            Field {
                name: cell(0),
                form: cell(1),
                kind: cell(2).to_lowercase(),
                label: without_tags(&cell(3)),
                choices: cell(4),
                validation: cell(5).to_lowercase(),
                limits: [cell(6), cell(7)],
            }
        });
        Ok(Self(fields.collect()))
    }

    /// The meaning of the column `name` of an export, and its field.
    pub(super) fn column(&self, name: &str) -> Option<(Note, &Field)> {
        let own = |field: &&Field| field.kind != "checkbox" && field.kind != "descriptive" && field.name == name;
        if let Some(field) = self.0.iter().find(own) {
            return Some((field.note(), field));
        }
        let boxes = self.0.iter().filter(|field| field.kind == "checkbox" && name.starts_with(&field.name));
        boxes.into_iter().find_map(|field| {
            let choice =
                choices(&field.choices).into_iter().find(|choice| checkbox(&field.name, choice.code()) == name)?;
            let label = format!("{}: {}", field.label, without_tags(choice.label().unwrap_or_default()));
            Some((Note { label: Some(label), ..of_kind(VariableType::Bool) }, field))
        })
    }

    /// The first field of the instrument `form`.
    pub(super) fn first_of_form(&self, form: &str) -> Option<&Field> {
        self.0.iter().find(|field| field.form == form)
    }
}

impl Field {
    /// Whether exports write its numbers with a comma before their fraction.
    pub(super) fn has_decimal_comma(&self) -> bool {
        self.validation.ends_with("comma_decimal")
    }

    fn note(&self) -> Note {
        let kind = self.variable_type();
        let range = self.range(&kind);
        let label = (!self.label.is_empty()).then(|| self.label.clone());
        Note { label, range, ..of_kind(kind) }
    }

    fn variable_type(&self) -> VariableType {
        match self.kind.as_str() {
            "yesno" | "truefalse" => VariableType::Bool,
            "calc" | "slider" => VariableType::Float,
            "radio" | "dropdown" => {
                let levels = levels(&choices(&self.choices));
                VariableType::Factor((!levels.is_empty()).then(|| Levels::labelled(levels)))
            }
            "text" => match self.validation.as_str() {
                "integer" => VariableType::Integer(None),
                // Raw exports write days with the year first, however they are entered.
                "date_dmy" | "date_mdy" | "date_ymd" => VariableType::Date(DateFormat::default()),
                number if number.starts_with("number") => VariableType::Float,
                _ => VariableType::Text,
            },
            _ => VariableType::Text,
        }
    }

    /// The limits, where both are stated as the type writes them; REDCap itself only warns of a value outside.
    fn range(&self, kind: &VariableType) -> Option<Range> {
        let [low, high] = &self.limits;
        match kind {
            VariableType::Float | VariableType::Integer(_) => {
                let number =
                    |text: &str| text.replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
                let (low, high) = (number(low)?, number(high)?);
                (low <= high).then_some(Range::Number(low, high))
            }
            VariableType::Date(format) => {
                let (low, high) = (format.parse(low)?, format.parse(high)?);
                (low <= high).then_some(Range::Date(low, high))
            }
            _ => None,
        }
    }
}

/// Codes with labels that tell them apart.
fn levels(choices: &[Code]) -> Vec<(String, String)> {
    let mut levels: Vec<(String, String)> = Vec::new();
    for choice in choices {
        let mut label = without_tags(choice.label().unwrap_or_default());
        if label.is_empty() {
            label = choice.code().to_owned();
        }
        if levels.iter().any(|(_, known)| *known == label) {
            label = format!("{label} [{}]", choice.code());
        }
        if levels.iter().all(|(code, _)| code != choice.code()) {
            levels.push((choice.code().to_owned(), label));
        }
    }
    levels
}

/// The text of a label, which may be written with the tags of a page.
fn without_tags(label: &str) -> String {
    let (mut text, mut inside) = (String::new(), false);
    let has_tags = label.contains("</") || label.contains("/>") || label.contains("<br");
    for c in label.chars() {
        match c {
            '<' if has_tags => inside = true,
            '>' if inside => inside = false,
            _ if !inside => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
