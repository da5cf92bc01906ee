//! From the bytes of a CSV file to a frame, with and without a dictionary.

use std::fmt::Write;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use steadfast_io::{Dictionary, ReadOptions, read_bytes};
use steadfast_testkit::simulate::random_slope;

const VISITS: usize = 4;
const SEED: u64 = 20_261_122;

/// What the columns of [`csv`] mean.
const DICTIONARY: &str = "
[keys]
unique = [[\"subject\", \"time\"]]

[columns.subject]
type = \"id\"
role = \"subject\"

[columns.time]
type = \"number\"
role = \"time\"

[columns.y]
type = \"number\"
role = \"outcome\"
";

/// The simulated trial as the text of a CSV file.
fn csv(subjects: usize) -> Vec<u8> {
    let frame = random_slope(subjects, VISITS, SEED);
    let numbers = |name: &str| frame.get(name).and_then(|column| column.to_numeric());
    let (Some(time), Some(y)) = (numbers("time"), numbers("y")) else { return Vec::new() };
    let mut text = String::from("subject,time,y\n");
    for row in 0..frame.n_rows() {
        let _ = writeln!(text, "S{},{},{}", row / VISITS, time[row], y[row]);
    }
    text.into_bytes()
}

fn read(criterion: &mut Criterion) {
    let dictionary: Option<Dictionary> = Dictionary::parse(DICTIONARY, "dictionary").ok();
    let options = ReadOptions::new();
    let mut group = criterion.benchmark_group("read");
    group.sample_size(10);
    for subjects in [1_000, 10_000, 100_000, 1_000_000] {
        let bytes = csv(subjects);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(BenchmarkId::new("inferred", format!("{subjects}x{VISITS}")), |bencher| {
            bencher
                .iter(|| read_bytes("bench.csv", black_box(bytes.clone()), &options).and_then(|table| table.infer()));
        });
        let Some(dictionary) = &dictionary else { continue };
        group.bench_function(BenchmarkId::new("dictionary", format!("{subjects}x{VISITS}")), |bencher| {
            bencher.iter(|| {
                let table = read_bytes("bench.csv", black_box(bytes.clone()), &options);
                table.and_then(|table| table.validate(dictionary)).is_ok()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, read);
criterion_main!(benches);
