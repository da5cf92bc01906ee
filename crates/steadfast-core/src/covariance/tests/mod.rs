use super::*;
use crate::linalg;

mod mmrm_parameters;
mod nesting;

const SIDES: [Side; 2] = [Side::Random, Side::Residual];

/// Points in the plane without symmetry; a structure with d coordinates reads the first d of each.
const POINTS: [[f64; 2]; 5] = [[0.0, 0.3], [1.0, -0.4], [2.5, 1.1], [3.1, 0.2], [4.7, -1.3]];

/// A structure with the points at which it is looked at.
struct Member {
    structure: std::sync::Arc<dyn Structure>,
    side: Side,
    n: usize,
    coordinates: Vec<f64>,
}

impl Member {
    fn sites(&self) -> Sites<'_> {
        Sites { n: self.n, coordinates: &self.coordinates }
    }

    fn name(&self) -> &'static str {
        self.structure.name()
    }

    fn sigma(&self, natural: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.n * self.n];
        self.structure.covariance(self.sites(), natural, &mut out);
        out
    }
}

/// Shapes in several sizes with several values of every option, of which a structure refuses some.
fn shapes(entry: &Entry, side: Side) -> Vec<Shape> {
    let sizes: Vec<(Vec<usize>, usize)> = match entry.over {
        Over::Levels => [1, 2, 4, 5].map(|m| (vec![m], 0)).to_vec(),
        Over::Product => vec![(vec![2, 3], 0), (vec![3, 2], 0), (vec![1, 3], 0), (vec![2, 1], 0)],
        Over::Coordinates => vec![(Vec::new(), 1), (Vec::new(), 2)],
    };
    let mut options = vec![Vec::new()];
    for option in entry.options {
        let values: &[f64] = if *option == "smoothness" { &[0.5, 0.8, 1.0, 2.5, 3.2] } else { &[1.0, 2.0, 3.0] };
        options.extend(values.iter().map(|value| vec![((*option).to_owned(), *value)]));
    }
    let shape = |(levels, coordinates): &(Vec<usize>, usize), options: &Vec<(String, f64)>| Shape {
        side,
        levels: levels.clone(),
        coordinates: *coordinates,
        extent: 5.0,
        options: options.clone(),
    };
    sizes.iter().flat_map(|size| options.iter().map(move |chosen| shape(size, chosen))).collect()
}

/// Every structure on every side, in several sizes and with several options.
fn members() -> Vec<Member> {
    let mut all = Vec::new();
    for entry in entries() {
        for side in SIDES {
            for shape in shapes(entry, side) {
                let n = if shape.coordinates > 0 { POINTS.len() } else { shape.order() };
                let Ok(structure) = structure(entry.name, &shape) else { continue };
                let coordinates = POINTS.iter().flat_map(|point| &point[..shape.coordinates]).copied().collect();
                all.push(Member { structure, side, n, coordinates });
            }
        }
    }
    for entry in entries() {
        assert!(all.iter().any(|member| member.name() == entry.name), "{} was not made", entry.name);
    }
    all
}

/// A θ without symmetry: each entry another irrational-looking number of either sign.
fn theta_for(k: usize, seed: f64) -> Vec<f64> {
    (0..k).map(|i| 0.9 * ((i as f64 + seed) * 1.7).sin() + 0.1).collect()
}

/// (f(x + h e_b), f(x − h e_b)).
fn around(x: &[f64], b: usize, h: f64, f: impl Fn(&[f64]) -> Vec<f64>) -> (Vec<f64>, Vec<f64>) {
    let moved = |by: f64| {
        let mut y = x.to_vec();
        y[b] += by;
        f(&y)
    };
    (moved(h), moved(-h))
}

fn agree(name: &str, what: &str, exact: &[f64], (up, down): &(Vec<f64>, Vec<f64>), h: f64) {
    // Central differences with h = 1e-5 are good to h² ≈ 1e-10 relative to third derivatives, which reach some hundreds
    // for the structures with ranges, and to 1e-16/h = 1e-11 of the values.
    for (i, value) in exact.iter().enumerate() {
        let difference = (up[i] - down[i]) / (2.0 * h);
        assert!((value - difference).abs() < 1e-7 * (1.0 + value.abs()), "{name} {what} {i}: {value} {difference}");
    }
}

#[test]
fn first_and_second_derivatives_agree_with_central_differences() {
    let h = 1e-5;
    for member in members() {
        let (s, name) = (&member.structure, member.name());
        let k = s.n_parameters();
        let theta = theta_for(k, 0.3);
        let natural = s.natural(&theta);
        assert_eq!(natural.len(), k, "{name}");
        let jacobian = s.jacobian(&theta);
        let weights: Vec<f64> = (0..k).map(|a| 0.7 - 0.3 * a as f64).collect();
        let curvature = s.curvature(&theta, &weights);
        for b in 0..k {
            let column: Vec<f64> = jacobian.column(b).iter().copied().collect();
            agree(name, "jacobian", &column, &around(&theta, b, h, |t| s.natural(t)), h);
            let bent: Vec<f64> = curvature.column(b).iter().copied().collect();
            let slope = |t: &[f64]| {
                (s.jacobian(t).transpose() * nalgebra::DVector::from_column_slice(&weights)).iter().copied().collect()
            };
            agree(name, "curvature", &bent, &around(&theta, b, h, slope), h);
            let mut first = vec![0.0; member.n * member.n];
            s.derivative(member.sites(), &natural, b, &mut first);
            agree(name, "derivative", &first, &around(&natural, b, h, |phi| member.sigma(phi)), h);
            for a in 0..k {
                let mut second = vec![0.0; member.n * member.n];
                s.second_derivative(member.sites(), &natural, a, b, &mut second);
                let first = |phi: &[f64]| {
                    let mut out = vec![0.0; member.n * member.n];
                    s.derivative(member.sites(), phi, a, &mut out);
                    out
                };
                agree(name, "second", &second, &around(&natural, b, h, first), h);
                assert!(!s.is_linear() || second.iter().all(|v| *v == 0.0), "{name} says that it is linear");
            }
        }
    }
}

#[test]
fn every_theta_of_the_residual_side_gives_a_positive_definite_matrix() {
    for member in members().iter().filter(|member| member.side == Side::Residual) {
        for seed in 0..20 {
            let natural = member.structure.natural(&theta_for(member.structure.n_parameters(), f64::from(seed)));
            assert!(linalg::factor(&mut member.sigma(&natural), member.n), "{} {} {seed}", member.name(), member.n);
        }
    }
}

#[test]
fn the_matrices_are_symmetric_and_the_start_is_admissible_with_the_variance_asked_for() {
    for member in members() {
        let natural = member.structure.natural(&member.structure.start(2.5));
        let mut sigma = member.sigma(&natural);
        for i in 0..member.n {
            let variance = sigma[i * member.n + i];
            assert!(variance > 0.5 && variance < 12.0, "{} {sigma:?}", member.name());
            for j in 0..i {
                assert!((sigma[i * member.n + j] - sigma[j * member.n + i]).abs() < 1e-14);
            }
        }
        // Random effects may have fewer factors than levels.
        let singular = member.name() == "fa0" && member.side == Side::Random;
        assert!(singular || linalg::factor(&mut sigma, member.n), "{} starts outside", member.name());
    }
}

#[test]
fn rescaling_the_parameters_rescales_the_matrix() {
    for member in members() {
        let s = &member.structure;
        let natural = s.natural(&theta_for(s.n_parameters(), 1.0));
        let (base, scaled) = (member.sigma(&natural), member.sigma(&s.rescaled(&natural, 8.0)));
        assert!(base.iter().zip(&scaled).all(|(a, b)| (8.0 * a - b).abs() < 1e-13), "{}", member.name());
    }
}

#[test]
fn every_parameter_has_a_name() {
    for member in members() {
        let levels: Vec<String> = (0..member.n).map(|i| format!("v{i}")).collect();
        assert_eq!(member.structure.natural_names(&levels).len(), member.structure.n_parameters(), "{}", member.name());
    }
}

#[test]
fn every_parameter_of_a_structure_moves_its_matrix() {
    for member in members() {
        let natural = member.structure.natural(&theta_for(member.structure.n_parameters(), 0.3));
        for a in 0..natural.len() {
            let mut slope = vec![0.0; member.n * member.n];
            member.structure.derivative(member.sites(), &natural, a, &mut slope);
            assert!(slope.iter().any(|v| v.abs() > 1e-9), "{} {} {a}", member.name(), member.n);
        }
    }
}

#[test]
fn points_at_one_place_have_finite_derivatives() {
    for member in members().iter().filter(|member| !member.coordinates.is_empty()) {
        let coordinates = vec![0.7; member.coordinates.len()];
        let sites = Sites { n: member.n, coordinates: &coordinates };
        let natural = member.structure.natural(&member.structure.start(2.0));
        let mut out = vec![0.0; member.n * member.n];
        member.structure.covariance(sites, &natural, &mut out);
        assert!(out.iter().all(|v| (v - natural[0]).abs() < 1e-15), "{}", member.name());
        member.structure.derivative(sites, &natural, 1, &mut out);
        assert!(out.iter().all(|v| *v == 0.0), "{} {out:?}", member.name());
        member.structure.second_derivative(sites, &natural, 1, 1, &mut out);
        assert!(out.iter().all(|v| *v == 0.0), "{} {out:?}", member.name());
    }
}

#[test]
fn the_unit_of_the_coordinates_does_not_move_the_start() {
    for entry in entries().filter(|entry| entry.over == Over::Coordinates && entry.name != "sp_pow") {
        let sigma = |unit: f64| {
            let shape = Shape {
                side: Side::Residual,
                levels: Vec::new(),
                coordinates: 1,
                extent: 4.7 * unit,
                options: Vec::new(),
            };
            let made = structure(entry.name, &shape).unwrap();
            let coordinates = POINTS.map(|point| point[0] * unit);
            let mut out = vec![0.0; 25];
            let sites = Sites { n: 5, coordinates: &coordinates };
            made.covariance(sites, &made.natural(&made.start(1.0)), &mut out);
            out
        };
        let pairs = sigma(1.0).into_iter().zip(sigma(365.25));
        // ρ near one loses the digits of its logarithm.
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-12), "{}", entry.name);
    }
}

#[test]
fn an_unknown_structure_option_or_shape_is_refused_with_what_exists() {
    let shape = Shape::levels(Side::Residual, 3);
    let message = structure("usx", &shape).unwrap_err().to_string();
    assert!(message.contains("us, iid, diag, cs, csh, ar1, ar1h"), "{message}");
    let with = Shape { options: vec![("bands".to_owned(), 2.0)], ..shape.clone() };
    assert_eq!(structure("us", &with).unwrap_err().code(), "unknown_option");
    assert_eq!(structure("us", &Shape { levels: vec![2, 2], ..shape }).unwrap_err().code(), "structure_shape");
}
