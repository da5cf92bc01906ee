use crate::counts::*;
use crate::family::{NegativeBinomial1, NegativeBinomial2, distribution, distributions};
use crate::frame::{Column, Frame};
use crate::inference::Information;
use crate::reference_grid::{ReferenceGrid, Weights};

pub(super) fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "{found} is not {expected}");
}

/// Twelve moves in six years, two in six.
pub(super) fn arms() -> Frame {
    Frame::new(vec![
        Column::integer("moves", vec![3, 1, 2, 6, 0, 1, 1, 0]),
        Column::float("years", vec![2.0, 1.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0]),
        Column::factor("arm", ["SAU", "SAU", "SAU", "SAU", "NIM", "NIM", "NIM", "NIM"]),
        Column::integer("family", vec![1, 1, 2, 2, 3, 3, 4, 4]),
    ])
    .unwrap()
}

pub(super) fn model(formula: &str) -> CountModel {
    CountModel::new(formula.parse().unwrap())
}

const ARM: &str = "moves ~ factor(arm, ref = \"SAU\")";

#[test]
fn two_groups_have_their_crude_rates_and_the_standard_errors_of_their_events() {
    let fit = model(ARM).exposure("years").fit(&arms()).unwrap();
    let rows = fit.inference(Variance::default()).unwrap().coefficients().unwrap();
    close(rows[0].estimate, 2.0_f64.ln(), 1e-13);
    close(rows[0].std_error, (1.0_f64 / 12.0).sqrt(), 1e-13);
    close(rows[1].estimate, (1.0_f64 / 6.0).ln(), 1e-13);
    close(rows[1].std_error, (1.0_f64 / 12.0 + 1.0 / 2.0).sqrt(), 1e-13);
    assert_eq!(fit.events_and_exposure(), (14.0, 12.0));
    let rates = fit.standardise(&Standardisation::over("arm").population(Population::Exposure)).unwrap();
    let difference = rates.difference("NIM", "SAU", Variance::default()).unwrap();
    close(difference.estimate, -5.0 / 3.0, 1e-13);
    // Var(events/years) = events/years².
    close(difference.std_error, (14.0_f64 / 36.0).sqrt(), 1e-13);
    let ratio = rates.ratio("NIM", "SAU", Variance::default()).unwrap();
    close(ratio.ratio, 1.0 / 6.0, 1e-13);
    close(ratio.logarithm.std_error, rows[1].std_error, 1e-13);
    let levels = rates.rows(Variance::default()).unwrap();
    assert_eq!((levels[0].term.as_str(), levels[1].term.as_str()), ("NIM", "SAU"));
    close(levels[1].std_error, 12.0_f64.sqrt() / 6.0, 1e-13);
}

#[test]
fn clustered_errors_are_those_of_sums_over_families() {
    let fit = model("moves ~ factor(arm, ref = \"SAU\") + cluster(family)").exposure("years").fit(&arms()).unwrap();
    // SAU has y − μ = −1, −1 and 0, 2 in its two families, at 12 expected; NIM 0 − 1/3, 1 − 2/3 and 1 − 1/3, 0 − 2/3 at 2.
    let sau = (4.0 + 4.0) / 144.0;
    let row = |correction| {
        let variance = Variance::Robust(correction, FewClusters::Clusters);
        fit.inference(variance).unwrap().coefficients().unwrap().remove(0)
    };
    close(row(Correction::Cr0).std_error, f64::sqrt(sau), 1e-12);
    close(row(Correction::Cr1).std_error, f64::sqrt(sau * 4.0 / 3.0), 1e-12);
    // The intercept alone sees SAU, whose families have 6 of its 12 expected moves each: leverage ½.
    close(row(Correction::Cr2).std_error, f64::sqrt(2.0 * sau), 1e-12);
    close(row(Correction::Cr3).std_error, f64::sqrt(4.0 * sau), 1e-12);
    assert_eq!(row(Correction::Cr0).df, Some(3.0));
    let bell = fit.inference(Variance::Robust(Correction::Cr2, FewClusters::BellMcCaffrey)).unwrap();
    close(bell.coefficients().unwrap()[0].df.unwrap(), 1.0, 1e-9);
    let normal = fit.inference(Variance::Robust(Correction::Cr0, FewClusters::Normal)).unwrap();
    assert!(normal.cautions()[0].contains("4 clusters"));
}

#[test]
fn sandwiches_by_scores_are_those_by_leverages_without_correction() {
    let fit = model("moves ~ arm + cluster(family)").exposure("years").fit(&arms()).unwrap();
    let by_scores = fit.clustered(&fit.row_influences());
    let by_leverages = fit.inference(Variance::Robust(Correction::Cr0, FewClusters::Normal)).unwrap();
    close((by_scores - by_leverages.vcov()).amax(), 0.0, 1e-13);
}

/// Counts with mean 2 whose variance is far from it.
fn spread(counts: &[i64]) -> Frame {
    Frame::new(vec![Column::integer("y", counts.to_vec())]).unwrap()
}

#[test]
fn one_mean_with_equal_exposures_is_the_average_whatever_the_spread() {
    let counts = [0, 0, 0, 1, 7, 4, 2, 0, 9, 0, 1, 0];
    let frame = spread(&counts);
    for member in distributions() {
        let fit = model("y ~ 1").distribution(member).fit(&frame).unwrap();
        close(fit.beta()[0], 2.0_f64.ln(), 1e-10);
        if let Some(alpha) = fit.alpha() {
            assert!(alpha > 0.1);
            // The slope of the likelihood in α is zero: ψ's form of the score, summed slowly.
            let size = if member.name() == "nb2" { 1.0 / alpha } else { 2.0 / alpha };
            let slope: f64 = counts
                .iter()
                .map(|&y| {
                    let sum: f64 = (0..y).map(|j| 1.0 / (size + j as f64)).sum();
                    sum - (1.0 + 2.0 / size).ln()
                })
                .sum();
            close(slope, 0.0, 1e-9);
        }
    }
    // With one mean the two are one distribution: α₁ = α₂ μ.
    let second = model("y ~ 1").distribution(&NegativeBinomial2).fit(&frame).unwrap();
    let first = model("y ~ 1").distribution(&NegativeBinomial1).fit(&frame).unwrap();
    close(first.alpha().unwrap(), 2.0 * second.alpha().unwrap(), 1e-9);
    close(first.log_likelihood(), second.log_likelihood(), 1e-12);
}

#[test]
fn counts_that_are_spread_less_than_poisson_lie_on_the_boundary_exactly() {
    let frame = spread(&[2, 2, 2, 1, 3, 2, 2, 2]);
    let poisson = model("y ~ 1").fit(&frame).unwrap();
    for member in distributions().filter(|member| member.has_dispersion()) {
        let fit = model("y ~ 1").distribution(member).fit(&frame).unwrap();
        assert_eq!(fit.alpha(), Some(0.0));
        assert_eq!(fit.beta(), poisson.beta());
        assert_eq!(fit.log_likelihood().to_bits(), poisson.log_likelihood().to_bits());
        assert_eq!(fit.position(), &CountPosition::Boundary { terms: vec!["alpha = 0".to_owned()] });
        let test = fit.dispersion_test().unwrap();
        assert_eq!((test.statistic, test.p_value), (0.0, 1.0));
        let interval = fit.dispersion_interval(0.95).unwrap();
        assert_eq!((interval.estimate, interval.conf_low), (0.0, 0.0));
        assert!(interval.conf_high.unwrap() > 0.0);
        let rows = fit.inference(Variance::Model(Information::Observed)).unwrap().coefficients().unwrap();
        close(rows[0].std_error, 0.25, 1e-12);
    }
}

#[test]
fn an_interval_of_the_spread_ends_where_the_profile_falls_by_half_the_point() {
    let frame = spread(&[0, 0, 0, 1, 7, 4, 2, 0, 9, 0, 1, 0]);
    let fit = model("y ~ 1").distribution(&NegativeBinomial2).fit(&frame).unwrap();
    let interval = fit.dispersion_interval(0.95).unwrap();
    // With one mean the profile is at β = ln 2 whatever α.
    let height = |alpha: f64| -> f64 {
        let terms = |y: &f64| {
            let member = distribution("nb2").unwrap();
            member.terms(*y, 2.0_f64.ln(), alpha).value
        };
        [0.0, 0.0, 0.0, 1.0, 7.0, 4.0, 2.0, 0.0, 9.0, 0.0, 1.0, 0.0].iter().map(terms).sum()
    };
    let fall = 2.0 * (height(interval.estimate) - height(interval.conf_low));
    close(fall, 3.841_458_820_694_124, 1e-9);
    close(2.0 * (height(interval.estimate) - height(interval.conf_high.unwrap())), 3.841_458_820_694_124, 1e-9);
}

#[test]
fn excess_zeros_of_one_mean_solve_their_two_equations() {
    // Lambert's equations with intercepts alone: the mean of the counts above zero is λ/(1 − e^(−λ)), the share of zeros
    // p + (1 − p) e^(−λ).
    let frame = spread(&[0, 0, 0, 0, 0, 0, 0, 3, 2, 4, 1, 5]);
    let fit = model("y ~ 1").zero("~ 1".parse().unwrap()).fit(&frame).unwrap();
    let lambda = fit.beta()[0].exp();
    close(lambda / (1.0 - (-lambda).exp()), 3.0, 1e-10);
    let p = 1.0 / (1.0 + (-fit.gamma()[0]).exp());
    close(p + (1.0 - p) * (-lambda).exp(), 7.0 / 12.0, 1e-10);
    close(fit.fitted()[0], 15.0 / 12.0, 1e-10);
    let test = fit.inflation_test().unwrap();
    assert!(test.statistic > 4.0 && test.p_value < 0.05);
    assert!(fit.excess_zero_score_test().unwrap().p_value < 0.05);
    assert!(fit.zero_inference(Variance::default()).unwrap().coefficients().unwrap()[0].std_error > 0.0);
}

#[test]
fn no_excess_zeros_are_a_boundary_where_the_model_is_the_one_without() {
    let frame = spread(&[2, 1, 3, 1, 2, 1, 0, 3, 2, 4, 1, 5]);
    for member in distributions() {
        let plain = model("y ~ 1").distribution(member).fit(&frame).unwrap();
        let fit = model("y ~ 1").distribution(member).zero("~ 1".parse().unwrap()).fit(&frame).unwrap();
        assert!(fit.gamma().is_empty());
        assert_eq!(fit.beta(), plain.beta());
        assert!(
            matches!(fit.position(), CountPosition::Boundary { terms } if terms.contains(&"no excess zeros".to_owned()))
        );
        assert!(fit.inflation_test().unwrap().p_value > 0.999);
        assert_eq!(fit.zero_inference(Variance::default()).unwrap_err().code(), "no_excess_zeros");
    }
}

#[test]
fn the_score_of_excess_zeros_is_van_den_broeks_for_one_mean() {
    let counts = [0, 0, 0, 0, 0, 0, 0, 3, 2, 4, 1, 5];
    let fit = model("y ~ 1").fit(&spread(&counts)).unwrap();
    // S = (n₀ − n p₀)²/{n p₀ (1 − p₀) − n ȳ p₀²}.
    let (n, mean) = (12.0, 15.0 / 12.0);
    let p0 = f64::exp(-mean);
    let expected = (7.0 - n * p0) * (7.0 - n * p0) / (n * p0 * (1.0 - p0) - n * mean * p0 * p0);
    close(fit.excess_zero_score_test().unwrap().statistic, expected, 1e-11);
}

#[test]
fn grids_and_standardised_ratios_agree_where_nothing_else_differs() {
    let fit = model("moves ~ arm + cluster(family)").exposure("years").fit(&arms()).unwrap();
    let inference = fit.inference(Variance::default()).unwrap();
    let grid = ReferenceGrid::new(&fit);
    let means = grid.means("arm").unwrap();
    let rates = fit.standardise(&Standardisation::over("arm")).unwrap();
    for (mean, rate) in means.iter().zip(rates.rates()) {
        close(mean.estimate(&inference).unwrap().estimate.exp(), rate.rate, 1e-12);
    }
    // A model without covariates: the sample of rows says nothing about the rates.
    let sampled = fit.standardise(&Standardisation::over("arm").covariates(Covariates::Sampled)).unwrap();
    let plain = rates.difference("NIM", "SAU", Variance::default()).unwrap();
    close(sampled.difference("NIM", "SAU", Variance::default()).unwrap().std_error, plain.std_error, 1e-12);
    assert!(grid.weights(Weights::Counterfactual).means("arm").is_ok());
}

#[test]
fn frequencies_sum_to_the_rows_and_residuals_are_where_they_should() {
    let frame = spread(&[0, 0, 0, 1, 7, 4, 2, 0, 9, 0, 1, 0]);
    for member in distributions() {
        let fit = model("y ~ 1").distribution(member).fit(&frame).unwrap();
        let root = fit.rootogram(5);
        let total: f64 = root.counts.iter().map(|one| one.expected).sum::<f64>() + root.beyond.expected;
        close(total, 12.0, 1e-12);
        assert_eq!((root.counts[0].observed, root.beyond.observed), (6.0, 2.0));
        let again = fit.residuals(CountResidual::Quantile { seed: 7 }).unwrap();
        assert_eq!(again, fit.residuals(CountResidual::Quantile { seed: 7 }).unwrap());
        assert!(again.iter().all(|residual| residual.is_finite()));
        let mid = fit.residuals(CountResidual::MidP).unwrap();
        assert!(mid[8] > mid[4] && mid[4] > mid[0]);
    }
}

#[test]
fn the_influence_of_a_cluster_is_near_what_leaving_it_out_does() {
    // Many like families, so that the first order is nearly all.
    let n = 400;
    let frame = Frame::new(vec![
        Column::integer("y", (0..n).map(|row| (row * row * 7 + row) % 5).collect()),
        Column::float("x", (0..n).map(|row| f64::from((row % 11) as u8)).collect()),
        Column::integer("family", (0..n).map(|row| row / 2).collect()),
    ])
    .unwrap();
    let formula = "y ~ x + cluster(family)";
    let fit = model(formula).fit(&frame).unwrap();
    let found = &fit.cluster_influence()[3];
    assert_eq!(found.rows, [6, 7]);
    let rest: Vec<u32> = (0..n as u32).filter(|row| !found.rows.contains(row)).collect();
    let without = model(formula).fit(&frame.select(&rest)).unwrap();
    for j in 0..2 {
        // The second order: a leverage of some 2p/n.
        close(found.dfbeta[j], fit.beta()[j] - without.beta()[j], 2e-4);
        assert!((found.dfbeta[j] - (fit.beta()[j] - without.beta()[j])).abs() < 0.2 * found.dfbeta[j].abs());
    }
}
