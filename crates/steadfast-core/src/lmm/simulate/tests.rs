use crate::lmm::fixtures::{Dense, assert_close, fit, read};
use crate::lmm::{Lmm, Solver};
use crate::parallel::Threads;

const MODEL: &str = "Reaction ~ Days + offset(off) + (Days | Subject)";

#[test]
fn means_and_covariances_are_those_of_the_model() {
    let frame = read("sleepstudy_weighted");
    let fit = Lmm::new(MODEL.parse().unwrap()).weights("w").fit(&frame).unwrap();
    let (dense, residuals) = (Dense::of(&fit), fit.residuals().unwrap());
    let n = 20_000;
    let simulated = fit.simulate(7, n).unwrap();
    assert_eq!(simulated.rows, residuals.rows);
    let mean = |i: usize| simulated.outcomes.iter().map(|outcome| outcome[i]).sum::<f64>() / n as f64;
    let means: Vec<f64> = (0..20).map(mean).collect();
    // Rows 0 and 9 are of one subject, row 10 of the next. Bounds are 4.5 standard errors.
    for (i, j) in [(0, 0), (0, 9), (9, 9), (9, 10), (10, 10)] {
        let product = |outcome: &Vec<f64>| (outcome[i] - means[i]) * (outcome[j] - means[j]);
        let covariance = simulated.outcomes.iter().map(product).sum::<f64>() / (n - 1) as f64;
        let (v, both) = (dense.v[(i, j)], dense.v[(i, i)] * dense.v[(j, j)]);
        assert!((covariance - v).abs() < 4.5 * ((both + v * v) / n as f64).sqrt(), "{covariance} for {v}");
        assert!((means[i] - residuals.fitted[i]).abs() < 4.5 * (dense.v[(i, i)] / n as f64).sqrt());
    }
}

#[test]
fn draws_depend_on_seed_and_cluster_and_on_nothing_else() {
    let frame = read("sleepstudy_weighted");
    let one = fit(MODEL, &frame).simulate(11, 2).unwrap();
    let threads = Threads::new(3);
    let many = Lmm::new(MODEL.parse().unwrap()).threads(threads).fit(&frame).unwrap().simulate(11, 4).unwrap();
    assert_eq!(one.outcomes[..], many.outcomes[..2]);
    assert_ne!(one.outcomes[0], fit(MODEL, &frame).simulate(12, 1).unwrap().outcomes[0]);
    let reversed: Vec<u32> = (0..180).rev().collect();
    let turned = fit(MODEL, &frame.select(&reversed)).simulate(11, 1).unwrap();
    for i in 0..180 {
        assert_close(one.outcomes[0][i], turned.outcomes[0][179 - i], 1e-9);
    }
}

#[test]
fn outcomes_drawn_from_the_effects_have_the_means_and_covariances_of_the_model() {
    let model = Lmm::new("diameter ~ 1 + (1 | plate) + (1 | sample)".parse().unwrap()).solver(Solver::Sparse);
    let fit = model.fit(&read("penicillin")).unwrap();
    let (dense, draws) = (Dense::of(&fit), fit.draws_by_effect(7).unwrap());
    let n = 20_000;
    let outcomes: Vec<Vec<f64>> = (0..n).map(|replicate| draws.outcome(replicate)).collect();
    let mean = |i: usize| outcomes.iter().map(|outcome| outcome[i]).sum::<f64>() / n as f64;
    let means: Vec<f64> = (0..8).map(mean).collect();
    // Six samples of a plate stand together: rows 0 and 5 share a plate, 0 and 6 a sample, 0 and 7 nothing. Bounds are 4.5
    // standard errors.
    for (i, j) in [(0, 0), (0, 5), (0, 6), (0, 7)] {
        let product = |outcome: &Vec<f64>| (outcome[i] - means[i]) * (outcome[j] - means[j]);
        let covariance = outcomes.iter().map(product).sum::<f64>() / (n - 1) as f64;
        let (v, both) = (dense.v[(i, j)], dense.v[(i, i)] * dense.v[(j, j)]);
        assert!((covariance - v).abs() < 4.5 * ((both + v * v) / n as f64).sqrt(), "{i}, {j}: {covariance} for {v}");
        assert!((means[j] - fit.beta()[0]).abs() < 4.5 * (dense.v[(j, j)] / n as f64).sqrt());
    }
    assert!(dense.v[(0, 5)] > 0.0 && dense.v[(0, 6)] > 0.0 && dense.v[(0, 7)].abs() <= 0.0);
}
