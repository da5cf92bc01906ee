//! The parameters of the synthetic trial.

use serde::{Deserialize, Serialize};
use steadfast_core::special::Normal;

use super::families::ENGLAND_SHARE;

/// On whom the service has its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectCarrier {
    /// On every family randomised to it. The mixed model below is then exactly true.
    Everyone,
    /// Only on families that receive it, larger by one over their share, so that the effect of randomisation stays. The
    /// families of the NIM arm then vary more than `family_variance` says.
    Receivers,
}

/// What the data are made from. For child c of family f at visit t, in points of the SDQ total,
///
/// ```text
/// latent = mean_t + girl·1(girl) + england·1(England) + effect_t·1(NIM) + u_f + v_c + e_ct
/// ```
///
/// with independent normal u, v, e. The difference between the arms at a visit, adjusted for anything known before
/// randomisation or not adjusted, is `arm_effects` of the visit; the score is the latent value rounded half up and
/// limited to 0–40, on which the difference is a little smaller ([`Truth::scored_effect`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// Mean at each visit of boys in Scotland under services as usual.
    pub means: [f64; 3],
    /// Effect of randomisation to NIM at each visit, averaged over as many girls as boys.
    pub arm_effects: [f64; 3],
    /// Effect in girls minus effect in boys at the visits after baseline.
    pub sex_interaction: f64,
    /// Difference of girls from boys.
    pub girl: f64,
    /// Difference of England from Scotland.
    pub england: f64,
    /// Variance of u, shared by siblings.
    pub family_variance: f64,
    /// Variance of v, shared by the visits of a child.
    pub child_variance: f64,
    /// Variance of e.
    pub residual_variance: f64,
    /// On whom the service has its effect.
    pub effect_carrier: EffectCarrier,
    /// Families of the NIM arm (180) that receive the service.
    pub receivers: usize,
}

impl Default for Truth {
    /// The published difference at 30 months (1.4), none at baseline; a total standard deviation of 7.4.
    fn default() -> Self {
        Self {
            means: [13.0, 12.2, 11.4],
            arm_effects: [0.0, 0.7, 1.4],
            sex_interaction: 0.0,
            girl: -1.0,
            england: 0.8,
            family_variance: 11.0,
            child_variance: 22.0,
            residual_variance: 22.0,
            effect_carrier: EffectCarrier::Everyone,
            receivers: 119,
        }
    }
}

impl Truth {
    /// Variance of an observation given arm, sex and country.
    pub fn total_variance(&self) -> f64 {
        self.family_variance + self.child_variance + self.residual_variance
    }

    /// Correlation of siblings at one visit.
    pub fn icc_family(&self) -> f64 {
        self.family_variance / self.total_variance()
    }

    /// Correlation of two visits of a child.
    pub fn icc_child(&self) -> f64 {
        (self.family_variance + self.child_variance) / self.total_variance()
    }

    /// Share of the NIM families that receive the service.
    pub fn adherence(&self) -> f64 {
        self.receivers as f64 / super::families::PER_ARM as f64
    }

    /// The effect of randomisation at 30 months divided by the adherence: the limit of the instrumental-variable
    /// estimate, and the effect in compliers where only receivers carry it.
    pub fn complier_effect(&self) -> f64 {
        self.arm_effects[2] / self.adherence()
    }

    /// Effect of randomisation on a girl or boy at `visit`, of a family that does or does not receive the service.
    pub(super) fn effect(&self, visit: usize, girl: bool, receives: bool) -> f64 {
        let half = if visit == 0 { 0.0 } else { 0.5 * self.sex_interaction };
        let effect = self.arm_effects[visit] + if girl { half } else { -half };
        match self.effect_carrier {
            EffectCarrier::Everyone => effect,
            EffectCarrier::Receivers if receives => effect / self.adherence(),
            EffectCarrier::Receivers => 0.0,
        }
    }

    /// The expected latent value under services as usual.
    pub(super) fn expected(&self, visit: usize, girl: bool, england: bool) -> f64 {
        self.means[visit] + if girl { self.girl } else { 0.0 } + if england { self.england } else { 0.0 }
    }

    /// The difference between the arms in the expected score at `visit`, 0–2, with as many girls as boys and the sites'
    /// share of each country: E(score) = Σ_k P(latent ≥ k − ½), k = 1..40.
    pub fn scored_effect(&self, visit: usize) -> f64 {
        let sd = self.total_variance().sqrt();
        let score = |mean: f64| (1..=40).map(|k| Normal.sf((f64::from(k) - 0.5 - mean) / sd)).sum::<f64>();
        let mut difference = 0.0;
        for girl in [false, true] {
            for (england, country_share) in [(false, 1.0 - ENGLAND_SHARE), (true, ENGLAND_SHARE)] {
                let base = self.expected(visit, girl, england);
                for (receives, share) in [(true, self.adherence()), (false, 1.0 - self.adherence())] {
                    let shift = self.effect(visit, girl, receives);
                    difference += 0.5 * country_share * share * (score(base + shift) - score(base));
                }
            }
        }
        difference
    }
}
