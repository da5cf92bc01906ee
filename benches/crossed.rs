//! Crossed random effects: the deviance, whole fits, small-sample inference and the bootstrap.
//!
//! Identifiers read rows × levels of the factors. Data are made outside the timed closures, from a fixed seed. A gradient
//! cannot be asked for by itself: a fit of e evaluations takes e deviances with their gradients.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use steadfast_core::formula::Formula;
use steadfast_core::frame::Frame;
use steadfast_core::inference::df_method;
use steadfast_core::lmm::{Lmm, LmmFit};
use steadfast_core::parallel::Threads;
use steadfast_testkit::simulate::{crossed, random_slope, ratings};

const SEED: u64 = 20_261_122;
/// Ratings of 1,128 lecturers of 14 departments by 2,972 students: the shape of InstEval.
const INSTEVAL: (usize, &[usize], &str) = (73_421, &[2_972, 1_128, 14], "y ~ x + (1 | g1) + (1 | g2) + (1 | g3)");
/// A million ratings of 4,000 films by 6,000 people: the shape of MovieLens.
const MOVIELENS: (usize, &[usize], &str) = (1_000_000, &[6_000, 4_000], "y ~ x + (1 | g1) + (1 | g2)");

fn model(formula: &str) -> Lmm {
    let formula: Formula = formula.parse().unwrap_or_else(|e| unreachable!("{e}"));
    Lmm::new(formula)
}

/// The data of a shape, under the name that the bench carries.
fn data((rows, levels, _): (usize, &[usize], &str)) -> (BenchmarkId, Frame) {
    let levels_text = levels.iter().map(ToString::to_string).collect::<Vec<_>>().join("x");
    (BenchmarkId::from_parameter(format!("{rows}x{levels_text}")), crossed(rows, levels, SEED))
}

/// One −2 log-likelihood at the truth: variances 0.25, 0.0625, 0.25/9 and 1.44.
fn deviance(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("crossed deviance");
    group.sample_size(20);
    let (id, frame) = data(INSTEVAL);
    let Ok(deviance) = model(INSTEVAL.2).deviance(&frame) else { return };
    // The last factor is kept: each evaluation must be at another place than the one before.
    let mut turn = 0.0;
    group.bench_function(id, |bencher| {
        bencher.iter(|| {
            turn = 1e-3 - turn;
            deviance.at(black_box(&[0.25 + turn, 0.0625, 0.25 / 9.0, 1.44])).is_ok()
        });
    });
    group.finish();
}

/// From the frame to the fit, on one thread.
fn fit(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("crossed fit");
    group.sample_size(10);
    for shape in [INSTEVAL, MOVIELENS] {
        let (id, frame) = data(shape);
        let model = model(shape.2);
        group.throughput(Throughput::Elements(frame.n_rows() as u64));
        // Ten fits of the larger shape take minutes, which no shorter time is enough for.
        group.measurement_time(Duration::from_secs(5));
        group.bench_function(id, |bencher| bencher.iter(|| model.fit(black_box(&frame)).is_ok()));
    }
    group.finish();
}

/// Degrees of freedom of every coefficient at 60 raters by 60 children, where pbkrtest takes a minute.
fn inference(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("crossed inference");
    group.sample_size(10);
    let frame = ratings(60, 60, 60, SEED);
    let model = model("score ~ arm * occasion + (occasion | child) + (1 | rater)");
    let coefficients = |fit: &LmmFit, method: &str| {
        let method = df_method(method).ok()?;
        fit.inference(method.as_ref()).ok()?.coefficients().ok()
    };
    for method in ["satterthwaite", "kenward-roger"] {
        // What a fit keeps for later inference is made anew each time.
        group.bench_function(BenchmarkId::new(method, "3600x60x60"), |bencher| {
            bencher.iter_batched(
                || model.fit(&frame).ok(),
                |fit| fit.and_then(|fit| coefficients(&fit, black_box(method))).is_some(),
                criterion::BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// 10,000 refits of a random-slope model of the size of sleepstudy, on two threads.
fn bootstrap(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bootstrap");
    group.sample_size(10);
    let frame = random_slope(18, 10, SEED);
    let Ok(fit) = model("y ~ time + (time | subject)").fit(&frame) else { return };
    group.throughput(Throughput::Elements(10_000));
    group.bench_function(BenchmarkId::from_parameter("18x10"), |bencher| {
        bencher.iter(|| fit.bootstrap(black_box(SEED), 10_000, Threads::new(2)).is_ok());
    });
    group.finish();
}

criterion_group!(benches, deviance, inference, bootstrap, fit);
criterion_main!(benches);
