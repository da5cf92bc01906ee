//! What Parquet and Arrow files have in common: marks at both ends, a schema, and types that must be checked before
//! polars sees them, because it panics on those that it was compiled without.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};

use polars::prelude::{ArrowDataType, ArrowSchema};
use steadfast_core::findings::{Finding, Findings, Severity};

use crate::error::{Error, Result};

/// Refuses a file that does not begin and end with `magic`, as one does that was cut short.
pub(crate) fn check_magic(file: &str, bytes: &[u8], magic: &[u8]) -> Result<()> {
    if !bytes.starts_with(magic) {
        return Err(Error::data("damaged_file", format!("`{file}` does not begin like a file of its format")));
    }
    if bytes.len() < 2 * magic.len() || !bytes.ends_with(magic) {
        return Err(Error::data("damaged_file", format!("`{file}` is cut short: the mark at its end is missing")));
    }
    Ok(())
}

/// The error of a file that polars cannot read.
pub(crate) fn damaged(file: &str, error: impl fmt::Display) -> Error {
    Error::data("damaged_file", format!("`{file}` cannot be read: {error}"))
}

/// What `read` returns, or the error of a damaged file where polars panics, as it does on some damage.
pub(crate) fn guarded<T>(file: &str, read: impl FnOnce() -> Result<T>) -> Result<T> {
    // Nothing that `read` holds outlives a panic, so no broken state can be seen afterwards.
    match panic::catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result,
        Err(_) => Err(damaged(file, "its content contradicts itself")),
    }
}

/// Refuses a schema with columns that are neither number, text, date nor truth value.
pub(crate) fn check(file: &str, schema: &ArrowSchema) -> Result<()> {
    let mut findings = Findings::new();
    for (name, field) in schema.iter() {
        if !is_supported(field.dtype()) {
            findings.push(Finding {
                severity: Severity::Error,
                file: Some(file.to_owned()),
                row: None,
                column: Some(name.to_string()),
                code: "unsupported_type".to_owned(),
                message: format!("the type {:?} has no counterpart; convert the column", field.dtype()),
            });
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(Error::findings("unsupported_type", findings)) }
}

fn is_supported(dtype: &ArrowDataType) -> bool {
    match dtype {
        ArrowDataType::Null
        | ArrowDataType::Boolean
        | ArrowDataType::Int32
        | ArrowDataType::Int64
        | ArrowDataType::UInt32
        | ArrowDataType::UInt64
        | ArrowDataType::Float32
        | ArrowDataType::Float64
        | ArrowDataType::Utf8
        | ArrowDataType::LargeUtf8
        | ArrowDataType::Utf8View
        | ArrowDataType::Date32
        | ArrowDataType::Timestamp(..) => true,
        ArrowDataType::Dictionary(_, values, _) => {
            matches!(**values, ArrowDataType::Utf8 | ArrowDataType::LargeUtf8 | ArrowDataType::Utf8View)
        }
        _ => false,
    }
}
