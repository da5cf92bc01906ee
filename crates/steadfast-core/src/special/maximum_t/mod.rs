//! The largest of several t statistics that share one estimated variance: the distribution behind single-step tests.

mod one_factor;
mod plane;
mod sphere;

use nalgebra::DMatrix;

use super::inversion::probability;
use super::root::decreasing_root;
use super::student_t::StudentT;
use super::tail::degrees_of_freedom;
use crate::error::{Error, Result};
use one_factor::OneFactor;
use plane::Plane;
use sphere::Sphere;

/// The largest |T_i| of m statistics T_i = Z_i/S that are jointly multivariate t: Z normal with the given correlations,
/// S² an independent χ²(ν)/ν.
///
/// P(max|T_i| > t) is the p-value of the statistic t adjusted for all m comparisons. It is computed in one of three ways,
/// the first that serves:
///
/// - correlations ρ_ij = λ_i λ_j, as between comparisons of independent means with a control: one integral over the
///   factor, one over S, to 12 digits (Dunnett and Sobel 1955);
/// - correlations of rank 2, as between all differences of three means: one integral over the angle, to 12 digits;
/// - all others: Z = R·u with a direction u uniform on the sphere; given u the probability is a tail of F, and the mean
///   over u is taken over fixed quasi-random directions, with a stated error: about 3e-5 at p = 0.1, 3e-6 at p = 0.005.
///
/// Correlations may be singular. No random numbers are used: the same question has the same answer to the last bit.
///
/// ```
/// use nalgebra::DMatrix;
/// use steadfast_core::special::MaximumT;
///
/// // Two arms against one control of the same size, 20 df: Dunnett's two-sided 5 % point is 2.38.
/// let dunnett = MaximumT::new(&DMatrix::from_row_slice(2, 2, &[1.0, 0.5, 0.5, 1.0]))?;
/// assert!((dunnett.upper_quantile(0.05, 20.0)?.value - 2.38).abs() < 0.005);
/// # Ok::<(), steadfast_core::error::Error>(())
/// ```
///
/// # Source
/// Dunnett and Sobel 1955, Biometrika 42, 258 (one factor); Deák 1980, Numerische Mathematik 35, 249, and Genz and Bretz
/// 2002, Journal of Computational and Graphical Statistics 11, 950 (spherical-radial form, estimate of the error).
#[derive(Debug, Clone)]
pub struct MaximumT {
    statistics: usize,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Single,
    OneFactor(OneFactor),
    Plane(Plane),
    Sphere(Sphere),
}

/// A number with a bound of its numerical error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Approximation {
    /// The number.
    pub value: f64,
    /// How far it may be from the exact one: three standard errors of the replications of a quasi-random rule, 0 where
    /// a rule is good to about 12 digits.
    pub error: f64,
}

impl MaximumT {
    /// The distribution for an m × m matrix of `correlations`.
    ///
    /// # Errors
    /// `correlations` unless the matrix is symmetric and positive semidefinite with a unit diagonal.
    pub fn new(correlations: &DMatrix<f64>) -> Result<Self> {
        let m = correlations.nrows();
        let refused = || Error::usage("correlations", "correlations form a symmetric matrix with ones on its diagonal");
        let lawful = |i: usize, j: usize| {
            let (rho, target) = (correlations[(i, j)], if i == j { 1.0 } else { correlations[(j, i)] });
            (rho - target).abs() < 1e-8 && rho.abs() < 1.0 + 1e-8
        };
        if m == 0 || m != correlations.ncols() || !(0..m).all(|i| (0..m).all(|j| lawful(i, j))) {
            return Err(refused());
        }
        if m == 1 {
            return Ok(Self { statistics: 1, form: Form::Single });
        }
        let form = match OneFactor::of(correlations) {
            Some(factor) => Form::OneFactor(factor),
            None => {
                let root = root_of(correlations).ok_or_else(refused)?;
                if root.ncols() <= 2 { Form::Plane(Plane::of(&root)) } else { Form::Sphere(Sphere::of(&root)) }
            }
        };
        Ok(Self { statistics: m, form })
    }

    /// P(max|T_i| > t) with `dof` degrees of freedom, which may be infinite.
    ///
    /// # Errors
    /// `degrees_of_freedom` unless `dof` is above 0.
    pub fn sf(&self, t: f64, dof: f64) -> Result<Approximation> {
        let dof = degrees_of_freedom(dof, f64::INFINITY)?;
        if t <= 0.0 {
            return Ok(Approximation { value: 1.0, error: 0.0 });
        }
        match &self.form {
            Form::Single => StudentT::new(dof).map(|d| exact(d.two_sided(t))),
            Form::OneFactor(factor) => Ok(exact(factor.sf(t, dof))),
            Form::Plane(plane) => Ok(exact(plane.sf(t, dof))),
            Form::Sphere(sphere) => sphere.sf(t, dof),
        }
    }

    /// The t with P(max|T_i| > t) = `upper`: the critical value of simultaneous intervals.
    ///
    /// # Errors
    /// `not_a_probability` unless 0 ≤ `upper` ≤ 1; `degrees_of_freedom`.
    pub fn upper_quantile(&self, upper: f64, dof: f64) -> Result<Approximation> {
        probability(upper)?;
        let one = StudentT::new(dof)?;
        if upper <= 0.0 {
            return Ok(exact(f64::INFINITY));
        }
        // One statistic alone exceeds t less often than any of them, any of them at most as often as their sum.
        let low = one.upper_quantile(0.5 * upper)?;
        let high = one.upper_quantile(0.5 * upper / self.statistics as f64)?;
        let at = |t: f64| self.sf(t, dof).map_or(f64::NAN, |p| p.value);
        let value = decreasing_root(|t| libm::log(at(t)) - libm::log(upper), low, high);
        let error = self.sf(value, dof)?.error;
        if error <= 0.0 {
            return Ok(exact(value));
        }
        let slope = (at(value * 0.999) - at(value * 1.001)) / (0.002 * value);
        Ok(Approximation { value, error: error / slope })
    }
}

fn exact(value: f64) -> Approximation {
    Approximation { value, error: 0.0 }
}

/// A with A A' = `correlations`, as many columns as the rank, by a Cholesky factor with pivots; none when the matrix is
/// not positive semidefinite.
fn root_of(correlations: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let m = correlations.nrows();
    let mut rest = correlations.clone();
    let mut columns = Vec::new();
    for _ in 0..m {
        let pivot = (0..m).fold(0, |best, i| if rest[(i, i)] > rest[(best, best)] { i } else { best });
        let size = rest[(pivot, pivot)];
        // Correlations of contrasts carry rounding of about 1e-13; smaller pivots are that.
        if size <= 1e-11 {
            break;
        }
        let column = rest.column(pivot) / size.sqrt();
        rest -= &column * column.transpose();
        columns.push(column);
    }
    (rest.amax() < 1e-7).then(|| DMatrix::from_columns(&columns))
}

#[cfg(test)]
mod tests;
