//! SAS transport files, versions 5 and 8: special missing values `.A` to `.Z` and `._`, and dates with the numbers.
//!
//! A file of version 5 does not say how many rows it has: one that was cut between two records of 80 bytes reads as a
//! shorter table. Version 8 has a place for the number, which is held against the rows where it is filled.

use std::io::Cursor;

use polars::prelude::{DataFrame, IntoColumn, NamedFrom, PlSmallStr, Series};
use sas_xport::sas::xport::{XportDataset, XportReader, XportValue, XportVariable};
use sas_xport::sas::{SasMissingValue, SasVariableType};

use super::numbers::{Meaning, Numbers};
use super::options::ReadOptions;
use super::{Contents, FileFormat, Format, arrow_types, size};
use crate::error::{Error, Result};
use crate::note::{Absences, Note};

impl Format {
    /// SAS transport.
    pub const XPORT: Format = Format(&Xport);
}

struct Xport;

/// Every header and every block of rows fills records of this many bytes.
const RECORD: usize = 80;
/// 1960-01-01, from which SAS counts.
const EPOCH: i32 = -3_653;

const DATES: [&str; 16] = [
    "DATE", "DDMMYY", "MMDDYY", "YYMMDD", "E8601DA", "B8601DA", "IS8601DA", "JULDAY", "JULIAN", "MONYY", "WEEKDATE",
    "WORDDATE", "YYMM", "YYMON", "YYQ", "MMYY",
];
const TIMES: [&str; 6] = ["DATETIME", "E8601DT", "B8601DT", "IS8601DT", "DATEAMPM", "DTDATE"];
const DURATIONS: [&str; 5] = ["TIME", "HHMM", "E8601TM", "TOD", "MMSS"];

impl FileFormat for Xport {
    fn name(&self) -> &'static str {
        "xport"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["xpt", "xport"]
    }

    fn contents(&self, file: &str, bytes: Vec<u8>, options: &ReadOptions) -> Result<Contents> {
        if bytes.len() % RECORD != 0 {
            return Err(arrow_types::damaged(file, "it is cut short: its last record has fewer than 80 bytes"));
        }
        arrow_types::guarded(file, || decode(file, &bytes, options))
    }
}

/// One column while rows come.
enum Gathered {
    Numbers(Numbers),
    Texts(Vec<Option<String>>),
}

fn decode(file: &str, bytes: &[u8], options: &ReadOptions) -> Result<Contents> {
    let damaged = |error| arrow_types::damaged(file, error);
    let reader = XportReader::options()
        .encoding(options.text_encoding().decoder())
        .from_reader(Cursor::new(bytes))
        .map_err(damaged)?;
    let no_data = || Error::data("empty_file", format!("`{file}` holds no data set"));
    let mut data = reader.next_dataset().map_err(damaged)?.ok_or_else(no_data)?;
    let variables = data.schema().variables().to_vec();
    check(file, &variables, bytes.len() as u64, options)?;
    let promised = data.schema().record_count();
    let columns = gather(file, &mut data, &variables)?;
    let rows = data.record_number();
    if let Some(promised) = promised.filter(|&promised| promised > 0 || rows == 0) {
        size::check_rows(file, promised, rows)?;
    }
    if data.next_dataset().map_err(damaged)?.is_some() {
        let message = format!("`{file}` holds several data sets; write each into a file of its own");
        return Err(Error::data("several_tables", message));
    }
    finish(&variables, columns)
}

/// Holds the widths of the variables against the file.
fn check(file: &str, variables: &[XportVariable], length: u64, options: &ReadOptions) -> Result<()> {
    let is_odd = |variable: &&XportVariable| {
        let width = variable.value_length();
        width == 0 || (variable.value_type() == SasVariableType::Numeric && !(2..=8).contains(&width))
    };
    if variables.is_empty() || variables.iter().any(|variable| is_odd(&variable)) {
        return Err(arrow_types::damaged(file, "a variable has no width, or a number more than eight bytes"));
    }
    let row: u64 = variables.iter().map(|variable| u64::from(variable.value_length())).sum();
    size::check_memory(file, length / row, variables.len() as u64, options.memory())
}

fn gather(file: &str, data: &mut XportDataset<Cursor<&[u8]>>, variables: &[XportVariable]) -> Result<Vec<Gathered>> {
    let mut columns: Vec<Gathered> = variables
        .iter()
        .map(|variable| match variable.value_type() {
            SasVariableType::Numeric => Gathered::Numbers(Numbers::default()),
            SasVariableType::Character => Gathered::Texts(Vec::new()),
        })
        .collect();
    loop {
        let row = data.record_number() + 1;
        let record = data.next_record().map_err(|_| unreadable_row(file, row))?;
        let Some(record) = record else { return Ok(columns) };
        for (column, value) in columns.iter_mut().zip(record.iter()) {
            push(column, value)?;
        }
    }
}

/// The decoder's own message could hold the text that it cannot decode.
fn unreadable_row(file: &str, row: usize) -> Error {
    let message = format!("`{file}` row {row} is cut short, or its text is in another encoding, such as windows-1252");
    Error::data("damaged_file", message)
}

fn push(column: &mut Gathered, value: &XportValue<'_>) -> Result<()> {
    match (column, value) {
        (Gathered::Texts(texts), XportValue::Character(text)) => {
            let text = text.trim_end();
            texts.push((!text.is_empty()).then(|| text.to_owned()));
        }
        (Gathered::Numbers(numbers), XportValue::Number(value)) => match SasMissingValue::try_from_f64(*value) {
            None => numbers.values.push(Some(*value)),
            Some(SasMissingValue::PERIOD) => numbers.values.push(None),
            Some(code) => numbers.push_absent(&format!(".{}", char::from(code.code())))?,
        },
        _ => return Err(Error::data("damaged_file", "a row does not fit its columns")),
    }
    Ok(())
}

fn finish(variables: &[XportVariable], columns: Vec<Gathered>) -> Result<Contents> {
    let (mut series, mut notes) = (Vec::new(), Vec::new());
    for (variable, column) in variables.iter().zip(columns) {
        let mut note = Note::labelled(variable.full_label());
        let name = variable.full_name().trim_end();
        series.push(match column {
            Gathered::Texts(texts) => Series::new(PlSmallStr::from(name), texts).into_column(),
            Gathered::Numbers(numbers) => {
                let Numbers { values, absences } = numbers;
                note.coding = Absences::into_coding(absences, Vec::new());
                Numbers::column(values, name, meaning(variable), &mut note)?
            }
        });
        notes.push(note);
    }
    let columns = DataFrame::new_infer_height(series).map_err(|error| Error::data("malformed_table", error))?;
    Ok(Contents::noted(columns, notes))
}

/// What a number counts, as the name of its format without width and decimals says.
fn meaning(variable: &XportVariable) -> Meaning {
    let format = variable.full_format().to_ascii_uppercase();
    let name = format.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ' ');
    // Marks of separators, as in DDMMYYS.
    let is = |known: &[&str]| {
        known.iter().any(|known| name == *known || (name.len() == known.len() + 1 && name.starts_with(known)))
    };
    if is(&TIMES) {
        Meaning::Ticks { per_day: 86_400.0, epoch: EPOCH, unit: "seconds since 1960-01-01" }
    } else if is(&DATES) || name == "WEEKDATX" || name == "WORDDATX" {
        Meaning::Ticks { per_day: 1.0, epoch: EPOCH, unit: "days since 1960-01-01" }
    } else if is(&DURATIONS) {
        Meaning::Unit("seconds")
    } else if name == "F" && variable.format_length() > 0 && variable.format_precision() == 0 {
        Meaning::Whole
    } else {
        Meaning::Number
    }
}
