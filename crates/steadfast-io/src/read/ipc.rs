//! Arrow IPC files (Feather version 2), with the types that the file declares.

use std::io::Cursor;

use polars::prelude::{IpcReader, SerReader};

use super::options::ReadOptions;
use super::{Carried, Contents, FileFormat, Format, METADATA_KEY, arrow_types, size};
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

    fn contents(&self, file: &str, bytes: Vec<u8>, options: &ReadOptions) -> Result<Contents> {
        arrow_types::check_magic(file, &bytes, b"ARROW1")?;
        arrow_types::guarded(file, || {
            let mut reader = IpcReader::new(Cursor::new(bytes));
            let schema = reader.schema().map_err(|error| arrow_types::damaged(file, error))?;
            arrow_types::check(file, &schema)?;
            let metadata = reader.custom_metadata().map_err(|error| arrow_types::damaged(file, error))?;
            let carried = metadata.and_then(|pairs| pairs.get(METADATA_KEY).map(|text| text.to_string()));
            let columns = reader.finish().map_err(|error| arrow_types::damaged(file, error))?;
            size::check_memory(file, columns.height() as u64, columns.width() as u64, options.memory())?;
            Carried::restore(columns, carried.as_deref())
        })
    }
}
