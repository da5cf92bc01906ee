//! What must hold for every model, whatever the data: tried on every model of the registry.

use proptest::prelude::*;
use steadfast_core::frame::{Column, Factor, Frame};
use steadfast_core::lmm::{Criterion, LmmFit};
use steadfast_testkit::models::{Generator, LawModel, MODELS, sample};

use crate::support::{assert_close, labels, model, numbers, with_labels, with_numbers};

/// Agreement of two optima that only rounding separates: deviance, estimates, standard errors.
const DEVIANCE: f64 = 1e-10;
const ESTIMATE: f64 = 1e-7;
const STD_ERROR: f64 = 1e-6;

/// What is expected of one coefficient: what it is called, shifted and multiplied by.
struct Expected<'a> {
    name: &'a str,
    estimate: f64,
    std_error: f64,
}

fn fit(law: &LawModel, criterion: Criterion, frame: &Frame) -> LmmFit {
    model(law.formula, criterion).fit(frame).unwrap_or_else(|e| panic!("{}: {e}", law.name))
}

fn std_errors(fit: &LmmFit) -> Vec<f64> {
    fit.vcov().diagonal().iter().map(|variance| variance.sqrt()).collect()
}

/// Asserts the deviance, and coefficient by coefficient what `expected` makes of the original one.
#[track_caller]
fn assert_law(
    law: &LawModel,
    before: &LmmFit,
    after: &LmmFit,
    shift: f64,
    expected: impl Fn(&str, f64, f64) -> (f64, f64),
) {
    let deviance = before.minus_two_log_likelihood() + shift;
    assert_close(after.minus_two_log_likelihood(), deviance, DEVIANCE, 1.0, law.name);
    let (se_before, se_after) = (std_errors(before), std_errors(after));
    for (i, name) in before.names().iter().enumerate() {
        let (estimate, std_error) = expected(name, before.beta()[i], se_before[i]);
        let wanted = Expected { name, estimate, std_error };
        let at = after.names().iter().position(|n| n == wanted.name).unwrap_or(i);
        let what = format!("{}, {}", law.name, wanted.name);
        assert_close(after.beta()[at], wanted.estimate, ESTIMATE, wanted.std_error, &what);
        assert_close(se_after[at], wanted.std_error, STD_ERROR, 0.0, &what);
    }
}

fn is_time(name: &str) -> bool {
    name.split(':').any(|part| part == "time")
}

/// 2^`power`: scaling by it is exact, and 2^±30 is about 1e±9.
fn power_of_two(power: i32) -> f64 {
    2.0_f64.powi(power)
}

/// 0 to 30, the extremes as often as all between them: 2³⁰ is about 1e9.
fn powers() -> impl Strategy<Value = i32> {
    prop_oneof![Just(30), 0..31_i32]
}

/// −30 to 30, as [`powers`].
fn signed_powers() -> impl Strategy<Value = i32> {
    prop_oneof![Just(-30), Just(30), -30..31_i32]
}

/// `n` random cases; a failure prints its smallest form, and becomes a test of its own rather than a file of seeds.
pub(crate) fn cases(n: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(n) }
}

proptest! {
    #![proptest_config(cases(6))]

    #[test]
    fn the_order_of_the_rows_does_not_matter(seed in 0_u64..500, order in any::<u64>()) {
        let frame = sample(seed);
        let mut rows: Vec<u32> = (0..frame.n_rows() as u32).collect();
        Generator::new(order).shuffle(&mut rows);
        let shuffled = frame.select(&rows);
        for law in MODELS {
            let (before, after) = (fit(law, Criterion::Reml, &frame), fit(law, Criterion::Reml, &shuffled));
            assert_law(law, &before, &after, 0.0, |_, b, s| (b, s));
        }
    }

    #[test]
    fn the_names_of_children_and_families_do_not_matter(seed in 0_u64..500, salt in any::<u64>()) {
        let frame = sample(seed);
        let hash = |label: &str| label.bytes().fold(salt, |h, b| Generator::new(h ^ u64::from(b)).bits());
        let renamed = with_labels(&frame, "child", |label| format!("{:016x}", hash(label)));
        let renamed = with_labels(&renamed, "family", |label| format!("{:016x}", hash(label)));
        for law in MODELS {
            let (before, after) = (fit(law, Criterion::Reml, &frame), fit(law, Criterion::Reml, &renamed));
            assert_law(law, &before, &after, 0.0, |_, b, s| (b, s));
        }
    }

    #[test]
    fn a_constant_added_to_the_outcome_moves_the_intercept_alone(seed in 0_u64..500, power in powers(), up in any::<bool>()) {
        let frame = sample(seed);
        let constant = if up { power_of_two(power) } else { -power_of_two(power) };
        let moved = with_numbers(&frame, "y", |y| y + constant);
        for law in MODELS {
            let (before, after) = (fit(law, Criterion::Reml, &frame), fit(law, Criterion::Reml, &moved));
            assert_law(law, &before, &after, 0.0, |name, b, s| (if name == "(Intercept)" { b + constant } else { b }, s));
        }
    }

    #[test]
    fn the_unit_of_the_outcome_scales_every_estimate(seed in 0_u64..500, power in signed_powers()) {
        let frame = sample(seed);
        let unit = power_of_two(power);
        let scaled = with_numbers(&frame, "y", |y| y * unit);
        for law in MODELS {
            let (before, after) = (fit(law, Criterion::Reml, &frame), fit(law, Criterion::Reml, &scaled));
            let free = (before.rows().used - before.beta().len()) as f64;
            assert_law(law, &before, &after, 2.0 * free * unit.ln(), |_, b, s| (b * unit, s * unit));
        }
    }

    #[test]
    fn the_origin_of_time_moves_the_intercepts_alone(seed in 0_u64..500, power in powers()) {
        let frame = sample(seed);
        let origin = power_of_two(power);
        let moved = with_numbers(&frame, "time", |t| t + origin);
        let mut tried = 0;
        for law in MODELS.iter().filter(|law| law.free_origin && law.formula.contains("time")) {
            let (before, after) = (fit(law, Criterion::Reml, &frame), fit(law, Criterion::Reml, &moved));
            assert_close(after.minus_two_log_likelihood(), before.minus_two_log_likelihood(), DEVIANCE, 1.0, law.name);
            let (se_before, se_after) = (std_errors(&before), std_errors(&after));
            for (i, name) in before.names().iter().enumerate().filter(|(_, name)| is_time(name) || *name == "z") {
                assert_close(after.beta()[i], before.beta()[i], ESTIMATE, se_before[i], name);
                assert_close(se_after[i], se_before[i], STD_ERROR, 0.0, name);
            }
            tried += 1;
        }
        prop_assert!(tried >= 3);
    }

    #[test]
    fn the_unit_of_a_covariate_scales_its_own_coefficients_alone(seed in 0_u64..500, power in signed_powers()) {
        let frame = sample(seed);
        let unit = power_of_two(power);
        for (column, laws) in [("time", &MODELS[..4]), ("z", MODELS)] {
            let scaled = with_numbers(&frame, column, |x| x * unit);
            for law in laws {
                let (before, after) = (fit(law, Criterion::Reml, &frame), fit(law, Criterion::Reml, &scaled));
                let own = |name: &str| name.split(':').any(|part| part == column);
                let count = before.names().iter().filter(|name| own(name)).count() as f64;
                assert_law(law, &before, &after, 2.0 * count * unit.ln(), |name, b, s| {
                    if own(name) { (b / unit, s / unit) } else { (b, s) }
                });
            }
        }
    }

    #[test]
    fn a_row_of_weight_zero_is_no_row(seed in 0_u64..500, at in any::<prop::sample::Index>()) {
        let frame = sample(seed);
        let absurd = at.index(frame.n_rows());
        let rows: Vec<u32> = (0..frame.n_rows() as u32).chain([absurd as u32]).collect();
        let longer = frame.select(&rows);
        let last = frame.n_rows();
        let replaced = |name: &str, value: f64| {
            let mut values = numbers(&longer, name);
            values[last] = value;
            Column::float(name, values)
        };
        let longer = longer.clone().with_column(replaced("w", 0.0)).unwrap().with_column(replaced("y", 1e6)).unwrap();
        for law in MODELS {
            let weighted = |frame: &Frame| model(law.formula, Criterion::Reml).weights("w").fit(frame).unwrap();
            let (before, after) = (weighted(&frame), weighted(&longer));
            prop_assert_eq!(after.rows().zero_weight, 1);
            assert_law(law, &before, &after, 0.0, |_, b, s| (b, s));
        }
    }

    #[test]
    fn every_family_twice_doubles_the_likelihood_and_the_information(seed in 0_u64..500) {
        let frame = sample(seed);
        let rows: Vec<u32> = (0..frame.n_rows() as u32).chain(0..frame.n_rows() as u32).collect();
        let mut doubled = frame.select(&rows);
        for name in ["child", "family"] {
            let again = |(row, label): (usize, String)| if row < frame.n_rows() { label } else { format!("{label} again") };
            let values: Vec<String> = labels(&doubled, name).into_iter().enumerate().map(again).collect();
            doubled = doubled.with_column(Column::factor(name, values)).unwrap();
        }
        for law in MODELS {
            let (before, after) = (fit(law, Criterion::Ml, &frame), fit(law, Criterion::Ml, &doubled));
            let deviance = before.minus_two_log_likelihood();
            assert_law(law, &before, &after, deviance, |_, b, s| (b, s / std::f64::consts::SQRT_2));
        }
    }

    #[test]
    fn with_the_arms_swapped_the_difference_changes_its_sign(seed in 0_u64..500) {
        let frame = sample(seed);
        let arm = frame.column("arm").unwrap().to_factor();
        let levels: Vec<String> = arm.levels().iter().rev().cloned().collect();
        let codes = arm.codes().iter().map(|&code| Some(1 - code)).collect();
        let swapped = Column::from_factor("arm", Factor::from_codes(levels, codes).unwrap());
        let swapped = frame.clone().with_column(swapped).unwrap();
        for law in MODELS {
            let (before, after) = (fit(law, Criterion::Reml, &frame), fit(law, Criterion::Reml, &swapped));
            assert_close(after.minus_two_log_likelihood(), before.minus_two_log_likelihood(), DEVIANCE, 1.0, law.name);
            let treated = |fit: &LmmFit| -> Vec<(f64, f64)> {
                let of_arm = |i: &usize| fit.names()[*i].starts_with("arm");
                let se = std_errors(fit);
                (0..se.len()).filter(of_arm).map(|i| (fit.beta()[i], se[i])).collect()
            };
            prop_assert!(treated(&before).len() >= 2);
            for ((b, s), (b_swapped, s_swapped)) in treated(&before).into_iter().zip(treated(&after)) {
                assert_close(b_swapped, -b, ESTIMATE, s, law.name);
                assert_close(s_swapped, s, STD_ERROR, 0.0, law.name);
            }
        }
    }
}

#[test]
fn the_registry_is_not_empty_and_every_model_fits() {
    assert!(MODELS.len() >= 9);
    for law in MODELS {
        let fit = fit(law, Criterion::Reml, &sample(1));
        assert!(fit.minus_two_log_likelihood().is_finite() && fit.beta().len() >= 5, "{}", law.name);
    }
}
