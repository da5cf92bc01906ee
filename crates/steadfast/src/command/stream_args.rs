//! What a user may type about files larger than memory.

use std::path::PathBuf;

use clap::Args;

/// A ceiling, and where rows wait.
#[derive(Debug, Args)]
pub(crate) struct StreamArguments {
    /// Read the data in pieces and hold to this much memory, such as 512MB or 2GiB; needs a dictionary, and CSV, TSV or Parquet
    #[arg(long, value_name = "SIZE", value_parser = size, requires = "dictionary")]
    pub(crate) max_memory: Option<u64>,
    /// The folder for the temporary file of rows, about as large as the data are as text [default: the system's]
    #[arg(long, value_name = "DIR", requires = "max_memory")]
    pub(crate) temp_dir: Option<PathBuf>,
}

const UNITS: [(&str, u64); 9] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("b", 1),
];

/// The bytes that `text` writes, such as `512MB`, `1.5 GiB`.
fn size(text: &str) -> Result<u64, String> {
    let lower = text.trim().to_lowercase();
    let wrong = || format!("`{text}` is no size: write it like 512MB or 2GiB");
    let (unit, scale) = UNITS.iter().find(|(unit, _)| lower.ends_with(unit)).ok_or_else(wrong)?;
    let number: f64 = lower[..lower.len() - unit.len()].trim().parse().map_err(|_| wrong())?;
    let bytes = number * *scale as f64;
    if (1.0..1e18).contains(&bytes) { Ok(bytes as u64) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_powers_of_ten_or_of_two_as_they_are_written() {
        assert_eq!(size("512MB"), Ok(512_000_000));
        assert_eq!(size("2 GiB"), Ok(2 << 30));
        assert_eq!(size("1.5gb"), Ok(1_500_000_000));
        assert_eq!(size("4096b"), Ok(4096));
        for wrong in ["512", "512M", "MB", "-1MB", "nanMB", "1e300GB", "0MB", ""] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
