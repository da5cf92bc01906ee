//! Stata files, `.dta` of Stata 1 to 19: value labels, extended missing values `.a` to `.z` and dates with the numbers.

mod lengths;

use std::collections::HashMap;
use std::io::Cursor;

use dta::stata::dta::dta_reader::DtaReader;
use dta::stata::dta::header::Header;
use dta::stata::dta::long_string_table::LongStringTable;
use dta::stata::dta::record_reader::RecordReader;
use dta::stata::dta::value::Value;
use dta::stata::dta::value_label::ValueLabelSet;
use dta::stata::dta::variable::Variable;
use dta::stata::dta::variable_type::VariableType;
use dta::stata::missing_value::MissingValue;
use dta::stata::stata_byte::StataByte;
use dta::stata::stata_double::StataDouble;
use dta::stata::stata_float::StataFloat;
use dta::stata::stata_int::StataInt;
use dta::stata::stata_long::StataLong;
use dta::stata::temporal::kind::TemporalKind;
use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, PlSmallStr, Series};
use steadfast_core::frame::Code;

use super::numbers::{Meaning, Numbers};
use super::options::ReadOptions;
use super::{Contents, FileFormat, Format, arrow_types, size};
use crate::error::{Error, Result};
use crate::note::Note;

impl Format {
    /// Stata.
    pub const STATA: Format = Format(&Stata);
}

struct Stata;

/// The most variables that any Stata has.
const MOST_VARIABLES: u32 = 120_000;
/// The first of the numbers that stand for `.`, `.a` to `.z` in value labels.
const FIRST_MISSING: i32 = 2_147_483_621;

impl FileFormat for Stata {
    fn name(&self) -> &'static str {
        "stata"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["dta"]
    }

    fn contents(&self, file: &str, bytes: Vec<u8>, options: &ReadOptions) -> Result<Contents> {
        arrow_types::guarded(file, || decode(file, &bytes, options))
    }
}

/// One column while rows come.
enum Gathered {
    Numbers(Numbers),
    Texts(Vec<Option<String>>),
    /// Where the texts stand that have a section of their own.
    LongTexts(Vec<dta::stata::dta::long_string_ref::LongStringRef>),
}

fn decode(file: &str, bytes: &[u8], options: &ReadOptions) -> Result<Contents> {
    let damaged = |error| arrow_types::damaged(file, error);
    let mut reader = DtaReader::new();
    if let Some(encoding) = options.chosen_encoding() {
        reader = reader.encoding(encoding.decoder());
    }
    let schema_reader = reader.from_reader(Cursor::new(bytes)).read_header().map_err(damaged)?;
    let header = schema_reader.header().clone();
    check_header(file, &header, bytes.len() as u64, options)?;
    let mut characteristics = schema_reader.read_schema().map_err(damaged)?;
    let variables = characteristics.schema().variables().to_vec();
    let row = check_rows(file, &header, &variables, bytes.len() as u64)?;
    lengths::check(file, bytes, &header, row)?;
    characteristics.skip_to_end().map_err(damaged)?;
    let mut records = characteristics.into_record_reader().map_err(damaged)?;
    let columns = gather(file, &mut records, &variables)?;
    let mut long = records.into_long_string_reader().map_err(damaged)?;
    let encoding = long.encoding();
    let mut table = LongStringTable::for_reading();
    long.read_remaining_into(&mut table).map_err(damaged)?;
    let mut sets = HashMap::new();
    let mut labels = long.into_value_label_reader().map_err(damaged)?;
    while let Some(set) = labels.read_value_label_set().map_err(damaged)? {
        sets.insert(set.name().to_owned(), set);
    }
    let texts = LongTexts { file, table: &table, encoding };
    finish(&variables, columns, &sets, &texts)
}

/// Holds the counts of the header against the file before anything is made for them.
fn check_header(file: &str, header: &Header, length: u64, options: &ReadOptions) -> Result<()> {
    let (variables, rows) = (header.variable_count(), header.observation_count());
    // A variable takes a byte for its type and nine for its name at least, a row a byte for each.
    let promised = u64::from(variables).saturating_mul(10);
    if variables > MOST_VARIABLES || promised > length || (variables > 0 && rows > length / u64::from(variables)) {
        return Err(size::promises_more(file));
    }
    size::check_memory(file, rows, u64::from(variables), options.memory())
}

/// Holds the rows against the file, now that their width is known, and gives that.
fn check_rows(file: &str, header: &Header, variables: &[Variable], length: u64) -> Result<u64> {
    let width = |variable: &Variable| match variable.variable_type() {
        VariableType::Byte => 1,
        VariableType::Int => 2,
        VariableType::Long | VariableType::Float => 4,
        VariableType::FixedString(width) => u64::from(width),
        _ => 8,
    };
    let row: u64 = variables.iter().map(width).sum();
    match header.observation_count().checked_mul(row) {
        Some(promised) if promised <= length => Ok(row),
        _ => Err(size::promises_more(file)),
    }
}

fn gather(file: &str, records: &mut RecordReader<Cursor<&[u8]>>, variables: &[Variable]) -> Result<Vec<Gathered>> {
    let promised = records.header().observation_count();
    let mut columns: Vec<Gathered> = variables
        .iter()
        .map(|variable| match variable.variable_type() {
            VariableType::FixedString(_) => Gathered::Texts(Vec::new()),
            VariableType::LongString => Gathered::LongTexts(Vec::new()),
            _ => Gathered::Numbers(Numbers::default()),
        })
        .collect();
    let mut rows = 0;
    while let Some(record) = records.read_record().map_err(|error| arrow_types::damaged(file, error))? {
        for (column, value) in columns.iter_mut().zip(record.values()) {
            push(column, value)?;
        }
        rows += 1;
    }
    size::check_rows(file, promised, rows)?;
    Ok(columns)
}

fn push(column: &mut Gathered, value: &Value<'_>) -> Result<()> {
    match (column, value) {
        (Gathered::Texts(texts), Value::String(text)) => {
            let text = text.trim_end();
            texts.push((!text.is_empty()).then(|| text.to_owned()));
        }
        (Gathered::LongTexts(texts), Value::LongStringRef(reference)) => texts.push(*reference),
        (Gathered::Numbers(numbers), value) => match number(value) {
            Ok(value) => numbers.values.push(Some(value)),
            Err(0) => numbers.values.push(None),
            Err(code) => numbers.push_absent(&tag(code))?,
        },
        _ => return Err(Error::data("damaged_file", "a row does not fit its columns")),
    }
    Ok(())
}

/// The number, or the place of its missing value: 0 for `.`, 1 for `.a`.
fn number(value: &Value<'_>) -> std::result::Result<f64, u8> {
    let missing = |missing: MissingValue| Err(missing.code());
    match value {
        Value::Byte(StataByte::Present(value)) => Ok(f64::from(*value)),
        Value::Int(StataInt::Present(value)) => Ok(f64::from(*value)),
        Value::Long(StataLong::Present(value)) => Ok(f64::from(*value)),
        Value::Float(StataFloat::Present(value)) => Ok(f64::from(*value)),
        Value::Double(StataDouble::Present(value)) => Ok(*value),
        Value::Byte(StataByte::Missing(code)) => missing(*code),
        Value::Int(StataInt::Missing(code)) => missing(*code),
        Value::Long(StataLong::Missing(code)) => missing(*code),
        Value::Float(StataFloat::Missing(code)) => missing(*code),
        Value::Double(StataDouble::Missing(code)) => missing(*code),
        _ => Err(0),
    }
}

/// `.a` to `.z` for 1 to 26.
fn tag(code: u8) -> String {
    format!(".{}", char::from(b'a' + code.saturating_sub(1).min(25)))
}

/// The texts of the section for long ones.
struct LongTexts<'a> {
    file: &'a str,
    table: &'a LongStringTable,
    encoding: &'static encoding_rs::Encoding,
}

impl LongTexts<'_> {
    fn get(&self, reference: &dta::stata::dta::long_string_ref::LongStringRef) -> Result<Option<String>> {
        if (reference.variable(), reference.observation()) == (0, 0) {
            return Ok(None);
        }
        let missing = || arrow_types::damaged(self.file, "a long text that a row points to is not there");
        let text = self.table.get(reference).ok_or_else(missing)?;
        let data = text.content().data();
        let data = data.strip_suffix(b"\0").unwrap_or(data);
        let decoded = self.encoding.decode_without_bom_handling_and_without_replacement(data);
        let undecodable = || Error::data("not_in_encoding", format!("`{}` has text in another encoding", self.file));
        let text = decoded.ok_or_else(undecodable)?;
        Ok(Some(text.trim_end().to_owned()).filter(|text| !text.is_empty()))
    }
}

fn finish(
    variables: &[Variable],
    columns: Vec<Gathered>,
    sets: &HashMap<String, ValueLabelSet>,
    texts: &LongTexts<'_>,
) -> Result<Contents> {
    let (mut series, mut notes) = (Vec::new(), Vec::new());
    for (variable, column) in variables.iter().zip(columns) {
        let mut note = Note::labelled(variable.label());
        series.push(match column {
            Gathered::Texts(texts) => text_column(variable.name(), texts),
            Gathered::LongTexts(references) => {
                let found = references.iter().map(|reference| texts.get(reference)).collect::<Result<Vec<_>>>()?;
                text_column(variable.name(), found)
            }
            Gathered::Numbers(numbers) => {
                let labels = sets.get(variable.value_label_name()).map(ValueLabelSet::entries).unwrap_or_default();
                finish_numbers(variable, numbers, labels, &mut note)?
            }
        });
        notes.push(note);
    }
    let columns = DataFrame::new_infer_height(series).map_err(|error| Error::data("malformed_table", error))?;
    Ok(Contents::noted(columns, notes))
}

fn finish_numbers(
    variable: &Variable,
    mut numbers: Numbers,
    labels: &[dta::stata::dta::value_label::ValueLabelEntry],
    note: &mut Note,
) -> Result<Column> {
    let mut codes = Vec::new();
    for entry in labels {
        let code = match u8::try_from(entry.value().saturating_sub(FIRST_MISSING)) {
            Ok(0) => continue,
            Ok(place) if entry.value() > FIRST_MISSING && place <= 26 => {
                let code = Code::new(tag(place));
                numbers.absences.declare(code.clone())?;
                code
            }
            _ => Code::new(entry.value().to_string()),
        };
        codes.push(code.with_label(entry.label().trim_end()));
    }
    note.coding = numbers.absences.into_coding(codes);
    let meaning = if note.coding.labels().is_empty() { meaning(variable) } else { shown(variable) };
    Numbers::column(numbers.values, variable.name(), meaning, note)
}

/// Whole numbers, by their type or by a format without decimals.
fn shown(variable: &Variable) -> Meaning {
    match variable.variable_type() {
        VariableType::Byte | VariableType::Int | VariableType::Long => Meaning::Whole,
        _ if variable.format().ends_with(".0f") => Meaning::Whole,
        _ => Meaning::Number,
    }
}

fn meaning(variable: &Variable) -> Meaning {
    /// 1960-01-01, from which Stata counts.
    const EPOCH: i32 = -3_653;
    let format = variable.format().replace("%-", "%");
    match TemporalKind::from_format(&format) {
        None => shown(variable),
        Some(TemporalKind::Date) => Meaning::Ticks { per_day: 1.0, epoch: EPOCH, unit: "days since 1960-01-01" },
        Some(TemporalKind::DateTime) => {
            Meaning::Ticks { per_day: 86_400_000.0, epoch: EPOCH, unit: "milliseconds since 1960-01-01" }
        }
        Some(TemporalKind::DateTimeLeap) => Meaning::Unit("milliseconds since 1960-01-01 with leap seconds"),
        Some(TemporalKind::Week) => Meaning::Unit("weeks since 1960"),
        Some(TemporalKind::Month) => Meaning::Unit("months since January 1960"),
        Some(TemporalKind::Quarter) => Meaning::Unit("quarters since 1960"),
        Some(TemporalKind::HalfYear) => Meaning::Unit("half-years since 1960"),
        // Years are whole numbers already.
        Some(_) => shown(variable),
    }
}

fn text_column(name: &str, texts: Vec<Option<String>>) -> Column {
    Series::new(PlSmallStr::from(name), texts).into_column()
}
