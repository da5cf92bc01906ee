//! The parameters of the effects' distribution, as they are reported.

use nalgebra::DMatrix;

use super::fit::FrailtyFit;
use crate::error::{Error, Result};
use crate::report::{FTest, Interval};
use crate::special::ChiSquared;

use super::profile::Profile;
use super::search::root;

/// A variance, covariance or correlation of random effects.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// The term, such as `(1 | family)`.
    pub term: String,
    /// The parameter, such as `var((Intercept))`, or `var(u)` for a gamma frailty.
    pub name: String,
    /// The estimate.
    pub estimate: f64,
    /// Its standard error by the observed information; nothing where the parameter was given, is zero, or is not identified.
    pub std_error: Option<f64>,
}

impl FrailtyFit {
    /// The variance of u for a gamma frailty; else the first parameter of the first term, the variance of ln u for `frailty(x)`.
    pub fn theta(&self) -> f64 {
        self.components().first().map_or(0.0, |component| component.estimate)
    }

    /// The variance of ln θ for one parameter, by the observed information; nothing where that is zero or given.
    pub fn log_theta_variance(&self) -> Option<f64> {
        let [component] = &self.components()[..] else { return None };
        component.std_error.map(|error| (error / component.estimate) * (error / component.estimate))
    }

    /// All parameters.
    pub fn components(&self) -> Vec<Component> {
        let theta = &self.optimum.theta;
        let inverse = self.parameter_vcov();
        if self.model.is_gamma() {
            let estimate = theta[0] * theta[0];
            let std_error = inverse.map(|inverse| estimate * libm::sqrt(inverse[(0, 0)]));
            let term = self.model.terms[0].label.clone();
            return vec![Component { term, name: "var(u)".to_owned(), estimate, std_error }];
        }
        let mut all = Vec::new();
        for term in &self.model.terms {
            let own = &theta[term.parameters.clone()];
            let jacobian = term.structure.jacobian(own);
            let estimates = term.structure.reported(&term.structure.natural(own));
            for (a, (name, estimate)) in
                term.structure.natural_names(&term.effects).into_iter().zip(estimates).enumerate()
            {
                let variance = inverse.as_ref().map(|inverse| {
                    let block = inverse.view((term.parameters.start, term.parameters.start), jacobian.shape());
                    (jacobian.row(a) * block * jacobian.row(a).transpose())[(0, 0)]
                });
                let std_error = variance.filter(|variance| *variance > 0.0 && estimate != 0.0).map(libm::sqrt);
                all.push(Component { term: term.label.clone(), name, estimate, std_error });
            }
        }
        all
    }

    /// The inverse of the information about the parameters in the search's coordinates.
    pub(super) fn parameter_vcov(&self) -> Option<DMatrix<f64>> {
        let hessian = self.optimum.hessian.clone()?;
        hessian.cholesky().map(|factor| factor.inverse())
    }

    /// The interval for the variance of one shared frailty: where twice the log-likelihood is within a quantile of χ²₁ of its maximum.
    ///
    /// # Errors
    /// `several_parameters`; `known_variance` where nothing was estimated by maximum likelihood; `confidence_level`.
    pub fn variance_interval(&self, level: f64) -> Result<Interval> {
        self.check_estimated()?;
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::usage("confidence_level", "a confidence level lies between 0 and 1"));
        }
        let drop = 0.5 * ChiSquared::new(1.0)?.quantile(level)?;
        let profile = Profile::new(&self.model, &self.null);
        let lowest = self.optimum.at.value - drop;
        let above = |log: f64| profile.at(&[libm::exp(log)]).map(|at| at.value - lowest);
        let estimate = self.theta();
        let inside = if estimate > 0.0 { 0.5 * libm::log(estimate) } else { -6.0 };
        let square = |log: f64| libm::exp(2.0 * log);
        let conf_low = if estimate <= 0.0 || self.null.log_likelihood() >= lowest {
            0.0
        } else {
            crossing(&above, inside, -1.0).map_or(0.0, square)
        };
        let conf_high = crossing(&above, inside, 1.0).map(square);
        let term = format!("variance {}", self.model.terms[0].group);
        Ok(Interval { term, estimate, conf_low, conf_high, level })
    }

    /// The likelihood ratio test of no random effect, the variance lying on the boundary of its range: half of χ²₁ beside a point at 0.
    /// `statistic` is 2 (ln L − ln L₀), `p_value` half of χ²₁'s.
    ///
    /// # Errors
    /// As [`FrailtyFit::variance_interval`].
    ///
    /// # Source
    /// Self and Liang 1987, Journal of the American Statistical Association 82:605, case 5.
    pub fn boundary_test(&self) -> Result<FTest> {
        self.check_estimated()?;
        let statistic = (2.0 * (self.optimum.at.value - self.null.log_likelihood())).max(0.0);
        let p_value = if statistic > 0.0 { 0.5 * ChiSquared::new(1.0)?.sf(statistic) } else { 1.0 };
        Ok(FTest { term: "no frailty".to_owned(), num_df: 1.0, den_df: None, statistic, p_value })
    }

    fn check_estimated(&self) -> Result<()> {
        if self.model.n_parameters() != 1 {
            return Err(Error::usage("several_parameters", "the frailty has several parameters: compare two fits"));
        }
        if self.is_known {
            return Err(Error::usage("known_variance", "the variance was not estimated by maximum likelihood"));
        }
        Ok(())
    }
}

/// Where `above` falls to zero, from `inside` in the direction of `sign`; nothing within e^±20.
fn crossing(above: &impl Fn(f64) -> Option<f64>, inside: f64, sign: f64) -> Option<f64> {
    let (mut near, mut step) = (inside, 0.5);
    for _ in 0..12 {
        let far = near + sign * step;
        match above(far) {
            Some(value) if value > 0.0 => (near, step) = (far, 2.0 * step.min(2.0)),
            Some(_) => return if sign > 0.0 { root(above, near, far) } else { root(above, far, near) },
            None => step *= 0.5,
        }
    }
    None
}
