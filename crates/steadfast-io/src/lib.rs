//! Reading, dictionaries, validation, reshaping and writing of outcome data: every byte is touched here, and no estimate
//! is computed.
//!
//! ```no_run
//! use steadfast_io::{Dictionary, read};
//!
//! let dictionary = Dictionary::load("trial/dictionary.toml")?;
//! let frame = read("trial/sdq.csv")?.validate(&dictionary)?.into_frame();
//! # Ok::<(), steadfast_io::Error>(())
//! ```
//!
//! Polars holds the table and reads Parquet and Arrow; the crate re-exports it, so that a data frame made elsewhere can
//! enter through [`frame_from_polars`]. No sum is left to it: its sums depend on the number of threads.

mod cells;
mod convert;
mod dictionary;
mod error;
mod groups;
mod infer;
mod instruments;
mod interner;
mod note;
mod raw;
mod read;
pub mod reshape;
mod score;
pub mod spells;
pub mod ssda903;
pub mod stream;
mod typing;
mod validate;
mod write;

pub use convert::frame_from_polars;
pub use dictionary::{DateFormat, Dictionary, Level, Levels, Range, Variable, VariableType};
pub use error::{Error, Result};
pub use instruments::{instrument, instruments, parse_instrument, read_instrument};
pub use polars;
pub use raw::RawTable;
pub use read::{DecimalMark, Encoding, Format, ReadOptions, read, read_bytes, read_with};
pub use score::Scored;
pub use validate::{Assessment, Valid};
pub use write::{
    OutputFormat, WriteOptions, Written, frame_to_polars, text_table, write_bytes, write_csv, write_csv_to,
    write_parquet,
};
