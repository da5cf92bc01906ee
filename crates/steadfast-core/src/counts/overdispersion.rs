//! Whether Poisson counts are spread more than their means, without fitting anything else.

use serde::Serialize;

use super::CountFit;
use crate::error::{Error, Result};
use crate::special::Normal;

/// A test that looks at the null hypothesis alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreTest {
    /// What is tested, and by what.
    pub term: String,
    /// A standard normal number, or χ²₁ for excess zeros.
    pub statistic: f64,
    /// Its upper tail.
    pub p_value: f64,
}

/// A row at the Poisson estimate.
struct AtPoisson {
    y: f64,
    mu: f64,
    weight: f64,
    /// w μ x'(X'MX)⁻¹x.
    leverage: f64,
}

impl CountFit {
    /// Tests of the Poisson's variance at the Poisson estimate, against variances μ + αμ² (NB2) and (1 + α)μ (NB1), each by the
    /// score with its correction for estimated means (P_B', P_C') and by the regression of ((y − μ)² − y)/μ on μ, on 1.
    /// One-sided, against more spread.
    ///
    /// # Errors
    /// `method_does_not_apply` where there are excess zeros, or weights.
    ///
    /// # Source
    /// Dean 1992, JASA 87, 451, section 3; Cameron and Trivedi 1990, J. Econometrics 46, 347, eq. 3.3 and 3.7.
    pub fn overdispersion_tests(&self) -> Result<Vec<ScoreTest>> {
        if self.zero_formula.is_some() || self.data.design.weights.is_some() {
            let message = "tests of overdispersion are of counts without excess zeros and without weights";
            return Err(Error::usage("method_does_not_apply", message));
        }
        let rows = self.at_poisson();
        let n: f64 = rows.iter().map(|row| row.weight).sum();
        let excess = |row: &AtPoisson| (row.y - row.mu) * (row.y - row.mu) - row.y;
        let total = |f: &dyn Fn(&AtPoisson) -> f64| rows.iter().map(|row| row.weight * f(row)).sum::<f64>();
        let corrected = |row: &AtPoisson| excess(row) + row.leverage * row.mu;
        let quadratic = total(&corrected) / (2.0 * total(&|row| row.mu * row.mu)).sqrt();
        let linear = total(&|row| corrected(row) / row.mu) / (2.0 * n).sqrt();
        // Least squares through the origin of z = ((y − μ)² − y)/μ on g, with its t statistic on n − 1 degrees of freedom.
        let regression = |g: &dyn Fn(&AtPoisson) -> f64| {
            let z = |row: &AtPoisson| excess(row) / row.mu;
            let square = total(&|row| g(row) * g(row));
            let slope = total(&|row| g(row) * z(row)) / square;
            let rest = total(&|row| (z(row) - slope * g(row)) * (z(row) - slope * g(row)));
            slope / (rest / (n - 1.0) / square).sqrt()
        };
        let found = [
            ("variance μ + αμ², score (Dean's P_B')", quadratic),
            ("variance (1 + α)μ, score (Dean's P_C')", linear),
            ("variance μ + αμ², regression (Cameron and Trivedi)", regression(&|row| row.mu)),
            ("variance (1 + α)μ, regression (Cameron and Trivedi)", regression(&|_| 1.0)),
        ];
        let test = |(term, statistic): (&str, f64)| {
            if statistic.is_finite() {
                Ok(ScoreTest { term: term.to_owned(), statistic, p_value: Normal.sf(statistic) })
            } else {
                Err(Error::data("no_reference", format!("the test of {term} has no variance")))
            }
        };
        found.into_iter().map(test).collect()
    }

    /// The cells at the estimate with α = 0.
    fn at_poisson(&self) -> Vec<AtPoisson> {
        let estimate = self.solved.without_spread.as_ref().unwrap_or(&self.solved.best);
        let mu = |cell: usize| libm::exp(self.cells.eta(cell, &estimate.beta));
        let p = self.cells.p;
        let mut information = nalgebra::DMatrix::zeros(p, p);
        for cell in 0..self.cells.n() {
            let x = nalgebra::DVector::from_column_slice(self.cells.x(cell));
            information.ger(self.cells.weight[cell] * mu(cell), &x, &x, 1.0);
        }
        let factor = information.cholesky();
        let row = |cell: usize| {
            let x = nalgebra::DVector::from_column_slice(self.cells.x(cell));
            let leverage = factor.as_ref().map_or(0.0, |factor| mu(cell) * x.dot(&factor.solve(&x)));
            AtPoisson { y: self.cells.y[cell], mu: mu(cell), weight: self.cells.weight[cell], leverage }
        };
        (0..self.cells.n()).map(row).collect()
    }
}
