//! Rates of counts: fits of each distribution, with columns that are factors alone and with numbers, and a clustered covariance.
//!
//! Identifiers read distribution, rows × columns.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use steadfast_core::counts::{Correction, CountModel, FewClusters, Variance};
use steadfast_core::family::distributions;
use steadfast_core::frame::{Column, Frame};
use steadfast_core::rng::{Purpose, Streams};

const ROWS: [usize; 3] = [10_000, 100_000, 1_000_000];
const SEED: u64 = 20_261_122;
const DRAWS: Purpose = Purpose::new("benches of counts");

/// Rows of families of two: an arm, nine numbers, years of exposure, and counts whose rates differ by gamma variables of shape 2.
fn frame(n: usize) -> Option<Frame> {
    let streams = Streams::new(SEED, DRAWS);
    let mut numbers: Vec<Vec<f64>> = (0..9).map(|_| Vec::with_capacity(n)).collect();
    let (mut years, mut moves) = (Vec::with_capacity(n), Vec::with_capacity(n));
    for row in 0..n {
        let mut own = streams.stream(0, row as u64);
        let exposure = 0.5 + 2.0 * own.uniform();
        let mut eta = 0.3;
        for (j, column) in numbers.iter_mut().enumerate() {
            let x = own.normal();
            eta += 0.02 * j as f64 * x;
            column.push(x);
        }
        let rate = exposure * eta.exp() * 0.5 * own.gamma(2.0).ok()?;
        // Events of a Poisson process until the time is over.
        let (mut time, mut events) = (own.exponential(), 0);
        while time < rate {
            events += 1;
            time += own.exponential();
        }
        years.push(exposure);
        moves.push(events);
    }
    let mut columns = vec![
        Column::integer("moves", moves),
        Column::float("years", years),
        Column::factor("arm", (0..n).map(|row| ["NIM", "SAU"][row / 2 % 2])),
        Column::integer("family", (0..n as i64).map(|row| row / 2).collect()),
    ];
    columns.extend(numbers.into_iter().enumerate().map(|(j, values)| Column::float(format!("x{j}"), values)));
    Frame::new(columns).ok()
}

fn fits(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("counts-fit");
    group.sample_size(10);
    for n in ROWS {
        let Some(frame) = frame(n) else { continue };
        group.throughput(Throughput::Elements(n as u64));
        let numbers: Vec<String> = (0..9).map(|j| format!("x{j}")).collect();
        let formulae = [("2", "moves ~ arm".to_owned()), ("11", format!("moves ~ arm + {}", numbers.join(" + ")))];
        for (p, text) in formulae {
            let Ok(formula) = text.parse::<steadfast_core::formula::Formula>() else { continue };
            for member in distributions() {
                let model = CountModel::new(formula.clone()).distribution(member).exposure("years");
                let id = BenchmarkId::from_parameter(format!("{}-{n}x{p}", member.name()));
                group.bench_with_input(id, &frame, |bencher, frame| bencher.iter(|| model.fit(black_box(frame))));
            }
        }
    }
    group.finish();
}

fn clusters(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("counts-cr2");
    group.sample_size(10);
    for n in ROWS {
        let Some(frame) = frame(n) else { continue };
        let Ok(formula) = "moves ~ arm + x1 + x2 + cluster(family)".parse() else { continue };
        let Ok(fit) = CountModel::new(formula).exposure("years").fit(&frame) else { continue };
        let id = BenchmarkId::from_parameter(format!("{n}x4"));
        let variance = Variance::Robust(Correction::Cr2, FewClusters::Clusters);
        group.bench_with_input(id, &fit, |bencher, fit| bencher.iter(|| fit.inference(black_box(variance))));
    }
    group.finish();
}

criterion_group!(counts, fits, clusters);
criterion_main!(counts);
