//! From a frame to a file that others can read.

mod csv;
mod parquet;
mod text_table;

pub use csv::{WriteOptions, write_csv, write_csv_to};
pub use parquet::{frame_to_polars, write_parquet};
pub use text_table::text_table;

#[cfg(test)]
mod tests;
