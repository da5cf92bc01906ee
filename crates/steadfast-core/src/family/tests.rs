use super::log_ratio::log_ratio;
use super::rising::rising;
use super::*;
use crate::covariance::{HyperDual, Number};

const MEANS: [f64; 5] = [0.01, 0.7, 3.0, 40.0, 900.0];
const SPREADS: [f64; 6] = [0.0, 1e-6, 0.01, 0.4, 3.0, 50.0];
const COUNTS: [f64; 7] = [0.0, 1.0, 2.0, 9.0, 64.0, 65.0, 700.0];

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "{what}: {found} is not {expected}");
}

/// Every member at every mean, spread and count.
fn everywhere(mut look: impl FnMut(&dyn Distribution, f64, f64, f64, &str)) {
    let mut seen = 0;
    for member in distributions() {
        for mu in MEANS {
            for alpha in SPREADS {
                for y in COUNTS {
                    seen += 1;
                    look(member, y, mu.ln(), alpha, &format!("{} y {y} μ {mu} α {alpha}", member.name()));
                }
            }
        }
    }
    assert!(seen >= 600);
}

#[test]
fn slopes_in_eta_are_those_of_differences() {
    everywhere(|member, y, eta, alpha, what| {
        let h = 1e-5;
        let (low, high) = (member.terms(y, eta - h, alpha), member.terms(y, eta + h, alpha));
        let here = member.terms(y, eta, alpha);
        // Central differences: h² times third derivatives, and rounding of the value over h.
        let scale = 1.0 + y + eta.exp();
        close(here.eta, (high.value - low.value) / (2.0 * h), 1e-8 * scale, what);
        close(here.eta_eta, (high.eta - low.eta) / (2.0 * h), 1e-7 * scale, what);
        close(here.eta_alpha, (high.alpha - low.alpha) / (2.0 * h), 1e-6 * scale * scale, what);
    });
}

#[test]
fn slopes_in_alpha_are_those_of_differences() {
    everywhere(|member, y, eta, alpha, what| {
        if alpha < 0.01 || !member.has_dispersion() {
            return;
        }
        let h = 1e-4 * alpha;
        let (low, high) = (member.terms(y, eta, alpha - h), member.terms(y, eta, alpha + h));
        let here = member.terms(y, eta, alpha);
        let scale = (1.0 + y + eta.exp()) / alpha;
        close(here.alpha, (high.value - low.value) / (2.0 * h), 1e-7 * scale, what);
        close(here.alpha_alpha, (high.alpha - low.alpha) / (2.0 * h), 1e-6 * scale * scale, what);
        close(here.eta_alpha, (high.eta - low.eta) / (2.0 * h), 1e-7 * scale, what);
    });
}

#[test]
fn the_poisson_is_where_the_spread_is_zero() {
    for member in distributions() {
        for mu in MEANS {
            for y in COUNTS {
                let (found, poisson) = (member.terms(y, mu.ln(), 0.0), Poisson.terms(y, mu.ln(), 0.0));
                close(found.value, poisson.value, 1e-13, member.name());
                close(found.eta, poisson.eta, 1e-13, member.name());
                close(found.eta_eta, poisson.eta_eta, 1e-13, member.name());
                if member.has_dispersion() {
                    // The score of overdispersion: ½{(y − μ)² − y} of NB2, divided by μ of NB1.
                    let unit = if member.name() == "nb2" { 1.0 } else { mu };
                    close(found.alpha, 0.5 * ((y - mu) * (y - mu) - y) / unit, 1e-11, member.name());
                }
            }
        }
    }
}

#[test]
fn probabilities_sum_to_one_and_have_the_mean_and_variance_that_they_say() {
    for member in distributions() {
        for (mu, alpha) in [(0.3, 0.0), (2.5, 0.4), (12.0, 0.05), (4.0, 1.5)] {
            let density = |y: f64| (member.terms(y, f64::ln(mu), alpha).value + saturated(y)).exp();
            let (mut total, mut first, mut second) = (0.0, 0.0, 0.0);
            for y in 0..2_000 {
                let y = f64::from(y);
                total += density(y);
                first += y * density(y);
                second += (y - mu) * (y - mu) * density(y);
                if y < 30.0 {
                    let tails = member.cumulative(y, mu, alpha).unwrap();
                    close(tails.lower, total, 1e-12, member.name());
                    close(tails.upper, 1.0 - total, 1e-12, member.name());
                }
            }
            close(total, 1.0, 1e-12, member.name());
            close(first, mu, 1e-12, member.name());
            close(second, member.variance(mu, alpha), 1e-11, member.name());
        }
    }
}

#[test]
fn exponential_members_are_greatest_at_the_outcome() {
    for member in distributions().filter(|member| member.is_exponential()) {
        for y in [1.0, 7.0, 80.0] {
            let there = member.terms(y, f64::ln(y), 0.7);
            assert!(there.eta.abs() < 1e-12 * y && there.eta_eta < 0.0);
            // The slope is (y − μ) μ/Var.
            let away = member.terms(y, 1.0, 0.7);
            let mu = core::f64::consts::E;
            close(away.eta, (y - mu) * mu / member.variance(mu, 0.7), 1e-13, member.name());
        }
    }
}

#[test]
fn long_products_are_gamma_functions() {
    for (y, kappa) in [(65.0, 0.3), (100.0, 1e-9), (5_000.0, 2.0), (1e9, 0.25), (300.0, 400.0)] {
        let [value, slope, bend] = rising(y, kappa);
        let size: f64 = 1.0 / kappa;
        if y < 1e6 {
            let mut sums = [0.0; 3];
            for j in 0..y as u32 {
                let part = f64::from(j) / (1.0 + kappa * f64::from(j));
                sums = [sums[0] + (kappa * f64::from(j)).ln_1p(), sums[1] + part, sums[2] - part * part];
            }
            // The slow sums have as many roundings as terms.
            close(value, sums[0], 1e-13, "value");
            close(slope, sums[1], 1e-13, "slope");
            close(bend, sums[2], 1e-13, "bend");
        } else {
            let exact = libm::lgamma(y + size) - libm::lgamma(size) + y * kappa.ln();
            close(value, exact, 1e-14, "value");
        }
    }
}

#[test]
fn the_ratio_and_its_derivatives_meet_where_series_and_closed_forms_do() {
    let close_by = 1e-9;
    let (below, above) = (log_ratio(0.25 - close_by), log_ratio(0.25 + close_by));
    for (place, (below, above)) in below.iter().zip(above).enumerate() {
        close(*below, above, 1e-8, &format!("derivative {place}"));
    }
    // By hyper-dual numbers, where the closed form has all its digits.
    let u = HyperDual::variable(3.0, 1.0, 1.0);
    let exact = (HyperDual::constant(1.0) + u).logarithm() / u;
    let found = log_ratio(3.0);
    close(found[1], exact.first(), 1e-14, "slope");
    close(found[2], exact.mixed(), 1e-14, "bend");
}

#[test]
fn a_saturated_count_is_the_logarithm_of_its_probability() {
    for y in [1.0, 3.0, 19.0, 20.0, 21.0, 170.0] {
        let slow: f64 = (1..=y as u32).map(|j| f64::from(j).ln()).sum();
        close(saturated(y), y * f64::ln(y) - y - slow, 2e-13, "saturated");
    }
    assert!(saturated(0.0).abs() < f64::MIN_POSITIVE);
}

#[test]
fn an_unknown_name_is_refused_with_those_that_exist() {
    assert!(distribution("nb2").is_ok());
    let error = distribution("gamma").unwrap_err();
    assert_eq!(error.code(), "unknown_distribution");
    assert!(error.to_string().contains("nb1"));
}
