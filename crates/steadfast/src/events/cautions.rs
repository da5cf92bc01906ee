//! What a reader of hazard ratios should know beside them.

use super::EventFitted;
use super::result::{EventResult, Robustness};

/// Fewer events than this for a coefficient bias it and its error (Peduzzi and others 1995, Journal of Clinical Epidemiology 48:1503).
const EVENTS_PER_COEFFICIENT: usize = 10;

/// Adds to `result` what the numbers of `fitted` leave unsaid.
pub(super) fn add(result: &mut EventResult, fitted: &EventFitted) {
    let mut said = vec![fitted.rows.assumed.clone(), competing(result), few_events(result), nobody(result)];
    said.push(ends(fitted));
    said.push(persons(result, fitted));
    said.push(heavy_ties(result, fitted));
    said.push(undetermined(result));
    said.push(of_the_future(fitted));
    said.push(other_events(fitted));
    said.push(result.diagnostics.as_ref().and_then(|found| found.caution()));
    result.cautions.extend(said.into_iter().flatten());
}

/// Events that end observation are named: censoring them says nothing about a world without them.
fn competing(result: &EventResult) -> Option<String> {
    let others = result.observed.events.iter().filter(|one| one.event != result.event);
    let named: Vec<String> = others.map(|one| format!("{} ({})", one.event, one.persons)).collect();
    let event = &result.event;
    if result.model == "fine-gray" {
        return Some(format!(
            "{}: ratios are of the subdistribution hazard of {event}, which says how its cumulative incidence differs and not \
             how fast it happens to those to whom nothing has happened; show every event's",
            if named.is_empty() { "no event competes".to_owned() } else { format!("{} compete", named.join(", ")) }
        ));
    }
    (!named.is_empty()).then(|| {
        format!(
            "{} end observation: hazard ratios are cause-specific, of {event} among those to whom nothing has happened yet; \
             1 − exp(−H) is no probability of {event}, `steadfast curves --kind incidence` estimates it",
            named.join(", ")
        )
    })
}

/// Ends of all events are named: a hazard of events that can still happen says nothing of how many happen.
fn ends(fitted: &EventFitted) -> Option<String> {
    let named: Vec<String> = fitted.ended.iter().map(|(name, count)| format!("{name} ({count})")).collect();
    (!named.is_empty()).then(|| {
        format!(
            "{} end all events: ratios are of hazards while events can still happen; `steadfast curves --kind mean-cumulative` counts \
             how many there are",
            named.join(", ")
        )
    })
}

fn few_events(result: &EventResult) -> Option<String> {
    let (events, p) = (result.observed.count(&result.event), result.coefficients.len());
    (p > 0 && events < EVENTS_PER_COEFFICIENT * p).then(|| {
        format!(
            "{events} events for {p} coefficient{}: fewer than {EVENTS_PER_COEFFICIENT} each, limits are approximate",
            if p == 1 { "" } else { "s" }
        )
    })
}

/// Levels at which nothing happened: their ratio is 0 or infinite, or they say nothing.
fn nobody(result: &EventResult) -> Option<String> {
    let without = result.levels.iter().filter(|one| one.observed.count(&result.event) == 0);
    let named: Vec<String> = without.map(|one| format!("{} {}", one.factor, one.level)).collect();
    (!named.is_empty()).then(|| format!("no {} at: {}", result.event, named.join("; ")))
}

/// Rows with a start are often several a person, which nobody can tell without a column of persons.
fn persons(result: &EventResult, fitted: &EventFitted) -> Option<String> {
    let nobody = result.subject.is_none() && result.cluster.is_none() && fitted.response.start.is_some();
    let said = "each row counts as a person of its own: --subject names the column that says whose rows they are";
    if nobody && fitted.rows.history.start().iter().any(|start| *start > 0.0) {
        return Some(said.to_owned());
    }
    let model = result.model == "cox" && result.vcov_method == "model" && result.vcov_reason == Robustness::Asked;
    (model && result.cluster.is_some())
        .then(|| "clusters are named and the covariance is model-based: it takes rows for independent".to_owned())
}

/// Where nothing is left to estimate, nothing else of the output says why.
fn undetermined(result: &EventResult) -> Option<String> {
    let none = result.coefficients.is_empty() && !result.aliased.is_empty();
    none.then(|| "the data determine no coefficient: every covariate is the same in all rows used".to_owned())
}

/// A covariate made of the time at which observation ends is known to nobody before then.
fn of_the_future(fitted: &EventFitted) -> Option<String> {
    let stop = &fitted.response.stop;
    fitted.fit.effects().recipe().fixed_columns().contains(stop).then(|| {
        format!(
            "`{stop}` is among the covariates: whoever stays longer has more of it, which is no cause; a coefficient that \
             changes over time is written tt(x, log({stop}))"
        )
    })
}

/// Events that nobody chose, where events recur.
fn other_events(fitted: &EventFitted) -> Option<String> {
    let named: Vec<String> = fitted.others.iter().map(|(name, count)| format!("{name} ({count})")).collect();
    (!named.is_empty()).then(|| {
        format!(
            "{} are no events here and end nothing: those after which nothing can happen, such as adoption, belong in --terminal",
            named.join(", ")
        )
    })
}

/// Where most events coincide, Breslow's estimates are pulled towards 0.
fn heavy_ties(result: &EventResult, fitted: &EventFitted) -> Option<String> {
    if result.ties != "breslow" {
        return None;
    }
    let history = &fitted.rows.history;
    let of_cause = (0..history.n_rows()).filter(|&row| history.to(row) == Some(fitted.cause));
    let mut times: Vec<f64> = of_cause.map(|row| history.stop()[row]).collect();
    let events = times.len();
    times.sort_by(f64::total_cmp);
    times.dedup_by(|a, b| a.total_cmp(b).is_eq());
    // On average two events a time: Efron's and Breslow's estimates then differ visibly.
    (events >= 2 * times.len()).then(|| {
        let times = times.len();
        format!("{events} events at {times} times: Breslow's ties pull coefficients towards 0, --ties efron does not")
    })
}
