//! Cox regression from the frame to the estimates, with and without tied events, with and without clusters.
//!
//! Identifiers read rows × covariates × ties/variance. Data are made outside the timed closures, from a fixed seed. With
//! `STEADFAST_BENCH_CSV=folder` the data are written there instead, for `benches/coxph.R`, which times R's `coxph` on the same rows.

use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use steadfast_core::formula::Formula;
use steadfast_core::frame::{Column, Frame};
use steadfast_core::rng::{Purpose, Streams};
use steadfast_core::survival::{Cox, Variance};

const ROWS: [usize; 3] = [10_000, 100_000, 1_000_000];
const COVARIATES: usize = 10;
/// The mean number of rows of a cluster.
const PER_CLUSTER: usize = 20;
const SEED: u64 = 20_261_122;

/// Three yes-or-no covariates, seven numbers; exponential times, censored uniformly; on a grid of some 120 times where `tied`.
fn data(rows: usize, tied: bool) -> Frame {
    let mut stream = Streams::new(SEED, Purpose::new("cox bench")).stream(0, 0);
    let mut uniform = || stream.below(1 << 53).map_or(0.5, |n| (n as f64 + 0.5) / (1_u64 << 53) as f64);
    let mut columns: Vec<Vec<f64>> = (0..COVARIATES + 3).map(|_| Vec::with_capacity(rows)).collect();
    for _ in 0..rows {
        let mut eta = 0.0;
        for (j, column) in columns.iter_mut().take(COVARIATES).enumerate() {
            let value = if j < 3 { uniform().round() } else { uniform() + uniform() + uniform() - 1.5 };
            eta += value * 0.1 * (j as f64 - 4.0);
            column.push(value);
        }
        let (event, end) = (-12.0 * uniform().ln() * (-eta).exp(), 24.0 * uniform());
        let time = event.min(end);
        columns[COVARIATES].push(if tied { (time * 5.0).ceil() } else { time });
        columns[COVARIATES + 1].push(f64::from(u8::from(event <= end)));
        columns[COVARIATES + 2].push((uniform() * (rows / PER_CLUSTER) as f64).floor());
    }
    let columns = columns.into_iter().zip(names()).map(|(values, name)| Column::float(name, values));
    Frame::new(columns.collect()).unwrap_or_else(|e| unreachable!("{e}"))
}

fn names() -> Vec<String> {
    let covariates = (0..COVARIATES).map(|j| format!("x{j}"));
    covariates.chain(["time", "event", "family"].map(str::to_owned)).collect()
}

fn model(clusters: bool) -> Cox {
    let covariates = names()[..COVARIATES].join(" + ");
    let cluster = if clusters { " + cluster(family)" } else { "" };
    let formula: Formula =
        format!("Surv(time, event) ~ {covariates}{cluster}").parse().unwrap_or_else(|e| unreachable!("{e}"));
    Cox::new(formula)
}

fn write(folder: &Path, name: &str, frame: &Frame) {
    let mut text = names().join(",");
    let columns: Vec<_> =
        names().iter().filter_map(|name| frame.column(name).ok().and_then(|column| column.to_numeric())).collect();
    for row in 0..frame.n_rows() {
        for (j, column) in columns.iter().enumerate() {
            let _ = write!(text, "{}{}", if j == 0 { '\n' } else { ',' }, column[row]);
        }
    }
    if let Err(error) = std::fs::write(folder.join(name), text) {
        unreachable!("{error}");
    }
}

/// From the frame to the fit, and to the robust covariance.
fn fit(criterion: &mut Criterion) {
    let folder = std::env::var_os("STEADFAST_BENCH_CSV");
    let mut group = criterion.benchmark_group("cox");
    group.sample_size(10);
    for rows in ROWS {
        for (ties, tied) in [("distinct", false), ("tied", true)] {
            let frame = data(rows, tied);
            if let Some(folder) = &folder {
                write(Path::new(folder), &format!("{rows}_{ties}.csv"), &frame);
                continue;
            }
            group.throughput(Throughput::Elements(rows as u64));
            for (name, variance) in [("model", Variance::Model), ("cr0", Variance::Cr0)] {
                let model = model(variance == Variance::Cr0);
                let id = BenchmarkId::from_parameter(format!("{rows}x{COVARIATES}x{ties}/{name}"));
                group.bench_function(id, |bencher| {
                    bencher.iter(|| model.fit(black_box(&frame)).and_then(|fit| fit.inference(variance)).is_ok());
                });
            }
        }
    }
    group.finish();
}

criterion_group!(benches, fit);
criterion_main!(benches);
