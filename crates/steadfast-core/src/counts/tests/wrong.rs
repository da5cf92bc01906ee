//! Tried wrong.

use super::by_hand::{arms, close, model};
use crate::counts::*;
use crate::family::{NegativeBinomial2, distributions};
use crate::frame::{Column, Frame};

fn code(model: CountModel, frame: &Frame) -> (String, String) {
    match model.fit(frame) {
        Ok(_) => ("ok".to_owned(), String::new()),
        Err(error) => (error.code().to_owned(), error.to_string()),
    }
}

fn counts(y: Vec<f64>, arm: &[&str]) -> Frame {
    Frame::new(vec![Column::float("y", y), Column::factor("arm", arm.iter())]).unwrap()
}

#[test]
fn what_is_no_count_is_named_by_its_row() {
    let arm = ["a", "a", "b", "b"];
    for bad in [1.5, -1.0, 1e16] {
        let (code, message) = code(model("y ~ arm"), &counts(vec![1.0, 2.0, bad, 0.0], &arm));
        assert_eq!(code, "not_a_count");
        assert!(message.contains("row 3") && !message.contains("1.5"), "{message}");
    }
    let error = model("y ~ arm").fit(&counts(vec![1.0, -2.0, 0.5, 0.0], &arm)).unwrap_err();
    let rows: Vec<Option<u64>> = error.as_findings().unwrap().iter().map(|finding| finding.row).collect();
    assert_eq!(rows, [Some(2), Some(3)], "all at once");
    // NaN is a missing value, and infinity none at all.
    let frame = counts(vec![1.0, f64::NAN, 2.0, 0.0], &arm);
    assert_eq!(model("y ~ arm").fit(&frame).unwrap().n_excluded(), 1);
    assert_eq!(code(model("y ~ arm"), &counts(vec![1.0, f64::INFINITY, 2.0, 0.0], &arm)).0, "not_finite");
}

#[test]
fn an_exposure_that_is_not_above_zero_is_named_by_its_row() {
    for bad in [0.0, -2.0, f64::INFINITY] {
        let years = Column::float("years", vec![2.0, 1.0, 1.0, bad, 1.0, 2.0, 1.0, 2.0]);
        let (code, message) = code(model("moves ~ arm").exposure("years"), &arms().with_column(years).unwrap());
        assert_eq!(code, "exposure_not_positive");
        assert!(message.contains("row 4"));
    }
}

#[test]
fn zeros_only_and_levels_of_zeros_are_refused_by_name() {
    let arm = ["a", "a", "b", "b", "c", "c"];
    assert_eq!(code(model("y ~ arm"), &counts(vec![0.0; 6], &arm)).0, "all_zero");
    for member in distributions() {
        let frame = counts(vec![1.0, 4.0, 0.0, 0.0, 2.0, 3.0], &arm);
        let (code, message) = code(model("y ~ arm").distribution(member), &frame);
        assert_eq!(code, "infinite_coefficient");
        assert!(message.contains("armb") && !message.contains("armc"), "{message}");
    }
    // The reference level: every column takes part.
    let frame = counts(vec![0.0, 0.0, 1.0, 5.0, 2.0, 3.0], &arm);
    let (code, message) = code(model("y ~ arm"), &frame);
    assert_eq!(code, "infinite_coefficient");
    assert!(message.contains("(Intercept)"));
}

#[test]
fn a_slope_that_separates_zeros_is_found() {
    let frame = Frame::new(vec![
        Column::integer("y", vec![0, 0, 0, 2, 5, 1]),
        Column::float("x", vec![1.0, 2.0, 4.0, 0.0, 0.0, 0.0]),
    ])
    .unwrap();
    let (code, message) = code(model("y ~ x"), &frame);
    assert_eq!(code, "infinite_coefficient");
    assert!(message.contains("along: x;"), "{message}");
}

#[test]
fn dependent_columns_are_left_out_and_named() {
    let frame = arms().with_column(Column::factor("same", ["u", "u", "u", "u", "v", "v", "v", "v"])).unwrap();
    let fit = model("moves ~ arm + same").exposure("years").fit(&frame).unwrap();
    assert_eq!(fit.aliased(), ["samev"]);
    let alone = fit.standardise(&Standardisation::over("arm"));
    assert_eq!(alone.unwrap_err().code(), "not_estimable");
}

#[test]
fn counts_of_a_thousand_million_and_exposures_of_any_size_are_fitted() {
    let arm = ["a", "a", "b", "b"];
    let years = Column::float("years", vec![1e9, 2e9, 1e-9, 2e-9]);
    let frame = counts(vec![1e9, 2e9, 3.0, 6.0], &arm).with_column(years).unwrap();
    let fit = model("y ~ arm").exposure("years").fit(&frame).unwrap();
    close(fit.beta()[0], 0.0, 1e-9);
    close(fit.beta()[1], 3e9_f64.ln(), 1e-12);
    let rows = fit.inference(Variance::default()).unwrap().coefficients().unwrap();
    close(rows[1].std_error, (1.0 / 3e9 + 1.0 / 9.0_f64).sqrt(), 1e-9);
    let spread = counts(vec![1e9, 3e9, 2e9, 7e9], &arm);
    let fit = model("y ~ arm").distribution(&NegativeBinomial2).fit(&spread).unwrap();
    // Means that large have gamma rates alone: ½ and 1½ times 2e9, of shape near 3.
    assert!(fit.alpha().unwrap() > 0.1 && fit.alpha().unwrap() < 0.5);
    close(fit.beta()[0], 2e9_f64.ln(), 1e-9);
}

#[test]
fn constant_counts_and_one_cluster_have_their_answers() {
    let arm = ["a", "a", "b", "b"];
    let fit = model("y ~ arm").fit(&counts(vec![2.0; 4], &arm)).unwrap();
    close(fit.beta()[1], 0.0, 1e-13);
    let one = counts(vec![1.0, 2.0, 3.0, 0.0], &arm).with_column(Column::integer("g", vec![1; 4])).unwrap();
    let fit = model("y ~ arm + cluster(g)").fit(&one).unwrap();
    for correction in [Correction::Cr0, Correction::Cr1, Correction::Cr2] {
        let refused = fit.inference(Variance::Robust(correction, FewClusters::Clusters)).unwrap_err();
        assert_eq!(refused.code(), "too_few_clusters");
    }
}

#[test]
fn the_order_of_rows_changes_no_bit() {
    let frame = arms();
    let rows = [5, 2, 7, 0, 3, 1, 6, 4];
    for member in distributions() {
        let fit = |frame: &Frame| {
            model("moves ~ arm + cluster(family)").distribution(member).exposure("years").fit(frame).unwrap()
        };
        let (first, second) = (fit(&frame), fit(&frame.select(&rows)));
        assert_eq!(first.beta(), second.beta());
        assert_eq!(first.alpha(), second.alpha());
        let errors = |fit: &CountFit| {
            let variance = Variance::Robust(Correction::Cr0, FewClusters::Clusters);
            fit.inference(variance).unwrap().vcov().clone()
        };
        assert_eq!(errors(&first), errors(&second));
    }
}

#[test]
fn weights_of_two_are_rows_written_twice() {
    let frame = arms().with_column(Column::float("w", vec![2.0, 1.0, 0.0, 1.0, 2.0, 1.0, 1.0, 1.0])).unwrap();
    let twice = arms().select(&[0, 0, 1, 3, 4, 4, 5, 6, 7]);
    for member in distributions() {
        let weighted = model("moves ~ arm").distribution(member).weights("w").exposure("years").fit(&frame).unwrap();
        let written = model("moves ~ arm").distribution(member).exposure("years").fit(&twice).unwrap();
        assert_eq!(weighted.beta(), written.beta());
        assert_eq!(weighted.alpha(), written.alpha());
        assert_eq!(weighted.log_likelihood().to_bits(), written.log_likelihood().to_bits());
        assert_eq!(weighted.n_excluded(), 1);
    }
}

#[test]
fn terms_that_mean_nothing_here_are_refused() {
    let refused = |formula: &str| code(model(formula), &arms()).0;
    assert_eq!(refused("moves ~ arm + (1 | family)"), "unsupported_term");
    assert_eq!(refused("moves ~ arm + strata(family)"), "unsupported_term");
    assert_eq!(refused("moves ~ arm + cluster(family) + cluster(arm)"), "unsupported_term");
    assert_eq!(refused("moves ~ 0"), "needs_coefficients");
    assert_eq!(refused("~ arm"), "no_response");
    assert_eq!(refused("moves ~ other"), "unknown_column");
    let by_levels = model("moves ~ 0 + arm").exposure("years").fit(&arms()).unwrap();
    assert_eq!(by_levels.names(), ["armNIM", "armSAU"]);
}

#[test]
fn long_clusters_are_rotated_and_say_the_same() {
    // 9,000 rows of two clusters: the leverages of Kauermann and Carroll by p rows each.
    let n = 9_000;
    let frame = Frame::new(vec![
        Column::integer("y", (0..n).map(|row| (row * row + 3 * row) % 7 % 4).collect()),
        Column::factor("arm", (0..n).map(|row| ["a", "b"][usize::try_from(row / 5 % 2).unwrap_or(0)])),
        Column::integer("g", (0..n).map(|row| i64::from(row % 3 == 0)).collect()),
    ])
    .unwrap();
    let fit = model("y ~ arm + cluster(g)").fit(&frame).unwrap();
    let vcov = |correction| fit.inference(Variance::Robust(correction, FewClusters::Clusters)).unwrap().vcov().clone();
    let by_scores = fit.clustered(&fit.row_influences());
    close((vcov(Correction::Cr0) - &by_scores).amax() / by_scores.amax(), 0.0, 1e-9);
    assert!(vcov(Correction::Cr3)[(1, 1)] >= vcov(Correction::Cr2)[(1, 1)]);
}

/// The limits: the profile of the log-likelihood maximised by R's optim from many starts, to 1e-5.
#[test]
fn an_interval_of_the_spread_is_found_where_excess_zeros_vanish_beyond_it() {
    let first = [(0, 5), (1, 1), (2, 3), (3, 3), (4, 2), (5, 1), (12, 1)];
    let second = [(0, 6), (2, 3), (3, 4), (4, 2), (6, 1), (8, 2), (9, 1), (12, 1), (13, 3), (19, 1)];
    let (mut y, mut arm) = (Vec::new(), Vec::new());
    for (name, table) in [("a", &first[..]), ("b", &second[..])] {
        for &(count, times) in table {
            y.extend(vec![f64::from(count); times]);
            arm.extend(vec![name; times]);
        }
    }
    let fit = model("y ~ arm").distribution(&NegativeBinomial2).zero("~ arm".parse().unwrap());
    let found = fit.fit(&counts(y, &arm)).unwrap().dispersion_interval(0.95).unwrap();
    let limits = [found.conf_low, found.conf_high.unwrap()];
    for (limit, expected) in limits.into_iter().zip([0.157854973, 1.220460256]) {
        assert!((limit - expected).abs() < 1e-5, "{limits:?}");
    }
}
