//! What a reader must be able to find in the pictures.

use super::*;

fn curve(scale: CurveScale) -> CurveFigure {
    let group = |name: &str, hazard: f64| CurveGroup {
        name: name.to_owned(),
        start: 1.0,
        steps: (1..=24)
            .map(|month| {
                let estimate = (-hazard * f64::from(month)).exp();
                CurveStep {
                    time: f64::from(month),
                    estimate,
                    limits: Some((0.9 * estimate, (1.1 * estimate).min(1.0))),
                }
            })
            .collect(),
        table: table_times(24.0).into_iter().map(|time| TableEntry { time, at_risk: 97, events: 4 }).collect(),
    };
    CurveFigure {
        time: "Months since randomisation".to_owned(),
        value: "Not yet in a permanent home".to_owned(),
        scale,
        horizon: 24.0,
        groups: vec![group("NIM", 0.05), group("SAU & others", 0.03)],
        counted: "Children at risk (events so far)".to_owned(),
    }
}

#[test]
fn a_curve_names_its_groups_and_counts_those_at_risk() {
    let svg = curve(CurveScale::Probability).svg();
    for part in ["NIM", "SAU &amp; others", "Months since randomisation", "97 (4)", "Children at risk"] {
        assert!(svg.contains(part), "{part}");
    }
    assert_eq!(svg.matches("97 (4)").count(), 2 * table_times(24.0).len());
}

#[test]
fn ticks_of_time_are_those_that_people_count_in() {
    assert_eq!(table_times(24.0), [0.0, 6.0, 12.0, 18.0, 24.0]);
    assert_eq!(table_times(30.0), [0.0, 6.0, 12.0, 18.0, 24.0, 30.0]);
    assert_eq!(table_times(3.0), [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]);
    assert_eq!(table_times(1000.0), [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]);
}

#[test]
fn stacked_states_fill_the_panel() {
    let panel = |name: &str, n| OccupationPanel {
        name: name.to_owned(),
        n,
        steps: vec![(0.0, vec![1.0, 0.0, 0.0]), (6.0, vec![0.5, 0.3, 0.2]), (18.0, vec![0.2, 0.5, 0.3])],
    };
    let states = ["In care", "At home", "Adopted"].map(str::to_owned).to_vec();
    let figure = OccupationFigure {
        time: "Months".to_owned(),
        horizon: 24.0,
        states,
        panels: vec![panel("NIM", 97), panel("SAU", 96)],
    };
    let svg = figure.svg();
    for part in ["NIM (n = 97)", "SAU (n = 96)", "In care", "At home", "Adopted"] {
        assert!(svg.contains(part), "{part}");
    }
}

#[test]
fn a_forest_writes_each_effect_beside_its_interval() {
    let effect = |label: &str, estimate: f64| ForestRow::Effect {
        label: label.to_owned(),
        numbers: "31/120 v 22/118".to_owned(),
        estimate,
        low: estimate * 0.6,
        high: estimate * 1.7,
    };
    let figure = ForestFigure {
        effect: "Hazard ratio (95 % interval)".to_owned(),
        scale: EffectScale::Ratio,
        favours: Some(("favours SAU".to_owned(), "favours NIM".to_owned())),
        rows: vec![
            effect("All", 1.4),
            ForestRow::Heading("Country".to_owned()),
            effect("England", 1.5),
            effect("Scotland", 0.5),
        ],
    };
    let svg = figure.svg();
    for part in ["1.40 (0.84 to 2.38)", "England", "31/120 v 22/118", "favours NIM →"] {
        assert!(svg.contains(part), "{part}");
    }
}

#[test]
fn a_sequence_has_a_line_for_each_person() {
    let person = |stop: f64| {
        vec![SequenceSpell { start: 0.0, stop, state: 0 }, SequenceSpell { start: stop, stop: 24.0, state: 1 }]
    };
    let group =
        SequenceGroup { name: "NIM".to_owned(), sequences: (1..=40).map(|at| person(f64::from(at) / 2.0)).collect() };
    let states = ["In care", "At home"].map(str::to_owned).to_vec();
    let many = SequenceGroup { name: "SAU".to_owned(), sequences: vec![person(5.0); 1000] };
    let figure = SequenceFigure { time: "Months".to_owned(), horizon: 24.0, states, groups: vec![group, many] };
    let svg = figure.svg();
    assert!(svg.contains("NIM (n = 40)") && svg.contains("SAU (330 shown of 1000)"), "{}", &svg[..400]);
    assert!(svg.matches("<rect").count() >= 80);
}
