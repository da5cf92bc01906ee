use statrs::distribution::{ContinuousCDF, FisherSnedecor};

use crate::frame::{Column, Frame};
use crate::lmm::fixtures::{assert_close, fit, read};
use crate::lmm::{Criterion, Lmm, LmmFit};
use crate::parallel::Threads;

fn ml(formula: &str, frame: &Frame) -> LmmFit {
    Lmm::new(formula.parse().unwrap()).criterion(Criterion::Ml).fit(frame).unwrap()
}

/// A part of sleepstudy with other reactions: 54 to 90 rows of unequal number a subject, a variance in doubt.
fn doubtful() -> Frame {
    let frame = read("sleepstudy");
    let number = |name: &str, row: usize| {
        let column = frame.column(name).unwrap().to_factor();
        column.level(row).unwrap().parse::<f64>().unwrap()
    };
    let kept: Vec<u32> = (0..180_u32)
        .filter(|&row| {
            let (days, subject) = (row % 10, row / 10 + 1);
            days >= 7 || (days >= 4 && subject % 3 == 0)
        })
        .collect();
    let reaction = (0..).zip(&kept).map(|(at, &row)| {
        let noise = 100.0 * libm::sin(1.7 * f64::from(at) * f64::from(at));
        number("Reaction", row as usize) + noise
    });
    frame.select(&kept).with_column(Column::float("Reaction", reaction.collect())).unwrap()
}

#[test]
fn in_a_balanced_layout_the_test_is_the_f_test() {
    // Of 6 batches of 5 RLRT and LRT both increase with F = 56357.5/5 / (58830/24), tables of Davies and Goldsmith 1972.
    let exact = FisherSnedecor::new(5.0, 24.0).unwrap().sf(56357.5 / 5.0 / (58830.0 / 24.0));
    let frame = read("dyestuff");
    for fit in [fit("Yield ~ 1 + (1 | Batch)", &frame), ml("Yield ~ 1 + (1 | Batch)", &frame)] {
        let test = fit.exact_variance_test(3, 100_000, Threads::new(2)).unwrap();
        assert!((test.p_value - exact).abs() < 4.0 * test.std_error, "{} for {exact}", test.p_value);
    }
    // The restricted ratio is zero where F ≤ 1; four standard errors are 0.0063.
    let test = fit("Yield ~ 1 + (1 | Batch)", &frame).exact_variance_test(3, 100_000, Threads::ONE).unwrap();
    let at_zero = FisherSnedecor::new(5.0, 24.0).unwrap().cdf(1.0);
    assert!((test.at_zero - at_zero).abs() < 0.0063, "{}", test.at_zero);
}

#[test]
fn a_draw_of_a_balanced_layout_has_its_closed_form() {
    // RLRT = ν log(S/ν) − ν₁ log(SSB/ν₁) − ν₂ log(SSW/ν₂) for F > 1, S = SSB + SSW, ν = ν₁ + ν₂; otherwise 0.
    let fit = fit("Yield ~ 1 + (1 | Batch)", &read("dyestuff"));
    let grid = super::Grid::new(super::Spectrum::of(&fit).unwrap(), Criterion::Reml);
    for (between, within) in [(9.0, 20.0), (31.0, 14.0), (5.1, 24.0), (400.0, 1.0)] {
        let term = |sum: f64, nu: f64| nu * libm::log(sum / nu);
        let expected = term(between + within, 29.0) - term(between, 5.0) - term(within, 24.0);
        assert_close(grid.supremum(&[between], within), expected, 1e-12);
    }
    assert!(grid.supremum(&[4.9], 24.0) <= 0.0);
    // The statistic of the data is the one of their sums of squares.
    let test = fit.exact_variance_test(1, 1, Threads::ONE).unwrap();
    assert_close(test.statistic, grid.supremum(&[56357.5], 58830.0), 1e-9);
}

#[test]
fn an_unbalanced_layout_agrees_with_rlrsim_and_with_refits() {
    // RLRsim 3.1.8, exactRLRT(lmer(Reaction ~ Days + (1 | Subject)), nsim = 1e6) and exactLRT of the fit by ML, both with
    // set.seed(1).
    let frame = doubtful();
    let formula = "Reaction ~ Days + (1 | Subject)";
    let cases = [
        (fit(formula, &frame), fit("Reaction ~ Days", &frame), 3.1506, 0.03302),
        (ml(formula, &frame), ml("Reaction ~ Days", &frame), 2.7664, 0.03262),
    ];
    for (large, small, statistic, p_value) in cases {
        let test = large.exact_variance_test(5, 200_000, Threads::new(2)).unwrap();
        assert!((test.statistic - statistic).abs() < 1e-4, "{}", test.statistic);
        // Five times as many draws were theirs.
        assert!((test.p_value - p_value).abs() < 4.0 * test.std_error * 1.2_f64.sqrt(), "{}", test.p_value);
        let refitted = large.bootstrap_likelihood_ratio(&small, 5, 4000, Threads::new(2)).unwrap();
        assert!((test.p_value - refitted.p_value).abs() < 4.0 * refitted.std_error, "{}", refitted.p_value);
        let at_zero = refitted.statistics.iter().flatten().filter(|value| **value < 1e-8).count() as f64 / 4000.0;
        assert!((test.at_zero - at_zero).abs() < 0.032, "{} for {at_zero}", test.at_zero);
    }
}

#[test]
fn draws_depend_on_the_seed_and_not_on_threads() {
    let fit = fit("Reaction ~ Days + (0 + Days | Subject)", &doubtful());
    let one = fit.exact_variance_test(9, 2500, Threads::ONE).unwrap();
    assert_eq!(one, fit.exact_variance_test(9, 2500, Threads::new(3)).unwrap());
    assert_ne!(one.p_value.to_bits(), fit.exact_variance_test(10, 2500, Threads::ONE).unwrap().p_value.to_bits());
}

#[test]
fn models_with_more_variances_are_refused() {
    let frame = read("sleepstudy");
    for formula in ["Reaction ~ Days + (Days | Subject)", "Reaction ~ Days", "Reaction ~ Days + (Days || Subject)"] {
        assert_eq!(
            fit(formula, &frame).exact_variance_test(1, 10, Threads::ONE).unwrap_err().code(),
            "not_one_variance"
        );
    }
    let one = fit("Reaction ~ Days + (1 | Subject)", &frame);
    assert_eq!(one.exact_variance_test(1, 0, Threads::ONE).unwrap_err().code(), "no_replicate");
}
