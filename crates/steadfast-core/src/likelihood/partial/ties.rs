//! What the events of one time contribute, by the convention for those that coincide.

use crate::error::{Error, Result};

/// How events at one and the same time are treated.
///
/// | here | R `coxph(ties =)` | SAS PHREG `TIES=` | Stata `stcox` |
/// |---|---|---|---|
/// | `Breslow` | `"breslow"` | `BRESLOW`, the default | `breslow`, the default |
/// | `Efron` | `"efron"`, the default | `EFRON` | `efron` |
/// | `Discrete` | `"exact"` | `DISCRETE` | `exactp` |
/// | `Marginal` | | `EXACT` | `exactm` |
///
/// "Exact" means one thing in R and another in SAS, so that nothing is called so here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Ties {
    /// Each event is at risk together with all the others.
    Breslow,
    /// Events leave the risk set one after another, each being any of them with the same probability.
    #[default]
    Efron,
    /// Time is discrete: given that d of those at risk have the event, the likelihood is that it is these d, exp(Σ_D η) / Σ exp(Σ_S η)
    /// over all sets S of d; coefficients are ln odds ratios. With one event a stratum, conditional logistic regression.
    /// O(n d p²) operations for a time with d > 1 events among n at risk.
    Discrete,
    /// Time is continuous and only recorded coarsely: the mean over all orders in which the events may have happened.
    /// Some 100 d exponentials for a time with d > 1 events, whatever the number at risk.
    Marginal,
}

/// Sums over the steps l = 0..d−1 of an event time with d events, f_l being l/d for Efron and 0 for Breslow, and
/// S_l = S0 − f_l D0 what is at risk then; w̄ is the mean weight of the events.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Steps {
    /// Σ w̄ ln S_l.
    pub(crate) log: f64,
    /// Σ w̄ / S_l and Σ w̄ f_l / S_l.
    pub(crate) first: [f64; 2],
    /// Σ w̄ / S_l², Σ w̄ f_l / S_l², Σ w̄ f_l² / S_l².
    pub(crate) second: [f64; 3],
}

impl Ties {
    /// The name by which a report knows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Breslow => "breslow",
            Self::Efron => "efron",
            Self::Discrete => "discrete",
            Self::Marginal => "marginal",
        }
    }

    /// Whether each event adds to a cumulative hazard, from which residuals, robust variances and curves are made.
    pub(crate) fn has_hazard(self) -> bool {
        matches!(self, Self::Breslow | Self::Efron)
    }

    /// Refuses `what` where events add to no cumulative hazard.
    ///
    /// # Errors
    /// `method_does_not_apply`.
    pub(crate) fn require_hazard(self, what: &str) -> Result<()> {
        if self.has_hazard() {
            return Ok(());
        }
        let message =
            format!("{what} need the hazard of every event, which {} ties do not give: take Efron's", self.name());
        Err(Error::usage("method_does_not_apply", message))
    }

    /// The sums for `d` events of total weight `weight`, `s0` being at risk, of which the events are `d0`.
    ///
    /// # Source
    /// Efron 1977, Journal of the American Statistical Association 72:557; Breslow 1974, Biometrics 30:89.
    pub(crate) fn steps(self, d: u32, weight: f64, s0: f64, d0: f64) -> Steps {
        let mut sums = Steps::default();
        if self != Ties::Efron || d == 1 {
            return Steps {
                log: weight * libm::log(s0),
                first: [weight / s0, 0.0],
                second: [weight / (s0 * s0), 0.0, 0.0],
            };
        }
        let mean = weight / f64::from(d);
        for l in 0..d {
            let f = f64::from(l) / f64::from(d);
            let at_risk = s0 - f * d0;
            let hazard = mean / at_risk;
            sums.log += mean * libm::log(at_risk);
            sums.first[0] += hazard;
            sums.first[1] += f * hazard;
            sums.second[0] += hazard / at_risk;
            sums.second[1] += f * hazard / at_risk;
            sums.second[2] += f * f * hazard / at_risk;
        }
        sums
    }
}
