//! How many persons are under observation at a time, and what has happened until then.

use std::collections::BTreeMap;

use serde::Serialize;
use steadfast_core::event_history::EventHistory;

/// Counts of persons in a group at a time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AtRisk {
    /// The group.
    pub group: String,
    /// The time.
    pub time: f64,
    /// Persons under observation just before; at the origin, those who are from there on.
    pub at_risk: usize,
    /// The same by the state in which they are, where there are several.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub in_state: BTreeMap<String, usize>,
    /// Events until then, by what they are.
    pub events: BTreeMap<String, usize>,
    /// Persons whose observation ended until then without an event.
    pub censored: usize,
}

/// The times of what happens in a group, each list ascending: a count is a search.
#[derive(Debug, Clone)]
pub(super) struct Counts {
    pub(super) origin: f64,
    /// The end of the last row.
    pub(super) end: f64,
    /// For each state, when rows in it start and stop.
    starts: Vec<Vec<f64>>,
    stops: Vec<Vec<f64>>,
    /// For each state, when it is passed to.
    events: Vec<Vec<f64>>,
    censored: Vec<f64>,
}

impl Counts {
    /// The counts of each of `n` groups; `last` says of each row whether it is the last of its person.
    pub(super) fn by(history: &EventHistory, codes: &[u32], n: usize) -> Vec<Self> {
        let states = history.states().len();
        let empty = Self {
            origin: f64::INFINITY,
            end: f64::NEG_INFINITY,
            starts: vec![Vec::new(); states],
            stops: vec![Vec::new(); states],
            events: vec![Vec::new(); states],
            censored: Vec::new(),
        };
        let mut counts = vec![empty; n];
        let last = last_of_persons(history);
        for (row, &code) in codes.iter().enumerate() {
            let Some(group) = counts.get_mut(code as usize) else { continue };
            let (start, stop, from) = (history.start()[row], history.stop()[row], history.from()[row] as usize);
            group.origin = group.origin.min(start);
            group.end = group.end.max(stop);
            group.starts[from].push(start);
            group.stops[from].push(stop);
            match history.to(row) {
                Some(to) => group.events[to as usize].push(stop),
                None if last[row] => group.censored.push(stop),
                None => {}
            }
        }
        for group in &mut counts {
            let lists = group.starts.iter_mut().chain(&mut group.stops).chain(&mut group.events);
            lists.chain([&mut group.censored]).for_each(|list| list.sort_by(f64::total_cmp));
        }
        counts
    }

    /// Rows under observation just before `time`, by state: as the rows of a person share no time, these are persons.
    pub(super) fn in_states(&self, time: f64) -> Vec<usize> {
        let begun = |starts: &Vec<f64>| match time <= self.origin {
            true => starts.partition_point(|start| *start <= time),
            false => starts.partition_point(|start| *start < time),
        };
        let ended = |stops: &Vec<f64>| stops.partition_point(|stop| *stop < time);
        self.starts.iter().zip(&self.stops).map(|(starts, stops)| begun(starts) - ended(stops)).collect()
    }

    /// How often `state` was passed to until `time`.
    pub(super) fn events(&self, state: usize, time: f64) -> usize {
        self.events[state].partition_point(|event| *event <= time)
    }

    /// The times at which states were passed to, ascending, each once.
    pub(super) fn times(&self) -> Vec<f64> {
        let mut times: Vec<f64> = self.events.iter().flatten().copied().collect();
        times.sort_by(f64::total_cmp);
        times.dedup_by(|a, b| a.total_cmp(b).is_eq());
        times
    }

    /// Persons whose observation ended until `time` without an event.
    pub(super) fn censored(&self, time: f64) -> usize {
        self.censored.partition_point(|end| *end <= time)
    }

    /// What there is to say about `time`.
    pub(super) fn at(&self, group: &str, states: &[String], time: f64) -> AtRisk {
        let counts = self.in_states(time);
        let several = self.starts.iter().filter(|starts| !starts.is_empty()).count() > 1;
        let in_state = states.iter().cloned().zip(counts.iter().copied()).filter(|_| several).collect();
        let passed = (0..states.len()).filter(|&state| !self.events[state].is_empty());
        AtRisk {
            group: group.to_owned(),
            time,
            at_risk: counts.iter().sum(),
            in_state,
            events: passed.map(|state| (states[state].clone(), self.events(state, time))).collect(),
            censored: self.censored(time),
        }
    }
}

/// For each row whether no later row has the same person.
fn last_of_persons(history: &EventHistory) -> Vec<bool> {
    let mut order: Vec<usize> = (0..history.n_rows()).collect();
    order.sort_by(|&a, &b| {
        history.subject()[a].cmp(&history.subject()[b]).then(history.stop()[a].total_cmp(&history.stop()[b]))
    });
    let mut last = vec![false; order.len()];
    for (at, &row) in order.iter().enumerate() {
        last[row] = order.get(at + 1).is_none_or(|&next| history.subject()[next] != history.subject()[row]);
    }
    last
}
