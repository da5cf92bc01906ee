use super::*;
use crate::covariance::{Shape, Side, Sites, structure};

#[test]
fn a_modulated_structure_has_the_derivatives_of_its_matrix() {
    // Three visits out of four, with strata or numbers beside them.
    let inner = structure("ar1", &Shape::levels(Side::Residual, 4)).unwrap();
    let strata = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
    let seen = Covariates { strata: strata.to_vec(), ..Covariates::numbers([0.5, 3.0].into_iter()) };
    let mut checked = 0;
    for entry in variance_entries() {
        let made = Modulated::over(inner.clone(), variance_function(entry.name, &seen).unwrap());
        let coordinates = [0.0, 1.0, 2.0, 2.0, 3.0, 1.0];
        let sites = Sites { n: 3, coordinates: &coordinates };
        let theta: Vec<f64> = (0..made.n_parameters()).map(|i| 0.2 + 0.1 * i as f64).collect();
        let natural = made.natural(&theta);
        let h = 1e-5;
        let moved = |b: usize, by: f64| {
            let mut phi = natural.clone();
            phi[b] += by;
            phi
        };
        for b in 0..natural.len() {
            let matrix = |phi: &[f64]| {
                let mut out = [0.0; 9];
                made.covariance(sites, phi, &mut out);
                out
            };
            let mut first = [0.0; 9];
            made.derivative(sites, &natural, b, &mut first);
            let (up, down) = (matrix(&moved(b, h)), matrix(&moved(b, -h)));
            for a in 0..natural.len() {
                let slope = |phi: &[f64]| {
                    let mut out = [0.0; 9];
                    made.derivative(sites, phi, a, &mut out);
                    out
                };
                let mut second = [0.0; 9];
                made.second_derivative(sites, &natural, a, b, &mut second);
                let (up, down) = (slope(&moved(b, h)), slope(&moved(b, -h)));
                for i in 0..9 {
                    // Central differences: h² of third derivatives of the size of the second.
                    let difference = (up[i] - down[i]) / (2.0 * h);
                    assert!((second[i] - difference).abs() < 1e-8 * (1.0 + second[i].abs()), "{} {a} {b}", entry.name);
                }
            }
            for i in 0..9 {
                let difference = (up[i] - down[i]) / (2.0 * h);
                assert!((first[i] - difference).abs() < 1e-8 * (1.0 + first[i].abs()), "{} {b}", entry.name);
                checked += 1;
            }
        }
    }
    assert!(checked > 0);
}

#[test]
fn at_the_start_a_variance_function_is_one() {
    for entry in variance_entries() {
        let function = variance_function(entry.name, &Covariates::strata(&["a".to_owned(), "b".to_owned()])).unwrap();
        let theta = vec![0.0; function.n_parameters()];
        let natural: Vec<f64> = function.natural(&theta, 9, 9).into_iter().map(Number::value).collect();
        assert!((function.factor(1.0, &natural, 9, 9).value() - 1.0).abs() < 1e-15, "{}", entry.name);
    }
}

#[test]
fn an_unknown_variance_function_is_refused_with_what_exists() {
    let message = variance_function("var_foo", &Covariates::strata(&[])).unwrap_err().to_string();
    assert!(message.contains("var_ident, var_power, var_exp"), "{message}");
}

#[test]
fn what_is_reported_is_the_function_of_the_covariate_as_it_is() {
    // σ² g(v)² is the same matrix in the engine's parameters and in those that are reported.
    let seen = Covariates::numbers([4000.0, 6100.0].into_iter());
    for (name, plain) in [("var_power", libm::log as fn(f64) -> f64), ("var_exp", |v| v)] {
        let function = variance_function(name, &seen).unwrap();
        let inside = [0.7];
        let (reported, times) = function.reported(&inside);
        let (back, inverse) = function.internal(&reported);
        assert!((back[0] / inside[0] - 1.0).abs() < 1e-14 && (times * inverse - 1.0).abs() < 1e-10, "{name}");
        let v = 5000.0;
        let g = function.factor(v, &inside, 9, 9).value();
        let expected = times.sqrt() * libm::exp(reported[0] * plain(v));
        assert!((g / expected - 1.0).abs() < 1e-12, "{name}: {g} {expected}");
    }
}
