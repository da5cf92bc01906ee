//! Differences and their covariance by Gray's formulae.

use nalgebra::DMatrix;

use super::counts::{Counts, Instant};

/// What strata add up to.
pub(super) struct Sums {
    pub(super) difference: Vec<f64>,
    pub(super) covariance: DMatrix<f64>,
}

impl Sums {
    pub(super) fn new(groups: usize) -> Self {
        Self { difference: vec![0.0; groups], covariance: DMatrix::zeros(groups, groups) }
    }

    /// Adds a stratum: Σ_r ∫ a_gr a_hr / h_r dF + ∫ b_gr b_hr / h_r dF_other,r, where h = Y/S and
    ///
    /// ```text
    /// a_gr = d_gr + (1 − (1 − F)/S_r) (c_gr(∞) − c_gr),   b_gr = −(1 − F)/S_r (c_gr(∞) − c_gr)
    /// d_gr = L h_r (1{g = r} − h_g/h),   c_gr = ∫ d_gr dF / (1 − F)
    /// ```
    ///
    /// # Source
    /// Gray 1988, section 2; tied events are less uncertain by (Y − d)/(Y − 1), as in his program.
    pub(super) fn add(&mut self, counts: &Counts) {
        let g = counts.groups;
        let mut c = DMatrix::zeros(g, g);
        let mut along = Vec::with_capacity(counts.instants.len());
        for now in &counts.instants {
            self.score(now);
            let d = slopes(now);
            let total: f64 = (0..g).map(|group| now.exposure(group)).sum();
            if total > 0.0 && now.pooled < 1.0 {
                c += &d * (now.caused.iter().sum::<f64>() / (total * (1.0 - now.pooled)));
            }
            along.push((d, c.clone()));
        }
        for (now, (d, until)) in counts.instants.iter().zip(along) {
            self.spread(now, &d, &(&c - until));
        }
    }

    /// L (caused − R_g/R caused).
    fn score(&mut self, now: &Instant) {
        let (all, caused) = (now.all_at_risk_of(), now.caused.iter().sum::<f64>());
        for (g, difference) in self.difference.iter_mut().enumerate() {
            let expected = if all > 0.0 { caused * now.at_risk_of(g) / all } else { 0.0 };
            *difference += now.weight * (now.caused[g] - expected);
        }
    }

    fn spread(&mut self, now: &Instant, d: &DMatrix<f64>, rest: &DMatrix<f64>) {
        let total: f64 = (0..now.at_risk.len()).map(|group| now.exposure(group)).sum();
        let caused: f64 = now.caused.iter().sum();
        for r in (0..now.at_risk.len()).filter(|r| now.exposure(*r) > 0.0) {
            let (free, h) = (now.free[r], now.exposure(r));
            let left = if now.free_after[r] > 0.0 { Some((1.0 - now.pooled_after) / now.free_after[r]) } else { None };
            if caused > 0.0 {
                let ties = if caused > 1.0 { 1.0 - (caused - 1.0) / (total * free - 1.0) } else { 1.0 };
                let a = d.column(r) + rest.column(r) * (1.0 - left.unwrap_or(0.0));
                self.covariance += &a * a.transpose() * (ties * caused / (total * h));
            }
            let other = now.other[r];
            if let Some(left) = left.filter(|_| other > 0.0) {
                let ties = if other > 1.0 { 1.0 - (other - 1.0) / (now.at_risk[r] - 1.0) } else { 1.0 };
                let b = rest.column(r) * left;
                self.covariance += &b * b.transpose() * (ties * other / (h * h));
            }
        }
    }
}

/// d: L h_r (1{g = r} − h_g/h), groups × groups.
fn slopes(now: &Instant) -> DMatrix<f64> {
    let g = now.at_risk.len();
    let total: f64 = (0..g).map(|group| now.exposure(group)).sum();
    DMatrix::from_fn(g, g, |row, r| {
        let is = f64::from(u8::from(row == r));
        if total > 0.0 { now.weight * now.exposure(r) * (is - now.exposure(row) / total) } else { 0.0 }
    })
}
