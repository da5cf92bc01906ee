//! Mixed models for repeated measures: the moments, one evaluation, a whole fit, and a fit with Kenward–Roger.
//!
//! Identifiers read subjects × visits × p. `fev` and `bcva` are the two trials on which other programs are measured.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use steadfast_core::frame::Frame;
use steadfast_core::inference::{DfMethod, KenwardRoger, Satterthwaite};
use steadfast_core::lmm::Lmm;
use steadfast_testkit::simulate::trial;

const SUBJECTS: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
const VISITS: usize = 5;
/// Arm × visit and base × visit.
const P: usize = 15;
const SEED: u64 = 20_261_122;
/// The probability of leaving before the last visit.
const DROPOUT: f64 = 0.3;

/// A model and its data, under the name that the benches carry.
struct Case {
    id: BenchmarkId,
    model: Lmm,
    frame: Frame,
}

fn case(name: String, formula: &str, frame: Frame) -> Case {
    let formula = formula.parse().unwrap_or_else(|e| unreachable!("{e}"));
    Case { id: BenchmarkId::from_parameter(name), model: Lmm::new(formula), frame }
}

fn simulated(subjects: usize) -> Case {
    let formula = "y ~ arm * visit + base * visit + us(visit | subject)";
    case(format!("{subjects}x{VISITS}x{P}"), formula, trial(subjects, VISITS, DROPOUT, SEED))
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../data-fixtures").join(name).join("data.csv")
}

/// The two trials; none where their files cannot be read.
fn trials() -> Vec<Case> {
    let fev = "FEV1 ~ RACE + SEX + ARMCD * AVISIT + us(AVISIT | USUBJID)";
    let bcva = "BCVA_CHG ~ BCVA_BL + RACE + ARMCD * AVISIT + us(AVISIT | USUBJID)";
    let named = [("fev", "fev-200x4x11", fev), ("bcva", "bcva-1000x10x23", bcva)];
    let read = |(folder, id, formula): (&str, &str, &str)| {
        let frame = steadfast_io::read(fixture(folder)).and_then(|table| table.infer()).ok()?;
        Some(case(id.to_owned(), formula, frame))
    };
    named.into_iter().filter_map(read).collect()
}

/// One −2 log-likelihood at the estimate, the moments already formed.
fn deviance(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mmrm-deviance");
    for case in trials().into_iter().chain(SUBJECTS.map(simulated)) {
        let (Ok(deviance), Ok(fit)) = (case.model.deviance(&case.frame), case.model.fit(&case.frame)) else { continue };
        let natural: Vec<f64> = fit.natural_parameters().into_iter().map(|(_, value)| value).collect();
        group.bench_function(case.id, |bencher| bencher.iter(|| deviance.at(black_box(&natural))));
    }
    group.finish();
}

/// From the frame to the cross-moments.
fn moments(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mmrm-moments");
    group.sample_size(10);
    for case in SUBJECTS.map(simulated) {
        group.throughput(Throughput::Elements(case.frame.n_rows() as u64));
        group.bench_function(case.id, |bencher| bencher.iter(|| case.model.deviance(black_box(&case.frame)).is_ok()));
    }
    group.finish();
}

/// From the frame to the fit with degrees of freedom by `method` for every coefficient.
fn whole(criterion: &mut Criterion, group: &str, method: &dyn DfMethod) {
    let mut group = criterion.benchmark_group(group);
    group.sample_size(10);
    for case in trials().into_iter().chain(SUBJECTS.map(simulated)) {
        group.throughput(Throughput::Elements(case.frame.n_rows() as u64));
        group.bench_function(case.id, |bencher| {
            bencher.iter(|| case.model.fit(black_box(&case.frame))?.inference(method)?.coefficients());
        });
    }
    group.finish();
}

fn fit(criterion: &mut Criterion) {
    whole(criterion, "mmrm-fit", &Satterthwaite::default());
}

fn kenward_roger(criterion: &mut Criterion) {
    whole(criterion, "mmrm-kenward-roger", &KenwardRoger::default());
}

criterion_group!(benches, deviance, moments, fit, kenward_roger);
criterion_main!(benches);
