//! Parquet, with the types that the file declares.

use std::io::Cursor;

use polars::prelude::{DataFrame, ParquetReader, SerReader};

use super::options::ReadOptions;
use super::{FileFormat, Format, arrow_types};
use crate::error::Result;

impl Format {
    /// Apache Parquet.
    pub const PARQUET: Format = Format(&Parquet);
}

struct Parquet;

impl FileFormat for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["parquet", "pq"]
    }

    fn columns(&self, file: &str, bytes: Vec<u8>, _options: &ReadOptions) -> Result<DataFrame> {
        arrow_types::check_magic(file, &bytes, b"PAR1")?;
        arrow_types::guarded(file, || {
            let mut reader = ParquetReader::new(Cursor::new(bytes));
            let schema = reader.schema().map_err(|error| arrow_types::damaged(file, error))?;
            arrow_types::check(file, &schema)?;
            reader.finish().map_err(|error| arrow_types::damaged(file, error))
        })
    }
}
