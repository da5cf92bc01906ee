use super::*;
use crate::linalg;

const SIDES: [Side; 2] = [Side::Random, Side::Residual];

fn members() -> Vec<(Arc<dyn Structure>, Side)> {
    let mut all: Vec<_> = Vec::new();
    for side in SIDES {
        all.extend(names().map(|name| (structure(name, side).unwrap(), side)));
    }
    all
}

/// A θ without symmetry: each entry another irrational-looking number of either sign.
fn theta_for(k: usize, seed: f64) -> Vec<f64> {
    (0..k).map(|i| 0.9 * ((i as f64 + seed) * 1.7).sin() + 0.1).collect()
}

fn sigma(s: &dyn Structure, m: usize, natural: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; m * m];
    s.covariance(m, natural, &mut out);
    out
}

#[test]
fn first_and_second_derivatives_agree_with_central_differences() {
    // Central differences with h = 1e-5 are good to h² ≈ 1e-10 relative to third derivatives of order one.
    let (h, tolerance) = (1e-5, 1e-8);
    let mut checked = 0;
    for (s, _) in members() {
        for m in [1, 2, 4] {
            let k = s.n_parameters(m);
            let theta = theta_for(k, 0.3);
            let natural = s.natural(m, &theta);
            let jacobian = s.jacobian(m, &theta);
            let weights: Vec<f64> = (0..k).map(|a| 0.7 - 0.3 * a as f64).collect();
            let curvature = s.curvature(m, &theta, &weights);
            for b in 0..k {
                let shifted = |by: f64| {
                    let mut t = theta.clone();
                    t[b] += by;
                    t
                };
                let (up, down) = (s.natural(m, &shifted(h)), s.natural(m, &shifted(-h)));
                let (slope_up, slope_down) = (s.jacobian(m, &shifted(h)), s.jacobian(m, &shifted(-h)));
                for a in 0..k {
                    assert!((jacobian[(a, b)] - (up[a] - down[a]) / (2.0 * h)).abs() < tolerance, "{}", s.name());
                    let bend: f64 =
                        (0..k).map(|c| weights[c] * (slope_up[(c, a)] - slope_down[(c, a)]) / (2.0 * h)).sum();
                    assert!((curvature[(a, b)] - bend).abs() < tolerance, "{} {a} {b}", s.name());
                }
                let moved = |by: f64| {
                    let mut n = natural.clone();
                    n[b] += by;
                    n
                };
                let (mut first, mut second) = (vec![0.0; m * m], vec![0.0; m * m]);
                s.derivative(m, &natural, b, &mut first);
                let (up, down) = (sigma(&*s, m, &moved(h)), sigma(&*s, m, &moved(-h)));
                for i in 0..m * m {
                    assert!((first[i] - (up[i] - down[i]) / (2.0 * h)).abs() < tolerance, "{}", s.name());
                }
                for a in 0..k {
                    let (mut up, mut down) = (vec![0.0; m * m], vec![0.0; m * m]);
                    s.derivative(m, &moved(h), a, &mut up);
                    s.derivative(m, &moved(-h), a, &mut down);
                    second.fill(0.0);
                    s.second_derivative(m, &natural, a, b, &mut second);
                    for i in 0..m * m {
                        assert!((second[i] - (up[i] - down[i]) / (2.0 * h)).abs() < tolerance, "{}", s.name());
                    }
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 50);
}

#[test]
fn every_theta_of_the_residual_side_gives_a_positive_definite_matrix() {
    for (s, side) in members() {
        for m in [1, 2, 5] {
            for seed in 0..20 {
                let natural = s.natural(m, &theta_for(s.n_parameters(m), f64::from(seed)));
                let mut matrix = sigma(&*s, m, &natural);
                assert!(side == Side::Random || linalg::factor(&mut matrix, m), "{} {m} {seed}", s.name());
            }
        }
    }
}

#[test]
fn rescaling_the_parameters_rescales_the_matrix() {
    for (s, _) in members() {
        let m = 3;
        let natural = s.natural(m, &theta_for(s.n_parameters(m), 1.0));
        let (base, scaled) = (sigma(&*s, m, &natural), sigma(&*s, m, &s.rescaled(m, &natural, 8.0)));
        assert!(base.iter().zip(&scaled).all(|(a, b)| (8.0 * a - b).abs() < 1e-14));
    }
}

#[test]
fn an_unknown_structure_is_refused_with_the_names_that_exist() {
    let message = structure("usx", Side::Residual).unwrap_err().to_string();
    assert!(message.contains("us, iid, diag, cs, ar1"), "{message}");
}
