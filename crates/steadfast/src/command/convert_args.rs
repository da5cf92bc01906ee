//! What a user may type to convert a file.

use std::path::PathBuf;

use clap::Args;

use super::page::PageArguments;

/// Write a data file in another format, with its labels and the reasons of its absences
#[derive(Debug, Args)]
#[command(after_help = CONVERT_EXAMPLES)]
pub(crate) struct ConvertArguments {
    /// The file to read: CSV, TSV, Parquet, Arrow, SPSS, Stata, SAS transport or REDCap
    pub(crate) input: PathBuf,
    /// The file to write: CSV, TSV, Parquet, Arrow, Stata or SAS transport
    pub(crate) output: PathBuf,
    /// The dictionary that says what the columns mean [default: what the file says itself]
    #[arg(long, value_name = "FILE")]
    pub(crate) dictionary: Option<PathBuf>,
    /// Write the dictionary of the output here, with what its format cannot hold
    #[arg(long, value_name = "FILE")]
    pub(crate) write_dictionary: Option<PathBuf>,
    /// The format of the input: csv, tsv, parquet, ipc, spss, stata, xport or redcap [default: as its extension says]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) in_format: Option<String>,
    /// The format of the output: csv, tsv, parquet, ipc, stata, xport or xport8 [default: as its extension says]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) out_format: Option<String>,
    /// The encoding of the input's text: utf-8, windows-1252 or latin-1 [default: as its format has it]
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// The data dictionary of REDCap, as CSV; the input is its raw records
    #[arg(long, value_name = "FILE")]
    pub(crate) redcap_dictionary: Option<PathBuf>,
    /// The missing data codes of the REDCap project, such as 'NI, No information | NA, Not applicable'
    #[arg(long, value_name = "CODES", requires = "redcap_dictionary")]
    pub(crate) redcap_missing_codes: Option<String>,
    /// The most gibibytes that the cells of the input may take
    #[arg(long, value_name = "GIB", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) max_memory: u64,
    #[command(flatten)]
    pub(crate) page: PageArguments,
}

const CONVERT_EXAMPLES: &str = "\
Examples:
  An SPSS file as Parquet; labels, user-missing codes and dates come along:
    steadfast convert trial.sav trial.parquet
  The same as CSV, with a dictionary that holds what CSV does not:
    steadfast convert trial.sav trial.csv --write-dictionary trial.toml
  A CSV file and its dictionary as Stata and as SAS transport:
    steadfast convert trial.csv trial.dta --dictionary trial.toml
    steadfast convert trial.csv trial.xpt --dictionary trial.toml --write-dictionary xpt.toml
  Records of REDCap with their data dictionary:
    steadfast convert records.csv trial.parquet --redcap-dictionary dictionary.csv

Every loss is a note on stderr. The output appears whole or not at all.";
