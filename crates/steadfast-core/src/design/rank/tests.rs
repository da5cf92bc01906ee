use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::design::Piece;

fn numeric(values: Vec<f64>) -> ModelColumn {
    ModelColumn { name: String::new(), pieces: vec![Piece::Numeric(Arc::new(values))] }
}

fn intercept() -> ModelColumn {
    ModelColumn { name: "(Intercept)".into(), pieces: Vec::new() }
}

fn rank(columns: &[ModelColumn], intercept: bool, n: u32) -> Rank {
    of(columns, intercept, &(0..n).collect::<Vec<_>>())
}

/// A sequence without structure, in (0, 1).
fn scattered(n: usize, step: f64) -> Vec<f64> {
    (1..=n).map(|i| (i as f64 * step).fract()).collect()
}

#[test]
fn a_calendar_year_and_its_square_are_independent() {
    let year: Vec<f64> = (0..400).map(|i| 2_000.0 + f64::from(i % 23)).collect();
    let square = year.iter().map(|x| x * x).collect();
    let found = rank(&[intercept(), numeric(year), numeric(square)], true, 400);
    assert_eq!(found.kept, [0, 1, 2]);
}

#[test]
fn a_time_in_seconds_since_1970_is_no_constant() {
    let seconds: Vec<f64> = (0..500).map(|i| 1.7e9 + f64::from(i * 61 % 500)).collect();
    let twice = seconds.iter().map(|x| 2.0 * x + 5.0).collect();
    let found = rank(&[intercept(), numeric(seconds), numeric(vec![3.5; 500]), numeric(twice)], true, 500);
    assert_eq!(found.kept, [0, 1]);
    approx::assert_relative_eq!(found.aliases[0].1[0], 3.5, max_relative = 1e-12);
    approx::assert_relative_eq!(found.aliases[1].1[1], 2.0, max_relative = 1e-9);
}

#[test]
fn a_remainder_of_a_millionth_is_kept_and_of_a_billionth_is_not() {
    // The same verdicts as `lm` of R 4.2.2 on these columns, without and with an intercept.
    let (x, e) = (scattered(3_000, 0.618_033_988_749_9), scattered(3_000, 0.414_213_562_373));
    for (size, kept) in [(1e-6, 3), (1e-9, 2)] {
        let near: Vec<f64> = x.iter().zip(&e).map(|(x, e)| x + size * e).collect();
        let first = numeric(scattered(3_000, 0.732_050_807_568_9));
        let columns = [numeric(x.clone()), numeric(near)];
        assert_eq!(rank(&[&[intercept()], columns.as_slice()].concat(), true, 3_000).kept.len(), kept);
        assert_eq!(rank(&[&[first], columns.as_slice()].concat(), false, 3_000).kept.len(), kept);
    }
}

#[test]
fn a_sample_does_not_hide_a_rare_column() {
    let n = 100_000;
    let mut rare = vec![0.0; n];
    rare[77_777] = 1.0;
    let copy = rare.clone();
    let x = scattered(n, 0.618_033_988_749_9);
    let found = rank(&[intercept(), numeric(x), numeric(rare), numeric(copy)], true, n as u32);
    assert_eq!(found.kept, [0, 1, 2]);
    assert_eq!(found.aliases[0].0, 3);
    approx::assert_abs_diff_eq!(found.aliases[0].1.as_slice(), [0.0, 0.0, 1.0].as_slice(), epsilon = 1e-12);
}

proptest! {
    #[test]
    fn aliased_columns_are_the_combinations_that_were_put_in(
        weights in proptest::collection::vec(-3.0..3.0_f64, 4),
        scales in proptest::collection::vec(-6.0..6.0_f64, 3),
        with_intercept in any::<bool>(),
        at in 1..4_usize,
    ) {
        let n = 2_500;
        let base: Vec<Vec<f64>> = [0.618_033_988_749_9, 0.414_213_562_373, 0.732_050_807_568_9]
            .iter()
            .zip(&scales)
            .map(|(step, scale)| scattered(n, *step).into_iter().map(|x| x * 10_f64.powf(*scale)).collect())
            .collect();
        let first: Vec<f64> = if with_intercept { vec![1.0; n] } else { scattered(n, 0.236_067_977) };
        // The dependent column stands after the first `at` columns and depends on those only.
        let before: Vec<&Vec<f64>> = std::iter::once(&first).chain(&base).take(at).collect();
        let dependent: Vec<f64> =
            (0..n).map(|i| before.iter().zip(&weights).map(|(column, w)| w * column[i]).sum()).collect();
        let mut columns: Vec<ModelColumn> = std::iter::once(if with_intercept { intercept() } else { numeric(first.clone()) })
            .chain(base.iter().cloned().map(numeric))
            .collect();
        columns.insert(at, numeric(dependent.clone()));
        let found = rank(&columns, with_intercept, n as u32);
        prop_assert_eq!(found.aliases.len(), 1);
        prop_assert_eq!(found.aliases[0].0, at);
        let size = dependent.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        for i in (0..n).step_by(97) {
            let rebuilt: f64 =
                found.kept.iter().zip(&found.aliases[0].1).map(|(&k, c)| c * columns[k].value(i)).sum();
            // The tolerance below which a remainder counts as nothing bounds the error of the aliasing.
            prop_assert!((rebuilt - dependent[i]).abs() <= 1e-7 * size, "{} {}", rebuilt, dependent[i]);
        }
    }
}
