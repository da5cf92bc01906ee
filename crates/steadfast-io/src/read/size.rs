//! How much a file's header promises, held against the file itself and against the memory that may be taken.

use crate::error::{Error, Result};

/// Refuses a table of `rows` rows with `cells` cells of eight bytes each that would not fit into `ceiling` bytes.
pub(super) fn check_memory(file: &str, rows: u64, cells: u64, ceiling: u64) -> Result<()> {
    match rows.checked_mul(cells).and_then(|cells| cells.checked_mul(8)) {
        Some(bytes) if bytes <= ceiling => Ok(()),
        _ => {
            let message = format!(
                "`{file}` declares {rows} rows with {cells} cells of eight bytes, more than the {ceiling} bytes that \
                 may be taken; raise the ceiling if the file is meant to be so large"
            );
            Err(Error::data("too_large", message))
        }
    }
}

/// The error of a file whose header promises more than the file can hold.
pub(super) fn promises_more(file: &str) -> Error {
    Error::data("damaged_file", format!("`{file}` is cut short, or damaged: its header promises more than it holds"))
}

/// The error of a file of which another number of rows was read than its header states.
pub(super) fn check_rows(file: &str, promised: u64, found: usize) -> Result<()> {
    if promised == found as u64 {
        return Ok(());
    }
    Err(Error::data("damaged_file", format!("`{file}` declares {promised} rows and holds {found}")))
}
