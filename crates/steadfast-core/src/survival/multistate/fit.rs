//! Fitted models of transitions, and what they are asked about coefficients and hazards.

use libm::sqrt;
use nalgebra::DMatrix;

use super::component::{Component, Profile};
use super::functional::Functionals;
use super::paths::{Steps, moves};
use super::{MultiState, Transition};
use crate::error::Result;
use crate::event_history::EventHistory;
use crate::frame::Frame;
use crate::inference::Inference;
use crate::survival::Variance;

/// What standard errors of probabilities are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OccupationVariance {
    /// Events are a counting process with the hazards of the model: Σ dN/S0² for the increments, the inverse information for β̂, and
    /// the delta method through both.
    ///
    /// # Source
    /// Andersen, Borgan, Gill and Keiding 1993, section VII.2.3.
    Model,
    /// As mstate's `probtrans` of `msfit(vartype = "aalen")`: the variance of each hazard is taken to grow by independent increments,
    /// although those of β̂ are common to all times.
    ///
    /// # Source
    /// de Wreede, Fiocco and Putter 2010, Computer Methods and Programs in Biomedicine 99:261; Andersen, Borgan, Gill and Keiding 1993,
    /// eq. 4.4.19.
    Increments,
    /// As mstate's with Greenwood's covariance of the increments; for models without covariates.
    Greenwood,
    /// The infinitesimal jackknife over clusters: those of `cluster()`, else persons.
    #[default]
    Jackknife,
}

/// Where a transition is modelled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) component: usize,
    pub(super) member: usize,
}

/// The models of all transitions.
#[derive(Debug, Clone)]
pub struct MultiStateFit {
    formula: String,
    pub(super) states: Vec<String>,
    transitions: Vec<Transition>,
    pub(super) components: Vec<Component>,
    /// For each transition.
    pub(super) places: Vec<Place>,
    pub(super) steps: Steps,
    pub(super) n_clusters: usize,
    /// The first row of each person: its row of the frame, its cluster and its weight.
    pub(super) people: Vec<(u32, u32, f64)>,
    source: Vec<u32>,
    names: Vec<String>,
    beta: Vec<f64>,
}

/// The cumulative hazard of a transition.
#[derive(Debug, Clone, PartialEq)]
pub struct TransitionHazard {
    /// The row of the new frame.
    pub row: usize,
    /// The transition.
    pub transition: Transition,
    /// The time.
    pub time: f64,
    /// The cumulative hazard.
    pub hazard: f64,
    /// Its standard error.
    pub std_error: f64,
}

impl MultiStateFit {
    pub(super) fn new(
        spec: &MultiState,
        states: Vec<String>,
        transitions: Vec<Transition>,
        components: Vec<Component>,
        history: &EventHistory,
        source: Vec<u32>,
    ) -> Self {
        let state = |name: &String| states.iter().position(|known| known == name).unwrap_or_default();
        let place = |(at, transition): (usize, &Transition)| {
            let holds = |part: &Component| part.members.iter().position(|member| member.transition == at);
            let found = components.iter().enumerate().find_map(|(c, part)| Some((c, holds(part)?)));
            let (component, member) = found.unwrap_or_default();
            Place { from: state(&transition.from), to: state(&transition.to), component, member }
        };
        let places = transitions.iter().enumerate().map(place).collect();
        let scaled = |part: &Component| part.beta.iter().zip(&part.scale).map(|(b, s)| b * s).collect::<Vec<f64>>();
        Self {
            formula: spec.formula.to_string(),
            beta: components.iter().flat_map(scaled).collect(),
            names: components.iter().flat_map(|part| part.names.clone()).collect(),
            n_clusters: history.cluster().iter().max().map_or(0, |last| *last as usize + 1),
            people: people(history, &source),
            states,
            transitions,
            components,
            places,
            steps: spec.steps,
            source,
        }
    }

    /// The formula of the transitions that have none of their own.
    pub fn formula(&self) -> &str {
        &self.formula
    }

    /// The states.
    pub fn states(&self) -> &[String] {
        &self.states
    }

    /// The transitions that are modelled.
    pub fn transitions(&self) -> &[Transition] {
        &self.transitions
    }

    /// The names of the coefficients, such as `age: care -> home`.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The ln hazard ratios.
    pub fn beta(&self) -> &[f64] {
        &self.beta
    }

    /// The rows of the frame that were used, ascending.
    pub fn rows(&self) -> &[u32] {
        &self.source
    }

    /// The log partial likelihood of all transitions where all coefficients are zero, and at the optimum.
    pub fn log_likelihood(&self) -> (f64, f64) {
        let sums =
            |(null, fitted): (f64, f64), part: &Component| (null + part.null, fitted + part.evaluation.log_likelihood);
        self.components.iter().fold((0.0, 0.0), sums)
    }

    /// For each transition, the number of events.
    pub fn n_events(&self) -> usize {
        self.components.iter().map(|part| part.likelihood.n_events()).sum()
    }

    /// Estimates and tests: [`Variance::Model`], or [`Variance::Cr0`] and [`Variance::Cr1`] over clusters, which say how transitions
    /// of one person go together.
    ///
    /// # Errors
    /// `method_does_not_apply` for the other variances.
    pub fn inference(&self, variance: Variance) -> Result<Inference> {
        let p = self.beta.len();
        let scale: Vec<f64> = self.components.iter().flat_map(|part| part.scale.clone()).collect();
        let mut vcov = DMatrix::zeros(p, p);
        match variance {
            Variance::Model => {
                let mut first = 0;
                for part in &self.components {
                    vcov.view_mut((first, first), (part.p(), part.p())).copy_from(&part.vcov);
                    first += part.p();
                }
            }
            Variance::Cr0 | Variance::Cr1 => {
                let clusters = self.influence();
                let used = clusters.row_iter().filter(|row| row.iter().any(|value| value.abs() > 0.0)).count() as f64;
                vcov = clusters.transpose() * clusters;
                if variance == Variance::Cr1 {
                    vcov *= used / (used - 1.0);
                }
            }
            other => {
                let message = format!("a multi-state model has no covariance of the kind {}", other.name());
                return Err(crate::error::Error::usage("method_does_not_apply", message));
            }
        }
        let vcov = DMatrix::from_fn(p, p, |i, j| vcov[(i, j)] * scale[i] * scale[j]);
        Ok(Inference::normal(self.names.clone(), &self.beta, vcov, variance.name()))
    }

    /// The changes of all coefficients with each cluster, clusters × p, in the engine's units.
    fn influence(&self) -> DMatrix<f64> {
        let mut found = DMatrix::zeros(self.n_clusters, self.beta.len());
        let mut first = 0;
        for part in &self.components {
            let p = part.p();
            for (row, change) in part.dfbeta().chunks_exact(p.max(1)).enumerate() {
                for (j, value) in change.iter().enumerate() {
                    found[(part.cluster[row] as usize, first + j)] += value;
                }
            }
            first += p;
        }
        found
    }

    /// The rows of `frame` as each transition sees them.
    pub(super) fn profiles(&self, frame: &Frame) -> Result<Vec<Profile>> {
        let of = |place: &Place| {
            let part = &self.components[place.component];
            part.profiles(&part.members[place.member], frame)
        };
        self.places.iter().map(of).collect()
    }

    /// The cumulative hazard of each transition at `times`, for the rows of `new`.
    ///
    /// # Errors
    /// Those of new rows: `unknown_column`, `missing_value`, `not_finite`, `unknown_level`, `not_estimable`,
    /// `unknown_stratum`; `method_does_not_apply` for a variance of probabilities.
    pub fn hazards(&self, new: &Frame, times: &[f64], variance: OccupationVariance) -> Result<Vec<TransitionHazard>> {
        let (profiles, m) = (self.profiles(new)?, times.len());
        let q = m * self.transitions.len();
        let mut found = Vec::with_capacity(new.n_rows() * q);
        for row in 0..new.n_rows() {
            let (mut value, mut functionals) = (vec![0.0; q], Functionals::new(self, q));
            for one in moves(self, &profiles, row, f64::NEG_INFINITY, f64::INFINITY) {
                for (at, _) in times.iter().enumerate().filter(|(_, time)| one.time <= **time) {
                    let to = one.transition * m + at;
                    value[to] += one.size;
                    functionals.add(&one, &profiles[one.transition], row, to, &[1.0], 1.0);
                }
            }
            let spread = functionals.spread(self, variance)?;
            for (transition, of) in self.transitions.iter().enumerate() {
                for (at, &time) in times.iter().enumerate() {
                    let to = transition * m + at;
                    let std_error = sqrt(spread.covariance[(to, to)].max(0.0));
                    found.push(TransitionHazard { row, transition: of.clone(), time, hazard: value[to], std_error });
                }
            }
        }
        Ok(found)
    }
}

/// The first row of each person, in the order of the frame.
fn people(history: &EventHistory, source: &[u32]) -> Vec<(u32, u32, f64)> {
    let mut order: Vec<usize> = (0..history.n_rows()).collect();
    let key = |row: usize| (history.subject()[row], history.start()[row]);
    order.sort_by(|&a, &b| key(a).0.cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1)));
    order.dedup_by_key(|row| history.subject()[*row]);
    order.sort_unstable();
    order.into_iter().map(|row| (source[row], history.cluster()[row], history.weight()[row])).collect()
}
