use super::*;
use crate::event_history::Spells;
use crate::rng::{Purpose, Stream, Streams};

/// Time and exit (0 is censored) of people under observation from 0.
fn exits(rows: &[(f64, usize)]) -> EventHistory {
    let n = rows.len();
    let states = ["care", "home", "adopted"].map(str::to_owned).to_vec();
    EventHistory::new(Spells {
        states,
        subject: (0..n as u32).collect(),
        cluster: (0..n as u32).collect(),
        start: vec![0.0; n],
        stop: rows.iter().map(|row| row.0).collect(),
        from: vec![0; n],
        to: rows.iter().map(|row| (row.1 > 0).then_some(row.1 as u32)).collect(),
        weight: vec![1.0; n],
    })
    .unwrap()
}

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b}");
}

#[test]
fn seven_children_by_hand() {
    // At risk 7, 6, 4, 2: home at 2, adopted and home at 3 (one censored at 3), home at 5 (one censored at 4), censored at 8.
    let history = exits(&[(2.0, 1), (3.0, 2), (3.0, 1), (3.0, 0), (4.0, 0), (5.0, 1), (8.0, 0)]);
    let curves = AalenJohansen::new().transformation(Transformation::Plain).estimate(&history).unwrap();
    let curve = curves.curve(0).unwrap();
    assert_eq!(curve.times(), [2.0, 3.0, 5.0]);
    let p = |k, state| curve.occupation(k, state).unwrap().probability;
    // 6/7; 6/7 · 4/6 = 4/7; 4/7 · 1/2 = 2/7.
    close(p(0, "care"), 6.0 / 7.0, 1e-15);
    close(p(1, "care"), 4.0 / 7.0, 1e-15);
    close(p(2, "care"), 2.0 / 7.0, 1e-15);
    // 1/7; + 6/7 · 1/6 = 2/7; + 4/7 · 1/2 = 4/7. Adopted: 6/7 · 1/6 = 1/7.
    close(p(1, "home"), 2.0 / 7.0, 1e-15);
    close(p(2, "home"), 4.0 / 7.0, 1e-15);
    close(p(2, "adopted"), 1.0 / 7.0, 1e-15);
    assert_eq!(curve.occupation(1, "care").unwrap().n_at_risk, 6);
    assert_eq!(curve.occupation(2, "care").unwrap().n_at_risk, 2);
    // Greenwood: S² (1/(7·6) + 2/(6·4) + 1/(2·1)) = 4/49 · (1/42 + 1/12 + 1/2) = 4/49 · 51/84.
    close(curve.occupation(2, "care").unwrap().std_error, (4.0_f64 / 49.0 * 51.0 / 84.0).sqrt(), 1e-15);
    // The area until 6: 2 + 6/7 + 2 · 4/7 + 2/7 = 30/7.
    let area = curves.at(6.0).unwrap().time_in(0, "care").unwrap();
    close(area.estimate, 30.0 / 7.0, 1e-14);
    // Σ (area that is left)² d / (Y (Y − d)): (16/7)²/42 + (10/7)² · 2/24 + (2/7)²/2.
    let variance = (16.0_f64 / 7.0).powi(2) / 42.0 + (10.0_f64 / 7.0).powi(2) / 12.0 + (2.0_f64 / 7.0).powi(2) / 2.0;
    close(area.std_error, variance.sqrt(), 1e-14);
}

#[test]
fn who_is_at_risk_at_a_time_does_not_wait_for_the_next_event() {
    // After 5 nothing happens, but one is observed until 8; at 3.5 the one censored at 4 is still there.
    let history = exits(&[(2.0, 1), (3.0, 2), (3.0, 1), (3.0, 0), (4.0, 0), (5.0, 1), (8.0, 0)]);
    let curves = AalenJohansen::new().estimate(&history).unwrap();
    let at_risk = |time| curves.at(time).unwrap().occupation(0, "care").unwrap().n_at_risk;
    let counted = [0.0, 1.0, 3.0, 3.5, 5.0, 6.0, 8.0, 9.0].map(at_risk);
    assert_eq!(counted, [7, 7, 6, 3, 2, 1, 1, 0]);
}

/// The probabilities at `time` by their definition, for any weights.
fn slow(history: &EventHistory, weight: &[f64], rows: &[usize], time: f64) -> Vec<f64> {
    let s = history.states().len();
    let mut times: Vec<f64> = rows.iter().filter(|&&r| history.to(r).is_some()).map(|&r| history.stop()[r]).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let start = rows.iter().map(|&row| history.start()[row]).fold(f64::INFINITY, f64::min);
    let mut p = vec![0.0; s];
    for &row in rows.iter().filter(|&&row| history.start()[row] <= start) {
        p[history.from()[row] as usize] += weight[row];
    }
    let total: f64 = p.iter().sum();
    p.iter_mut().for_each(|p| *p /= total);
    for at in times.into_iter().filter(|at| *at <= time) {
        let mut next = p.clone();
        for h in 0..s {
            let here = |row: &&usize| {
                history.from()[**row] as usize == h && history.start()[**row] < at && at <= history.stop()[**row]
            };
            let at_risk: f64 = rows.iter().filter(here).map(|&row| weight[row]).sum();
            for &row in rows.iter().filter(here).filter(|&&row| history.stop()[row] <= at) {
                if let Some(to) = history.to(row) {
                    next[to as usize] += p[h] * weight[row] / at_risk;
                    next[h] -= p[h] * weight[row] / at_risk;
                }
            }
        }
        p = next;
    }
    p
}

/// Children of families who go in and out of care, some of them seen from late on, with weights.
fn families(seed: u64) -> (EventHistory, Vec<u32>) {
    let mut stream: Stream = Streams::new(seed, Purpose::new("families")).stream(0, 0);
    let mut below = |n: u64| stream.below(n).unwrap();
    let mut spells = Spells { states: ["care", "home", "adopted"].map(str::to_owned).to_vec(), ..Spells::default() };
    let mut arm = Vec::new();
    for child in 0..40_u32 {
        let (mut time, mut state) = (below(3) as f64, below(2) as u32);
        for _ in 0..1 + below(4) {
            let stop = time + 1.0 + below(6) as f64;
            let to = match below(3) {
                0 => None,
                _ if state == 0 => Some(1 + below(2) as u32),
                _ => Some(0),
            };
            spells.subject.push(child);
            spells.cluster.push(child / 3);
            spells.start.push(time);
            spells.stop.push(stop);
            spells.from.push(state);
            spells.to.push(to);
            spells.weight.push(0.5 + below(8) as f64 / 4.0);
            arm.push(child % 2);
            time = stop;
            match to {
                Some(2) | None => break,
                Some(next) => state = next,
            }
        }
    }
    (EventHistory::new(spells).unwrap(), arm)
}

/// The standard error of `estimate`, a function of the weights, by its definition: w ∂/∂w summed over the rows of each cluster.
fn jackknife(history: &EventHistory, estimate: impl Fn(&[f64]) -> f64) -> f64 {
    let mut by_cluster = std::collections::BTreeMap::new();
    for row in 0..history.n_rows() {
        let moved = |by: f64| {
            let mut weight = history.weight().to_vec();
            weight[row] *= 1.0 + by;
            estimate(&weight)
        };
        // A fourth-order difference in the logarithm of the weight.
        let h = 1e-3;
        let slope = (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h);
        *by_cluster.entry(history.cluster()[row]).or_insert(0.0) += slope;
    }
    by_cluster.values().map(|slope: &f64| slope * slope).sum::<f64>().sqrt()
}

#[test]
fn the_standard_errors_are_the_infinitesimal_jackknife_by_its_definition() {
    for seed in 0..4 {
        let (history, arm) = families(seed);
        let groups = Factor::from_codes(vec!["a".into(), "b".into()], arm.iter().map(|&a| Some(a)).collect()).unwrap();
        let curves = AalenJohansen::new().by_group(&history, &groups).unwrap();
        for time in [0.0, 3.0, 6.0, 11.5] {
            let rows = |g: u32| -> Vec<usize> { (0..history.n_rows()).filter(|&row| arm[row] == g).collect() };
            let difference =
                |weight: &[f64]| slow(&history, weight, &rows(0), time)[1] - slow(&history, weight, &rows(1), time)[1];
            let found = curves.at(time).unwrap().difference("home", 0, 1).unwrap();
            close(found.estimate, difference(history.weight()), 1e-13);
            close(found.std_error, jackknife(&history, difference), 1e-10);
        }
    }
}

#[test]
fn the_time_in_a_state_is_the_integral_and_its_error_that_of_many_small_steps() {
    let (history, _) = families(9);
    let curves = AalenJohansen::new().estimate(&history).unwrap();
    // By its definition: the influence of each cluster on the sum over a grid on which p is constant.
    let rows: Vec<usize> = (0..history.n_rows()).collect();
    let total = |weight: &[f64]| -> f64 { (0..10).map(|t| slow(&history, weight, &rows, f64::from(t))[0]).sum() };
    let found = curves.at(10.0).unwrap().time_in(0, "care").unwrap();
    close(found.estimate, total(history.weight()), 1e-12);
    close(found.std_error, jackknife(&history, total), 1e-9);
}

#[test]
fn neither_the_order_of_rows_nor_the_numbers_of_clusters_change_a_bit() {
    let (history, _) = families(5);
    let order: Vec<usize> = (0..history.n_rows()).rev().collect();
    let pick = |values: &[u32]| order.iter().map(|&row| values[row]).collect::<Vec<_>>();
    let reversed = EventHistory::new(Spells {
        states: history.states().to_vec(),
        subject: pick(history.subject()),
        cluster: pick(history.cluster()),
        start: order.iter().map(|&row| history.start()[row]).collect(),
        stop: order.iter().map(|&row| history.stop()[row]).collect(),
        from: pick(history.from()),
        to: order.iter().map(|&row| history.to(row)).collect(),
        weight: order.iter().map(|&row| history.weight()[row]).collect(),
    })
    .unwrap();
    let (a, b) = (AalenJohansen::new().estimate(&history).unwrap(), AalenJohansen::new().estimate(&reversed).unwrap());
    assert_eq!(a.parts[0].path.probability, b.parts[0].path.probability);
    assert_eq!(a.parts[0].path.variance, b.parts[0].path.variance);
}

#[test]
fn errors_at_one_time_are_those_of_the_curve() {
    for seed in 0..4 {
        let (history, _) = families(seed);
        let curves = AalenJohansen::new().estimate(&history).unwrap();
        let curve = curves.curve(0).unwrap();
        for (k, &time) in curve.times().iter().enumerate() {
            for state in ["care", "home", "adopted"] {
                let (along, alone) = (curve.occupation(k, state), curves.at(time).unwrap().occupation(0, state));
                close(along.unwrap().std_error, alone.unwrap().std_error, 1e-13);
            }
        }
    }
}

#[test]
fn a_joint_test_of_two_groups_is_the_square_of_their_difference() {
    let (history, arm) = families(3);
    let groups = Factor::from_codes(vec!["a".into(), "b".into()], arm.iter().map(|&a| Some(a)).collect()).unwrap();
    let curves = AalenJohansen::new().by_group(&history, &groups).unwrap();
    let at = curves.at(8.0).unwrap();
    let (test, row) = (at.equal_times("home").unwrap(), at.time_difference("home", 0, 1).unwrap());
    close(test.statistic, row.statistic * row.statistic, 1e-12);
    close(test.p_value, row.p_value, 1e-12);
    let alone = AalenJohansen::new().estimate(&history).unwrap();
    assert_eq!(alone.at(8.0).unwrap().equal_probabilities("home").unwrap_err().code(), "one_group");
}

/// survival 3.5-3: quantile(survfit(Surv(1:4, rep(1, 4)) ~ 1), 0.5) is 2.5.
#[test]
fn a_curve_that_few_early_children_bring_to_zero_says_so() {
    let of = |late: f64| {
        let history = EventHistory::new(Spells {
            states: ["care", "home"].map(str::to_owned).to_vec(),
            subject: vec![0, 1, 2],
            cluster: vec![0, 1, 2],
            start: vec![0.0, late, late],
            stop: vec![2.0, 5.0, 6.0],
            from: vec![0; 3],
            to: vec![Some(1), Some(1), None],
            weight: vec![1.0; 3],
        });
        AalenJohansen::new().estimate(&history.unwrap()).unwrap()
    };
    // The only child who is seen from the start goes home before others come under observation.
    let curves = of(3.0);
    let curve = curves.curve(0).unwrap();
    assert_eq!(curve.emptied(), Some(2.0));
    close(curve.occupation(1, "care").unwrap().probability, 0.0, 0.0);
    let curves = of(1.0);
    assert_eq!(curves.curve(0).unwrap().emptied(), None);
    close(curves.curve(0).unwrap().occupation(1, "care").unwrap().probability, 1.0 / 3.0, 1e-15);
}

#[test]
fn a_quantile_on_a_flat_stretch_is_its_beginning_or_its_middle() {
    let history = exits(&[(1.0, 1), (2.0, 1), (3.0, 1), (4.0, 1)]);
    let of = |convention| {
        let curves = AalenJohansen::new().quantiles(convention).estimate(&history).unwrap();
        curves.curve(0).unwrap().quantile("care", 0.5).unwrap().estimate
    };
    assert_eq!(of(QuantileConvention::First), Some(2.0));
    assert_eq!(of(QuantileConvention::Midpoint), Some(2.5));
}

#[test]
fn a_curve_that_reaches_zero_has_no_error_there_and_no_limits() {
    let history = exits(&[(1.0, 1), (2.0, 1)]);
    let curves = AalenJohansen::new().estimate(&history).unwrap();
    let end = curves.curve(0).unwrap().occupation(1, "care").unwrap();
    assert_eq!((end.probability, end.std_error, end.limits), (0.0, 0.0, None));
    let start = curves.at(0.5).unwrap().occupation(0, "care").unwrap();
    assert_eq!((start.probability, start.limits), (1.0, Some((1.0, 1.0))));
}

#[test]
fn requests_that_cannot_be_answered_have_their_codes() {
    let history = exits(&[(1.0, 1), (2.0, 0)]);
    let curves = AalenJohansen::new().estimate(&history).unwrap();
    assert_eq!(curves.at(f64::NAN).unwrap_err().code(), "bad_time");
    assert_eq!(curves.at(1.0).unwrap().occupation(0, "prison").unwrap_err().code(), "unknown_state");
    assert_eq!(curves.at(1.0).unwrap().occupation(3, "care").unwrap_err().code(), "unknown_group");
    assert_eq!(AalenJohansen::new().level(1.0).estimate(&history).unwrap_err().code(), "bad_level");
}

#[test]
fn rows_of_no_weight_change_nothing() {
    let of = |rows: &[(f64, usize, f64)]| {
        let n = rows.len();
        let history = EventHistory::new(Spells {
            states: ["care", "home", "adopted"].map(str::to_owned).to_vec(),
            subject: (0..n as u32).collect(),
            cluster: (0..n as u32).collect(),
            start: vec![0.0; n],
            stop: rows.iter().map(|row| row.0).collect(),
            from: vec![0; n],
            to: rows.iter().map(|row| (row.1 > 0).then_some(row.1 as u32)).collect(),
            weight: rows.iter().map(|row| row.2).collect(),
        });
        AalenJohansen::new().estimate(&history.unwrap()).unwrap()
    };
    // At 5 and 9 nobody is at risk who has a weight.
    let (with, without) = (
        of(&[(2.0, 1, 1.0), (3.0, 2, 2.0), (4.0, 0, 1.0), (5.0, 1, 0.0), (9.0, 2, 0.0)]),
        of(&[(2.0, 1, 1.0), (3.0, 2, 2.0), (4.0, 0, 1.0)]),
    );
    for time in [2.5, 3.0, 5.0, 10.0] {
        for state in ["care", "home", "adopted"] {
            let at = |curves: &StateProbabilities| {
                let (at, place) = (curves.at(time).unwrap(), state);
                let (p, j) = (at.occupation(0, place).unwrap(), at.time_in(0, place).unwrap());
                [p.probability, p.std_error, j.estimate, j.std_error]
            };
            for (a, b) in at(&with).into_iter().zip(at(&without)) {
                close(a, b, 1e-14);
            }
        }
    }
}
