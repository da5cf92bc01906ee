//! The peak memory of a random-slope fit: `cargo run --release -p steadfast-benches --example peak_memory`.

use std::io::Write;

use steadfast_core::lmm::Lmm;
use steadfast_testkit::simulate::random_slope;

/// The largest resident set of this process so far, in bytes, as Linux reports it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let subjects = std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let frame = random_slope(subjects, 4, 20_261_122);
    // Two real columns and a code for each row; the labels of the subjects are not counted.
    let data = (frame.n_rows() * (2 * size_of::<f64>() + size_of::<u32>())) as u64;
    let before = peak().ok_or("this system does not report VmHWM")?;
    let fit = Lmm::new("y ~ time + (time | subject)".parse()?).fit(&frame)?;
    let after = peak().ok_or("this system does not report VmHWM")?;
    let mut out = std::io::stdout();
    writeln!(out, "subjects {subjects}, rows {}, iterations {}", frame.n_rows(), fit.convergence().iterations)?;
    writeln!(out, "columns of the model {data} bytes")?;
    writeln!(out, "peak before the fit {before} bytes, {:.2} times the data", before as f64 / data as f64)?;
    writeln!(out, "peak after the fit {after} bytes, {:.2} times the data", after as f64 / data as f64)?;
    Ok(())
}
