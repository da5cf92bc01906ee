//! SAS transport files, version 5 as regulators ask for it, and version 8 with long names.

use std::io::Cursor;

use sas_xport::sas::xport::{
    XportDatasetVersion, XportFileVersion, XportMetadata, XportSchema, XportValue, XportVariable, XportVariableBuilder,
    XportWriter,
};
use sas_xport::sas::{SasMissingValue, SasVariableType};
use steadfast_core::frame::Frame;

use super::coded::{Cell, Coded, Kind, Limits};
use super::losses::Losses;
use super::names::NameRule;
use super::{OutputFormat, WritableFormat};
use crate::error::{Error, Result};
use crate::read::Format;

impl OutputFormat {
    /// SAS transport version 5: names of 8 capitals, texts of 200 bytes.
    pub const XPORT: OutputFormat = OutputFormat(&V5);
    /// SAS transport version 8: names of 32 characters, texts of 32,767 bytes.
    pub const XPORT8: OutputFormat = OutputFormat(&V8);
}

static V5: Xport = Xport {
    name: "xport",
    extensions: &["xpt", "xport"],
    versions: (XportFileVersion::V5, XportDatasetVersion::V5),
    names: NameRule { longest: 8, capitals: true, reserved: "", longest_label: (40, 40) },
    limits: Limits { value_labels: false, letters: LETTERS, longest_text: 200, codes: CODES },
};
static V8: Xport = Xport {
    name: "xport8",
    extensions: &[],
    versions: (XportFileVersion::V8, XportDatasetVersion::V8),
    names: NameRule { longest: 32, capitals: false, reserved: "", longest_label: (256, 256) },
    limits: Limits { value_labels: false, letters: LETTERS, longest_text: 32_767, codes: CODES },
};

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
const CODES: (i64, i64) = (-(1 << 53), 1 << 53);
/// What IBM's floating-point numbers hold with all their digits: 16⁻⁶⁴ to 16⁶³.
const SMALLEST: f64 = 8.636_168_555_094_445e-78;
const LARGEST: f64 = 7.237_005_577_332_262e75;
const NUMBER_WIDTH: u16 = 8;

struct Xport {
    name: &'static str,
    extensions: &'static [&'static str],
    versions: (XportFileVersion, XportDatasetVersion),
    names: NameRule,
    limits: Limits,
}

impl WritableFormat for Xport {
    fn name(&self) -> &'static str {
        self.name
    }

    fn extensions(&self) -> &'static [&'static str] {
        self.extensions
    }

    fn reader(&self) -> Format {
        Format::XPORT
    }

    fn write(&self, frame: &Frame, target: &mut Vec<u8>, losses: &mut Losses) -> Result<()> {
        let names = self.names.names(frame, losses);
        let mut schema = XportSchema::builder();
        schema.xport_dataset_version(self.versions.1).dataset_name("DATA");
        let mut columns = Vec::new();
        for (column, name) in frame.columns().iter().zip(names) {
            let coded = Coded::of(column, &self.limits, losses)?;
            let fits = |value: f64| value.abs() <= 0.0 || (SMALLEST..LARGEST).contains(&value.abs());
            coded.check("a SAS transport file", fits)?;
            let label = self.names.label(column, &name, losses);
            schema.add_variable(self.variable(&coded, name, label));
            columns.push(coded);
        }
        report(&columns, losses)?;
        let unwritable = |error| Error::data("unwritable_value", error);
        let schema = schema.try_build().map_err(unwritable)?;
        let metadata = XportMetadata::builder().xport_file_version(self.versions.0).build();
        let writer = XportWriter::from_writer(Cursor::new(Vec::new()), metadata).map_err(unwritable)?;
        let mut writer = writer.write_schema(schema).map_err(unwritable)?;
        for row in 0..frame.n_rows() {
            let values: Vec<XportValue<'_>> = columns.iter().map(|column| value(column, row)).collect();
            writer.write_record(&values).map_err(unwritable)?;
        }
        let written = match self.versions.0 {
            // Readers of version 8 expect the number of rows.
            XportFileVersion::V8 => writer.set_count_and_finish(),
            XportFileVersion::V5 => writer.finish(),
        };
        *target = written.map_err(unwritable)?.into_inner();
        Ok(())
    }
}

impl Xport {
    fn variable(&self, coded: &Coded<'_>, name: String, label: String) -> XportVariableBuilder {
        let mut variable = XportVariable::builder();
        if self.versions.0 == XportFileVersion::V8 {
            variable.full_name(name).short_label(label.chars().take(40).collect::<String>()).long_label(label);
        } else {
            variable.short_name(name).short_label(label);
        }
        if coded.kind == Kind::Text {
            let longest = (0..coded.column.len()).map(|row| coded.text(row).len()).max().unwrap_or_default();
            let width = u16::try_from(longest.max(1)).unwrap_or(u16::MAX);
            variable.value_type(SasVariableType::Character).value_length(width);
            return variable;
        }
        variable.value_type(SasVariableType::Numeric).value_length(NUMBER_WIDTH);
        match coded.kind {
            Kind::Day => variable.short_format("DATE").format_length(9),
            // Without decimals, so that what is whole is known to be.
            Kind::Whole | Kind::Codes | Kind::Truth => variable.short_format("F").format_length(16),
            _ => &mut variable,
        };
        variable
    }
}

/// What neither version has a place for, beyond what single columns lack.
fn report(columns: &[Coded<'_>], losses: &mut Losses) -> Result<()> {
    for coded in columns {
        let texts = || (0..coded.column.len()).map(|row| coded.text(row));
        if coded.kind == Kind::Text && texts().any(|text| !text.is_ascii()) {
            losses.push(coded.column.name(), "encoding", "text beyond ASCII is in UTF-8, which the file cannot state");
        }
        if coded.kind == Kind::Truth {
            losses.push(coded.column.name(), "type_not_carried", "no and yes are the numbers 0 and 1");
        }
    }
    let rows = columns.first().map_or(0, |coded| coded.column.len());
    let is_blank = |coded: &Coded<'_>| coded.kind == Kind::Text && rows > 0 && coded.text(rows - 1).is_empty();
    if !columns.is_empty() && columns.iter().all(is_blank) {
        let message = "the last row is blank, which a SAS transport file cannot tell from its end";
        return Err(Error::data("unwritable_value", message));
    }
    Ok(())
}

fn value<'a>(coded: &'a Coded<'_>, row: usize) -> XportValue<'a> {
    if coded.kind == Kind::Text {
        return XportValue::from(coded.text(row));
    }
    match coded.cell(row) {
        Cell::Value(value) => XportValue::from(value),
        Cell::Absent(letter) => {
            let code = letter.and_then(|letter| u8::try_from(letter).ok()).and_then(SasMissingValue::try_from_u8);
            XportValue::from(f64::from(code.unwrap_or(SasMissingValue::PERIOD)))
        }
    }
}
