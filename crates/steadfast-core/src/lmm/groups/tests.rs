use nalgebra::{DMatrix, DVector};

use crate::frame::{Column, Frame};
use crate::inference::eigen;
use crate::inference::vcov::{Clusters, Covariance, Cr0, Cr2, Cr3, VcovMethod};
use crate::lmm::{Lmm, LmmFit, Solver};

/// 24 children of whom each is seen by two of four raters, twice by the first.
fn frame() -> Frame {
    let n = 72;
    let child = |i: usize| i / 3;
    let rater = |i: usize| (child(i) + usize::from(i % 3 == 2) * (1 + child(i) % 3)) % 4;
    let noise = |i: usize, salt: usize| (((i * 37 + salt * 101) * 7919) % 1009) as f64 / 1009.0 - 0.5;
    let y = (0..n)
        .map(|i| 2.0 + 0.7 * noise(i, 1) + 3.0 * noise(child(i), 2) + 2.0 * noise(rater(i), 3) + 2.0 * noise(i, 4));
    Frame::new(vec![
        Column::float("y", y.collect::<Vec<_>>()),
        Column::float("x", (0..n).map(|i| noise(i, 1)).collect::<Vec<_>>()),
        Column::factor("child", (0..n).map(|i| format!("c{:02}", child(i))).collect::<Vec<_>>()),
        Column::factor("rater", (0..n).map(|i| format!("r{}", rater(i))).collect::<Vec<_>>()),
    ])
    .unwrap()
}

fn fit(solver: Solver) -> LmmFit {
    Lmm::new("y ~ x + (1 | child) + (1 | rater)".parse().unwrap()).solver(solver).fit(&frame()).unwrap()
}

fn sandwich(method: &dyn VcovMethod, fit: &LmmFit, clusters: &Clusters) -> DMatrix<f64> {
    match method.covariance(fit, clusters).unwrap() {
        Covariance::Robust(sandwich) => sandwich.vcov().clone(),
        Covariance::ModelBased => panic!("a sandwich was asked for"),
    }
}

/// The textbook sums over groups with the n × n matrices: Φ {Σ_g (V⁻¹X)_g'A_ge_ge_g'A_g'(V⁻¹X)_g} Φ with A_g = L f(I − H) L⁻¹.
fn textbook(fit: &LmmFit, column: impl Fn(usize) -> usize, f: impl Fn(f64) -> f64) -> DMatrix<f64> {
    let frame = frame();
    let n = frame.n_rows();
    let number = |name: &str, i: usize| frame.column(name).unwrap().to_numeric().unwrap()[i];
    let x = DMatrix::from_fn(n, 2, |i, j| if j == 0 { 1.0 } else { number("x", i) });
    let y = DVector::from_fn(n, |i, _| number("y", i));
    let code = |name: &str, i: usize| frame.column(name).unwrap().to_factor().codes()[i];
    let variance = |at: usize| fit.covariance().random[at].covariance[0][0];
    let sigma2 = fit.natural_parameters().last().unwrap().1;
    let v = DMatrix::from_fn(n, n, |i, j| {
        let same = |name: &str| f64::from(u8::from(code(name, i) == code(name, j)));
        variance(0) * same("child") + variance(1) * same("rater") + sigma2 * f64::from(u8::from(i == j))
    });
    let w = v.clone().try_inverse().unwrap() * &x;
    let phi = (x.transpose() * &w).try_inverse().unwrap();
    let e = &y - &x * &phi * w.transpose() * &y;
    let mut meat = DMatrix::zeros(2, 2);
    for group in 0..4 * n {
        let own: Vec<usize> = (0..n).filter(|&i| column(i) == group).collect();
        if own.is_empty() {
            continue;
        }
        let (xg, wg, eg) = (x.select_rows(&own), w.select_rows(&own), e.select_rows(&own));
        let l = v.select_rows(&own).select_columns(&own).cholesky().unwrap().l();
        let inverse = l.clone().try_inverse().unwrap();
        let h = &inverse * &xg * &phi * xg.transpose() * inverse.transpose();
        let spectrum = eigen((&h + h.transpose()) * 0.5).unwrap();
        let values = spectrum.eigenvalues.map(|value| f(1.0 - value));
        let a =
            &l * &spectrum.eigenvectors * DMatrix::from_diagonal(&values) * spectrum.eigenvectors.transpose() * inverse;
        let score = wg.transpose() * a * eg;
        meat += &score * score.transpose();
    }
    &phi * meat * &phi
}

/// Two routes through a 72 × 72 inverse and through twenty-eight effects.
const CLOSE: f64 = 1e-9;

#[test]
fn clusters_that_divide_children_or_raters_are_those_of_the_textbook() {
    let frame = frame();
    let code = |name: &'static str| {
        let codes = frame.column(name).unwrap().to_factor().codes().to_vec();
        move |i: usize| codes[i] as usize
    };
    for solver in [Solver::Clustered, Solver::Sparse] {
        let fit = fit(solver);
        for name in ["child", "rater"] {
            let clusters = Clusters::of(&frame, name).unwrap();
            let check = |method: &dyn VcovMethod, f: &dyn Fn(f64) -> f64| {
                let (ours, theirs) = (sandwich(method, &fit, &clusters), textbook(&fit, code(name), f));
                assert!((&ours - &theirs).amax() < CLOSE * theirs.amax(), "{name}: {ours} {theirs}");
            };
            check(&Cr0, &|_| 1.0);
            check(&Cr2::default(), &|left| 1.0 / left.sqrt());
            check(&Cr3::default(), &|left| 1.0 / left);
        }
    }
}

#[test]
fn two_ways_add_and_take_away_what_both_share() {
    let frame = frame();
    let fit = fit(Solver::Sparse);
    let columns = ["child".to_owned(), "rater".to_owned()];
    let both = sandwich(&Cr0, &fit, &Clusters::ways(&frame, &columns).unwrap());
    let code = |name: &'static str| {
        let codes = frame.column(name).unwrap().to_factor().codes().to_vec();
        move |i: usize| codes[i] as usize
    };
    let (child, rater) = (code("child"), code("rater"));
    let whole = textbook(&fit, &child, |_| 1.0) + textbook(&fit, &rater, |_| 1.0)
        - textbook(&fit, |i| child(i) * 4 + rater(i), |_| 1.0);
    let spectrum = eigen(whole).unwrap();
    let values = spectrum.eigenvalues.map(|value| value.max(0.0));
    let expected = &spectrum.eigenvectors * DMatrix::from_diagonal(&values) * spectrum.eigenvectors.transpose();
    assert!((&both - &expected).amax() < CLOSE * expected.amax(), "{both} {expected}");
}

#[test]
fn the_only_independent_cluster_cannot_be_summed_over() {
    let fit = fit(Solver::Sparse);
    assert_eq!(Cr2::default().covariance(&fit, &Clusters::Likelihood).unwrap_err().code(), "too_few_clusters");
}

#[test]
fn correlated_residuals_cannot_be_divided() {
    let fit = Lmm::new("y ~ x + cs(visit | child)".parse().unwrap());
    let visit = Column::factor("visit", (0..72).map(|i| format!("v{}", i % 3)).collect::<Vec<_>>());
    let frame = frame().with_column(visit).unwrap();
    let clusters = Clusters::of(&frame, "rater").unwrap();
    assert_eq!(Cr0.covariance(&fit.fit(&frame).unwrap(), &clusters).unwrap_err().code(), "clusters_split");
}
