//! The Gaussian engine: one evaluation of the deviance, a whole fit, and the design, each on its own.
//!
//! Identifiers read subjects × visits × p. Data are made outside the timed closures, from a fixed seed.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use steadfast_core::design::{Design, DesignOptions};
use steadfast_core::formula::Formula;
use steadfast_core::frame::Frame;
use steadfast_core::lmm::Lmm;
use steadfast_core::parallel::Threads;
use steadfast_testkit::simulate::random_slope;

const FORMULA: &str = "y ~ time + (time | subject)";
const SUBJECTS: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
const VISITS: usize = 4;
/// Intercept and slope.
const P: usize = 2;
const SEED: u64 = 20_261_122;

fn model() -> Lmm {
    let formula: Formula = FORMULA.parse().unwrap_or_else(|e| unreachable!("{e}"));
    Lmm::new(formula)
}

/// The data of `subjects`, under the name that the bench carries.
fn data(subjects: usize) -> (BenchmarkId, Frame) {
    (BenchmarkId::from_parameter(format!("{subjects}x{VISITS}x{P}")), random_slope(subjects, VISITS, SEED))
}

/// One −2 log-likelihood at the truth, the moments already formed.
fn deviance(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("deviance");
    for subjects in SUBJECTS {
        let (id, frame) = data(subjects);
        let Ok(deviance) = model().deviance(&frame) else { continue };
        group.bench_function(id, |bencher| bencher.iter(|| deviance.at(black_box(&[625.0, 45.0, 36.0, 400.0]))));
    }
    group.finish();
}

/// From the frame to the fit.
fn fit(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fit");
    group.sample_size(10);
    for subjects in SUBJECTS {
        let (id, frame) = data(subjects);
        let model = model();
        group.throughput(Throughput::Elements(frame.n_rows() as u64));
        group.bench_function(id, |bencher| bencher.iter(|| model.fit(black_box(&frame))));
    }
    group.finish();
}

/// From the formula and the frame to the design.
fn design(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("design");
    group.sample_size(10);
    let Ok(formula) = FORMULA.parse::<Formula>() else { return };
    for subjects in SUBJECTS {
        let (id, frame) = data(subjects);
        group.throughput(Throughput::Elements(frame.n_rows() as u64));
        group.bench_function(id, |bencher| {
            bencher.iter(|| Design::build(&formula, black_box(&frame), &DesignOptions::default()).is_ok());
        });
    }
    group.finish();
}

/// From the formula and the frame to the cross-moments, from which every evaluation starts.
fn moments(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("moments");
    group.sample_size(10);
    for subjects in SUBJECTS {
        let (id, frame) = data(subjects);
        let model = model();
        group.throughput(Throughput::Elements(frame.n_rows() as u64));
        group.bench_function(id, |bencher| bencher.iter(|| model.deviance(black_box(&frame)).is_ok()));
    }
    group.finish();
}

/// A thousand replicates of the parametric bootstrap of a model of sleepstudy's size, on one thread.
fn bootstrap(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bootstrap");
    group.sample_size(10);
    let Ok(fit) = model().fit(&random_slope(18, 10, SEED)) else { return };
    group.throughput(Throughput::Elements(1000));
    group.bench_function("18x10x2", |bencher| bencher.iter(|| fit.bootstrap(black_box(7), 1000, Threads::ONE).is_ok()));
    group.finish();
}

criterion_group!(benches, deviance, design, moments, fit, bootstrap);
criterion_main!(benches);
