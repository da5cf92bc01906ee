//! The effects of single groups: empirical Bayes.

use super::fit::FrailtyFit;
use super::gamma;
use super::model::Term;
use crate::error::{Error, Result};
use crate::likelihood::Penalty;
use crate::special::{ChiSquared, Normal};

/// What is known of an effect of one group when the distribution of effects is taken for known.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupEffect {
    /// The term, such as `(1 | family)`.
    pub term: String,
    /// The group's label.
    pub group: String,
    /// The effect, such as `(Intercept)`; `u` for a gamma frailty.
    pub effect: String,
    /// The mean of u given the data (gamma), the mode of b (log-normal).
    pub estimate: f64,
    /// The lower limit: a quantile of u's gamma distribution, or of the normal with b's curvature.
    pub conf_low: f64,
    /// The upper limit.
    pub conf_high: f64,
}

impl FrailtyFit {
    /// The effects of all groups in the order of levels, at confidence `level`.
    ///
    /// Given the hazard, a gamma frailty is gamma with shape 1/θ + d and rate 1/θ + Λ; limits of normal effects are b̂ ± z √((H_bb)⁻¹).
    ///
    /// # Errors
    /// `confidence_level`; `too_many_effects` where limits of normal effects would need too large a matrix.
    pub fn group_effects(&self, level: f64) -> Result<Vec<GroupEffect>> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::usage("confidence_level", "a confidence level lies between 0 and 1"));
        }
        match self.model.penalty(&self.optimum.theta) {
            Penalty::Gamma { theta } => self.gamma_effects(theta, level),
            // With variance 0 there is no gamma distribution: every u is 1.
            Penalty::Normal { .. } if self.model.is_gamma() => Ok(self.no_effects()),
            Penalty::Normal { factors } => self.normal_effects(&factors, level),
        }
    }

    fn no_effects(&self) -> Vec<GroupEffect> {
        let of_term = |term: &Term| -> Vec<GroupEffect> {
            let one = |group: &String| GroupEffect {
                term: term.label.clone(),
                group: group.clone(),
                effect: "u".to_owned(),
                estimate: 1.0,
                conf_low: 1.0,
                conf_high: 1.0,
            };
            term.labels.iter().map(one).collect()
        };
        self.model.terms.iter().flat_map(of_term).collect()
    }

    fn gamma_effects(&self, theta: f64, level: f64) -> Result<Vec<GroupEffect>> {
        let term = &self.model.terms[0];
        let events = gamma::events(&self.model);
        let mut all = Vec::with_capacity(events.len());
        for ((events, b), label) in events.iter().zip(&self.optimum.at.solved.effects).zip(term.labels.iter()) {
            let (estimate, shape) = (libm::exp(*b), 1.0 / theta + events);
            // u is gamma with this shape and mean: χ² with twice the shape as degrees of freedom, scaled.
            let (reference, scale) = (ChiSquared::new(2.0 * shape)?, estimate / (2.0 * shape));
            let tail = 0.5 - 0.5 * level;
            all.push(GroupEffect {
                term: term.label.clone(),
                group: label.clone(),
                effect: "u".to_owned(),
                estimate,
                conf_low: scale * reference.quantile(tail)?,
                conf_high: scale * reference.upper_quantile(tail)?,
            });
        }
        Ok(all)
    }

    fn normal_effects(&self, factors: &[Vec<f64>], level: f64) -> Result<Vec<GroupEffect>> {
        let (solved, effects) = (&self.optimum.at.solved, &self.model.penalised.effects);
        let q = effects.len();
        if q > crate::likelihood::MOST_EFFECTS {
            return Err(Error::usage("too_many_effects", "limits of so many effects need too large a matrix"));
        }
        let inverse = self.model.penalised.dense_inverse(solved, factors);
        let inverse =
            inverse.ok_or_else(|| Error::data("no_inverse", "the information about the effects is singular"))?;
        let z = Normal.upper_quantile(0.5 - 0.5 * level)?;
        let mut all = Vec::with_capacity(q);
        for ((own, term), l) in effects.terms.iter().zip(&self.model.terms).zip(factors) {
            let width = own.width;
            for (group, label) in term.labels.iter().enumerate() {
                let first = own.first + group * width;
                for (i, effect) in term.effects.iter().enumerate() {
                    let row = &l[i * width..(i + 1) * width];
                    let entry = |a: usize, b: usize| row[a] * inverse[(first + b) * q + first + a] * row[b];
                    let variance: f64 =
                        (0..width).flat_map(|a| (0..width).map(move |b| (a, b))).map(|(a, b)| entry(a, b)).sum();
                    let (estimate, half) = (solved.effects[first + i], z * libm::sqrt(variance.max(0.0)));
                    all.push(GroupEffect {
                        term: term.label.clone(),
                        group: label.clone(),
                        effect: effect.clone(),
                        estimate,
                        conf_low: estimate - half,
                        conf_high: estimate + half,
                    });
                }
            }
        }
        Ok(all)
    }
}
