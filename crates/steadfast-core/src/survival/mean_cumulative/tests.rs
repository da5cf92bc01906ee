use super::*;
use crate::event_history::Columns;
use crate::frame::{Column, Frame};
use crate::rng::{Purpose, Stream, Streams};

/// One row an event or an end of observation: child, family, arm, time, event.
type Rows = Vec<(i64, i64, i64, f64, &'static str)>;

fn frame(rows: &Rows) -> Frame {
    Frame::new(vec![
        Column::integer("child", rows.iter().map(|row| row.0).collect()),
        Column::integer("family", rows.iter().map(|row| row.1).collect()),
        Column::integer("arm", rows.iter().map(|row| row.2).collect()),
        Column::float("time", rows.iter().map(|row| row.3).collect()),
        Column::factor("event", rows.iter().map(|row| row.4)),
    ])
    .unwrap()
}

fn history(rows: &Rows, terminal: &[&str]) -> (RecurrentHistory, Factor) {
    let frame = frame(rows);
    let columns = Columns::new("time", "event").subject("child").cluster("family").censored("none");
    let history = RecurrentHistory::from_frame(&frame, &columns, terminal).unwrap();
    let arm = frame.select(history.observation().source());
    (history, arm.column("arm").unwrap().to_factor())
}

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b}");
}

/// mets 1.3.2: recurrentMarginal of the phreg fits of events and of deaths, clustered by child.
fn seven() -> Rows {
    let of = |child: i64, events: &[(f64, &'static str)]| -> Rows {
        events.iter().map(|(time, what)| (child, child, child % 2, *time, *what)).collect()
    };
    [
        of(1, &[(2.0, "move"), (5.0, "move"), (6.1, "adopted")]),
        of(2, &[(3.0, "move"), (9.0, "none")]),
        of(3, &[(4.2, "adopted")]),
        of(4, &[(1.0, "move"), (4.0, "move"), (6.0, "move"), (8.0, "adopted")]),
        of(5, &[(3.5, "none")]),
        of(6, &[(7.0, "move"), (10.0, "adopted")]),
        of(7, &[(2.5, "move"), (4.5, "move"), (7.5, "none")]),
    ]
    .concat()
}

#[test]
fn means_and_errors_with_an_end_are_by_hand_and_those_of_mets() {
    let (history, _) = history(&seven(), &["adopted"]);
    let moves = MeanCumulative::new().estimate(&history).unwrap();
    // Until 4: 4/7 with 7 at risk (1, 2, 2.5, 3), and 1/6; then 5/6 are left of whom 1/5 move at 4.5, 5 and 6; adopted at 6.1; and 7.
    let expected = 4.0 / 7.0 + 1.0 / 6.0 + 5.0 / 6.0 * 3.0 / 5.0 + 5.0 / 6.0 * 4.0 / 5.0 / 4.0;
    let at = moves.at(7.0).unwrap();
    close(at.mean(0).unwrap().estimate, expected, 1e-15);
    close(at.remaining(0).unwrap().estimate, 2.0 / 3.0, 1e-15);
    let last = moves.at(10.0).unwrap().mean(0).unwrap();
    close(last.estimate, expected, 1e-15);
    let printed = MeanCumulative::new().variance(MeanVariance::GhoshLin).estimate(&history).unwrap();
    let errors = [(1.0, 0.132_260_014_253_221_65), (4.0, 0.272_041_516_614_080_16), (7.0, 0.368_744_875_376_965_9)];
    for (time, error) in errors {
        close(printed.at(time).unwrap().mean(0).unwrap().std_error, error, 1e-14);
    }
    // 1, 2, 2.5, 3, 4, 4.2, 4.5, 5, 6, 6.1, 7.
    close(printed.curve(0).unwrap().mean(8).unwrap().std_error, 0.429_445_285_721_423_8, 1e-14);
    // The jackknife divides by those who stay.
    assert!(moves.at(7.0).unwrap().mean(0).unwrap().std_error > 0.38);
    // Without an end it is Σ d/Y: 4/7 + 1/6 + 3/5 + 1/4.
    let censored = MeanCumulative::new().ending(Ending::Censored).estimate(&history).unwrap();
    close(censored.at(7.0).unwrap().mean(0).unwrap().estimate, 4.0 / 7.0 + 1.0 / 6.0 + 0.6 + 0.25, 1e-15);
    for (k, time) in moves.curve(0).unwrap().times().iter().enumerate() {
        let (along, alone) = (moves.curve(0).unwrap().mean(k).unwrap(), moves.at(*time).unwrap().mean(0).unwrap());
        close(along.std_error, alone.std_error, 1e-14);
    }
}

/// Children of families with moves, some adopted, in two arms that families may span.
fn families(seed: u64) -> Rows {
    let mut stream: Stream = Streams::new(seed, Purpose::new("moves")).stream(0, 0);
    let mut below = |n: u64| stream.below(n).unwrap();
    let mut rows = Vec::new();
    for child in 0..40 {
        let mut time = 0.0;
        let arm = below(2) as i64;
        for _ in 0..below(4) {
            time += 1.0 + below(5) as f64;
            rows.push((child, child / 3, arm, time, "move"));
        }
        time += 1.0 + below(4) as f64;
        rows.push((child, child / 3, arm, time, if below(3) == 0 { "adopted" } else { "none" }));
    }
    rows
}

/// ∫ S(u−) dR(u) until `time` among children of `arm`, each with a weight, by its definition.
fn slow(rows: &Rows, arm: i64, weight: &[f64], time: f64) -> f64 {
    let end = |child: i64| rows.iter().filter(|row| row.0 == child).map(|row| row.3).fold(0.0, f64::max);
    let own: Vec<_> = rows.iter().filter(|row| row.2 == arm).collect();
    let mut times: Vec<f64> = own.iter().filter(|row| row.4 != "none" && row.3 <= time).map(|row| row.3).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let children: std::collections::BTreeSet<i64> = own.iter().map(|row| row.0).collect();
    let (mut mean, mut free) = (0.0, 1.0);
    for at in times {
        let at_risk: f64 =
            children.iter().filter(|child| end(**child) >= at).map(|child| weight[*child as usize]).sum();
        let of = |what: &str| -> f64 {
            let now = own.iter().filter(|row| row.3.to_bits() == at.to_bits() && row.4 == what);
            now.map(|row| weight[row.0 as usize]).sum()
        };
        mean += free * of("move") / at_risk;
        free *= 1.0 - of("adopted") / at_risk;
    }
    mean
}

#[test]
fn errors_are_the_infinitesimal_jackknife_over_families_by_its_definition() {
    for seed in 0..3 {
        let rows = families(seed);
        let (history, arm) = history(&rows, &["adopted"]);
        let found = MeanCumulative::new().by_group(&history, &arm).unwrap();
        for time in [3.0, 6.0, 11.5] {
            let difference = |weight: &[f64]| slow(&rows, 0, weight, time) - slow(&rows, 1, weight, time);
            let mut variance = 0.0;
            for family in 0..14 {
                let moved = |by: f64| {
                    let weight: Vec<f64> =
                        (0..40).map(|child| if child / 3 == family { 1.0 + by } else { 1.0 }).collect();
                    difference(&weight)
                };
                // A fourth-order difference in the weight of the family.
                let h = 1e-3;
                let slope = (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h);
                variance += slope * slope;
            }
            let row = found.at(time).unwrap().difference(0, 1).unwrap();
            close(row.estimate, difference(&[1.0; 40]), 1e-13);
            close(row.std_error, variance.sqrt(), 1e-10);
        }
    }
}

#[test]
fn the_test_of_two_groups_is_the_pseudo_score_by_its_definition() {
    for (weight, linear) in [(MeanWeight::Constant, false), (MeanWeight::Linear, true)] {
        let rows: Rows = families(7).into_iter().map(|row| (row.0, row.0, row.2, row.3, row.4)).collect();
        let (history, arm) = history(&rows, &[]);
        let found = MeanCumulative::new().kind("move").test(&history, &arm, weight).unwrap();
        let end = |child: i64| rows.iter().filter(|row| row.0 == child).map(|row| row.3).fold(0.0, f64::max);
        let arm_of = |child: i64| rows.iter().find(|row| row.0 == child).unwrap().2;
        let tau = (0..40).map(end).fold(0.0, f64::max);
        let mut own = vec![0.0; 40];
        let mut statistic = 0.0;
        for at in (1..=tau as i64).map(|at| at as f64) {
            let at_risk = |g: i64| (0..40).filter(|&child| arm_of(child) == g && end(child) >= at).count() as f64;
            let moves = |child: i64| {
                rows.iter().filter(|row| row.0 == child && row.4 == "move" && row.3.to_bits() == at.to_bits()).count()
                    as f64
            };
            let y = [at_risk(0), at_risk(1)];
            if y[0] == 0.0 || y[1] == 0.0 {
                continue;
            }
            let w = if linear { 1.0 - at / tau } else { 1.0 } * y[0] * y[1] / (y[0] + y[1]);
            for child in (0..40).filter(|&child| end(child) >= at) {
                let g = arm_of(child) as usize;
                let rate = (0..40).filter(|&other| arm_of(other) == g as i64).map(moves).sum::<f64>() / y[g];
                own[child as usize] += w * (moves(child) - rate) / y[g];
                statistic += if g == 0 { w * moves(child) / y[0] } else { -w * moves(child) / y[1] };
            }
        }
        let variance: f64 = own.iter().map(|own| own * own).sum();
        close(found.difference[0], statistic, 1e-12);
        close(found.covariance[(0, 0)], variance, 1e-12);
        close(found.test.statistic, statistic * statistic / variance, 1e-12);
    }
}

#[test]
fn an_end_that_comes_to_nobody_changes_nothing_and_one_group_is_like_two_halves_of_itself() {
    let rows: Rows = families(1)
        .into_iter()
        .map(|row| (row.0, row.1, row.2, row.3, if row.4 == "adopted" { "none" } else { row.4 }))
        .collect();
    let (history, arm) = history(&rows, &[]);
    let (with, without) = (
        MeanCumulative::new().by_group(&history, &arm).unwrap(),
        MeanCumulative::new().ending(Ending::Censored).by_group(&history, &arm).unwrap(),
    );
    let of = |counts: &MeanCounts| counts.at(9.0).unwrap().equal().unwrap().statistic.to_bits();
    assert_eq!(of(&with), of(&without));
    let row = with.at(9.0).unwrap().difference(0, 1).unwrap();
    close(with.at(9.0).unwrap().equal().unwrap().statistic, row.statistic * row.statistic, 1e-12);
    // 12 months a unit, over 9 months.
    let rate = with.at(9.0).unwrap().rate_difference(0, 1, 12.0).unwrap();
    close(rate.estimate, row.estimate * 12.0 / 9.0, 1e-14);
    close(rate.p_value, row.p_value, 1e-14);
}

#[test]
fn requests_that_cannot_be_answered_have_their_codes() {
    let (history, arm) = history(&families(4), &["adopted"]);
    let spec = MeanCumulative::new;
    let code = |found: Result<MeanCounts>| found.unwrap_err().code();
    assert_eq!(code(spec().kind("birthday").estimate(&history)), "unknown_kind");
    assert_eq!(code(spec().variance(MeanVariance::Poisson).estimate(&history)), "terminal_needs_jackknife");
    assert_eq!(code(spec().level(2.0).estimate(&history)), "bad_level");
    let short = Factor::from_values([Some("a")]);
    assert_eq!(code(spec().by_group(&history, &short)), "unequal_lengths");
    let one = Factor::from_values(arm.codes().iter().map(|_| Some("a")));
    let test = |groups: &Factor| spec().test(&history, groups, MeanWeight::Constant).unwrap_err().code();
    assert_eq!(test(&one), "one_group");
    let found = spec().by_group(&history, &arm).unwrap();
    let at = found.at(0.0).unwrap();
    assert_eq!(at.log_ratio(0, 1).unwrap_err().code(), "no_events");
    assert_eq!(at.rate(0, 12.0).unwrap_err().code(), "no_time");
    assert_eq!(found.at(f64::NAN).unwrap_err().code(), "bad_time");
    assert_eq!(at.mean(2).unwrap_err().code(), "unknown_group");
}

#[test]
fn nobody_with_an_event_has_a_mean_of_zero_and_no_test() {
    let mut rows: Rows = (0..6).map(|child| (child, child, child % 2, 1.0 + child as f64, "none")).collect();
    rows.push((6, 6, 0, 9.0, "move"));
    rows.push((6, 6, 0, 9.5, "none"));
    let (history, arm) = history(&rows, &[]);
    let found = MeanCumulative::new().by_group(&history, &arm).unwrap();
    let row = found.at(5.0).unwrap().difference(0, 1).unwrap();
    assert_eq!((row.estimate, row.std_error), (0.0, 0.0));
    // Nobody of the other arm is left when the only event happens.
    let test = MeanCumulative::new().test(&history, &arm, MeanWeight::Constant);
    assert_eq!(test.unwrap_err().code(), "no_reference");
}
