//! Parquet, with the types that the file declares.

use std::io::Cursor;

use polars::prelude::{ParquetReader, SerReader};

use super::options::ReadOptions;
use super::{Carried, Contents, FileFormat, Format, METADATA_KEY, arrow_types, size};
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

    fn contents(&self, file: &str, bytes: Vec<u8>, options: &ReadOptions) -> Result<Contents> {
        arrow_types::check_magic(file, &bytes, b"PAR1")?;
        arrow_types::guarded(file, || {
            let mut reader = ParquetReader::new(Cursor::new(bytes));
            let schema = reader.schema().map_err(|error| arrow_types::damaged(file, error))?;
            arrow_types::check(file, &schema)?;
            let metadata = reader.get_metadata().map_err(|error| arrow_types::damaged(file, error))?;
            let rows = metadata.num_rows;
            size::check_memory(file, rows as u64, metadata.schema_descr.fields().len() as u64, options.memory())?;
            let expanded = metadata.row_groups.iter().map(|group| group.total_byte_size() as u64);
            let expanded = expanded.fold(0_u64, u64::saturating_add);
            size::check_memory(file, 1, expanded.div_ceil(8), options.memory())?;
            let pairs = metadata.key_value_metadata.iter().flatten();
            let carried = pairs.filter(|pair| pair.key == METADATA_KEY).find_map(|pair| pair.value.clone());
            let columns = reader.finish().map_err(|error| arrow_types::damaged(file, error))?;
            size::check_rows(file, rows as u64, columns.height())?;
            Carried::restore(columns, carried.as_deref())
        })
    }
}
