//! The score test of no frailty.

use nalgebra::DVector;

use super::fit::FrailtyFit;
use crate::error::{Error, Result};
use crate::likelihood::EffectTerm;
use crate::linalg;
use crate::special::Normal;

/// Commenges and Andersen's test of equal hazards in all groups, made from the Cox model alone.
#[derive(Debug, Clone, PartialEq)]
pub struct HomogeneityTest {
    /// T = Σ_g M_g² − D + Σ_k d_k Σ_g p_gk²: large where groups have more, or fewer, events than expected.
    pub statistic: f64,
    /// Its variance, β being estimated.
    pub variance: f64,
    /// T/√variance.
    pub z: f64,
    /// P(Z > z): the variance of the frailty cannot be negative.
    pub p_value: f64,
    /// P(|Z| > |z|), as emfrail has it.
    pub two_sided: f64,
}

/// A group at risk: its risk A, what its residual N − Λ = c − A H keeps besides, and Σ r x.
#[derive(Debug, Clone, Default)]
struct Group {
    risk: f64,
    c: f64,
    x: Vec<f64>,
}

/// Sums over groups: A c, A c², A, A², A² c, A³, and of x, x c, x A.
#[derive(Debug, Clone, Default)]
struct Sums {
    risk: [f64; 6],
    x: Vec<[f64; 3]>,
}

impl Sums {
    fn add(&mut self, sign: f64, group: &Group) {
        let (a, c) = (group.risk, group.c);
        let terms = [a * c, a * c * c, a, a * a, a * a * c, a * a * a];
        self.risk.iter_mut().zip(terms).for_each(|(sum, term)| *sum += sign * term);
        for (sums, x) in self.x.iter_mut().zip(&group.x) {
            sums.iter_mut().zip([*x, x * c, x * a]).for_each(|(sum, term)| *sum += sign * term);
        }
    }

    fn change(&mut self, group: &mut Group, by: impl FnOnce(&mut Group)) {
        self.add(-1.0, group);
        by(group);
        self.add(1.0, group);
    }
}

/// T without the squares of residuals, and its covariation with itself and with the score of β.
struct Moments {
    squares: f64,
    own: f64,
    cross: DVector<f64>,
}

impl Moments {
    /// Takes up an event time, `d` being the weight of its events and `h` the cumulative hazard before.
    fn take(&mut self, sums: &Sums, d: f64, h: f64) {
        let [ac, acc, s, aa, aac, aaa] = sums.risk;
        // Q_g = 2 (c_g − A_g k).
        let k = h + 1.0 / s;
        let mean = 2.0 * (ac - k * aa) / s;
        let square = 4.0 * (acc - 2.0 * k * aac + k * k * aaa) / s;
        self.squares += d * aa / (s * s);
        self.own += d * (square - mean * mean);
        for (cross, [x, xc, xa]) in self.cross.iter_mut().zip(&sums.x) {
            *cross += d * (2.0 * (xc - k * xa) / s - mean * x / s);
        }
    }
}

impl FrailtyFit {
    /// The score test of no frailty for one shared frailty; events at one time count as Breslow has it.
    ///
    /// Costs one pass over the rows: between the entries, exits and events of its own rows a group's residual is linear in the
    /// cumulative hazard.
    ///
    /// # Errors
    /// `several_parameters` for any other model; `no_variance` where the statistic does not vary.
    ///
    /// # Source
    /// Commenges and Andersen 1995, Lifetime Data Analysis 1:145.
    pub fn homogeneity_test(&self) -> Result<HomogeneityTest> {
        let term = match &self.model.penalised.effects.terms[..] {
            [term] if term.z.is_empty() => term,
            _ => return Err(Error::usage("several_parameters", "the test is of one shared frailty")),
        };
        let (statistic, moments) = self.moments(term)?;
        let variance = moments.own - moments.cross.dot(&(&self.null.vcov * &moments.cross));
        // Where all groups have the same part of all risk sets the variance is the rounding of zero.
        if variance.is_nan() || variance <= 1e-12 * moments.squares {
            return Err(Error::data("no_variance", "groups are alike at all times: there is nothing to test"));
        }
        let z = statistic / libm::sqrt(variance);
        Ok(HomogeneityTest { statistic, variance, z, p_value: Normal.sf(z), two_sided: Normal.two_sided(z) })
    }

    fn moments(&self, term: &EffectTerm) -> Result<(f64, Moments)> {
        let model = &self.model.penalised;
        let (sets, p) = (&model.sets, model.p);
        let x = |at: usize| &model.x[at * p..(at + 1) * p];
        let eta: Vec<f64> = (0..sets.n()).map(|at| linalg::dot(x(at), &self.null.solved.at)).collect();
        let state = sets.evaluate(&eta).ok_or_else(|| Error::data("not_finite", "the hazards are no numbers"))?;
        let mut moments = Moments { squares: 0.0, own: 0.0, cross: DVector::zeros(p) };
        let mut residual = vec![0.0; term.groups];
        for stratum in &sets.strata {
            let mut groups = vec![Group { x: vec![0.0; p], ..Group::default() }; term.groups];
            let mut sums = Sums { x: vec![[0.0; 3]; p], ..Sums::default() };
            let mut hazard = 0.0;
            // Somebody comes under risk (1), or leaves (−1), when the cumulative hazard is `h`.
            let pass = |at: usize, sign: f64, h: f64, groups: &mut [Group], sums: &mut Sums| {
                let r = sign * state.risk[at];
                sums.change(&mut groups[term.group[at] as usize], |group| {
                    group.risk += r;
                    group.c += r * h;
                    group.x.iter_mut().zip(x(at)).for_each(|(sum, x)| *sum += r * x);
                });
            };
            let base = stratum.slots.start as u32;
            let at_risk = |at: &usize| sets.first[*at] < sets.end[*at];
            for at in stratum.rows.clone().filter(at_risk).filter(|&at| sets.first[at] == base) {
                pass(at, 1.0, 0.0, &mut groups, &mut sums);
            }
            let mut late = stratum.late.iter().rev().map(|&at| at as usize).peekable();
            let mut leaving = stratum.rows.clone().filter(at_risk).peekable();
            for slot in stratum.slots.clone() {
                while let Some(at) = late.next_if(|&at| sets.first[at] as usize <= slot) {
                    pass(at, 1.0, hazard, &mut groups, &mut sums);
                }
                let d = sets.deaths[slot].1;
                moments.take(&sums, d, hazard);
                hazard += d / sums.risk[2];
                while let Some(at) = leaving.next_if(|&at| sets.end[at] as usize <= slot + 1) {
                    if sets.event[at] {
                        let weight = sets.weight[at];
                        sums.change(&mut groups[term.group[at] as usize], |group| group.c += weight);
                    }
                    pass(at, -1.0, hazard, &mut groups, &mut sums);
                }
            }
            residual.iter_mut().zip(&groups).for_each(|(sum, group)| *sum += group.c - group.risk * hazard);
        }
        let events: f64 = sets.deaths.iter().map(|(_, weight)| weight).sum();
        let squares: f64 = residual.iter().map(|m| m * m).sum();
        Ok((squares - events + moments.squares, moments))
    }
}
