//! Survival of new rows: in a cluster that was seen, in one that was not, and in the average cluster.

use super::fit::FrailtyFit;
use super::model::Term;
use crate::covariance::Sites;
use crate::design::new_data::{NewData, ResidualPlaces};
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::likelihood::Penalty;
use crate::linalg;

/// Whose survival is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cluster {
    /// A member of a cluster that is drawn anew: the average over frailties, S(t) = E exp(−u Λ₀(t) e^{x'β}).
    New,
    /// A member of the row's own clusters, which were in the fit: effects at their estimates.
    Known,
    /// A member of a cluster whose effects are zero, u = 1.
    Typical,
}

/// The probability of no event until each time, for one row of new data.
#[derive(Debug, Clone, PartialEq)]
pub struct SurvivalCurve {
    /// The times asked for.
    pub times: Vec<f64>,
    /// The probabilities, as many.
    pub survival: Vec<f64>,
}

/// The trapezoidal rule over z ∈ [−9, 9]: the integrand is analytic and its ends are below 1e-17.
const NODES: usize = 721;

/// See [`NODES`].
const REACH: f64 = 9.0;

impl FrailtyFit {
    /// The curves of the rows of `frame` at `times` from 0 on, the hazard of `stratum` (a name of [`FrailtyFit::strata`]) being theirs;
    /// with one stratum any name serves.
    ///
    /// Gamma: E exp(−u a) = (1 + θ a)^(−1/θ). Normal effects: an integral over the one normal variable z'b.
    ///
    /// # Errors
    /// `unknown_stratum`; `unknown_group` where [`Cluster::Known`] is asked of groups that were not in the fit; those of a design's
    /// new data.
    pub fn survival(
        &self,
        frame: &Frame,
        stratum: &str,
        times: &[f64],
        cluster: Cluster,
    ) -> Result<Vec<SurvivalCurve>> {
        let baseline = self.baseline_hazard();
        let place = match self.strata().iter().position(|name| name == stratum) {
            Some(place) => place,
            None if baseline.len() == 1 => 0,
            None => return Err(Error::usage("unknown_stratum", "the model has no such stratum")),
        };
        let cumulative: Vec<f64> = times
            .iter()
            .map(|time| baseline[place].iter().take_while(|(at, _)| at <= time).fold(0.0, |sum, (_, step)| sum + step))
            .collect();
        let places = ResidualPlaces::default();
        let new = NewData::new(&self.data.design.recipe, &places, frame)?;
        let (x, z) = (new.fixed()?, new.random()?);
        let mut curves = Vec::with_capacity(frame.n_rows());
        for row in 0..frame.n_rows() {
            let columns = self.data.places.iter().map(|&column| x[(row, column)]);
            let eta: f64 = self.beta.iter().zip(columns).map(|(beta, x)| x * beta).sum();
            let own: Vec<Vec<f64>> = z.iter().map(|z| z.row(row).iter().copied().collect()).collect();
            let law = self.law(frame, row, &own, cluster)?;
            let survival = cumulative.iter().map(|hazard| law.survival(hazard * libm::exp(eta))).collect();
            curves.push(SurvivalCurve { times: times.to_vec(), survival });
        }
        Ok(curves)
    }

    fn law(&self, frame: &Frame, row: usize, z: &[Vec<f64>], cluster: Cluster) -> Result<Law> {
        match (cluster, self.model.penalty(&self.optimum.theta)) {
            (Cluster::Typical, _) => Ok(Law::Fixed(0.0)),
            (Cluster::Known, _) => {
                let mut sum = 0.0;
                for ((term, effects), z) in self.model.terms.iter().zip(&self.model.penalised.effects.terms).zip(z) {
                    let group = self.group_of(frame, row, term)?;
                    let place = effects.first + group * effects.width;
                    sum += linalg::dot(z, &self.optimum.at.solved.effects[place..place + effects.width]);
                }
                Ok(Law::Fixed(sum))
            }
            (Cluster::New, Penalty::Gamma { theta }) => Ok(Law::Gamma(theta)),
            (Cluster::New, Penalty::Normal { .. }) => {
                let variance = self.model.terms.iter().zip(z).map(|(term, z)| self.variance_of(term, z)).sum::<f64>();
                Ok(Law::Normal(libm::sqrt(variance.max(0.0))))
            }
        }
    }

    /// z'Σz.
    fn variance_of(&self, term: &Term, z: &[f64]) -> f64 {
        let q = z.len();
        let mut matrix = vec![0.0; q * q];
        let natural = term.structure.natural(&self.optimum.theta[term.parameters.clone()]);
        term.structure.covariance(Sites::levels(q), &natural, &mut matrix);
        matrix.chunks_exact(q).zip(z).map(|(line, zi)| zi * linalg::dot(line, z)).sum()
    }

    fn group_of(&self, frame: &Frame, row: usize, term: &Term) -> Result<usize> {
        let mut label = Vec::new();
        for column in &term.columns {
            let factor = frame.column(column)?.to_factor();
            label.push(factor.level(row).unwrap_or_default().to_owned());
        }
        let label = label.join(":");
        term.labels.iter().position(|known| *known == label).ok_or_else(|| {
            let message = format!("row {} is of a group of `{}` that was not in the fit", row + 1, term.group);
            Error::data("unknown_group", message)
        })
    }
}

/// How ln u of a row is distributed.
enum Law {
    Fixed(f64),
    Gamma(f64),
    Normal(f64),
}

impl Law {
    /// E exp(−u a).
    fn survival(&self, a: f64) -> f64 {
        match self {
            Self::Fixed(b) => libm::exp(-a * libm::exp(*b)),
            Self::Gamma(theta) => libm::exp(-libm::log1p(theta * a) / theta),
            Self::Normal(sd) if *sd == 0.0 => libm::exp(-a),
            Self::Normal(sd) => normal_mean(|z| libm::exp(-a * libm::exp(sd * z))),
        }
    }
}

/// E f(Z) for a standard normal Z.
pub(super) fn normal_mean(f: impl Fn(f64) -> f64) -> f64 {
    let step = 2.0 * REACH / (NODES - 1) as f64;
    let (mut sum, mut weights) = (0.0, 0.0);
    for k in 0..NODES {
        let z = step * k as f64 - REACH;
        let weight = libm::exp(-0.5 * z * z);
        sum += weight * f(z);
        weights += weight;
    }
    sum / weights
}
