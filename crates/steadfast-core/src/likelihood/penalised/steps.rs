//! What the events of one time contribute.

use crate::likelihood::Ties;

/// Sums over the steps l of an event time: with d events, Efron takes d steps with f_l = l/d, Breslow one with f = 0. w̄ is the mean
/// weight of the events (Breslow: their weight), S_l = R − f_l D.
///
/// A step is a jump of the hazard, h_l = w̄/S_l, which the events of the time are exposed to by 1 − f_l. So both conventions are
/// profiles of a full likelihood over its jumps, in which clusters are independent.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Steps {
    /// Σ w̄ ln S_l.
    pub(super) log: f64,
    /// Σ h_l and Σ f_l h_l.
    pub(crate) first: [f64; 2],
    /// Σ h_l/S_l, Σ f_l h_l/S_l, Σ f_l² h_l/S_l.
    pub(crate) second: [f64; 3],
}

impl Steps {
    /// The sums for events counted and weighed, among those `at_risk`, of which they are `own`.
    ///
    /// # Source
    /// Efron 1977, Journal of the American Statistical Association 72:557; Breslow 1974, Biometrics 30:89.
    pub(super) fn new(ties: Ties, (count, weight): (u32, f64), at_risk: f64, own: f64) -> Self {
        let mut sums = Self::default();
        let steps = if ties == Ties::Efron { count } else { count.min(1) };
        for l in 0..steps {
            let (f, mean) = (f64::from(l) / f64::from(steps), weight / f64::from(steps));
            let left = at_risk - f * own;
            let hazard = mean / left;
            sums.log += mean * libm::log(left);
            sums.first[0] += hazard;
            sums.first[1] += f * hazard;
            sums.second[0] += hazard / left;
            sums.second[1] += f * hazard / left;
            sums.second[2] += f * f * hazard / left;
        }
        sums
    }
}
