//! Sandwiches against n × n textbook formulae on 23 rows, where those can be afforded.

use nalgebra::{DMatrix, DVector};

use super::*;
use crate::frame::{Column, Frame};
use crate::inference::{DfMethod, Information, JointTest, Robust, Satterthwaite};
use crate::lmm::{Lmm, LmmFit, ResidualCovariance};

const SIZES: [usize; 8] = [2, 3, 4, 1, 5, 3, 2, 3];

fn label(cluster: usize) -> String {
    format!("g{cluster}")
}

/// Eight unbalanced clusters in three sites, a covariate within and a factor between.
fn frame() -> Frame {
    let rows: Vec<(usize, usize)> = (0..8).flat_map(|g| (0..SIZES[g]).map(move |i| (g, i))).collect();
    let noise = |g: usize, i: usize| ((g * 7 + i * i * 5 + g * i * 3) % 11) as f64 / 4.0;
    let level = |g: usize| ((g * g * 3) % 7) as f64;
    let t = |g: usize, i: usize| i as f64 + (g % 3) as f64 / 2.0;
    Frame::new(vec![
        Column::float("y", rows.iter().map(|&(g, i)| level(g) + 0.8 * t(g, i) + noise(g, i)).collect()),
        Column::float("t", rows.iter().map(|&(g, i)| t(g, i)).collect()),
        Column::float("w", rows.iter().map(|&(g, i)| 1.0 + ((g + i) % 3) as f64 / 2.0).collect()),
        Column::factor("arm", rows.iter().map(|(g, _)| if g % 2 == 0 { "a" } else { "b" })),
        Column::factor("g", rows.iter().map(|(g, _)| label(*g))),
        Column::factor("site", rows.iter().map(|(g, _)| format!("s{}", g % 3))),
        Column::factor("row_code", rows.iter().map(|(_, i)| format!("i{i}"))),
    ])
    .unwrap()
}

fn fit() -> LmmFit {
    Lmm::new("y ~ t * arm + (1 | g)".parse().unwrap()).weights("w").fit(&frame()).unwrap()
}

/// X, V, Φ and the residuals, all rows at once, and the cluster of each row.
struct Dense {
    x: DMatrix<f64>,
    v: DMatrix<f64>,
    phi: DMatrix<f64>,
    e: DVector<f64>,
    cluster: Vec<usize>,
}

impl Dense {
    fn new(fit: &LmmFit, modulus: usize) -> Self {
        let frame = frame();
        let number = |name: &str| frame.column(name).unwrap().to_numeric().unwrap();
        let (y, t, w) = (number("y"), number("t"), number("w"));
        let g: Vec<usize> = (0..8).flat_map(|g| vec![g; SIZES[g]]).collect();
        let n = g.len();
        let ResidualCovariance::Independent { sigma } = fit.covariance().residual else { panic!("independent") };
        let tau2 = fit.covariance().random[0].covariance[0][0];
        let arm = |i: usize| (g[i] % 2) as f64;
        let x = DMatrix::from_fn(n, 4, |i, j| [1.0, t[i], arm(i), t[i] * arm(i)][j]);
        let own = |i: usize, j: usize| if i == j { sigma * sigma / w[i] } else { 0.0 };
        let v = DMatrix::from_fn(n, n, |i, j| own(i, j) + if g[i] == g[j] { tau2 } else { 0.0 });
        let phi = (x.transpose() * v.clone().try_inverse().unwrap() * &x).try_inverse().unwrap();
        let e = DVector::from_column_slice(&y) - &x * DVector::from_column_slice(fit.beta());
        Self { x, v, phi, e, cluster: g.into_iter().map(|g| g % modulus).collect() }
    }

    /// The rows of each cluster as 0-1 matrices, m × n.
    fn selections(&self) -> Vec<DMatrix<f64>> {
        let n = self.cluster.len();
        let rows = |c: usize| (0..n).filter(|&i| self.cluster[i] == c).collect::<Vec<_>>();
        let all = (0..8).map(rows).filter(|rows| !rows.is_empty());
        all.map(|rows| DMatrix::from_fn(rows.len(), n, |i, j| f64::from(u8::from(rows[i] == j)))).collect()
    }

    /// For each cluster the p × n matrix that makes its adjusted score, mapped to β, from the errors of all rows.
    fn maps(&self, adjustment: impl Fn(&DMatrix<f64>, &DMatrix<f64>) -> DMatrix<f64>) -> Vec<DMatrix<f64>> {
        let n = self.cluster.len();
        let inverse = self.v.clone().try_inverse().unwrap();
        let hat = &self.x * &self.phi * self.x.transpose() * inverse;
        let maps = self.selections().into_iter().map(|select| {
            let (x, v) = (&select * &self.x, &select * &self.v * select.transpose());
            let a = adjustment(&v, &(&v - &x * &self.phi * x.transpose()));
            &self.phi * x.transpose() * v.try_inverse().unwrap() * a * &select * (DMatrix::identity(n, n) - &hat)
        });
        maps.collect()
    }
}

/// A^power of a symmetric matrix, eigenvalue by eigenvalue.
fn power(a: &DMatrix<f64>, power: f64) -> DMatrix<f64> {
    let eigen = a.clone().symmetric_eigen();
    let values = eigen.eigenvalues.map(|value| value.powf(power));
    &eigen.eigenvectors * DMatrix::from_diagonal(&values) * eigen.eigenvectors.transpose()
}

type Adjustment = fn(&DMatrix<f64>, &DMatrix<f64>) -> DMatrix<f64>;

/// The members with A_i as the papers write it, from V_i and the covariance of e_i.
fn members() -> Vec<(&'static str, Adjustment)> {
    vec![
        ("cr0", |v, _| DMatrix::identity(v.nrows(), v.nrows())),
        ("cr2", |v, left| {
            let (half, unhalf) = (power(v, 0.5), power(v, -0.5));
            &half * power(&(&unhalf * left * &unhalf), -0.5) * &unhalf
        }),
        ("cr2-symmetric", |v, left| {
            let d = v.clone().cholesky().unwrap().l().transpose();
            d.transpose() * power(&(&d * left * d.transpose()), -0.5) * &d
        }),
        ("cr3", |v, left| v * left.clone().try_inverse().unwrap()),
    ]
}

fn close(a: &DMatrix<f64>, b: &DMatrix<f64>, tolerance: f64) -> bool {
    (a - b).abs().max() <= tolerance * b.abs().max()
}

fn sandwich(name: &str, clusters: &Clusters) -> Arc<Sandwich> {
    let fit = fit();
    match vcov_method(name).unwrap().covariance(&fit, clusters).unwrap() {
        Covariance::Robust(sandwich) => sandwich,
        Covariance::ModelBased => panic!("a sandwich"),
    }
}

/// The members over the clusters of the likelihood, and over sites made of several.
fn settings() -> [(Clusters, usize); 2] {
    [(Clusters::Likelihood, 8), (Clusters::of(&frame(), "site").unwrap(), 3)]
}

#[test]
fn sandwiches_are_those_of_the_papers_whether_clusters_are_the_models_or_coarser() {
    for (clusters, modulus) in settings() {
        let dense = Dense::new(&fit(), modulus);
        for (name, adjustment) in members() {
            // The sites have leverage 1: the roots of the papers do not exist there.
            if modulus == 3 && name != "cr0" {
                continue;
            }
            let maps = dense.maps(adjustment);
            let expected = maps.iter().map(|map| map * &dense.e * (map * &dense.e).transpose()).sum();
            assert!(close(sandwich(name, &clusters).vcov(), &expected, 1e-9), "{name} {modulus}");
        }
    }
}

#[test]
fn cr2_is_unbiased_under_the_working_model_with_either_root() {
    let dense = Dense::new(&fit(), 8);
    for (name, adjustment) in members().into_iter().filter(|(name, _)| name.starts_with("cr2")) {
        let mean: DMatrix<f64> = dense.maps(adjustment).iter().map(|map| map * &dense.v * map.transpose()).sum();
        assert!(close(&mean, &dense.phi, 1e-10), "{name}");
    }
}

#[test]
fn degrees_of_freedom_of_rows_and_of_joint_tests_are_sums_over_all_pairs_of_clusters() {
    let dense = Dense::new(&fit(), 8);
    let rows = DMatrix::from_row_slice(4, 2, &[0.0, 1.0, 0.0, 3.0, 1.0, 0.5, 2.0, 1.0]);
    for (name, adjustment) in members() {
        let sandwich = sandwich(name, &Clusters::Likelihood);
        let maps = dense.maps(adjustment);
        let omega: DMatrix<f64> = maps.iter().map(|map| map * &dense.v * map.transpose()).sum();
        let c = &rows * power(&(rows.transpose() * &omega * &rows), -0.5);
        let covariance = |s: usize, t: usize, i: usize, j: usize| {
            (c.column(s).transpose() * &maps[i] * &dense.v * maps[j].transpose() * c.column(t))[(0, 0)]
        };
        let mut total = 0.0;
        for (s, t, i, j) in (0..256).map(|k| (k / 128, k / 64 % 2, k / 8 % 8, k % 8)) {
            total += covariance(s, s, i, j) * covariance(t, t, i, j) + covariance(s, t, i, j) * covariance(t, s, i, j);
        }
        let (q, eta) = (2.0, 6.0 / total);
        let reference = hotelling(&sandwich, &rows);
        assert!((reference.dof / (eta - q + 1.0) - 1.0).abs() < 1e-9, "{name}");
        assert!((reference.scale / ((eta - q + 1.0) / eta) - 1.0).abs() < 1e-9, "{name}");

        let l = rows.column(0).into_owned();
        let g = DMatrix::from_fn(8, 8, |i, j| (l.transpose() * &maps[i] * &dense.v * maps[j].transpose() * &l)[(0, 0)]);
        let dof = g.trace() * g.trace() / g.norm_squared();
        assert!((row_dof(&sandwich, &l) / dof - 1.0).abs() < 1e-9, "{name}");
        // One row is a joint test of one row.
        let alone = hotelling(&sandwich, &DMatrix::from_columns(&[l]));
        assert!((alone.dof / dof - 1.0).abs() < 1e-9 && (alone.scale - 1.0).abs() < 1e-12, "{name}");
    }
}

#[test]
fn cr3_is_what_leaving_out_one_cluster_at_a_time_does() {
    let dense = Dense::new(&fit(), 8);
    let y = &dense.e + &dense.x * DVector::from_column_slice(fit().beta());
    let mut sum = DMatrix::zeros(4, 4);
    for out in dense.selections() {
        let keep = (0..y.len()).filter(|&i| out.column(i).sum() == 0.0).collect::<Vec<_>>();
        let (x, y) = (dense.x.select_rows(&keep), y.select_rows(&keep));
        let weights = dense.v.select_rows(&keep).select_columns(&keep).try_inverse().unwrap();
        let beta = (x.transpose() * &weights * &x).try_inverse().unwrap() * x.transpose() * weights * y;
        let change = beta - DVector::from_column_slice(fit().beta());
        sum += &change * change.transpose();
    }
    let likelihood = Clusters::Likelihood;
    assert!(close(sandwich("cr3", &likelihood).vcov(), &sum, 1e-9));
    let scaled = Cr3 { scale: JackknifeScale::Clusters }.covariance(&fit(), &likelihood).unwrap();
    let Covariance::Robust(scaled) = scaled else { panic!("a sandwich") };
    assert!(close(scaled.vcov(), &(7.0 / 8.0 * sum), 1e-9));
    let ratio = |name| sandwich(name, &likelihood).vcov()[(1, 1)] / sandwich("cr0", &likelihood).vcov()[(1, 1)];
    assert!((ratio("cr1") - 8.0 / 7.0).abs() < 1e-12);
    assert!((ratio("cr1s") - 8.0 / 7.0 * 22.0 / 19.0).abs() < 1e-12);
}

#[test]
fn clusters_are_whole_and_at_least_two() {
    let fit = fit();
    let code = |clusters: &Clusters| Cr0.covariance(&fit, clusters).unwrap_err().code();
    let one = frame().with_column(Column::factor("all", vec!["all"; 23])).unwrap();
    assert_eq!(code(&Clusters::of(&one, "all").unwrap()), "too_few_clusters");
    let mut labels: Vec<&str> = vec!["here"; 23];
    labels[22] = "";
    let levels = vec!["here".to_owned()];
    let codes = labels.iter().map(|label| (*label == "here").then_some(0)).collect();
    let factor = crate::frame::Factor::from_codes(levels, codes).unwrap();
    let missing = frame().with_column(Column::from_factor("place", factor)).unwrap();
    assert_eq!(code(&Clusters::of(&missing, "place").unwrap()), "missing_cluster");
    assert_eq!(vcov_method("cr9").unwrap_err().code(), "unknown_vcov_method");
}

#[test]
fn a_cluster_that_alone_determines_a_coefficient_is_named() {
    let own = frame().with_column(Column::float("own", [vec![0.0; 10], vec![1.0; 5], vec![0.0; 8]].concat())).unwrap();
    let fit = Lmm::new("y ~ t + own + (1 | g)".parse().unwrap()).fit(&own).unwrap();
    let pooled = Satterthwaite { information: Information::Observed, joint: JointTest::Pooled };
    for (name, says) in [("cr0", 0), ("cr2", 1), ("cr2-symmetric", 1), ("cr3", 1)] {
        let method = crate::inference::inference_method("satterthwaite", name).unwrap();
        let inference = method.infer(&fit).unwrap();
        assert_eq!(inference.cautions().len(), says, "{name}");
        assert!(inference.coefficients().unwrap().iter().all(|row| row.std_error.is_finite()), "{name}");
    }
    let method = Robust::new(Cr2::default(), pooled, Clusters::Likelihood).unwrap();
    assert!(method.infer(&fit).unwrap().test("both", &[vec![0.0, 1.0, 0.0], vec![1.0, 0.0, 0.0]]).is_ok());
}
