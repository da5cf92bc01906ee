//! Analyses of what happened between visits: `[[events]]`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use steadfast_core::survival::{DegreesOfFreedom, Ties, Variance};

use super::{Estimand, Role};
use crate::events;

/// One question about events, answered by absolute and relative effects, unadjusted and adjusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventAnalysis {
    /// A short name without blanks, unique in the plan.
    pub id: String,
    /// The name for tables.
    pub label: String,
    /// Its place in the trial.
    pub role: Role,
    /// What is asked.
    pub kind: EventKind,
    /// What is estimated.
    pub estimand: Option<Estimand>,
    /// The name of the analysis set; the plan's first set where none is named.
    pub set: Option<String>,
    /// A further condition on the subjects, about columns that do not change within them.
    #[serde(rename = "where")]
    pub condition: Option<String>,
    /// The states of which the first is the event (time to event).
    pub event: Option<Vec<String>>,
    /// The routes out of care (incidence).
    pub routes: Option<Vec<StateGroup>>,
    /// The kinds of moves (recurrent, counts).
    pub moves: Option<Vec<MoveGroup>>,
    /// The states out of care from which re-entry is followed (re-entry).
    pub from: Option<Vec<String>>,
    /// From when time is counted (re-entry).
    pub clock: Option<Clock>,
    /// The states, each made of one state or several of the histories (occupation).
    pub states: Option<Vec<StateGroup>>,
    /// States that end observation and are no event: a finding names every one that is a way out of care.
    #[serde(default)]
    pub censored: Vec<String>,
    /// The time up to which absolute effects look.
    pub horizon: Option<f64>,
    /// Further times at which probabilities are reported.
    #[serde(default)]
    pub at: Vec<f64>,
    /// The time after which nothing counts; none where all that is known counts.
    pub follow_up: Option<f64>,
    /// The covariates of the adjusted models, formula terms; without any, and without strata, nothing is adjusted.
    #[serde(default)]
    pub covariates: Vec<String>,
    /// Whether the strata of the design are strata of the adjusted models.
    #[serde(default = "yes")]
    pub strata: bool,
    /// The columns in whose levels effects are estimated, with the interaction, by one model each.
    #[serde(default)]
    pub subgroups: Vec<String>,
    /// How events at one time are treated; `steadfast explain ties` lists the names.
    #[serde(default = "ties")]
    pub ties: String,
    /// The covariance of hazard ratios, by families; `steadfast explain vcov` lists the names.
    #[serde(default = "vcov")]
    pub vcov: String,
    /// The degrees of freedom of hazard ratios.
    #[serde(default = "df")]
    pub df: String,
    /// The confidence level.
    #[serde(default = "level")]
    pub level: f64,
    /// The keys that the plan states; what is not among them has its default.
    #[serde(skip)]
    pub stated: BTreeSet<String>,
}

/// The questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// How long until the first exit to any of some states.
    TimeToEvent,
    /// How many leave by each of several routes that compete.
    Incidence,
    /// How often children move while they are in care, and until they leave.
    Recurrent,
    /// How many moves a child has in its time in care.
    Counts,
    /// How long until children who left come back.
    ReEntry,
    /// Where children are over time, and how long.
    Occupation,
}

/// States under one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateGroup {
    /// The name for tables.
    pub name: String,
    /// The states of the histories.
    pub states: Vec<String>,
}

/// Moves under one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveGroup {
    /// The name for tables.
    pub name: String,
    /// The reasons: planned, disrupted, other, unknown.
    pub reasons: Vec<Reason>,
}

/// The reasons of moves, as tables of moves name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// A planned move.
    Planned,
    /// A disruption.
    Disrupted,
    /// Another reason.
    Other,
    /// No reason was given.
    Unknown,
}

/// From when the time to re-entry is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// From the day on which the child left care.
    #[default]
    SinceExit,
    /// From the origin of all analyses; a child is at risk from the day on which it left care.
    SinceOrigin,
}

/// What tables call that of which the plan does not speak; see the layouts of [`crate::trial::placement`].
const RESERVED: [&str; 6] = ["censored", "another exit", "another move", "terminal exit", "another state", "(start)"];

fn yes() -> bool {
    true
}

fn level() -> f64 {
    0.95
}

fn ties() -> String {
    Ties::default().name().to_owned()
}

fn vcov() -> String {
    Variance::Cr0.name().to_owned()
}

fn df() -> String {
    DegreesOfFreedom::default().name().to_owned()
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 4] = [Self::Planned, Self::Disrupted, Self::Other, Self::Unknown];

    /// The reason as tables of moves name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Disrupted => "disrupted",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

impl EventKind {
    /// The question in words.
    pub fn label(self) -> &'static str {
        match self {
            Self::TimeToEvent => "time to event",
            Self::Incidence => "cumulative incidence by route",
            Self::Recurrent => "recurrent moves",
            Self::Counts => "counts of moves",
            Self::ReEntry => "re-entry into care",
            Self::Occupation => "state occupation",
        }
    }

    /// The keys that ask about this kind, and whether each is required; the keys of the others are a contradiction.
    fn keys(self) -> &'static [(&'static str, bool)] {
        match self {
            Self::TimeToEvent => &[("event", true), ("horizon", true)],
            Self::Incidence => &[("routes", true), ("horizon", true)],
            Self::Recurrent => &[("moves", false), ("horizon", true)],
            Self::Counts => &[("moves", false)],
            Self::ReEntry => &[("from", false), ("clock", false), ("horizon", true)],
            Self::Occupation => &[("states", true), ("horizon", true)],
        }
    }
}

impl EventAnalysis {
    /// The groups of moves; all moves together where the plan names none.
    pub fn move_groups(&self) -> Vec<MoveGroup> {
        let all = || vec![MoveGroup { name: "moves".to_owned(), reasons: Reason::ALL.to_vec() }];
        self.moves.clone().unwrap_or_else(all)
    }

    /// The exits that are events, each group under its name.
    pub fn exits(&self) -> Vec<StateGroup> {
        match (&self.event, &self.routes) {
            (Some(states), _) => vec![StateGroup { name: self.label.clone(), states: states.clone() }],
            (None, Some(routes)) => routes.clone(),
            (None, None) => Vec::new(),
        }
    }

    /// The states out of care from which re-entry is followed.
    pub fn left_to(&self) -> Vec<String> {
        self.from.clone().unwrap_or_else(|| vec!["home".to_owned()])
    }

    /// The times at which probabilities are reported, ascending, the horizon among them.
    pub fn times(&self) -> Vec<f64> {
        let mut times: Vec<f64> = self.at.iter().copied().chain(self.horizon).collect();
        times.sort_by(f64::total_cmp);
        times.dedup_by(|a, b| a.total_cmp(b).is_eq());
        times
    }

    /// Whether the key that the plan may state is there.
    fn has(&self, key: &str) -> bool {
        match key {
            "event" => self.event.is_some(),
            "routes" => self.routes.is_some(),
            "moves" => self.moves.is_some(),
            "from" => self.from.is_some(),
            "clock" => self.clock.is_some(),
            "states" => self.states.is_some(),
            "horizon" => self.horizon.is_some(),
            _ => false,
        }
    }

    /// What contradicts itself, `at` naming the place of a key.
    pub(super) fn problems(&self, at: &dyn Fn(&str) -> String) -> Vec<String> {
        let mut problems = Vec::new();
        let (keys, kind) = (self.kind.keys(), self.kind.label());
        for (key, _) in keys.iter().filter(|(key, required)| *required && !self.has(key)) {
            problems.push(format!("{}: {kind} needs it", at(key)));
        }
        for key in ["event", "routes", "moves", "from", "clock", "states", "horizon"] {
            if self.has(key) && !keys.iter().any(|(known, _)| *known == key) {
                problems.push(format!("{}: {kind} has no such key", at(key)));
            }
        }
        let mut named = |key: &str, error: Option<crate::error::Error>| {
            problems.extend(error.map(|error| format!("{}: {error}", at(key))));
        };
        named("ties", events::ties(&self.ties).err());
        named("vcov", events::vcov(&self.vcov).err());
        named("df", events::dof(&self.df).err());
        if !(self.level > 0.0 && self.level < 1.0) {
            problems.push(format!("{}: between 0 and 1, such as 0.95", at("level")));
        }
        let times = self.times().into_iter().chain(self.follow_up);
        if times.into_iter().any(|time| !(time.is_finite() && time > 0.0)) {
            problems.push(format!("{}: times are positive numbers", at("horizon, at, follow_up")));
        }
        if self.follow_up.is_some_and(|end| self.times().iter().any(|time| *time > end)) {
            problems.push(format!("{}: nothing counts after it, but a time asked about is later", at("follow_up")));
        }
        problems.extend(self.group_problems(at));
        problems
    }

    /// Names that are empty or used twice, states and reasons that stand in two groups.
    fn group_problems(&self, at: &dyn Fn(&str) -> String) -> Vec<String> {
        let mut problems = Vec::new();
        let exits = self.exits();
        let exits_key = if self.event.is_some() { "event" } else { "routes" };
        let states = self.states.clone().unwrap_or_default();
        let empty = [
            ("routes", self.routes.as_ref().is_some_and(Vec::is_empty)),
            ("moves", self.moves.as_ref().is_some_and(Vec::is_empty)),
            ("states", self.states.as_ref().is_some_and(Vec::is_empty)),
            ("from", self.from.as_ref().is_some_and(Vec::is_empty)),
        ];
        problems.extend(empty.iter().filter(|(_, empty)| *empty).map(|(key, _)| format!("{}: it is empty", at(key))));
        let no_reason = |group: &&MoveGroup| group.reasons.is_empty();
        for group in self.moves.iter().flatten().filter(no_reason) {
            problems.push(format!("{}: `{}` names no reason", at("moves"), group.name));
        }
        let names = |groups: &[StateGroup]| -> Vec<(String, Vec<String>)> {
            groups.iter().map(|group| (group.name.clone(), group.states.clone())).collect()
        };
        let moves = self.moves.iter().flatten().map(|group| (group.name.clone(), Vec::new())).collect();
        for (key, groups) in [("routes", names(&exits)), ("states", names(&states)), ("moves", moves)] {
            let (mut seen, mut placed) = (BTreeSet::new(), BTreeSet::new());
            for (name, members) in groups {
                if RESERVED.contains(&name.as_str()) {
                    problems
                        .push(format!("{}: `{name}` means something of its own; name the group otherwise", at(key)));
                }
                if members.is_empty() && key != "moves" {
                    problems.push(format!("{}: no state is named", at(if key == "routes" { exits_key } else { key })));
                }
                if name.trim().is_empty() || !seen.insert(name) {
                    problems.push(format!("{}: every group has a name of its own", at(key)));
                }
                for state in members {
                    if !placed.insert(state.clone()) {
                        problems.push(format!("{}: the state `{state}` stands in two groups", at(key)));
                    }
                    if key == "routes" && self.censored.contains(&state) {
                        problems.push(format!("{}: the state `{state}` is an event and censored", at("censored")));
                    }
                }
            }
        }
        problems
    }
}
