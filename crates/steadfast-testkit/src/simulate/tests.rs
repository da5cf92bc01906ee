use steadfast_core::frame::ColumnData;

use super::slope::{CORRELATION, INTERCEPT_SD, RESIDUAL_SD, SLOPE, SLOPE_SD};
use super::*;

fn floats<'a>(frame: &'a Frame, name: &str) -> &'a [f64] {
    match frame.column(name).unwrap().data() {
        ColumnData::Float(values) => values,
        _ => panic!("{name} holds real numbers"),
    }
}

/// Sample covariance.
fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b)).sum::<f64>() / (n - 1.0)
}

#[test]
fn random_slopes_have_the_covariance_that_their_truth_says() {
    let n = 20_000;
    let frame = random_slope(n, 4, 7);
    assert_eq!(frame.n_rows(), 4 * n);
    let y = floats(&frame, "y");
    let at = |visit: usize| -> Vec<f64> { y.iter().skip(visit).step_by(4).copied().collect() };
    let (first, last) = (at(0), at(3));
    let change: f64 = last.iter().zip(&first).map(|(b, a)| b - a).sum::<f64>() / n as f64;
    // Standard errors: of the mean change √(9·36 + 2·400)/√n = 0.24; of a covariance about its size times √(2/n).
    assert!((change - 3.0 * SLOPE).abs() < 1.0, "{change}");
    let variance = INTERCEPT_SD * INTERCEPT_SD + RESIDUAL_SD * RESIDUAL_SD;
    assert!((covariance(&first, &first) - variance).abs() < 0.04 * variance);
    let across = INTERCEPT_SD * INTERCEPT_SD + 3.0 * CORRELATION * INTERCEPT_SD * SLOPE_SD;
    assert!((covariance(&first, &last) - across).abs() < 0.06 * across);
}

#[test]
fn subjects_are_levels_of_one_length_in_order() {
    let frame = random_slope(12, 2, 1);
    let subjects = frame.column("subject").unwrap().as_factor().unwrap();
    assert_eq!((subjects.level(0), subjects.level(2), subjects.level(23)), (Some("01"), Some("02"), Some("12")));
    assert_eq!(floats(&frame, "time")[..4], [0.0, 1.0, 0.0, 1.0]);
}

#[test]
fn the_same_seed_gives_the_same_bits_whatever_the_number_of_subjects() {
    let (small, large) = (random_slope(10, 3, 5), random_slope(100, 3, 5));
    assert_eq!(floats(&small, "y"), &floats(&large, "y")[..30]);
    assert_ne!(floats(&small, "y"), floats(&random_slope(10, 3, 6), "y"));
}

#[test]
fn drop_out_is_monotone_and_as_frequent_as_asked() {
    let n = 10_000;
    let frame = trial(n, 5, 0.3, 3);
    let subjects = frame.column("subject").unwrap().as_factor().unwrap().codes().clone();
    let visits = frame.column("visit").unwrap().as_factor().unwrap().codes().clone();
    let mut completers = 0;
    let mut row = 0;
    for subject in 0..n as u32 {
        let mut visit = 0;
        while row < subjects.len() && subjects[row] == subject {
            assert_eq!(visits[row], visit, "no gap");
            (row, visit) = (row + 1, visit + 1);
        }
        assert!(visit >= 1);
        completers += u32::from(visit == 5);
    }
    // 7,000 with a standard deviation of 46.
    assert!((f64::from(completers) - 7_000.0).abs() < 200.0, "{completers}");
    assert_eq!(trial(50, 4, 0.0, 3).n_rows(), 200);
    assert_eq!(trial(50, 1, 0.5, 3).n_rows(), 50);
}

#[test]
fn a_trial_shows_its_effect_at_the_last_visit() {
    let n = 40_000;
    let frame = trial(n, 3, 0.0, 9);
    let (y, base) = (floats(&frame, "y"), floats(&frame, "base"));
    let adjusted = |arm: usize| -> f64 {
        let rows = (0..n).filter(|subject| subject % 2 == arm).map(|subject| 3 * subject + 2);
        rows.map(|row| y[row] - visits::BASE_COEFFICIENT * base[row]).sum::<f64>() / (n / 2) as f64
    };
    // Standard error 5.5·√(4/n) = 0.055.
    assert!((adjusted(1) - adjusted(0) - visits::EFFECT).abs() < 0.25);
}

#[test]
fn the_ratings_that_are_shipped_are_those_of_the_generator() {
    let shipped = include_str!("../../../../data-fixtures/ratings/data.csv");
    assert_eq!(shipped, crossed::ratings_csv(&ratings(60, 60, 15, crossed::RATINGS_SEED)));
}

#[test]
fn every_level_of_a_crossed_factor_is_seen_and_the_first_ones_more_often() {
    let frame = super::crossed(20_000, &[400, 50], 4);
    for (name, n) in [("g1", 400), ("g2", 50)] {
        let codes = frame.column(name).unwrap().as_factor().unwrap().codes().clone();
        let mut seen = vec![0_u32; n];
        codes.iter().for_each(|&code| seen[code as usize] += 1);
        assert!(seen.iter().all(|count| *count > 0), "{name}");
        let (first, last): (u32, u32) = (seen[..n / 4].iter().sum(), seen[3 * n / 4..].iter().sum());
        // The densities are 1 to 0.81 and 0.44 to 0.25 of the largest: 2.6 times as many.
        assert!((2.2..3.0).contains(&(f64::from(first) / f64::from(last))), "{name}: {first} and {last}");
    }
}
