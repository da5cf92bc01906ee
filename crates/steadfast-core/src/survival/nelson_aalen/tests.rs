use super::*;
use crate::event_history::{Columns, Spells};
use crate::frame::{Column, Frame};

/// Home after the given months, or (0) still in care then; each with a family.
fn children(rows: &[(f64, i64, i64)]) -> EventHistory {
    let frame = Frame::new(vec![
        Column::float("months", rows.iter().map(|row| row.0).collect()),
        Column::integer("home", rows.iter().map(|row| row.1).collect()),
        Column::integer("family", rows.iter().map(|row| row.2).collect()),
    ]);
    EventHistory::from_frame(&frame.unwrap(), &Columns::new("months", "home").cluster("family")).unwrap()
}

const SEVEN: [(f64, i64, i64); 7] =
    [(2.0, 1, 1), (3.0, 1, 2), (3.0, 1, 3), (3.0, 0, 4), (4.0, 0, 5), (5.0, 1, 6), (8.0, 0, 7)];

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b}");
}

#[test]
fn seven_children_by_hand() {
    let history = children(&SEVEN);
    let spec = NelsonAalen::new("(start)", "home").variance(HazardVariance::Poisson);
    let together = spec.clone().estimate(&history).unwrap();
    let last = together.curve(0).unwrap().hazard(2).unwrap();
    // 1/7 + 2/6 + 1/2 = 41/42; 1/49 + 2/36 + 1/4.
    close(last.estimate, 41.0 / 42.0, 1e-15);
    close(last.std_error * last.std_error, 1.0 / 49.0 + 1.0 / 18.0 + 0.25, 1e-15);
    assert_eq!((last.time, last.n_at_risk, last.events), (5.0, 2, 1.0));
    let successive = spec.ties(TiedHazards::Successive).estimate(&history).unwrap();
    let last = successive.curve(0).unwrap().hazard(2).unwrap();
    // 1/7 + 1/6 + 1/5 + 1/2 = 212/210.
    close(last.estimate, 212.0 / 210.0, 1e-15);
    close(last.std_error * last.std_error, 1.0 / 49.0 + 1.0 / 36.0 + 0.04 + 0.25, 1e-15);
    // The jackknife by its definition: the squares of Σ (dN_i − Y_i dA)/Y, summed over the children.
    let jackknife = NelsonAalen::new("(start)", "home").estimate(&history).unwrap();
    let mut variance = 0.0;
    for (time, event, _) in SEVEN {
        let hazards = [(2.0, 1.0 / 7.0, 7.0), (3.0, 2.0 / 6.0, 6.0), (5.0, 0.5, 2.0)];
        let own: f64 = hazards
            .iter()
            .filter(|(at, _, _)| *at <= time)
            .map(|(at, hazard, y)| (f64::from(u8::from(*at >= time && event == 1)) - hazard) / y)
            .sum();
        variance += own * own;
    }
    let found = jackknife.curve(0).unwrap().hazard(2).unwrap();
    close(found.std_error * found.std_error, variance, 1e-15);
    let survival = together.curve(0).unwrap().survival(2).unwrap();
    close(survival.probability, (-41.0_f64 / 42.0).exp(), 1e-15);
}

#[test]
fn limits_are_of_the_scale_that_is_named() {
    let history = children(&SEVEN);
    let of = |scale| {
        let spec = NelsonAalen::new("(start)", "home").variance(HazardVariance::Poisson).scale(scale);
        spec.estimate(&history).unwrap().curve(0).unwrap().hazard(0).unwrap().limits.unwrap()
    };
    // 1/7 with the standard error 1/7.
    let z = 1.959_963_984_540_054;
    let (low, high) = of(CumulativeScale::Plain);
    close(low, (1.0 - z) / 7.0, 1e-14);
    close(high, (1.0 + z) / 7.0, 1e-14);
    let (low, high) = of(CumulativeScale::Log);
    close(low, (-z).exp() / 7.0, 1e-14);
    close(high, z.exp() / 7.0, 1e-13);
    assert_eq!(CumulativeScale::Log.limits(0.0, 0.0, z), None);
}

#[test]
fn siblings_with_the_same_fate_are_one_child_as_to_the_error() {
    let twice: Vec<(f64, i64, i64)> = SEVEN.iter().chain(&SEVEN).copied().collect();
    let (once, twice) = (children(&SEVEN), children(&twice));
    let of = |history: &EventHistory| {
        NelsonAalen::new("(start)", "home").estimate(history).unwrap().curve(0).unwrap().hazard(2).unwrap()
    };
    close(of(&once).estimate, of(&twice).estimate, 1e-15);
    close(of(&once).std_error, of(&twice).std_error, 1e-15);
}

#[test]
fn what_happens_while_nobody_is_at_risk_and_weights_of_zero_change_nothing() {
    let spells = |weight: Vec<f64>| Spells {
        states: ["care", "home"].map(str::to_owned).to_vec(),
        subject: vec![0, 1, 2],
        cluster: vec![0, 1, 2],
        start: vec![-3.0, -2.0, 5.0],
        stop: vec![-1.0, 0.0, 6.0],
        from: vec![0; 3],
        to: vec![Some(1); 3],
        weight,
    };
    // Nobody is observed from 0 to 5: the hazard stands still there, and goes on.
    let hazards = NelsonAalen::new("care", "home").estimate(&EventHistory::new(spells(vec![1.0; 3])).unwrap()).unwrap();
    let curve = hazards.curve(0).unwrap();
    let found: Vec<f64> = (0..3).map(|k| curve.hazard(k).unwrap().estimate).collect();
    assert_eq!(found, [0.5, 1.5, 2.5]);
    let history = EventHistory::new(spells(vec![1.0, 0.0, 0.0])).unwrap();
    let hazards = NelsonAalen::new("care", "home").estimate(&history).unwrap();
    let found = hazards.curve(0).unwrap().hazard(2).unwrap();
    assert_eq!((found.estimate, found.std_error, found.events), (1.0, 0.0, 0.0));
}

#[test]
fn requests_that_cannot_be_answered_have_their_codes() {
    let history = children(&SEVEN);
    let code = |spec: NelsonAalen| spec.estimate(&history).unwrap_err().code();
    assert_eq!(code(NelsonAalen::new("(start)", "away")), "unknown_state");
    assert_eq!(code(NelsonAalen::new("(start)", "home").level(0.0)), "bad_level");
    assert_eq!(code(NelsonAalen::new("(start)", "home").ties(TiedHazards::Successive)), "unsupported_variance");
    // Nobody leaves home: there is a curve without a time.
    let empty = NelsonAalen::new("home", "(start)").estimate(&history).unwrap();
    assert_eq!(empty.curve(0).unwrap().hazard(0).unwrap_err().code(), "unknown_time");
    assert_eq!(empty.curve(1).unwrap_err().code(), "unknown_group");
}
