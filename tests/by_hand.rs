//! Answers that can be worked out on paper.

use steadfast_core::frame::{Column, Frame};
use steadfast_core::lmm::{Criterion, ResidualCovariance};
use steadfast_core::report::Row;
use steadfast_testkit::models::sample;

use crate::support::{assert_close, assert_relative, fixture, model, numbers, reml, row, sigma, sleepstudy, table};

/// What rounding leaves of a closed form.
const ROUNDING: f64 = 1e-12;

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Σ (y − ȳ)².
fn squares(values: &[f64]) -> f64 {
    let centre = mean(values);
    values.iter().map(|value| (value - centre) * (value - centre)).sum()
}

fn groups_of(values: &[f64], size: usize) -> Vec<&[f64]> {
    values.chunks(size).collect()
}

#[test]
fn balanced_one_way_reml_is_the_analysis_of_variance() {
    let frame = fixture("dyestuff", &["Batch"]);
    let yields = numbers(&frame, "Yield");
    let batches = groups_of(&yields, 5);
    let means: Vec<f64> = batches.iter().map(|batch| mean(batch)).collect();
    let within = batches.iter().map(|batch| squares(batch)).sum::<f64>() / 24.0;
    let between = 5.0 * squares(&means) / 5.0;

    let fit = reml("Yield ~ 1 + (1 | Batch)", &frame);
    assert_relative(sigma(&fit), within.sqrt(), ROUNDING, "sigma is the root of the mean square within");
    let of_batch = fit.covariance().random[0].covariance[0][0];
    assert_relative(of_batch, (between - within) / 5.0, ROUNDING, "the batches' variance is (MSB - MSW) / 5");
    let intercept = row(&fit, "kenward-roger", "(Intercept)");
    assert_relative(intercept.estimate, mean(&yields), ROUNDING, "the grand mean");
    assert_relative(intercept.std_error, (between / 30.0).sqrt(), ROUNDING, "its variance is MSB / 30");
    assert_close(intercept.df.unwrap(), 5.0, 1e-9, 1.0, "df of the batches");
    assert_close(row(&fit, "satterthwaite", "(Intercept)").df.unwrap(), 5.0, 1e-9, 1.0, "df of the batches");
}

/// Where `f` crosses zero between `low` and `high`, of which one lies above and one below.
fn crossing(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let above = f(low) > 0.0;
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if (f(middle) > 0.0) == above { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// The least value of the unimodal `f` between `low` and `high`, by golden section.
fn lowest(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let golden = 0.5 * (5.0_f64.sqrt() - 1.0);
    for _ in 0..120 {
        let (c, d) = (high - golden * (high - low), low + golden * (high - low));
        if f(c) < f(d) { high = d } else { low = c }
    }
    f(0.5 * (low + high))
}

#[test]
fn profile_limits_of_a_balanced_one_way_layout_lie_where_the_deviance_has_risen_by_3_84() {
    let frame = fixture("dyestuff", &["Batch"]);
    let yields = numbers(&frame, "Yield");
    let batches = groups_of(&yields, 5);
    let within: f64 = batches.iter().map(|batch| squares(batch)).sum();
    let between = squares(&yields) - within;
    // 24 log σ² + 6 log(σ² + 5 τ²) + SSW/σ² + SSB/(σ² + 5 τ²), but for a constant.
    let deviance = |tau: f64, sigma: f64| {
        let (inner, outer) = (sigma * sigma, sigma * sigma + 5.0 * tau * tau);
        24.0 * inner.ln() + 6.0 * outer.ln() + within / inner + between / outer
    };
    let sigma_hat = (within / 24.0).sqrt();
    let tau_hat = ((between / 6.0 - within / 24.0) / 5.0).sqrt();
    let cut = deviance(tau_hat, sigma_hat) + 3.841_458_820_694_124;
    let of_tau = |tau: f64| lowest(|sigma| deviance(tau, sigma), 10.0, 400.0) - cut;
    let of_sigma = |sigma: f64| lowest(|tau| deviance(tau, sigma), 0.0, 400.0) - cut;
    let expected = [
        ("sd (Intercept) | Batch", crossing(of_tau, 1.0, tau_hat), crossing(of_tau, tau_hat, 300.0)),
        ("sd residual", crossing(of_sigma, 20.0, sigma_hat), crossing(of_sigma, sigma_hat, 200.0)),
    ];
    let fit = model("Yield ~ 1 + (1 | Batch)", Criterion::Ml).fit(&frame).unwrap();
    let intervals = fit.variance_components(0.95).unwrap().intervals;
    for (term, low, high) in expected {
        let interval = intervals.iter().find(|interval| interval.term == term).unwrap();
        // Golden section knows the least deviance to 1e-14 of it, and so the limits to about 1e-7.
        assert_relative(interval.conf_low, low, 1e-6, term);
        assert_relative(interval.conf_high.unwrap(), high, 1e-6, term);
    }
}

#[test]
fn a_mean_square_between_below_the_one_within_gives_a_variance_of_exactly_zero() {
    let frame = fixture("dyestuff2", &["Batch"]);
    let yields = numbers(&frame, "Yield");
    let fit = reml("Yield ~ 1 + (1 | Batch)", &frame);
    assert_eq!(fit.covariance().random[0].std_devs[0].to_bits(), 0.0_f64.to_bits());
    assert_eq!(fit.covariance().random[0].rank, 0);
    assert_relative(sigma(&fit), (squares(&yields) / 29.0).sqrt(), ROUNDING, "all of the variance is residual");
}

#[test]
fn a_random_intercept_is_compound_symmetry() {
    let frame = sample(3);
    let intercept = reml("y ~ arm * visit + z + (1 | child)", &frame);
    let symmetric = reml("y ~ arm * visit + z + cs(visit | child)", &frame);
    let deviances = (intercept.minus_two_log_likelihood(), symmetric.minus_two_log_likelihood());
    assert_relative(deviances.0, deviances.1, ROUNDING, "deviance");
    for method in ["satterthwaite", "kenward-roger"] {
        for (a, b) in table(&intercept, method).iter().zip(table(&symmetric, method)) {
            assert_close(a.estimate, b.estimate, 1e-10, 1.0, &a.term);
            assert_relative(a.std_error, b.std_error, 1e-9, &a.term);
            assert_relative(a.df.unwrap(), b.df.unwrap(), 1e-7, &a.term);
        }
    }
    let ResidualCovariance::Structured { groups, .. } = &symmetric.covariance().residual else { panic!("structured") };
    let between = intercept.covariance().random[0].covariance[0][0];
    assert_relative(groups[0].covariance[1][0], between, 1e-8, "the covariance is the intercept's variance");
}

#[test]
fn without_random_effects_it_is_ordinary_least_squares() {
    let frame = sleepstudy();
    let (x, y) = (numbers(&frame, "Days"), numbers(&frame, "Reaction"));
    let (mx, my) = (mean(&x), mean(&y));
    let slope = x.iter().zip(&y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>() / squares(&x);
    let residuals: Vec<f64> = x.iter().zip(&y).map(|(x, y)| y - my - slope * (x - mx)).collect();
    let variance = residuals.iter().map(|r| r * r).sum::<f64>() / 178.0;

    let fit = reml("Reaction ~ Days", &frame);
    let days = row(&fit, "residual", "Days");
    assert_relative(days.estimate, slope, ROUNDING, "slope");
    assert_relative(days.std_error, (variance / squares(&x)).sqrt(), ROUNDING, "standard error");
    assert_relative(days.df.unwrap(), 178.0, ROUNDING, "n - p");
    for method in ["satterthwaite", "kenward-roger"] {
        assert_relative(row(&fit, method, "Days").df.unwrap(), 178.0, 1e-9, method);
        assert_relative(row(&fit, method, "Days").std_error, days.std_error, ROUNDING, method);
    }
}

/// Two arms measured once, of different size and spread.
fn two_arms() -> (Frame, Vec<f64>, Vec<f64>) {
    let a = vec![11.0, 9.5, 14.25, 8.0, 12.5, 10.0, 13.75];
    let b = vec![15.0, 22.5, 9.0, 18.25];
    let y: Vec<f64> = a.iter().chain(&b).copied().collect();
    let arm: Vec<&str> = a.iter().map(|_| "a").chain(b.iter().map(|_| "b")).collect();
    let child: Vec<String> = (0..y.len()).map(|i| format!("c{i}")).collect();
    let frame = Frame::new(vec![
        Column::float("y", y.clone()),
        Column::factor("arm", arm),
        Column::factor("child", child),
        Column::factor("visit", vec!["v1"; y.len()]),
    ]);
    (frame.unwrap(), a, b)
}

#[test]
fn kenward_roger_reduces_to_the_t_test_for_two_groups() {
    let (frame, a, b) = two_arms();
    let pooled = (squares(&a) + squares(&b)) / 9.0 * (1.0 / 7.0 + 1.0 / 4.0);
    let student = row(&reml("y ~ arm", &frame), "kenward-roger", "armb");
    assert_relative(student.estimate, mean(&b) - mean(&a), ROUNDING, "difference");
    assert_relative(student.std_error, pooled.sqrt(), ROUNDING, "pooled standard error");
    assert_relative(student.df.unwrap(), 9.0, 1e-9, "n - 2");
}

#[test]
fn a_variance_for_each_arm_gives_welchs_degrees_of_freedom() {
    let (frame, a, b) = two_arms();
    let (u, v) = (squares(&a) / 6.0 / 7.0, squares(&b) / 3.0 / 4.0);
    let welch = (u + v) * (u + v) / (u * u / 6.0 + v * v / 3.0);
    let fit = reml("y ~ arm + diag(visit | arm/child)", &frame);
    for method in ["kenward-roger", "satterthwaite"] {
        let difference = row(&fit, method, "armb");
        assert_relative(difference.std_error, (u + v).sqrt(), 1e-10, method);
        assert_relative(difference.df.unwrap(), welch, 1e-8, method);
    }
}

#[test]
fn two_complete_visits_are_the_paired_t_test() {
    let before = [10.0, 12.5, 9.0, 14.0, 11.0, 8.5, 13.0, 10.5];
    let after = [12.0, 13.0, 11.5, 15.5, 11.0, 10.0, 13.5, 13.0];
    let differences: Vec<f64> = before.iter().zip(&after).map(|(b, a)| a - b).collect();
    let y: Vec<f64> = before.iter().chain(&after).copied().collect();
    let visit: Vec<&str> = std::iter::repeat_n("1", 8).chain(std::iter::repeat_n("2", 8)).collect();
    let child: Vec<String> = (0..16).map(|i| format!("c{}", i % 8)).collect();
    let columns = vec![Column::float("y", y), Column::factor("visit", visit), Column::factor("child", child)];
    let fit = reml("y ~ visit + (1 | child)", &Frame::new(columns).unwrap());
    for method in ["kenward-roger", "satterthwaite"] {
        let change = row(&fit, method, "visit2");
        assert_relative(change.estimate, mean(&differences), ROUNDING, method);
        assert_relative(change.std_error, (squares(&differences) / 7.0 / 8.0).sqrt(), 1e-10, method);
        assert_relative(change.df.unwrap(), 7.0, 1e-8, method);
    }
}

#[test]
fn the_slope_of_sleepstudy_has_exactly_17_degrees_of_freedom() {
    let fit = reml("Reaction ~ Days + (Days | Subject)", &sleepstudy());
    for method in ["kenward-roger", "kenward-roger-observed", "satterthwaite"] {
        assert_close(row(&fit, method, "Days").df.unwrap(), 17.0, 1e-8, 1.0, method);
    }
    // A balanced slope's t is that of the subjects' own least-squares slopes.
    let frame = sleepstudy();
    let (x, y) = (numbers(&frame, "Days"), numbers(&frame, "Reaction"));
    let slope = |(x, y): (&[f64], &[f64])| {
        let (mx, my) = (mean(x), mean(y));
        x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>() / squares(x)
    };
    let slopes: Vec<f64> = x.chunks(10).zip(y.chunks(10)).map(slope).collect();
    let days = row(&fit, "kenward-roger", "Days");
    assert_relative(days.estimate, mean(&slopes), ROUNDING, "mean slope");
    assert_relative(days.std_error, (squares(&slopes) / 17.0 / 18.0).sqrt(), 1e-10, "standard error of the mean slope");
}

#[test]
fn one_visit_is_analysis_of_covariance() {
    let frame = sample(5);
    let first: Vec<u32> =
        (0..frame.n_rows() as u32).filter(|&row| numbers(&frame, "time")[row as usize] < 0.5).collect();
    let frame = frame.select(&first);
    let ancova = reml("y ~ arm + z", &frame);
    let repeated = reml("y ~ arm + z + us(visit | child)", &frame);
    let deviances = (ancova.minus_two_log_likelihood(), repeated.minus_two_log_likelihood());
    assert_relative(deviances.0, deviances.1, ROUNDING, "deviance");
    let same = |a: &Row, b: &Row| {
        assert_close(a.estimate, b.estimate, 1e-11, 1.0, &a.term);
        assert_relative(a.std_error, b.std_error, 1e-10, &a.term);
        assert_relative(a.df.unwrap(), b.df.unwrap(), 1e-8, &a.term);
    };
    table(&ancova, "kenward-roger").iter().zip(table(&repeated, "kenward-roger")).for_each(|(a, b)| same(a, &b));
}

#[test]
fn a_variance_that_the_fixed_effects_take_up_is_refused_and_not_estimated() {
    let frame = fixture("dyestuff", &["Batch"]);
    for formula in ["Yield ~ Batch + (1 | Batch)", "Yield ~ 0 + Batch + (1 | Batch)"] {
        let error = model(formula, Criterion::Reml).fit(&frame).unwrap_err();
        assert_eq!(error.code(), "unidentified", "{formula}: {error}");
    }
}
