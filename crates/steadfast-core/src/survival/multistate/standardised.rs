//! Probabilities of states averaged over a population as if all of it were in each group.

use nalgebra::DMatrix;

use super::fit::{MultiStateFit, OccupationVariance};
use super::functional::Functionals;
use super::occupation::{Quantity, Start};
use super::paths::moves;
use crate::error::{Error, Result};
use crate::survival::standardised::{Population, StandardisedProbabilities, as_if};

/// The cluster and the weight of each person.
type Members = Vec<(u32, f64)>;

impl MultiStateFit {
    /// The mean over the people of `population` of the probability of `state` (or of the time spent there) at `times`, as if all were of each
    /// level of the column `factor`; from the same start for all.
    ///
    /// # Errors
    /// Those of [`MultiStateFit::predict`]; `not_a_factor`; `not_the_sample`; `needs_clusters` for a sampled population
    /// with another variance than the jackknife.
    pub fn standardise(
        &self,
        population: Population<'_>,
        factor: &str,
        (state, quantity): (&str, Quantity),
        start: &Start,
        times: &[f64],
        variance: OccupationVariance,
    ) -> Result<StandardisedProbabilities> {
        let sampled = matches!(population, Population::Fitted(_));
        if sampled && variance != OccupationVariance::Jackknife {
            return Err(Error::usage("needs_clusters", "only the jackknife says something of a sample of covariates"));
        }
        let (people, chosen) = self.members(population);
        let total: f64 = people.iter().map(|(_, weight)| weight).sum();
        let (s, m) = (self.states.len(), times.len());
        let wanted = self.state(state)? + if quantity == Quantity::TimeIn { s } else { 0 };
        let (groups, frames) = as_if(&population.with_rows(&chosen)?, factor)?;
        let v = groups.len() * m;
        let (mut value, mut functionals) = (vec![0.0; v], Functionals::new(self, v));
        let mut own = vec![0.0; if sampled { self.n_clusters * v } else { 0 }];
        for (group, frame) in frames.iter().enumerate() {
            let profiles = self.profiles(frame)?;
            for (row, (cluster, weight)) in people.iter().enumerate() {
                let share = weight / total;
                for (at, &time) in times.iter().enumerate() {
                    let (span, to) = (self.span(start, time)?, group * m + at);
                    let moves = moves(self, &profiles, row, span.start, span.end);
                    let path = self.path(&moves, span, None)?;
                    value[to] += share * path.value[wanted];
                    for (one, slope) in moves.iter().zip(&path.slopes) {
                        functionals.add(one, &profiles[one.transition], row, to, &slope[wanted..=wanted], share);
                    }
                    if sampled {
                        own[*cluster as usize * v + to] += share * path.value[wanted];
                    }
                }
            }
        }
        if sampled {
            for (cluster, weight) in &people {
                let into = &mut own[*cluster as usize * v..(*cluster as usize + 1) * v];
                into.iter_mut().zip(&value).for_each(|(sum, mean)| *sum -= weight / total * mean);
            }
        }
        let spread = functionals.spread(self, variance)?;
        let mut covariance = spread.covariance;
        if sampled {
            let sum: Vec<f64> = spread.clusters.iter().zip(&own).map(|(a, b)| a + b).collect();
            let all = DMatrix::from_row_slice(self.n_clusters, v, &sum);
            covariance = all.transpose() * all;
        }
        let what = if quantity == Quantity::TimeIn { format!("time in {state}") } else { state.to_owned() };
        Ok(StandardisedProbabilities { what, groups, times: times.to_vec(), value, covariance, level: 0.95 })
    }

    /// The cluster and the weight of each person, and the rows of the frame that stand for them.
    fn members(&self, population: Population<'_>) -> (Members, Vec<u32>) {
        if let Population::Fixed(frame) = population {
            let rows: Vec<u32> = (0..frame.n_rows() as u32).collect();
            return (vec![(0, 1.0); rows.len()], rows);
        }
        self.people.iter().map(|person| ((person.1, person.2), person.0)).unzip()
    }
}
