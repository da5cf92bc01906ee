//! A two-arm trial with repeated visits and drop-out.

use steadfast_core::frame::{Column, Frame, Role};
use steadfast_core::rng::{Purpose, Stream, Streams};

use super::{factor, frame, identifiers};

/// The dictionary of [`trial`] at four visits.
pub const TRIAL_DICTIONARY: &str = r#"
[columns.subject]
type = "id"
role = "subject"
[columns.visit]
type = "factor"
role = "visit"
levels = ["v1", "v2", "v3", "v4"]
[columns.arm]
type = "factor"
role = "arm"
levels = ["control", "active"]
[columns.base]
type = "float"
role = "baseline"
[columns.y]
type = "float"
role = "outcome"
"#;

/// Difference between the arms at the last visit; at visit j of m it is j/m of this.
pub const EFFECT: f64 = 2.0;
/// Change in y a point of `base`.
pub const BASE_COEFFICIENT: f64 = 0.6;

/// A trial of `n` subjects with `subject`, `visit` (`v1` …), `arm` (`control`, `active`, in turn), `base` and `y`; one row
/// a subject and attended visit.
///
/// With z₁ … z_m the deviations of a subject, z_j = φ_j z_{j−1} + √(1 − φ_j²) ε_j with φ_j = 0.8 − 0.6/j and
/// standard deviation 4 + 0.5 j, so that no two correlations or variances are equal, `y = 20 − 0.5 j + 0.6 base + effect +
/// z_j`. A subject leaves with probability `p_dropout`, completely at random, after each visit but the last equally
/// likely, and does not return.
///
/// # Panics
/// Never for fewer than 2³² subjects.
pub fn trial(n: usize, visits: usize, p_dropout: f64, seed: u64) -> Frame {
    let streams = Streams::new(seed, Purpose::new("simulate: trial"));
    let capacity = n * visits;
    let (mut y, mut base) = (Vec::with_capacity(capacity), Vec::with_capacity(capacity));
    let (mut subjects, mut at, mut arms) =
        (Vec::with_capacity(capacity), Vec::with_capacity(capacity), Vec::with_capacity(capacity));
    for subject in 0..n {
        let mut draw = streams.stream(0, subject as u64);
        let attended = attended(&mut draw, visits, p_dropout);
        let (arm, baseline) = (subject % 2, 10.0 + 5.0 * draw.normal());
        let mut deviation = draw.normal();
        for visit in 0..attended {
            let j = (visit + 1) as f64;
            if visit > 0 {
                let phi = 0.8 - 0.6 / j;
                deviation = phi * deviation + (1.0 - phi * phi).sqrt() * draw.normal();
            }
            let effect = arm as f64 * EFFECT * j / visits as f64;
            y.push(20.0 - 0.5 * j + BASE_COEFFICIENT * baseline + effect + (4.0 + 0.5 * j) * deviation);
            base.push(baseline);
            subjects.push(subject as u32);
            at.push(visit as u32);
            arms.push(arm as u32);
        }
    }
    let visit_names = identifiers(visits).into_iter().map(|number| format!("v{number}")).collect();
    frame(vec![
        factor("subject", identifiers(n), subjects).with_role(Role::Subject),
        factor("visit", visit_names, at).with_role(Role::Visit),
        factor("arm", vec!["control".to_owned(), "active".to_owned()], arms).with_role(Role::Arm),
        Column::float("base", base).with_role(Role::Baseline),
        Column::float("y", y).with_role(Role::Outcome),
    ])
}

/// How many visits a subject attends, at least one where there is one.
fn attended(draw: &mut Stream, visits: usize, p_dropout: f64) -> usize {
    let leaves = draw.bernoulli(p_dropout);
    match draw.below(visits.saturating_sub(1) as u64) {
        Some(before_leaving) if leaves => before_leaving as usize + 1,
        _ => visits,
    }
}
