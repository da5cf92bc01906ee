//! What analyses with different treatments of baseline have in common, exactly.

use super::*;

/// Optimised to about 1e-12 of a standard error; standard errors carry the square root of the optimiser's slack.
const OPTIMUM: f64 = 1e-9;

fn indicator(trial: &Trial, i: usize) -> f64 {
    f64::from(u8::from(trial.arms[i] == "NIM"))
}

/// ANCOVA at one visit over complete data: the effect, (1/n₁ + 1/n₂), its variance factor, and the residual sum of squares.
fn ancova_at(trial: &Trial, visit: usize) -> (f64, f64, f64, f64) {
    let n = trial.arms.len();
    let x: Vec<Vec<f64>> = (0..n).map(|i| vec![1.0, indicator(trial, i), trial.outcomes[i][0].unwrap()]).collect();
    let y: Vec<f64> = (0..n).map(|i| trial.outcomes[i][visit].unwrap()).collect();
    let (beta, inverse, rss) = least_squares(&x, &y);
    let treated = (0..n).map(|i| indicator(trial, i)).sum::<f64>();
    (beta[1], 1.0 / treated + 1.0 / (n as f64 - treated), inverse[(1, 1)], rss)
}

#[test]
fn a_one_visit_ancova_is_least_squares() {
    let trial = Trial::complete(40);
    let fit = sdq(ANCOVA).fit(&trial.rows(2)).unwrap();
    let (effect, _, factor, rss) = ancova_at(&trial, 1);
    let found = effects(&fit);
    assert_eq!(found.len(), 1);
    // The estimate does not depend on θ.
    assert_near(found[0].0, effect, 1e-12);
    assert_near(found[0].1, (factor * rss / 37.0).sqrt(), 1e-12);
    let satterthwaite = fit.inference(&crate::inference::Satterthwaite::default()).unwrap();
    let row = fit.effects().unwrap()[0].estimate(&satterthwaite).unwrap();
    assert_near(row.df.unwrap(), 37.0, OPTIMUM);
}

#[test]
fn change_with_baseline_as_covariate_is_ancova_whatever_is_missing() {
    let frame = Trial::complete(60).with_missing_visits().rows(4);
    for slope in [Slope::ByVisit, Slope::Common] {
        for criterion in [Criterion::Reml, Criterion::Ml] {
            let fit = |analysis| sdq(analysis).criterion(criterion).fit(&frame).unwrap();
            let ancova = fit(Baseline::Ancova { slope });
            let change = fit(Baseline::AdjustedChange { slope });
            for (a, b) in effects(&ancova).iter().zip(effects(&change)) {
                assert_near(a.0, b.0, OPTIMUM);
                assert_near(a.1, b.1, OPTIMUM);
            }
            assert_near(ancova.lmm().minus_two_log_likelihood(), change.lmm().minus_two_log_likelihood(), 1e-11);
        }
    }
}

#[test]
fn with_complete_data_clda_gives_the_ancova_estimate_at_every_visit() {
    let trial = Trial::complete(50);
    for criterion in [Criterion::Reml, Criterion::Ml] {
        let fit = |analysis| sdq(analysis).criterion(criterion).fit(&trial.rows(4)).unwrap();
        let (clda, ancova) = (effects(&fit(Baseline::Constrained)), effects(&fit(ANCOVA)));
        assert_eq!((clda.len(), ancova.len()), (3, 3));
        for (visit, (clda, ancova)) in clda.iter().zip(&ancova).enumerate() {
            assert_near(clda.0, ancova.0, OPTIMUM);
            assert_near(clda.0, ancova_at(&trial, visit + 1).0, OPTIMUM);
        }
    }
}

/// The standard error that takes the covariance as known has ANCOVA's residual variance over n − 2 (REML; the slope
/// is not counted) or n (ML), and nothing for the imbalance of baseline.
#[test]
fn with_complete_data_the_model_based_error_of_clda_lacks_the_imbalance_and_the_slope() {
    let trial = Trial::complete(50);
    for (criterion, divisor) in [(Criterion::Reml, 48.0), (Criterion::Ml, 50.0)] {
        let clda = sdq(Baseline::Constrained).criterion(criterion).fit(&trial.rows(4)).unwrap();
        for (visit, found) in effects(&clda).iter().enumerate() {
            let (_, sizes, imbalanced, rss) = ancova_at(&trial, visit + 1);
            assert_near(found.1, (sizes * rss / divisor).sqrt(), OPTIMUM);
            assert!(sizes < imbalanced);
        }
    }
}

#[test]
fn by_ml_clda_is_ancova_whatever_later_visits_are_missing() {
    let frame = Trial::complete(60).with_missing_visits().rows(4);
    let covariate = |analysis| sdq(analysis).criterion(Criterion::Ml).covariate("age", Slope::ByVisit);
    let clda = covariate(Baseline::Constrained).fit(&frame).unwrap();
    let ancova = covariate(ANCOVA).fit(&frame).unwrap();
    for (clda, ancova) in effects(&clda).iter().zip(effects(&ancova)) {
        assert_near(clda.0, ancova.0, OPTIMUM);
    }
}

/// ANCOVA's REML integrates the slopes out and cLDA's does not: different weights, unless they cancel.
#[test]
fn by_reml_clda_and_ancova_differ_a_little_when_visits_are_missing() {
    let frame = Trial::complete(60).with_missing_visits().rows(4);
    let clda = effects(&sdq(Baseline::Constrained).fit(&frame).unwrap());
    let ancova = effects(&sdq(ANCOVA).fit(&frame).unwrap());
    for (clda, ancova) in clda.iter().zip(&ancova) {
        let apart = (clda.0 - ancova.0).abs() / ancova.1;
        assert!(apart > 1e-6 && apart < 0.02, "{apart} standard errors");
    }
}

#[test]
fn a_subject_with_nothing_but_baseline_moves_means_and_not_effects() {
    let mut trial = Trial::complete(40).with_missing_visits();
    let fit = |trial: &Trial| sdq(Baseline::Constrained).fit(&trial.rows(4)).unwrap();
    let before = fit(&trial);
    for (baseline, arm) in [(30.0, "NIM"), (25.0, "SAU"), (2.0, "NIM")] {
        trial.outcomes.push([Some(baseline), None, None, None]);
        trial.arms.push(arm);
    }
    let after = fit(&trial);
    assert_eq!(after.counts().unwrap().baseline_only - before.counts().unwrap().baseline_only, 3);
    assert_eq!(after.lmm().rows().used - before.lmm().rows().used, 3);
    for (a, b) in effects(&after).iter().zip(effects(&before)) {
        assert_near(a.0, b.0, OPTIMUM);
        assert_near(a.1, b.1, OPTIMUM);
    }
    let mean = |fit: &MmrmFit| values(fit, &fit.means().unwrap())[0].0;
    assert!((mean(&after) - mean(&before)).abs() > 0.1);
}

#[test]
fn a_subject_without_baseline_counts_in_clda_and_not_in_ancova() {
    let mut trial = Trial::complete(40);
    trial.outcomes[3][0] = None;
    trial.outcomes[4][0] = None;
    trial.outcomes[5] = [trial.outcomes[5][0], None, None, None];
    let frame = trial.rows(4);
    let (clda, ancova) = (sdq(Baseline::Constrained).fit(&frame).unwrap(), sdq(ANCOVA).fit(&frame).unwrap());
    assert_eq!((clda.lmm().rows().used, clda.lmm().n_clusters()), (38 + 39 * 3, 40));
    assert_eq!((ancova.lmm().rows().used, ancova.lmm().n_clusters()), (37 * 3, 37));
    let counts = *clda.counts().unwrap();
    assert_eq!(Some(&counts), ancova.counts());
    let expected = Counts {
        subjects: 40,
        both: 37,
        baseline_only: 1,
        baseline_missing: 2,
        baseline_not_applicable: 0,
        outcomes_without_baseline: 6,
    };
    assert_eq!(counts, expected);
}

/// Two visits, complete, arms free at baseline: the difference in change is the t test of the changes.
#[test]
fn unconstrained_effects_at_two_visits_are_the_analysis_of_change() {
    let trial = Trial::complete(40);
    let (free, change) =
        (sdq(Baseline::Unconstrained).fit(&trial.rows(2)).unwrap(), sdq(Baseline::Change).fit(&trial.rows(2)).unwrap());
    let x: Vec<Vec<f64>> = (0..40).map(|i| vec![1.0, indicator(&trial, i)]).collect();
    let y: Vec<f64> = (0..40).map(|i| trial.outcomes[i][1].unwrap() - trial.outcomes[i][0].unwrap()).collect();
    let (beta, inverse, rss) = least_squares(&x, &y);
    for fit in [&free, &change] {
        let found = effects(fit);
        assert_eq!(found.len(), 1);
        assert_near(found[0].0, beta[1], 1e-12);
        assert_near(found[0].1, (inverse[(1, 1)] * rss / 38.0).sqrt(), OPTIMUM);
    }
}

/// Without missing values the effects of a change analysis are differences in mean change at every visit.
#[test]
fn unconstrained_and_change_agree_at_every_visit_of_complete_data() {
    let trial = Trial::complete(40);
    let fit = |analysis| effects(&sdq(analysis).fit(&trial.rows(4)).unwrap());
    for (free, change) in fit(Baseline::Unconstrained).iter().zip(fit(Baseline::Change)) {
        assert_near(free.0, change.0, OPTIMUM);
        assert_near(free.1, change.1, OPTIMUM);
    }
}

/// With one later visit the effect is d₁ − b̂ d₀, the differences of the arms' means. Kenward and Roger add twice
/// Var(b̂) E(d₀²) = τ²/{(n − 2) σ₀₀} · σ₀₀ (1/n₁ + 1/n₂) to τ² (1/n₁ + 1/n₂): a factor 1 + 2/(n − 2).
#[test]
fn kenward_roger_gives_clda_the_imprecision_of_the_slope() {
    for n in [10, 40] {
        let trial = Trial::complete(n);
        let fit = sdq(Baseline::Constrained).fit(&trial.rows(2)).unwrap();
        let inference = fit.inference(&crate::inference::KenwardRoger::default()).unwrap();
        let found = fit.effects().unwrap()[0].estimate(&inference).unwrap();
        let (_, sizes, _, rss) = ancova_at(&trial, 1);
        let free = n as f64 - 2.0;
        assert_near(found.std_error, (sizes * rss / free * (1.0 + 2.0 / free)).sqrt(), OPTIMUM);
        assert_near(found.df.unwrap(), free, OPTIMUM);
    }
}
