//! The hazard that the model leaves open.

use crate::error::Result;
use crate::likelihood::{RiskSets, Ties};
use crate::survival::CoxFit;
use crate::survival::cox::process::Process;

/// How the baseline hazard, or survival, of a stratum is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Baseline {
    /// As the fit treats ties: Efron's hazard for Efron's ties, else Breslow's (R's `survfit` of a `coxph`).
    #[default]
    AsFitted,
    /// dΛ = Σ w δ / Σ w r, whatever the fit does (`ctype = 1`).
    Breslow,
    /// Σ over Efron's steps (`ctype = 2`).
    Efron,
    /// S₀ = Π α_k, a product over event times, the nonparametric maximum likelihood (`stype = 1`). Its errors are those of
    /// Breslow's, which it approaches; R's depend on where covariates are centred.
    ///
    /// # Source
    /// Kalbfleisch and Prentice 1973, Biometrika 60:267, eq. 12.
    KalbfleischPrentice,
}

impl Baseline {
    /// The process whose steps are the hazard, and the increments of the cumulative hazard by which survival falls.
    ///
    /// # Errors
    /// `method_does_not_apply`.
    pub(super) fn of(self, fit: &CoxFit, what: &str) -> Result<(Process, Vec<Vec<f64>>)> {
        let process = match self {
            Self::AsFitted => fit.process(what)?,
            Self::Efron => fit.process_with(Ties::Efron, what)?,
            Self::Breslow | Self::KalbfleischPrentice => fit.process_with(Ties::Breslow, what)?,
        };
        let increments = process.strata.iter().map(|stratum| match self {
            Self::KalbfleischPrentice => product_limit(fit, stratum),
            _ => stratum.steps.iter().map(|steps| steps.first[0]).collect(),
        });
        let increments = increments.collect();
        Ok((process, increments))
    }
}

/// −ln α of each time, Σ_{events} w r / (1 − α^r) = Σ_{at risk} w r; infinite where the events are all that were at risk.
fn product_limit(fit: &CoxFit, stratum: &RiskSets) -> Vec<f64> {
    let mut events: Vec<Vec<(f64, f64)>> = vec![Vec::new(); stratum.times.len()];
    for run in stratum.rows.iter().filter(|run| run.event) {
        events[run.end as usize - 1].push((fit.data().rows[run.row as usize].weight, run.risk));
    }
    events.iter().zip(&stratum.s0).map(|(events, s0)| increment(events, *s0)).collect()
}

/// The root h of Σ w r / (1 − exp(−r h)) = s0 over `events`, by bisection on a bracket and Newton within it.
fn increment(events: &[(f64, f64)], s0: f64) -> f64 {
    let own: f64 = events.iter().map(|(w, r)| w * r).sum();
    // What is left of the sums when the events are all is rounding.
    if own >= s0 * (1.0 - 1e-12) {
        return f64::INFINITY;
    }
    if let [(w, r)] = events {
        return -libm::log1p(-w * r / s0) / r;
    }
    let excess = |h: f64| events.iter().map(|(w, r)| w * r / -libm::expm1(-r * h)).sum::<f64>() - s0;
    // 1/(1 − e^{−x}) lies between 1/x and 1/x + 1, so that the root is at least Σ w / s0.
    let mut low = events.iter().map(|(w, _)| w).sum::<f64>() / s0;
    let mut high = 2.0 * low;
    while excess(high) > 0.0 {
        high *= 2.0;
    }
    let mut h = low;
    for _ in 0..200 {
        let value = excess(h);
        if value > 0.0 {
            low = h
        } else {
            high = h
        }
        let slope: f64 = -events
            .iter()
            .map(|(w, r)| {
                let gone = -libm::expm1(-r * h);
                w * r * r * libm::exp(-r * h) / (gone * gone)
            })
            .sum::<f64>();
        let newton = h - value / slope;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - h).abs() <= 2.0 * f64::EPSILON * h {
            return next;
        }
        h = next;
    }
    h
}
