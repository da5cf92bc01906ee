//! Curves of times to events: state probabilities with clustered errors, mean numbers of events, and tests of groups. The ids say rows,
//! states and rows a cluster; `days` are whole days, so that many rows share a time, `continuous` times are all different.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use steadfast_core::event_history::{EventHistory, Spells};
use steadfast_core::frame::Factor;
use steadfast_core::rng::{Purpose, Stream, Streams};
use steadfast_core::survival::{AalenJohansen, Gray, LogRank};

/// What a history looks like.
#[derive(Debug, Clone, Copy)]
struct Shape {
    rows: usize,
    states: u32,
    people_a_cluster: u32,
    days: bool,
}

impl Shape {
    fn id(self) -> String {
        let clock = if self.days { "days" } else { "continuous" };
        format!("{}x{}x{}-{clock}", self.rows, self.states, self.people_a_cluster)
    }

    /// People who go from state to state, up to five spells each; the last state is left by nobody.
    fn history(self) -> EventHistory {
        let mut stream: Stream = Streams::new(1, Purpose::new("curves")).stream(0, 0);
        let mut below = |n: u64| stream.below(n).unwrap_or_default();
        let names = (0..self.states).map(|state| format!("state {state}")).collect();
        let mut spells = Spells { states: names, ..Spells::default() };
        let mut person = 0;
        while spells.start.len() < self.rows {
            let (mut time, mut state) = (0.0, 0);
            for _ in 0..5 {
                let fine = below(1 << 40) as f64 / (1_u64 << 31) as f64;
                let stop = time + 1.0 + if self.days { fine.floor() } else { fine };
                let next = (state + 1 + below(u64::from(self.states) - 1) as u32) % self.states;
                let to = (below(5) > 0).then_some(next);
                spells.subject.push(person);
                spells.cluster.push(person / self.people_a_cluster);
                spells.start.push(time);
                spells.stop.push(stop);
                spells.from.push(state);
                spells.to.push(to);
                spells.weight.push(1.0);
                time = stop;
                match to {
                    Some(next) if next + 1 < self.states => state = next,
                    _ => break,
                }
            }
            person += 1;
        }
        EventHistory::new(spells).unwrap_or_else(|findings| unreachable!("{findings:?}"))
    }
}

fn state_probabilities(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("aalen_johansen");
    group.sample_size(10);
    for rows in [10_000, 100_000, 1_000_000] {
        for (states, people_a_cluster) in [(2, 1), (4, 3)] {
            for days in [false, true] {
                let shape = Shape { rows, states, people_a_cluster, days };
                let history = shape.history();
                let spec = AalenJohansen::new();
                group.bench_function(BenchmarkId::new("curve", shape.id()), |bencher| {
                    bencher.iter(|| spec.estimate(&history));
                });
                let curves = spec.estimate(&history).unwrap_or_else(|error| unreachable!("{error}"));
                group.bench_function(BenchmarkId::new("one_time", shape.id()), |bencher| {
                    bencher.iter(|| curves.at(500.0).map(|at| at.time_in(0, "state 1")));
                });
            }
        }
    }
    group.finish();
}

fn tests_of_groups(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tests_of_groups");
    group.sample_size(10);
    for rows in [10_000, 100_000] {
        let history = Shape { rows, states: 2, people_a_cluster: 1, days: true }.history();
        let arms = Factor::from_values(history.cluster().iter().map(|cluster| Some(["a", "b"][*cluster as usize % 2])));
        group.bench_function(BenchmarkId::new("log_rank", rows), |bencher| {
            bencher.iter(|| LogRank::new("state 1").test(&history, &arms));
        });
        group.bench_function(BenchmarkId::new("gray", rows), |bencher| {
            bencher.iter(|| Gray::new("state 1").test(&history, &arms));
        });
    }
    group.finish();
}

criterion_group!(benches, state_probabilities, tests_of_groups);
criterion_main!(benches);
