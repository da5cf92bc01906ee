//! Against high-precision values, printed tables, the studentised range, and each other.

use approx::assert_relative_eq;
use nalgebra::{DMatrix, DVector};

use super::super::StudentizedRange;
use super::*;

/// Correlations of all differences of k means with the given covariance.
fn pairs(covariance: &DMatrix<f64>) -> DMatrix<f64> {
    let k = covariance.nrows();
    let unit = |i: usize| DVector::from_fn(k, |row, _| f64::from(u8::from(row == i)));
    let rows: Vec<_> = (0..k).flat_map(|i| (i + 1..k).map(move |j| unit(j) - unit(i))).collect();
    let l = DMatrix::from_columns(&rows);
    scaled(&(l.transpose() * covariance * l))
}

fn scaled(covariance: &DMatrix<f64>) -> DMatrix<f64> {
    let m = covariance.nrows();
    DMatrix::from_fn(m, m, |i, j| covariance[(i, j)] / (covariance[(i, i)] * covariance[(j, j)]).sqrt())
}

fn equal(m: usize, rho: f64) -> DMatrix<f64> {
    DMatrix::from_fn(m, m, |i, j| if i == j { 1.0 } else { rho })
}

/// Dunnett 1964, Biometrics 20, 482, table II: two-sided 5 % and 1 % points for equal sizes, ρ = ½.
#[test]
fn dunnetts_points_match_the_printed_tables() {
    for (arms, dof, upper, point) in [
        (1, 20.0, 0.05, 2.09),
        (2, 20.0, 0.05, 2.38),
        (3, 20.0, 0.05, 2.54),
        (4, 20.0, 0.05, 2.65),
        (9, 20.0, 0.05, 2.95),
        (3, 10.0, 0.01, 3.74),
        (3, f64::INFINITY, 0.05, 2.35),
    ] {
        let distribution = MaximumT::new(&equal(arms, 0.5)).unwrap();
        let found = distribution.upper_quantile(upper, dof).unwrap();
        assert!((found.value - point).abs() < 0.0051, "{} for {arms}, {dof}, {upper}", found.value);
        assert_relative_eq!(distribution.sf(found.value, dof).unwrap().value, upper, max_relative = 1e-11);
    }
}

/// The integral over factor and variance by Gauss–Legendre quadrature with 22 digits (mpmath 1.3.0).
#[test]
fn one_factor_tails_match_high_precision_values() {
    let half = 0.5f64.sqrt();
    for (lambda, dof, t, tail) in [
        (vec![half; 3], 20.0, 2.54, 0.050_035_940_475_246_24),
        (vec![0.3, -0.8, 0.6, 0.95], 7.5, 3.1, 0.048_108_903_015_216_22),
        (vec![half; 5], f64::INFINITY, 5.0, 2.850_576_022_099_422e-6),
    ] {
        let rho = |i: usize, j: usize| if i == j { 1.0 } else { lambda[i] * lambda[j] };
        let distribution = MaximumT::new(&DMatrix::from_fn(lambda.len(), lambda.len(), rho)).unwrap();
        assert_relative_eq!(distribution.sf(t, dof).unwrap().value, tail, max_relative = 1e-12);
    }
}

#[test]
fn all_differences_of_independent_means_are_the_studentised_range() {
    for (means, tolerance) in [(2, 1e-12), (3, 1e-11)] {
        let distribution = MaximumT::new(&pairs(&DMatrix::identity(means, means))).unwrap();
        for dof in [1.5, 4.0, 42.0, 1e6, f64::INFINITY] {
            for t in [0.02, 0.5, 2.5, 7.0] {
                let range = StudentizedRange::new(means, dof).unwrap().sf(t * 2f64.sqrt());
                assert_relative_eq!(distribution.sf(t, dof).unwrap().value, range, max_relative = tolerance);
            }
        }
    }
}

#[test]
fn the_quasi_random_mean_is_within_its_stated_error_of_the_studentised_range() {
    for means in [4, 5, 6] {
        let distribution = MaximumT::new(&pairs(&DMatrix::identity(means, means))).unwrap();
        for dof in [4.0, 42.0, f64::INFINITY] {
            for t in [1.5, 2.6, 4.0] {
                let range = StudentizedRange::new(means, dof).unwrap().sf(t * 2f64.sqrt());
                let found = distribution.sf(t, dof).unwrap();
                assert!(found.error > 0.0 && found.error < 1e-3 * range, "{found:?}");
                assert!((found.value - range).abs() < 1.5 * found.error + 1e-8 * range, "{found:?} {range}");
            }
        }
    }
}

#[test]
fn one_factor_and_directions_of_the_sphere_agree() {
    let lambda = [0.3, -0.8, 0.6, 0.75];
    let correlations = DMatrix::from_fn(4, 4, |i, j| if i == j { 1.0 } else { lambda[i] * lambda[j] });
    let factor = OneFactor::of(&correlations).unwrap();
    let sphere = Sphere::of(&root_of(&correlations).unwrap());
    for (t, dof) in [(2.0, 7.5), (3.1, 30.0)] {
        let found = sphere.sf(t, dof).unwrap();
        assert!((found.value - factor.sf(t, dof)).abs() < 1.5 * found.error, "{found:?}");
    }
    let two = equal(2, -0.4);
    let plane = Plane::of(&root_of(&two).unwrap());
    for (t, dof) in [(0.3, 1.0), (2.0, 7.5), (5.0, 30.0), (4.0, f64::INFINITY)] {
        assert_relative_eq!(OneFactor::of(&two).unwrap().sf(t, dof), plane.sf(t, dof), max_relative = 1e-11);
    }
}

#[test]
fn independent_statistics_multiply_and_equal_ones_count_once() {
    let (t, dof) = (2.3, f64::INFINITY);
    let one = StudentT::new(dof).unwrap().two_sided(t);
    let independent = MaximumT::new(&DMatrix::identity(5, 5)).unwrap().sf(t, dof).unwrap();
    assert_relative_eq!(independent.value, 1.0 - (1.0 - one).powi(5), max_relative = 1e-13);
    let same = MaximumT::new(&equal(3, 1.0)).unwrap();
    assert_relative_eq!(same.sf(t, dof).unwrap().value, one, max_relative = 1e-12);
    assert_relative_eq!(same.sf(t, 6.0).unwrap().value, StudentT::new(6.0).unwrap().two_sided(t), max_relative = 1e-12);
}

#[test]
fn what_is_no_correlation_is_refused() {
    for bad in [equal(3, -0.9), equal(2, 1.5), DMatrix::zeros(2, 2), DMatrix::zeros(0, 0), DMatrix::zeros(2, 3)] {
        assert_eq!(MaximumT::new(&bad).unwrap_err().code(), "correlations");
    }
    let single = MaximumT::new(&equal(1, 0.0)).unwrap();
    assert_eq!(single.sf(2.0, 0.0).unwrap_err().code(), "degrees_of_freedom");
    assert_eq!(single.upper_quantile(1.5, 3.0).unwrap_err().code(), "not_a_probability");
    assert!(single.upper_quantile(0.0, 3.0).unwrap().value.is_infinite());
}
