//! Ten million rows of CSV and Parquet, read in pieces, validated and fitted below a ceiling, each in a process of its own:
//! `cargo run --release -p steadfast-benches --example stream`. STEADFAST_STREAM_ROWS sets another number of rows.
//!
//! A line each: format and ceiling, seconds on the clock and of the processors, peak memory and its share of the ceiling.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use steadfast_core::frame::{Column, Factor, Frame, Partitions};
use steadfast_core::inference::KenwardRoger;
use steadfast_core::lmm::Lmm;
use steadfast_core::parallel::Threads;
use steadfast_io::polars::prelude::ParquetWriter;
use steadfast_io::stream::{Divided, Stream};
use steadfast_io::{Dictionary, WriteOptions, frame_to_polars, write_csv_to};
use steadfast_testkit::simulate::{TRIAL_DICTIONARY, trial};

type Outcome<T> = Result<T, Box<dyn Error>>;

const FORMULA: &str = "y ~ arm * visit + base + us(visit | subject)";
const VISITS: usize = 4;
const DROP_OUT: f64 = 0.1;
const SEED: u64 = 20_261_122;
/// Subjects that are drawn at a time.
const BLOCK: usize = 50_000;
const CEILINGS: [u64; 2] = [256_000_000, 512_000_000];

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [path, ceiling, threads] = arguments.as_slice() {
        return measured(Path::new(path), ceiling.parse()?, threads.parse()?);
    }
    let rows: usize = std::env::var("STEADFAST_STREAM_ROWS").map_or(Ok(10_000_000), |text| text.parse())?;
    let folder = std::env::temp_dir().join(format!("steadfast-stream-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let outcome = compared(&folder, rows);
    fs::remove_dir_all(&folder)?;
    outcome
}

/// Both files below each ceiling.
fn compared(folder: &Path, rows: usize) -> Outcome<()> {
    let (csv, parquet) = (folder.join("trial.csv"), folder.join("trial.parquet"));
    let written = write(&csv, &parquet, rows)?;
    let mut out = io::stdout();
    for path in [&csv, &parquet] {
        let megabytes = fs::metadata(path)?.len() / 1_000_000;
        writeln!(out, "{}: {written} rows, {megabytes} MB", path.file_name().unwrap_or_default().display())?;
    }
    let threads = std::thread::available_parallelism()?.to_string();
    for path in [&csv, &parquet] {
        for ceiling in CEILINGS {
            let own = std::env::current_exe()?;
            let status = Command::new(own).arg(path).args([&ceiling.to_string(), &threads]).status()?;
            if !status.success() {
                return Err(format!("below {ceiling} bytes: {status}").into());
            }
        }
    }
    Ok(())
}

/// About `rows` rows of the simulated trial into both files, some subjects at a time; the number of rows.
fn write(csv: &Path, parquet: &Path, rows: usize) -> Outcome<usize> {
    let mut text = BufWriter::new(File::create(csv)?);
    let mut columns = None;
    let (mut written, mut block) = (0, 0);
    while written < rows {
        let subjects = BLOCK.min((rows - written).div_ceil(VISITS));
        let frame = subjects_of(block, trial(subjects, VISITS, DROP_OUT, SEED + block))?;
        let mut bytes = Vec::new();
        write_csv_to(&frame, &mut bytes, &WriteOptions::new())?;
        let header = if block == 0 { 0 } else { bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1) };
        text.write_all(&bytes[header..])?;
        let data = frame_to_polars(&frame)?;
        if columns.is_none() {
            columns = Some(ParquetWriter::new(File::create(parquet)?).batched(data.schema())?);
        }
        if let Some(columns) = &mut columns {
            columns.write_batch(&data)?;
        }
        (written, block) = (written + frame.n_rows(), block + 1);
    }
    text.flush()?;
    if let Some(columns) = columns {
        columns.finish()?;
    }
    Ok(written)
}

/// The frame with subjects that no other block has.
fn subjects_of(block: u64, frame: Frame) -> Outcome<Frame> {
    let Some(own) = frame.get("subject").and_then(Column::as_factor).cloned() else { return Ok(frame) };
    let levels = own.levels().iter().map(|level| format!("{block:04}-{level}")).collect();
    let renamed = Factor::from_raw(levels, own.codes().to_vec())?;
    Ok(frame.with_column(Column::from_factor("subject", renamed))?)
}

/// Reads, validates and fits in this process, and prints what it took.
fn measured(path: &Path, ceiling: u64, threads: usize) -> Outcome<()> {
    let start = Instant::now();
    let dictionary = Dictionary::parse(TRIAL_DICTIONARY, "dictionary")?;
    let temporary = || unnamed(path.parent().map(Path::to_owned).unwrap_or_default());
    let stream = Stream::new(path, &dictionary, &temporary).together(vec!["subject".to_owned()]);
    let rows: Divided = stream.ceiling(ceiling).threads(Threads::new(threads)).divide()?;
    let read = start.elapsed().as_secs_f64();
    let fit = Lmm::new(FORMULA.parse()?).threads(rows.threads()).fit_partitioned(&rows as &dyn Partitions)?;
    let fitted = start.elapsed().as_secs_f64();
    let term = fit.inference(&KenwardRoger::default())?.coefficients()?.pop();
    let (peak, processors) = (status("VmHWM:")?, processor_seconds()?);
    let mut out = io::stdout();
    writeln!(
        out,
        "{} below {} MB: {} rows, read and validated {read:.1} s, fitted {:.1} s, processors {processors:.1} s; peak {} MB, \
         {:.0} % of the ceiling",
        path.extension().unwrap_or_default().display(),
        ceiling / 1_000_000,
        rows.n_rows(),
        fitted - read,
        peak / 1_000_000,
        100.0 * peak as f64 / ceiling as f64
    )?;
    if let Some(term) = term {
        writeln!(out, "  {} = {:.6} ({:.6})", term.term, term.estimate, term.std_error)?;
    }
    Ok(())
}

/// A file that loses its name as soon as it has one.
fn unnamed(folder: PathBuf) -> io::Result<File> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = format!("rows-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let path = folder.join(name);
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    fs::remove_file(path)?;
    Ok(file)
}

/// A size of this process in bytes, as Linux reports it.
fn status(key: &str) -> Outcome<u64> {
    let text = fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(key)).ok_or("this system does not report it")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? * 1024)
}

/// The seconds that the processors have spent, in hundredths as Linux counts them.
fn processor_seconds() -> Outcome<f64> {
    let text = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).ok_or("this system does not report it")?.parse::<f64>().map_err(Box::from);
    let both: Outcome<f64> = ticks(11).and_then(|user: f64| Ok(user + ticks(12)?));
    Ok(both? / 100.0)
}
