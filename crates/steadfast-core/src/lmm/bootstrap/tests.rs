use statrs::distribution::{ContinuousCDF, FisherSnedecor, StudentsT};

use crate::frame::{Column, Frame};
use crate::lmm::components::Reading;
use crate::lmm::fixtures::{assert_close, fev, fit, read};
use crate::lmm::refit::Refits;
use crate::lmm::{Bootstrap, BootstrapInterval, Criterion, Lmm, LmmFit, Parameter, Replicate, ReplicateStatus};
use crate::parallel::Threads;

const SLOPES: &str = "Reaction ~ Days + (Days | Subject)";

/// Twelve numbers without a pattern, and a covariate.
fn line() -> Frame {
    let y = [3.1, 4.7, 2.2, 5.9, 4.1, 6.3, 3.8, 7.7, 5.2, 4.4, 8.1, 6.0];
    let x = (0..12).map(f64::from).collect();
    Frame::new(vec![Column::float("y", y.to_vec()), Column::float("x", x)]).unwrap()
}

fn ml(formula: &str, frame: &Frame) -> LmmFit {
    Lmm::new(formula.parse().unwrap()).criterion(Criterion::Ml).fit(frame).unwrap()
}

#[test]
fn a_replicate_is_the_same_whatever_their_number_and_the_threads() {
    let fit = fit(SLOPES, &read("sleepstudy"));
    let few = fit.bootstrap(11, 20, Threads::ONE).unwrap();
    let many = fit.bootstrap(11, 53, Threads::new(3)).unwrap();
    assert_eq!(few.parameters, many.parameters);
    assert_eq!(few.replicates[..], many.replicates[..20]);
    let some = fit.parametric_bootstrap(11).unwrap().replicates(17..40, Threads::new(2));
    assert_eq!(some[..], many.replicates[17..40]);
    assert_ne!(few.replicates[0].estimates, fit.bootstrap(12, 1, Threads::ONE).unwrap().replicates[0].estimates);
}

#[test]
fn a_replicate_is_a_fit_to_simulated_outcomes() {
    let frame = read("sleepstudy");
    let fit = fit(SLOPES, &frame);
    let (bootstrap, simulated) = (fit.bootstrap(3, 6, Threads::ONE).unwrap(), fit.simulate(3, 6).unwrap());
    let terms: Vec<&str> = bootstrap.parameters.iter().map(|own| own.term.as_str()).collect();
    let covariances =
        ["sd (Intercept) | Subject", "sd Days | Subject", "cor (Intercept), Days | Subject", "sd residual"];
    assert_eq!(terms, [&["(Intercept)", "Days"][..], &covariances].concat());
    for (replicate, outcome) in bootstrap.replicates.iter().zip(&simulated.outcomes) {
        let drawn = frame.clone().with_column(Column::float("Reaction", outcome.clone())).unwrap();
        let again = crate::lmm::fixtures::fit(SLOPES, &drawn);
        assert_close(replicate.minus_two_log_likelihood.unwrap(), again.minus_two_log_likelihood(), 1e-10);
        let covariance = &again.covariance().random[0];
        let expected = [again.beta(), &covariance.std_devs, &[covariance.correlations[1][0]]].concat();
        for (own, expected) in replicate.estimates.iter().zip(expected) {
            assert_close(own.unwrap(), expected, 1e-6);
        }
        for (j, own) in replicate.std_errors.iter().enumerate() {
            assert_close(*own, again.vcov()[(j, j)].sqrt(), 1e-6);
        }
    }
}

#[test]
fn structured_residuals_have_their_deviations_and_parameters_too() {
    let terms = |formula: &str| {
        let bootstrap = fit(formula, &fev()).bootstrap(1, 2, Threads::ONE).unwrap();
        assert!(bootstrap.replicates.iter().all(|one| one.estimates.iter().all(Option::is_some)));
        bootstrap.parameters.into_iter().skip(2).map(|own| own.term).collect::<Vec<String>>()
    };
    let us = terms("FEV1 ~ ARMCD + us(AVISIT | USUBJID)");
    assert_eq!(
        (us.len(), us[0].as_str(), us[4].as_str()),
        (10, "sd us(AVISIT | USUBJID): VIS1", "cor us(AVISIT | USUBJID): VIS1, VIS2")
    );
    let ar1 = terms("FEV1 ~ ARMCD + ar1(AVISIT | USUBJID)");
    assert_eq!(ar1.len(), 2);
}

fn made_up(values: &[f64]) -> Bootstrap {
    let replicate = |(at, value): (u64, &f64)| Replicate {
        replicate: at,
        status: ReplicateStatus::Interior,
        minus_two_log_likelihood: Some(0.0),
        estimates: vec![Some(*value)],
        std_errors: vec![2.0],
    };
    let parameter =
        Parameter { term: "b".into(), estimate: Some(8.0), std_error: Some(3.0), lowest: Some(0.0), highest: None };
    Bootstrap { parameters: vec![parameter], replicates: (0..).zip(values).map(replicate).collect() }
}

#[test]
fn limits_are_those_of_a_hand_calculation() {
    // 19 replicates 1, …, 19: the 5 % and 95 % quantiles are the first and the last.
    let values: Vec<f64> = (1..20).rev().map(f64::from).collect();
    let bootstrap = made_up(&values);
    let limits = |method: BootstrapInterval| {
        let row = bootstrap.intervals(method, 0.9).unwrap().remove(0);
        (row.conf_low.unwrap(), row.conf_high.unwrap())
    };
    assert_eq!(limits(BootstrapInterval::Percentile), (1.0, 19.0));
    // 16 − 19 lies below the range of the parameter.
    assert_eq!(limits(BootstrapInterval::Basic), (0.0, 15.0));
    // t* = (−3.5, …, 5.5); 8 − 5.5 · 3 lies below the range.
    assert_eq!(limits(BootstrapInterval::Studentised), (0.0, 8.0 + 3.5 * 3.0));
    // Mean 10, bias 2, variance 19 · 20 / 12.
    let sd = (19.0_f64 * 20.0 / 12.0).sqrt();
    let (low, high) = limits(BootstrapInterval::Normal);
    assert!(low <= 0.0);
    assert_close(high, 6.0 + 1.644_853_626_951_472_7 * sd, 1e-12);
    let row = bootstrap.intervals(BootstrapInterval::Percentile, 0.95).unwrap().remove(0);
    assert_eq!((row.conf_low, row.conf_high, row.bias, row.n), (None, None, Some(2.0), 19));
    assert_close(row.std_error.unwrap(), sd, 1e-12);
    assert_eq!(bootstrap.intervals(BootstrapInterval::Basic, 1.0).unwrap_err().code(), "confidence_level");
}

#[test]
fn what_fails_is_counted_and_left_out_of_limits_only() {
    let fit = fit("y ~ x", &line());
    let refits = Refits::new(&fit).unwrap();
    let reading = Reading::of(&fit);
    let failed = reading.replicate(4, &mut refits.worker(Threads::ONE), &[2.0; 12]);
    assert_eq!(failed.status, ReplicateStatus::Failed { code: "constant_outcome".into() });
    let mut bootstrap = made_up(&[1.0, 2.0, 3.0]);
    bootstrap.replicates.insert(1, failed);
    assert_eq!(bootstrap.failed().map(|one| one.replicate).collect::<Vec<u64>>(), [4]);
    assert_eq!(bootstrap.intervals(BootstrapInterval::Percentile, 0.5).unwrap()[0].n, 3);
}

#[test]
fn a_fit_on_the_boundary_gives_replicates_off_it() {
    let fit = fit("Yield ~ 1 + (1 | Batch)", &read("dyestuff2"));
    assert!(fit.theta[0].abs() <= 0.0);
    let bootstrap = fit.bootstrap(5, 400, Threads::new(2)).unwrap();
    let at_zero = bootstrap.replicates.iter().filter(|one| one.estimates[1] <= Some(0.0)).count();
    assert_eq!(at_zero, bootstrap.n_boundary());
    // P(MSB ≤ MSW) at σ_b = 0 is P(F_{5,24} ≤ 1) = 0.56; four standard errors are 0.1.
    let expected = FisherSnedecor::new(5.0, 24.0).unwrap().cdf(1.0);
    assert!((at_zero as f64 / 400.0 - expected).abs() < 0.1, "{at_zero}");
}

#[test]
fn the_studentised_interval_of_a_mean_is_student_s() {
    let fit = fit("y ~ 1", &line());
    let n = 20_000;
    let bootstrap = fit.bootstrap(9, n, Threads::new(2)).unwrap();
    let row = &bootstrap.intervals(BootstrapInterval::Studentised, 0.9).unwrap()[0];
    let t = StudentsT::new(0.0, 1.0, 11.0).unwrap().inverse_cdf(0.95);
    let (estimate, std_error) = (fit.beta()[0], fit.vcov()[(0, 0)].sqrt());
    // The density of t₁₁ at its 95 % point is 0.09: four standard errors of the quantile are 4 √(0.05 · 0.95 / n) / 0.09.
    let tolerance = 4.0 * (0.0475 / n as f64).sqrt() / 0.09;
    assert!(((row.conf_high.unwrap() - estimate) / std_error - t).abs() < tolerance);
    assert!(((estimate - row.conf_low.unwrap()) / std_error - t).abs() < tolerance);
}

#[test]
fn the_bootstrapped_ratio_of_two_regressions_has_the_p_value_of_their_f_test() {
    let frame = line();
    let (small, large) = (ml("y ~ 1", &frame), ml("y ~ x", &frame));
    let test = large.bootstrap_likelihood_ratio(&small, 17, 4000, Threads::new(2)).unwrap();
    // −2 log Λ = n log(1 + F / (n − 2)), increasing in F.
    let f = 10.0 * (libm::exp(test.asymptotic.statistic / 12.0) - 1.0);
    let exact = FisherSnedecor::new(1.0, 10.0).unwrap().sf(f);
    assert!((test.p_value - exact).abs() < 4.0 * test.std_error, "{} for {exact}", test.p_value);
    assert_close(test.p_value, (test.n_extreme + 1) as f64 / 4001.0, 1e-15);
    // Bartlett's correction comes nearer to it than χ².
    let error = |p: f64| (p - exact).abs();
    assert!(error(test.bartlett.unwrap().value) < 0.5 * error(test.asymptotic.chi_squared.value));
    assert!(test.failed.is_empty() && test.statistics.len() == 4000);
    assert_eq!(small.bootstrap_likelihood_ratio(&large, 1, 10, Threads::ONE).unwrap_err().code(), "not_nested");
}

#[test]
fn variances_that_read_fitted_means_are_refitted_and_not_bootstrapped() {
    let fit = fit("distance ~ age + var_power()", &read("orthodont"));
    assert_eq!(fit.bootstrap(1, 1, Threads::ONE).unwrap_err().code(), "mean_dependent_variance");
    let doubled: Vec<f64> = fit.design.response.iter().map(|y| 2.0 * y).collect();
    assert_close(fit.refit(&doubled).unwrap().beta()[1], 2.0 * fit.beta()[1], 1e-7);
}
