//! The peak memory of a random-slope fit: `cargo run --release -p steadfast-benches --example peak_memory`; with `crossed`
//! behind it, of a million ratings of 4,000 films by 6,000 people.

use std::io::Write;

use steadfast_core::lmm::Lmm;
use steadfast_testkit::simulate::{crossed, random_slope};

/// The largest resident set of this process so far, in bytes, as Linux reports it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argument = std::env::args().nth(1);
    let is_crossed = argument.as_deref() == Some("crossed");
    let (frame, factors, formula) = if is_crossed {
        (crossed(1_000_000, &[6_000, 4_000], 20_261_122), 2, "y ~ x + (1 | g1) + (1 | g2)")
    } else {
        let subjects = argument.map_or(Ok(1_000_000), |text| text.parse())?;
        (random_slope(subjects, 4, 20_261_122), 1, "y ~ time + (time | subject)")
    };
    // Two real columns and a code for each row and factor; the labels of the levels are not counted.
    let data = (frame.n_rows() * (2 * size_of::<f64>() + factors * size_of::<u32>())) as u64;
    let before = peak().ok_or("this system does not report VmHWM")?;
    let fit = Lmm::new(formula.parse()?).fit(&frame)?;
    let after = peak().ok_or("this system does not report VmHWM")?;
    let mut out = std::io::stdout();
    writeln!(out, "{formula}: rows {}, iterations {}", frame.n_rows(), fit.convergence().iterations)?;
    if let Some(cost) = fit.sparse_cost() {
        writeln!(out, "effects {}, factor {} bytes and its inverse as many", cost.effects, 8 * cost.factor_entries)?;
    }
    writeln!(out, "columns of the model {data} bytes")?;
    writeln!(out, "peak before the fit {before} bytes, {:.2} times the data", before as f64 / data as f64)?;
    writeln!(out, "peak after the fit {after} bytes, {:.2} times the data", after as f64 / data as f64)?;
    Ok(())
}
