//! Which structure contains which, on the residual side unless said otherwise.

use super::*;

/// Σ of a structure over levels at φ.
fn sigma(made: &dyn Structure, natural: &[f64]) -> Vec<f64> {
    let Domain::Levels(m) = made.domain() else { panic!("over points") };
    let mut out = vec![0.0; m * m];
    made.covariance(Sites::levels(m), natural, &mut out);
    out
}

/// Σ of the structure called `name` over m levels at φ.
fn over_levels(name: &str, m: usize, natural: &[f64]) -> Vec<f64> {
    let made = structure(name, &Shape::levels(Side::Residual, m)).unwrap();
    assert_eq!(made.n_parameters(), natural.len(), "{name}");
    sigma(&*made, natural)
}

fn with_option(name: &str, m: usize, option: &str, value: f64) -> std::sync::Arc<dyn Structure> {
    let options = vec![(option.to_owned(), value)];
    structure(name, &Shape { options, ..Shape::levels(Side::Residual, m) }).unwrap()
}

fn same(what: &str, a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-13), "{what}: {a:?} {b:?}");
}

#[test]
fn heterogeneous_structures_with_equal_variances_are_homogeneous() {
    let (v, r) = (2.3, 0.4);
    same("csh", &over_levels("csh", 4, &[v, v, v, v, -0.2]), &over_levels("cs", 4, &[v, -0.2 * v]));
    same("ar1h", &over_levels("ar1h", 4, &[v, v, v, v, r]), &over_levels("ar1", 4, &[v, r]));
    let lags = [0.5, 0.1, -0.2];
    let covariances: Vec<f64> = std::iter::once(v).chain(lags.map(|c| c * v)).collect();
    same("toeph", &over_levels("toeph", 4, &[v, v, v, v, 0.5, 0.1, -0.2]), &over_levels("toep", 4, &covariances));
    same("adh", &over_levels("adh", 4, &[v, v, v, v, 0.5, 0.1, -0.2]), &over_levels("ad", 4, &[v, 0.5, 0.1, -0.2]));
}

#[test]
fn toeplitz_and_ante_dependence_contain_autoregression() {
    let (v, r) = (1.7, -0.6);
    let ar1 = over_levels("ar1", 4, &[v, r]);
    same("toep", &over_levels("toep", 4, &[v, v * r, v * r * r, v * r * r * r]), &ar1);
    same("ad", &over_levels("ad", 4, &[v, r, r, r]), &ar1);
    same("arma11", &over_levels("arma11", 4, &[v, r, r]), &ar1);
    same("toep", &over_levels("toep", 4, &[v, 0.5, 0.5, 0.5]), &over_levels("cs", 4, &[v, 0.5]));
    same("arma11", &over_levels("arma11", 4, &[v, 0.3, 1.0]), &over_levels("cs", 4, &[v, 0.3 * v]));
    let banded = sigma(&*with_option("toep", 4, "bands", 2.0), &[v, 0.5]);
    same("bands", &banded, &over_levels("toep", 4, &[v, 0.5, 0.0, 0.0]));
    same("bands = 1", &sigma(&*with_option("toep", 4, "bands", 1.0), &[v]), &over_levels("iid", 4, &[v]));
}

#[test]
fn the_unstructured_matrix_is_every_other() {
    let mut compared = 0;
    for member in members().iter().filter(|m| m.side == Side::Residual && m.coordinates.is_empty()) {
        let natural = member.structure.natural(&theta_for(member.structure.n_parameters(), 0.7));
        let full = member.sigma(&natural);
        let n = member.n;
        let packed: Vec<f64> = triangular::places(n).map(|(i, j)| full[i * n + j]).collect();
        let us = structure("us", &Shape::levels(Side::Residual, n)).unwrap();
        same(member.name(), &sigma(&*us, &packed), &full);
        // and one of its θ is there: log pivots and the rest of the Cholesky factor.
        let mut theta = triangular::factor(&packed, n).unwrap();
        (0..n).for_each(|i| theta[triangular::at(i, i)] = theta[triangular::at(i, i)].ln());
        same(member.name(), &us.natural(&theta), &packed);
        compared += 1;
    }
    assert!(compared > 40);
}

#[test]
fn factor_analysis_with_all_factors_is_unstructured_and_with_one_is_compound_symmetry() {
    let loadings = [1.2, 0.5, 0.9, -0.3, 0.4, 0.7];
    let packed = triangular::gram(&loadings, 3);
    same("fa0", &over_levels("fa0", 3, &loadings), &over_levels("us", 3, &packed));
    // λ_i = √c and d_i = v − c.
    let (v, c) = (2.0, 0.81);
    same("fa1", &over_levels("fa1", 4, &[0.9, 0.9, 0.9, 0.9, v - c]), &over_levels("cs", 4, &[v, c]));
    let each = [0.9, 0.9, 0.9, 0.9, v - c, v - c, v - c, v - c];
    same("fa", &over_levels("fa", 4, &each), &over_levels("cs", 4, &[v, c]));
}

#[test]
fn factors_that_no_data_could_tell_apart_are_refused() {
    let refused = |name: &str, side, m, q: f64| {
        let options = vec![("factors".to_owned(), q)];
        structure(name, &Shape { options, ..Shape::levels(side, m) }).unwrap_err().code()
    };
    assert_eq!(refused("fa0", Side::Residual, 4, 2.0), "structure_shape");
    assert_eq!(refused("fa", Side::Random, 4, 2.0), "structure_shape");
    assert_eq!(refused("fa1", Side::Residual, 2, 2.0), "structure_shape");
    assert_eq!(refused("fa", Side::Residual, 4, 1.5), "structure_option");
    assert_eq!(refused("fa", Side::Residual, 4, 5.0), "structure_option");
    assert_eq!(with_option("fa0", 4, "factors", 4.0).n_parameters(), 10);
}

/// φ of a product over a and b levels, and its Σ.
fn product(name: &str, a: usize, b: usize, natural: &[f64]) -> Vec<f64> {
    let shape = Shape { levels: vec![a, b], ..Shape::levels(Side::Residual, 1) };
    sigma(&*structure(name, &shape).unwrap(), natural)
}

#[test]
fn a_product_is_each_of_its_factors_where_the_other_has_one_level() {
    same("us_ar1", &product("us_ar1", 1, 4, &[2.0, 0.3]), &over_levels("ar1", 4, &[2.0, 0.3]));
    same("us_cs", &product("us_cs", 1, 4, &[2.0, 0.3]), &over_levels("cs", 4, &[2.0, 0.6]));
    same("us_us", &product("us_us", 1, 2, &[2.0, 0.3, 1.5]), &over_levels("us", 2, &[2.0, 0.6, 3.0]));
    same("us_ar1", &product("us_ar1", 2, 1, &[2.0, 0.3, 1.5]), &over_levels("us", 2, &[2.0, 0.3, 1.5]));
}

#[test]
fn the_second_factor_of_a_product_varies_fastest() {
    // Two outcomes at two visits: (1,1), (1,2), (2,1), (2,2).
    let sigma = product("us_ar1", 2, 2, &[4.0, 1.0, 9.0, 0.5]);
    let expected = [4.0, 2.0, 1.0, 0.5, 2.0, 4.0, 0.5, 1.0, 1.0, 0.5, 9.0, 4.5, 0.5, 1.0, 4.5, 9.0];
    same("us_ar1", &sigma, &expected);
    let shape = Shape { levels: vec![2, 2], ..Shape::levels(Side::Residual, 1) };
    let labels = ["p:1", "p:2", "q:1", "q:2"].map(str::to_owned);
    let names = structure("us_us", &shape).unwrap().natural_names(&labels);
    assert_eq!(names, ["var(p)", "cov(q, p)", "var(q)", "relative cov(2, 1)", "relative var(2)"]);
}

/// Σ over the points 0, 1, 2, 3.
fn over_line(name: &str, smoothness: Option<f64>, natural: &[f64]) -> Vec<f64> {
    let options = smoothness.map(|nu| ("smoothness".to_owned(), nu)).into_iter().collect();
    let shape = Shape { side: Side::Residual, levels: Vec::new(), coordinates: 1, extent: 3.0, options };
    let mut out = vec![0.0; 16];
    let sites = Sites { n: 4, coordinates: &[0.0, 1.0, 2.0, 3.0] };
    structure(name, &shape).unwrap().covariance(sites, natural, &mut out);
    out
}

#[test]
fn spatial_structures_over_equally_spaced_points_are_autoregressions_and_each_other() {
    let (v, rho) = (2.0_f64, 0.6_f64);
    let range = -1.0 / rho.ln();
    let ar1 = over_levels("ar1", 4, &[v, rho]);
    same("sp_pow", &over_line("sp_pow", None, &[v, rho]), &ar1);
    same("car1", &over_line("car1", None, &[v, rho]), &ar1);
    same("sp_exp", &over_line("sp_exp", None, &[v, range]), &ar1);
    same("sp_matern", &over_line("sp_matern", Some(0.5), &[v, range]), &ar1);
    // The integral has no seam with the closed forms.
    for nu in [0.5, 1.5, 2.5] {
        let (exact, near) =
            (over_line("sp_matern", Some(nu), &[v, 1.3]), over_line("sp_matern", Some(nu + 1e-9), &[v, 1.3]));
        assert!(exact.iter().zip(&near).all(|(a, b)| (a - b).abs() < 1e-8), "{nu}");
    }
    // Very smooth and with the range shortened by 2√ν it is Gaussian, up to some 1/ν.
    let smooth = over_line("sp_matern", Some(50.0), &[v, 1.3 / (2.0 * 50_f64.sqrt())]);
    let gaussian = over_line("sp_gau", None, &[v, 1.3]);
    assert!(smooth.iter().zip(&gaussian).all(|(a, b)| (a - b).abs() < 0.02), "{smooth:?} {gaussian:?}");
}

#[test]
fn correlations_of_random_effects_reach_one_where_the_matrix_is_singular() {
    for (name, corner) in [("csh", 2), ("ar1", 1), ("ar1h", 2), ("toep", 1), ("toeph", 2), ("adh", 2)] {
        let made = structure(name, &Shape::levels(Side::Random, 2)).unwrap();
        let mut theta = made.start(1.0);
        theta[corner] = std::f64::consts::FRAC_PI_2;
        let natural = made.natural(&theta);
        let s = sigma(&*made, &natural);
        assert!((s[0] * s[3] - s[1] * s[2]).abs() < 1e-15 && s[1] > 0.5, "{name} {s:?}");
        // It is a stationary point of the map, as θ = 0 is of a variance.
        assert!(made.jacobian(&theta)[(corner, corner)].abs() < 1e-15, "{name}");
    }
}
