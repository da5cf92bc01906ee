//! Closed forms, identities between distributions, statrs, and what must hold at the ends of every domain.

use approx::assert_relative_eq;
use statrs::distribution::{self as other, ContinuousCDF};

use super::super::{Beta, ChiSquared, FisherF, Normal, StudentT, digamma, ln_gamma, regularized_gamma, trigamma};
use super::Distribution;

/// Closed forms cost an elementary function or two; tails here are above 1e-150.
const CLOSED: f64 = 4e-14;

#[test]
fn t_with_one_degree_of_freedom_is_cauchy() {
    let t = StudentT::new(1.0).unwrap();
    for x in [1e-9, 0.3, 1.0, 12.706_204_736_174_7, 1e6, 1e100, 1e200] {
        let upper = libm::atan(1.0 / x) / core::f64::consts::PI;
        assert_relative_eq!(t.sf(x), upper, max_relative = CLOSED);
        assert_relative_eq!(t.two_sided(x), 2.0 * upper, max_relative = CLOSED);
    }
    for q in [0.4, 0.025, 1e-12, 1e-200] {
        let closed = 1.0 / libm::tan(core::f64::consts::PI * q);
        assert_relative_eq!(t.upper_quantile(q).unwrap(), closed, max_relative = CLOSED);
    }
}

#[test]
fn chi_squared_with_two_degrees_of_freedom_is_exponential() {
    let d = ChiSquared::new(2.0).unwrap();
    for x in [1e-300, 1e-9, 0.5, 2.0, 5.991_464_547_107_98, 300.0] {
        assert_relative_eq!(d.sf(x), libm::exp(-0.5 * x), max_relative = CLOSED);
        assert_relative_eq!(d.cdf(x), -libm::expm1(-0.5 * x), max_relative = CLOSED);
        assert_relative_eq!(d.quantile(d.cdf(1.25)).unwrap(), 1.25, max_relative = CLOSED);
    }
}

#[test]
fn f_with_two_numerator_degrees_of_freedom_is_a_power() {
    for d2 in [0.5, 3.0, 1e4, 1e11] {
        let f = FisherF::new(2.0, d2).unwrap();
        for x in [1e-12, 0.1, 1.0, 4.0, 40.0] {
            assert_relative_eq!(f.sf(x), libm::exp(-0.5 * d2 * libm::log1p(2.0 * x / d2)), max_relative = CLOSED);
        }
    }
}

#[test]
fn beta_with_a_unit_shape_is_a_power() {
    for a in [0.01, 1.0, 7.0, 1e6] {
        let d = Beta::new(a, 1.0).unwrap();
        for p in [1e-100, 0.2, 0.9] {
            assert_relative_eq!(d.quantile(p).unwrap(), libm::exp(libm::log(p) / a), max_relative = 2e-13);
        }
    }
    // I_½(a, a) = ½.
    for a in [5e-4, 0.7, 30.0, 1e12] {
        assert_relative_eq!(Beta::new(a, a).unwrap().cdf(0.5), 0.5, max_relative = CLOSED);
    }
}

#[test]
fn large_degrees_of_freedom_pass_into_the_limit() {
    // The published failure of another library: 1.8266 with 1e7 degrees of freedom, and no return with 2e7.
    let z = Normal.quantile(0.975).unwrap();
    assert_relative_eq!(z, 1.959_963_984_540_054, max_relative = 1e-15);
    for dof in [1e7, 2e7, 1e9, 1e15, 1e18, 1e300, f64::MAX] {
        let t = StudentT::new(dof).unwrap().quantile(0.975).unwrap();
        // t − z = (z³ + z)/4ν + O(ν⁻²)
        assert_relative_eq!(t, z + (z * z * z + z) / (4.0 * dof), max_relative = 2e-14);
        let f = FisherF::new(3.0, dof).unwrap().sf(2.6);
        let limit = FisherF::new(3.0, f64::INFINITY).unwrap().sf(2.6);
        assert_relative_eq!(f, limit, max_relative = 20.0 / dof + 1e-14);
    }
}

#[test]
fn t_squared_is_f_and_infinite_f_is_chi_squared() {
    for dof in [0.5, 4.0, 31.7, 1e6] {
        let (t, f) = (StudentT::new(dof).unwrap(), FisherF::new(1.0, dof).unwrap());
        for x in [0.01, 1.0, 2.5, 30.0] {
            assert_relative_eq!(t.two_sided(x), f.sf(x * x), max_relative = CLOSED);
            assert_relative_eq!(
                FisherF::new(dof, 9.0).unwrap().sf(x),
                FisherF::new(9.0, dof).unwrap().cdf(1.0 / x),
                max_relative = 1e-13
            );
        }
        let chi = ChiSquared::new(dof).unwrap();
        let ratio = FisherF::new(dof, f64::INFINITY).unwrap();
        assert_relative_eq!(chi.quantile(0.3).unwrap(), dof * ratio.quantile(0.3).unwrap(), max_relative = CLOSED);
    }
    let (chi, square) = (ChiSquared::new(1.0).unwrap(), 1.959_963_984_540_054 * 1.959_963_984_540_054);
    assert_relative_eq!(chi.upper_quantile(0.05).unwrap(), square, max_relative = CLOSED);
}

#[test]
fn statrs_agrees_in_ordinary_ranges() {
    // Its tails are good to about 1e-10 there, its quantiles to about 1e-9.
    for dof in [1.5, 4.0, 12.3, 80.0] {
        let theirs = other::StudentsT::new(0.0, 1.0, dof).unwrap();
        let ours = StudentT::new(dof).unwrap();
        let (chi, their_chi) = (ChiSquared::new(dof).unwrap(), other::ChiSquared::new(dof).unwrap());
        for x in [0.2, 1.0, 2.2, 4.5] {
            assert_relative_eq!(ours.cdf(x), theirs.cdf(x), max_relative = 1e-9);
            assert_relative_eq!(ours.sf(x), theirs.sf(x), max_relative = 1e-9);
            assert_relative_eq!(chi.sf(dof * x), their_chi.sf(dof * x), max_relative = 1e-9);
            let f = FisherF::new(dof, 15.0).unwrap();
            let their_f = other::FisherSnedecor::new(dof, 15.0).unwrap();
            assert_relative_eq!(f.cdf(x), their_f.cdf(x), max_relative = 1e-9);
        }
        assert_relative_eq!(ours.quantile(0.9).unwrap(), theirs.inverse_cdf(0.9), max_relative = 1e-8);
        assert_relative_eq!(digamma(dof), statrs::function::gamma::digamma(dof), max_relative = 1e-9);
        assert_relative_eq!(ln_gamma(dof), statrs::function::gamma::ln_gamma(dof), max_relative = 1e-9);
    }
}

#[test]
fn polygamma_functions_obey_their_recurrences() {
    for x in [1e-3, 0.4, 3.3, 11.9, 12.0, 55.0] {
        assert_relative_eq!(digamma(x + 1.0), digamma(x) + 1.0 / x, max_relative = 1e-12);
        assert_relative_eq!(trigamma(x), trigamma(x + 1.0) + 1.0 / (x * x), max_relative = 1e-14);
    }
}

/// Parameters far beyond the promised domain.
const SIZES: [f64; 8] = [5e-324, 1e-6, 0.5, 1.0, 30.0, 1e6, 1e30, f64::MAX];

/// Arguments from the smallest number to the largest.
const POINTS: [f64; 12] =
    [f64::NEG_INFINITY, -1.0, 0.0, 5e-324, 1e-200, 1e-3, 0.999, 1.0, 1.001, 50.0, f64::MAX, f64::INFINITY];

/// Asserts that tails are probabilities that add to 1 and do not decrease, and that quantiles are numbers in order.
fn assert_is_lawful(distribution: &impl Distribution, what: &str) {
    let mut previous = 0.0;
    for x in POINTS {
        let (lower, upper) = (distribution.cdf(x), distribution.sf(x));
        assert!(
            (0.0..=1.0).contains(&lower) && (0.0..=1.0).contains(&upper),
            "{lower} and {upper} at {x:e} for {what}"
        );
        assert!((lower + upper - 1.0).abs() < 1e-15, "{lower} + {upper} at {x:e} for {what}");
        assert!(lower >= previous - 1e-12, "{lower} after {previous} at {x:e} for {what}");
        previous = lower;
    }
    let mut previous = f64::NEG_INFINITY;
    for p in [0.0, 5e-324, 1e-20, 0.3, 0.5, 0.97, 1.0] {
        let x = distribution.quantile(p);
        assert!(x >= previous, "{x} after {previous} at {p} for {what}");
        previous = x;
        let (lower, upper) = (distribution.upper_quantile(1.0 - p), distribution.upper_quantile(p));
        assert!(!lower.is_nan() && !upper.is_nan(), "NaN at {p} for {what}");
    }
}

#[test]
fn every_parameter_whatever_its_size_gives_probabilities_and_ends() {
    for a in SIZES {
        assert_is_lawful(&StudentT::new(a).unwrap(), &format!("t {a:e}"));
        assert_is_lawful(&ChiSquared::new(a).unwrap(), &format!("χ² {a:e}"));
        for b in SIZES {
            assert_is_lawful(&FisherF::new(a, b).unwrap(), &format!("F {a:e} {b:e}"));
            assert_is_lawful(&Beta::new(a, b).unwrap(), &format!("beta {a:e} {b:e}"));
        }
    }
    assert_is_lawful(&FisherF::new(f64::INFINITY, f64::INFINITY).unwrap(), "F ∞ ∞");
    assert_is_lawful(&FisherF::new(f64::INFINITY, 3.0).unwrap(), "F ∞ 3");
}

#[test]
fn what_is_outside_the_domain_is_refused() {
    for bad in [0.0, -1.0, f64::NAN] {
        assert_eq!(StudentT::new(bad).unwrap_err().code(), "degrees_of_freedom");
        assert_eq!(FisherF::new(2.0, bad).unwrap_err().code(), "degrees_of_freedom");
        assert_eq!(ChiSquared::new(bad).unwrap_err().code(), "degrees_of_freedom");
        assert_eq!(Beta::new(bad, 1.0).unwrap_err().code(), "shape");
        assert_eq!(regularized_gamma(bad, 1.0).unwrap_err().code(), "outside_domain");
    }
    assert_eq!(ChiSquared::new(f64::INFINITY).unwrap_err().code(), "degrees_of_freedom");
    for bad in [-1e-300, 1.0 + f64::EPSILON, f64::NAN] {
        assert_eq!(Normal.quantile(bad).unwrap_err().code(), "not_a_probability");
        assert_eq!(StudentT::new(3.0).unwrap().upper_quantile(bad).unwrap_err().code(), "not_a_probability");
    }
}
