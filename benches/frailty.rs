//! Cox models with a shared frailty: identifiers read rows × clusters. Data are made outside the timed closures, from a fixed seed.
//!
//! `benches/frailty.R` times coxph and coxme on the same data, where R is present.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use steadfast_core::frame::{Column, Frame};
use steadfast_core::survival::{Frailty, FrailtyDistribution};

const SIZES: [(usize, usize); 3] = [(10_000, 500), (100_000, 5_000), (300_000, 100_000)];

/// Uniform numbers of a linear congruential generator, as `frailty.R` makes them too.
struct Uniform(u64);

impl Uniform {
    fn next(&mut self) -> f64 {
        // Park and Miller: exact in doubles, and so in R.
        self.0 = self.0 * 16_807 % 2_147_483_647;
        self.0 as f64 / 2_147_483_647.0
    }
}

fn data(rows: usize, clusters: usize) -> Frame {
    let mut uniform = Uniform(20_261_122);
    let frailty: Vec<f64> = (0..clusters).map(|_| (1.2 * (2.0 * uniform.next() - 1.0)).exp()).collect();
    let (mut time, mut event, mut x, mut arm, mut family) = (vec![], vec![], vec![], vec![], vec![]);
    for row in 0..rows {
        let own = row % clusters;
        let (value, treated) = (2.0 * uniform.next() - 1.0, (own % 2) as f64);
        let at = -uniform.next().ln() / (frailty[own] * (0.5 * value - 0.4 * treated).exp());
        let end = 2.0 * uniform.next();
        time.push(at.min(end));
        event.push(i64::from(at <= end));
        x.push(value);
        arm.push(treated);
        family.push(own as i64);
    }
    let columns = vec![
        Column::float("time", time),
        Column::integer("event", event),
        Column::float("x", x),
        Column::float("arm", arm),
        Column::integer("family", family),
    ];
    Frame::new(columns).unwrap_or_else(|e| unreachable!("{e}"))
}

fn fit(criterion: &mut Criterion) {
    for (name, distribution) in [("gamma", FrailtyDistribution::Gamma), ("log_normal", FrailtyDistribution::LogNormal)]
    {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        for (rows, clusters) in SIZES {
            let frame = data(rows, clusters);
            let formula = "Surv(time, event) ~ x + arm + frailty(family)".parse();
            let model = Frailty::new(formula.unwrap_or_else(|e| unreachable!("{e}"))).distribution(distribution);
            group.throughput(Throughput::Elements(rows as u64));
            let id = BenchmarkId::from_parameter(format!("{rows}x{clusters}"));
            group.bench_function(id, |bencher| bencher.iter(|| model.fit(black_box(&frame))));
        }
        group.finish();
    }
}

criterion_group!(frailty, fit);
criterion_main!(frailty);
