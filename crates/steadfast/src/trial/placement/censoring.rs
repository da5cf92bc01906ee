//! What it does to an estimate when a way out of care is counted as an end of observation.

use steadfast_core::episodes::{State, StateKind};
use steadfast_core::findings::{Finding, Findings, Severity};

use crate::plan::{EventAnalysis, EventKind};

/// A warning for every state that `analysis` censors although children who reach it are lost to nobody: nothing can happen to
/// them any more, or they are out of care. States that `states` declare as censorings are none.
pub fn censored_states(analysis: &EventAnalysis, states: &[State]) -> Findings {
    let mut findings = Findings::new();
    for name in &analysis.censored {
        let Some(state) = states.iter().find(|state| state.name() == name) else { continue };
        let (code, why) = match state.kind() {
            StateKind::Censored => continue,
            StateKind::End => ("terminal_state_censored", "nothing can happen after it"),
            _ => ("exit_censored", "children in it are observed and known not to have had the event"),
        };
        findings.push(Finding {
            severity: Severity::Warning,
            file: None,
            row: None,
            column: Some("censored".to_owned()),
            code: code.to_owned(),
            message: format!("events `{}` censors `{name}`, but {why}: {}", analysis.id, consequence(analysis.kind)),
        });
    }
    findings
}

fn consequence(kind: EventKind) -> &'static str {
    match kind {
        EventKind::TimeToEvent | EventKind::Incidence | EventKind::ReEntry => {
            "children who reached it are taken to be at risk for as long as the others, so that cumulative incidences are too \
             large and times to the event too short; subdistribution hazard ratios lose their meaning, cause-specific ones keep \
             theirs. A competing event is declared by leaving the state out of `censored`"
        }
        EventKind::Recurrent | EventKind::Counts => {
            "children who reached it are taken to go on moving like the others, so that mean numbers of moves are too large. \
             A terminal event is declared by leaving the state out of `censored`"
        }
        EventKind::Occupation => {
            "children who reached it are spread over all states like the others, so that its own probability is too small. \
             It is a state like others when it is left out of `censored`"
        }
    }
}
