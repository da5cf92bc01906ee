//! Arrow IPC files (Feather version 2), with the types that the file declares.

use std::io::Cursor;

use polars::prelude::{DataFrame, IpcReader, SerReader};

use super::options::ReadOptions;
use super::{FileFormat, Format, arrow_types};
use crate::error::Result;

impl Format {
    /// Arrow IPC, also known as Feather version 2.
    pub const IPC: Format = Format(&Ipc);
}

struct Ipc;

impl FileFormat for Ipc {
    fn name(&self) -> &'static str {
        "ipc"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["arrow", "ipc", "feather"]
    }

    fn columns(&self, file: &str, bytes: Vec<u8>, _options: &ReadOptions) -> Result<DataFrame> {
        arrow_types::check_magic(file, &bytes, b"ARROW1")?;
        arrow_types::guarded(file, || {
            let mut reader = IpcReader::new(Cursor::new(bytes));
            let schema = reader.schema().map_err(|error| arrow_types::damaged(file, error))?;
            arrow_types::check(file, &schema)?;
            reader.finish().map_err(|error| arrow_types::damaged(file, error))
        })
    }
}
