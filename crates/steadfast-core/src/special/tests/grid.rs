//! Every point of the high-precision grid in `data-fixtures/special`.
//!
//! Why the bounds are what they are. A tail of 1e-290 is exp(−667), and an exponent of 667 known to half a unit in the
//! last place leaves 1e-13; the worst cases are all there. A quantile errs by the error of the tail times the slope of
//! ln x over ln p, which is 1/shape: 2,000 with 0.001 degrees of freedom, where the worst cases are.

use super::super::{
    Beta, ChiSquared, FisherF, StudentT, digamma, ln_gamma, regularized_beta, regularized_gamma, trigamma,
};
use super::Distribution;

/// Below this a double begins to lose digits.
const SMALLEST: f64 = 1e-300;

/// The rows of a grid as texts.
fn rows(csv: &'static str, at_least: usize) -> Vec<Vec<&'static str>> {
    let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert!(rows.len() >= at_least, "the grid has {} rows", rows.len());
    rows
}

macro_rules! grid {
    ($name:literal, $at_least:literal) => {
        rows(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data-fixtures/special/", $name)), $at_least)
    };
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

/// The largest relative error met, and where.
#[derive(Default)]
struct Worst {
    error: f64,
    at: String,
}

impl Worst {
    fn meet(&mut self, got: f64, reference: f64, row: &[&str]) {
        assert!(!got.is_nan(), "NaN at {}", row.join(","));
        if reference.abs() < SMALLEST {
            assert!(got.abs() < 1.1 * SMALLEST, "{got:e} at {}", row.join(","));
            return;
        }
        let error = (got / reference - 1.0).abs();
        if error > self.error {
            *self = Self { error, at: row.join(",") };
        }
    }

    fn is_below(&self, bound: f64) {
        assert!(self.error < bound, "relative error {:e} at {}", self.error, self.at);
        assert!(self.error > 0.0, "nothing was compared");
    }
}

/// Compares tails and quantile of one row: …, side, p, quantile, x, cdf, sf.
fn check(distribution: &impl Distribution, row: &[&str], tails: &mut Worst, quantiles: &mut Worst) {
    let [side, p, quantile, x, cdf, sf] = row[row.len() - 6..] else { panic!("six columns") };
    tails.meet(distribution.cdf(number(x)), number(cdf), row);
    tails.meet(distribution.sf(number(x)), number(sf), row);
    let p = number(p);
    let got = if side == "lower" { distribution.quantile(p) } else { distribution.upper_quantile(p) };
    quantiles.meet(got, number(quantile), row);
}

#[test]
fn gamma_functions_match_the_grid() {
    let (mut ln, mut first, mut second) = (Worst::default(), Worst::default(), Worst::default());
    for row in grid!("gamma_function.csv", 15) {
        let x = number(row[0]);
        ln.meet(ln_gamma(x), number(row[1]), &row);
        // Beside its zero at 1.46 only the absolute error of ψ can be small.
        let psi = number(row[2]);
        first.meet(1.0 + (digamma(x) - psi) / psi.abs().max(1.0), 1.0, &row);
        second.meet(trigamma(x), number(row[3]), &row);
    }
    // A few units in the last place: nothing is amplified.
    ln.is_below(2e-15);
    first.is_below(2e-15);
    second.is_below(2e-15);
}

#[test]
fn student_t_and_normal_match_the_grid() {
    let (mut tails, mut normal) = (Worst::default(), Worst::default());
    let (mut quantiles, mut normal_quantiles) = (Worst::default(), Worst::default());
    for row in grid!("student_t.csv", 139) {
        let (dof, p, x) = (number(row[0]), number(row[1]), number(row[3]));
        let (quantile, sf) = (number(row[2]), number(row[4]));
        let t = StudentT::new(dof).unwrap();
        let (tail, point) =
            if dof.is_finite() { (&mut tails, &mut quantiles) } else { (&mut normal, &mut normal_quantiles) };
        tail.meet(t.sf(x), sf, &row);
        tail.meet(t.cdf(-x), sf, &row);
        tail.meet(t.cdf(x), 1.0 - sf, &row);
        tail.meet(t.two_sided(-x), 2.0 * sf, &row);
        point.meet(t.upper_quantile(p).unwrap(), quantile, &row);
        point.meet(Distribution::quantile(&t, p), -quantile, &row);
    }
    tails.is_below(2e-13);
    normal.is_below(1e-15);
    quantiles.is_below(5e-13);
    normal_quantiles.is_below(2e-15);
}

#[test]
fn chi_squared_matches_the_grid() {
    let (mut tails, mut quantiles) = (Worst::default(), Worst::default());
    for row in grid!("chi_squared.csv", 110) {
        let dof = number(row[0]);
        check(&ChiSquared::new(dof).unwrap(), &row, &mut tails, &mut quantiles);
        let gamma = regularized_gamma(0.5 * dof, 0.5 * number(row[4])).unwrap();
        tails.meet(gamma.lower, number(row[5]), &row);
        tails.meet(gamma.upper, number(row[6]), &row);
    }
    tails.is_below(2e-13);
    quantiles.is_below(5e-13);
}

#[test]
fn beta_matches_the_grid() {
    let (mut tails, mut quantiles) = (Worst::default(), Worst::default());
    for row in grid!("beta.csv", 77) {
        let (a, b) = (number(row[0]), number(row[1]));
        check(&Beta::new(a, b).unwrap(), &row, &mut tails, &mut quantiles);
        let both = regularized_beta(a, b, number(row[5])).unwrap();
        tails.meet(both.lower, number(row[6]), &row);
        tails.meet(both.upper, number(row[7]), &row);
    }
    tails.is_below(3e-13);
    quantiles.is_below(8e-13);
}

#[test]
fn fisher_f_matches_the_grid() {
    let (mut tails, mut quantiles) = (Worst::default(), Worst::default());
    for row in grid!("fisher_f.csv", 660) {
        let f = FisherF::new(number(row[0]), number(row[1])).unwrap();
        check(&f, &row, &mut tails, &mut quantiles);
    }
    tails.is_below(5e-13);
    quantiles.is_below(1e-12);
}
