//! From a frame to a file that others can read.

mod csv;
mod parquet;

pub use csv::{WriteOptions, write_csv, write_csv_to};
pub use parquet::{frame_to_polars, write_parquet};

#[cfg(test)]
mod tests;
