use super::*;
use crate::rng::{Purpose, Streams};

/// Rows of three strata, many of which come late, on a few times so that events coincide.
fn rows(seed: u64) -> (Vec<RiskRow>, Vec<f64>) {
    let mut stream = Streams::new(seed, Purpose::new("rows at risk")).stream(0, 0);
    let mut below = |n: u64| stream.below(n).unwrap();
    let (mut rows, mut x) = (Vec::new(), Vec::new());
    for _ in 0..60 {
        let start = below(5) as f64;
        rows.push(RiskRow {
            stratum: below(3) as u32,
            start,
            stop: start + 1.0 + below(6) as f64,
            event: below(3) > 0,
            weight: below(5) as f64 / 2.0,
            offset: below(3) as f64 / 4.0,
        });
        x.extend([below(2) as f64 - 0.5, below(100) as f64 / 50.0 - 1.0]);
    }
    (rows, x)
}

/// The log partial likelihood by its definition.
fn slow(rows: &[RiskRow], x: &[f64], beta: &[f64], ties: Ties) -> f64 {
    let risk = |at: usize| rows[at].weight * (rows[at].offset + x[2 * at] * beta[0] + x[2 * at + 1] * beta[1]).exp();
    let mut sum = 0.0;
    let counts = |at: &usize| rows[*at].event && rows[*at].weight > 0.0;
    let mut times: Vec<(u32, f64)> =
        (0..rows.len()).filter(counts).map(|at| (rows[at].stratum, rows[at].stop)).collect();
    times.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    times.dedup();
    for (stratum, time) in times {
        let here = |at: &usize| rows[*at].stratum == stratum && rows[*at].start < time && time <= rows[*at].stop;
        let at_risk: f64 = (0..rows.len()).filter(here).map(risk).sum();
        let events: Vec<usize> =
            (0..rows.len()).filter(here).filter(counts).filter(|&at| rows[at].stop <= time).collect();
        let own: f64 = events.iter().map(|&at| risk(at)).sum();
        let weight: f64 = events.iter().map(|&at| rows[at].weight).sum();
        sum += events.iter().map(|&at| rows[at].weight * (risk(at) / rows[at].weight).ln()).sum::<f64>();
        for l in 0..events.len() {
            let part = if ties == Ties::Efron { l as f64 / events.len() as f64 } else { 0.0 };
            sum -= weight / events.len() as f64 * (at_risk - part * own).ln();
        }
    }
    sum
}

/// All sets of `d` of `members`.
fn sets(members: &[usize], d: usize) -> Vec<Vec<usize>> {
    if d == 0 {
        return vec![Vec::new()];
    }
    let with = |at: usize| {
        let rest = sets(&members[at + 1..], d - 1);
        rest.into_iter().map(move |mut set| {
            set.push(at);
            set
        })
    };
    let chosen = (0..members.len()).flat_map(|at| {
        let offset = at + 1;
        with(at).map(move |set| {
            let last = set.len() - 1;
            set.iter().enumerate().map(|(i, v)| if i == last { *v } else { v + offset }).collect::<Vec<_>>()
        })
    });
    chosen.collect()
}

/// All orders of 0..n.
fn orders(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let longer = |order: Vec<usize>| {
        (0..n).map(move |at| {
            let mut order = order.clone();
            order.insert(at, n - 1);
            order
        })
    };
    orders(n - 1).into_iter().flat_map(longer).collect()
}

/// The log partial likelihood of tied events by its definition: over all sets that could have had the event, or over all orders.
fn slow_exact(rows: &[RiskRow], x: &[f64], beta: &[f64], ties: Ties) -> f64 {
    let risk = |at: usize| (rows[at].offset + x[2 * at] * beta[0] + x[2 * at + 1] * beta[1]).exp();
    let mut times: Vec<(u32, f64)> = rows.iter().filter(|row| row.event).map(|row| (row.stratum, row.stop)).collect();
    times.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    times.dedup();
    let mut sum = 0.0;
    for (stratum, time) in times {
        let here: Vec<usize> = (0..rows.len())
            .filter(|&at| rows[at].stratum == stratum && rows[at].start < time && time <= rows[at].stop)
            .collect();
        let events: Vec<usize> = here.iter().copied().filter(|&at| rows[at].event && rows[at].stop <= time).collect();
        let product = |set: &[usize]| set.iter().map(|&at| risk(at)).product::<f64>();
        if ties == Ties::Discrete {
            let all: f64 =
                sets(&here, events.len()).iter().map(|set| set.iter().map(|&at| risk(here[at])).product::<f64>()).sum();
            sum += (product(&events) / all).ln();
        } else {
            let one = |order: Vec<usize>| {
                let mut left: f64 = here.iter().map(|&at| risk(at)).sum();
                order.iter().fold(1.0, |product, &at| {
                    let next = product * risk(events[at]) / left;
                    left -= risk(events[at]);
                    next
                })
            };
            sum += orders(events.len()).into_iter().map(one).sum::<f64>().ln();
        }
    }
    sum
}

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{a} is not {b}");
}

#[test]
fn value_gradient_and_information_are_those_of_the_definition() {
    for ties in [Ties::Breslow, Ties::Efron] {
        for seed in 0..5 {
            let (rows, x) = rows(seed);
            let likelihood = PartialLikelihood::new(&rows, &x, 2, ties);
            let beta = [0.7, -1.3];
            let found = likelihood.evaluate(&beta).unwrap();
            close(found.log_likelihood, slow(&rows, &x, &beta, ties), 1e-13);
            let h = 1e-3;
            for j in 0..2 {
                let at = |by: f64| {
                    let mut moved = beta;
                    moved[j] += by * h;
                    moved
                };
                let value = |by: f64| slow(&rows, &x, &at(by), ties);
                let slope = (8.0 * (value(1.0) - value(-1.0)) - (value(2.0) - value(-2.0))) / (12.0 * h);
                close(found.gradient[j], slope, 1e-9);
                let gradient = |by: f64| likelihood.evaluate(&at(by)).unwrap().gradient;
                let slopes = ((gradient(1.0) - gradient(-1.0)) * 8.0 - (gradient(2.0) - gradient(-2.0))) / (12.0 * h);
                (0..2).for_each(|i| close(found.information[(i, j)], -slopes[i], 1e-9));
            }
        }
    }
}

#[test]
fn informations_of_clusters_are_the_slopes_of_their_scores_and_add_up() {
    for ties in [Ties::Breslow, Ties::Efron] {
        let (rows, x) = rows(3);
        let likelihood = PartialLikelihood::new(&rows, &x, 2, ties);
        let cluster: Vec<u32> = (0..rows.len() as u32).map(|row| row % 7).collect();
        let beta = [0.7, -1.3];
        let scores = |beta: &[f64]| {
            let residuals = likelihood.residuals(&likelihood.evaluate(beta).unwrap());
            let mut sums = vec![0.0; 14];
            for (row, cluster) in cluster.iter().enumerate() {
                let add = |j: usize| rows[row].weight * residuals.score[2 * row + j];
                (0..2).for_each(|j| sums[*cluster as usize * 2 + j] += add(j));
            }
            sums
        };
        let found = likelihood.evaluate(&beta).unwrap();
        let informations = likelihood.informations(&found, &cluster, 7);
        let h = 1e-3;
        for j in 0..2 {
            let at = |by: f64| {
                let mut moved = beta;
                moved[j] += by * h;
                scores(&moved)
            };
            let (far, near, ahead, beyond) = (at(-2.0), at(-1.0), at(1.0), at(2.0));
            for c in 0..7 {
                let matrix = unpacked(2, &informations[c * 3..c * 3 + 3]);
                for i in 0..2 {
                    let of = |values: &[f64]| values[c * 2 + i];
                    let slope = (8.0 * (of(&ahead) - of(&near)) - (of(&beyond) - of(&far))) / (12.0 * h);
                    close(matrix[(i, j)], -slope, 1e-9);
                }
            }
            for i in 0..2 {
                let sum: f64 = (0..7).map(|c| unpacked(2, &informations[c * 3..c * 3 + 3])[(i, j)]).sum();
                close(sum, found.information[(i, j)], 1e-12);
            }
        }
    }
}

#[test]
fn exact_likelihoods_of_tied_events_are_those_of_all_sets_and_of_all_orders() {
    for ties in [Ties::Discrete, Ties::Marginal] {
        for seed in 0..4 {
            let (mut rows, x) = rows(seed);
            rows.truncate(36);
            rows.iter_mut().for_each(|row| row.weight = 1.0);
            let x = &x[..72];
            let most = {
                let mut counts = std::collections::BTreeMap::new();
                rows.iter()
                    .filter(|row| row.event)
                    .for_each(|row| *counts.entry((row.stratum, row.stop as u64)).or_insert(0) += 1);
                counts.into_values().max().unwrap()
            };
            assert!(most > 2);
            let likelihood = PartialLikelihood::new(&rows, x, 2, ties);
            let beta = [0.7, -1.3];
            let found = likelihood.evaluate(&beta).unwrap();
            close(found.log_likelihood, slow_exact(&rows, x, &beta, ties), 1e-13);
            let h = 1e-3;
            for j in 0..2 {
                let at = |by: f64| {
                    let mut moved = beta;
                    moved[j] += by * h;
                    moved
                };
                let value = |by: f64| slow_exact(&rows, x, &at(by), ties);
                let slope = (8.0 * (value(1.0) - value(-1.0)) - (value(2.0) - value(-2.0))) / (12.0 * h);
                close(found.gradient[j], slope, 1e-9);
                let gradient = |by: f64| likelihood.evaluate(&at(by)).unwrap().gradient;
                let slopes = ((gradient(1.0) - gradient(-1.0)) * 8.0 - (gradient(2.0) - gradient(-2.0))) / (12.0 * h);
                (0..2).for_each(|i| close(found.information[(i, j)], -slopes[i], 1e-9));
            }
        }
    }
}

#[test]
fn sets_among_thousands_and_events_that_are_nearly_all_neither_overflow_nor_vanish() {
    // Alike: ln of a binomial coefficient, by the sum of logarithms.
    let log_choose = |n: usize, d: usize| (1..=d).map(|i| ((n - d + i) as f64).ln() - (i as f64).ln()).sum::<f64>();
    for (n, d) in [(3000, 2), (3000, 1500), (3000, 2999), (40, 39)] {
        let (eta, x) = (vec![0.25; n], vec![[1.0]; n]);
        let x: Vec<&[f64]> = x.iter().map(|x| x.as_slice()).collect();
        let found = super::discrete::sets(&eta, &x, d, 1);
        close(found.log, log_choose(n, d) + 0.25 * d as f64, 1e-12);
        close(found.mean[0], d as f64, 1e-12);
        assert!(found.covariance[(0, 0)].abs() < 1e-9);
    }
    // Two kinds with odds 1 and e³⁰⁰: the events are of the second kind.
    let eta: Vec<f64> = (0..100).map(|i| if i < 50 { 0.0 } else { 300.0 }).collect();
    let x: Vec<[f64; 1]> = (0..100).map(|i| [f64::from(u8::from(i >= 50))]).collect();
    let x: Vec<&[f64]> = x.iter().map(|x| x.as_slice()).collect();
    let found = super::discrete::sets(&eta, &x, 50, 1);
    close(found.log, 15000.0, 1e-14);
    close(found.mean[0], 50.0, 1e-14);
}

#[test]
fn score_residuals_add_up_to_the_gradient_and_martingale_residuals_to_zero_in_each_stratum() {
    for ties in [Ties::Breslow, Ties::Efron] {
        let (rows, x) = rows(11);
        let likelihood = PartialLikelihood::new(&rows, &x, 2, ties);
        let found = likelihood.evaluate(&[0.7, -1.3]).unwrap();
        let residuals = likelihood.residuals(&found);
        for j in 0..2 {
            let sum: f64 = (0..rows.len()).map(|at| rows[at].weight * residuals.score[2 * at + j]).sum();
            close(sum, found.gradient[j], 1e-12);
        }
        for stratum in 0..3 {
            let here = (0..rows.len()).filter(|&at| rows[at].stratum == stratum);
            close(here.map(|at| rows[at].weight * residuals.martingale[at]).sum(), 0.0, 1e-12);
        }
    }
}

#[test]
fn risks_that_differ_by_many_orders_leave_nothing_behind() {
    // A row with a risk e⁶⁰ times that of the others leaves before the last event, which is between two rows that are alike.
    let row = |start: f64, stop: f64, event: bool, offset: f64| RiskRow {
        stratum: 0,
        start,
        stop,
        event,
        weight: 1.0,
        offset,
    };
    let rows =
        [row(0.0, 2.0, true, 60.0), row(0.0, 9.0, false, 0.0), row(0.0, 8.0, true, 0.0), row(1.0, 8.5, false, 0.0)];
    let likelihood = PartialLikelihood::new(&rows, &[0.0; 4], 1, Ties::Efron);
    let found = likelihood.evaluate(&[0.0]).unwrap();
    // η is 60 below the largest, so that its logarithm is known to 60 · 1e-16.
    close(found.log_likelihood, -(1.0 + 3.0 * (-60.0_f64).exp()).ln() - 3.0_f64.ln(), 1e-14);
}
