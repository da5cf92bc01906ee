//! What a reader of curves should know beside them.

use super::result::CurveResult;
use super::{Curves, Kind};

/// Fewer people than this at risk make a step of a curve an event of one of them.
const PERSONS: usize = 10;

/// With fewer clusters a jackknife variance is too small on average.
const CLUSTERS: usize = 40;

/// Adds to `result` what the numbers of `curves` leave unsaid.
pub(super) fn add(result: &mut CurveResult, curves: &Curves) {
    let said = [
        curves.rows.assumed.clone(),
        censored(result),
        any_event(result, curves),
        few_persons(result),
        few_clusters(result),
        persons(result, curves),
    ];
    result.cautions.extend(said.into_iter().flatten());
}

/// Events that are censored are named: nobody lives where they do not happen.
fn censored(result: &CurveResult) -> Option<String> {
    let (names, cause) = (&result.censored_events, result.cause.as_deref().unwrap_or_default());
    (!names.is_empty()).then(|| {
        format!(
            "{} ends observation: the curve shows the hazard of {cause} alone; do not read 1 − S as a probability, \
             --kind incidence estimates it",
            names.join(", ")
        )
    })
}

/// Where events are of several kinds, survival is until the first of any.
fn any_event(result: &CurveResult, curves: &Curves) -> Option<String> {
    let happened: Vec<String> = {
        let states = curves.history.states();
        let happens = |at: &usize| (0..curves.history.n_rows()).any(|row| curves.history.to(row) == Some(*at as u32));
        (1..states.len()).filter(happens).map(|at| states[at].clone()).collect()
    };
    (curves.spec.kind == Kind::Survival && result.cause.is_none() && happened.len() > 1)
        .then(|| format!("event-free: without any of {}", happened.join(", ")))
}

/// The first reported time at which few are left in a group.
fn few_persons(result: &CurveResult) -> Option<String> {
    let few: Vec<String> = result
        .groups
        .iter()
        .filter_map(|group| {
            let of_group = result.at_risk.iter().filter(|one| one.group == group.group);
            let first = of_group.filter(|one| one.at_risk < PERSONS).map(|one| one.time).next()?;
            Some(format!("{} at {first}", group.group))
        })
        .collect();
    (!few.is_empty()).then(|| format!("fewer than {PERSONS} persons at risk: {}", few.join(", ")))
}

fn few_clusters(result: &CurveResult) -> Option<String> {
    let few = result.groups.iter().filter(|group| group.observed.clusters < CLUSTERS);
    let few: Vec<String> = few.map(|group| format!("{} ({})", group.group, group.observed.clusters)).collect();
    (result.cluster.is_some() && !few.is_empty())
        .then(|| format!("few clusters: {}; standard errors are too small on average with so few", few.join(", ")))
}

/// Rows with a start are often several a person, which nobody can tell without a column of persons.
fn persons(result: &CurveResult, curves: &Curves) -> Option<String> {
    let nobody = result.subject.is_none() && curves.response.start.is_some();
    (nobody && curves.history.start().iter().any(|start| *start > 0.0)).then(|| {
        "each row counts as a person of its own: --subject names the column that says whose rows they are".to_owned()
    })
}
