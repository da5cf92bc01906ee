use super::*;
use crate::event_history::Columns;
use crate::frame::{Column, Frame};
use crate::survival::{AalenJohansen, Cox, Transformation, Variance};

/// Twenty children at three services in two sites; invented.
fn children() -> Frame {
    let times = [4., 9., 3., 7., 4., 6., 9., 5., 8., 3., 4., 7., 10., 6., 7., 4., 2., 8., 3., 5.];
    let events = [1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 1];
    Frame::new(vec![
        Column::float("time", times.to_vec()),
        Column::integer("event", events.to_vec()),
        Column::factor("arm", "aabbcbbacbacbabcbacc".chars().map(|c| c.to_string())),
        Column::integer("site", vec![1, 1, 1, 1, 2, 2, 1, 2, 2, 1, 1, 2, 2, 1, 2, 1, 2, 2, 1, 1]),
    ])
    .unwrap()
}

fn history(frame: &Frame) -> EventHistory {
    EventHistory::from_frame(frame, &Columns::new("time", "event")).unwrap()
}

fn factor(frame: &Frame, name: &str) -> Factor {
    frame.column(name).unwrap().to_factor()
}

fn close(a: f64, b: f64) {
    // Sums of some twenty fractions: 20 · 1e-16, and R's own rounding.
    assert!((a - b).abs() <= 1e-13 * (1.0 + b.abs()), "{a} is not {b}");
}

/// survival 3.5-3: survdiff(Surv(time, event) ~ arm, rho = 0, 0.5, 1) and ~ arm + strata(site).
#[test]
fn observed_expected_and_statistics_are_those_of_r() {
    let frame = children();
    let (history, arms) = (history(&frame), factor(&frame, "arm"));
    let plain = LogRank::new("event").test(&history, &arms).unwrap();
    assert_eq!(plain.observed, [4.0, 5.0, 5.0]);
    let expected = [4.398245614035088, 6.370175438596491, 3.231578947368421];
    plain.expected.iter().zip(expected).for_each(|(a, b)| close(*a, b));
    close(plain.covariance[(0, 1)], -1.560156751527943);
    close(plain.covariance[(2, 2)], 2.004554148529218);
    close(2.0 * plain.test.statistic, 1.64807465995816);
    let half = LogRank::new("event").weights(0.5, 0.0).test(&history, &arms).unwrap();
    close(half.observed[0], 3.035309002324203);
    close(2.0 * half.test.statistic, 1.593667601184551);
    let peto = LogRank::new("event").weights(1.0, 0.0).test(&history, &arms).unwrap();
    close(peto.expected[1], 3.660394736842105);
    close(2.0 * peto.test.statistic, 1.561264862207032);
    let stratified = LogRank::new("event").strata(factor(&frame, "site")).test(&history, &arms).unwrap();
    close(stratified.expected[1], 3.043939393939394 + 2.941666666666666);
    close(2.0 * stratified.test.statistic, 1.63044750280946);
}

#[test]
fn without_ties_it_is_the_score_test_of_cox_and_clustered_its_robust_score_test() {
    let frame = children();
    // Times apart by their row, so that no two coincide.
    let apart = (0..20).map(|row| 1.0 + f64::from((7 * row) % 20)).collect();
    let frame = frame.with_column(Column::float("time", apart)).unwrap();
    let (history, arms) = (history(&frame), factor(&frame, "arm"));
    let cox = Cox::new("Surv(time, event) ~ arm".parse().unwrap()).fit(&frame).unwrap();
    let test = LogRank::new("event").test(&history, &arms).unwrap();
    close(test.test.statistic, cox.score_test().unwrap().statistic);
    close(test.test.num_df, 2.0);
    let _ = cox.inference(Variance::Cr0).unwrap();
    // Σ U U' of the rows, each a cluster of its own, by the definition with the coefficients at zero.
    let clustered = LogRank::new("event").variance(NullVariance::Clustered).test(&history, &arms).unwrap();
    let mut by_definition = 0.0;
    for row in 0..20 {
        let is = |row: usize| f64::from(u8::from(arms.codes()[row] == 0));
        let mut own = 0.0;
        for event in
            (0..20).filter(|&event| history.to(event).is_some() && history.stop()[event] <= history.stop()[row])
        {
            let at_risk: Vec<usize> = (0..20).filter(|&other| history.stop()[other] >= history.stop()[event]).collect();
            let mean = at_risk.iter().map(|&other| is(other)).sum::<f64>() / at_risk.len() as f64;
            own += (is(row) - mean) * (f64::from(u8::from(event == row)) - 1.0 / at_risk.len() as f64);
        }
        by_definition += own * own;
    }
    close(clustered.covariance[(0, 0)], by_definition);
}

/// survival 3.5-3: quantile(survfit(Surv(time, event) ~ 1)), whose limits are symmetric for the logarithm.
#[test]
fn quantiles_and_their_limits_are_those_of_r() {
    let curves = AalenJohansen::new().transformation(Transformation::Log).estimate(&history(&children())).unwrap();
    let curve = curves.curve(0).unwrap();
    let quantile = |q: f64| curve.quantile("(start)", q).unwrap();
    let expected = [
        (0.25, Some(4.0), Some(4.0), Some(7.0)),
        (0.5, Some(7.0), Some(4.0), None),
        (0.75, Some(8.0), Some(7.0), None),
    ];
    for (q, estimate, low, high) in expected {
        let found = quantile(q);
        assert_eq!((found.estimate, found.conf_low, found.conf_high), (estimate, low, high), "{q}");
    }
    // The event's own probability rises where that of its absence falls.
    assert_eq!(curve.quantile("event", 0.5).unwrap().estimate, Some(7.0));
    assert_eq!(curve.quantile("event", 1.5).unwrap_err().code(), "bad_quantile");
}

#[test]
fn requests_that_cannot_be_answered_have_their_codes() {
    let frame = children();
    let history = history(&frame);
    let code = |test: Result<LogRankTest>| test.unwrap_err().code();
    let one = Factor::from_values((0..20).map(|_| Some("a")));
    assert_eq!(code(LogRank::new("event").test(&history, &one)), "one_group");
    assert_eq!(code(LogRank::new("exit").test(&history, &factor(&frame, "arm"))), "unknown_state");
    assert_eq!(code(LogRank::new("event").test(&history, &Factor::from_values([Some("a")]))), "unequal_lengths");
    let alone = Factor::from_values((0..20).map(|row| Some(if row == 16 { "b" } else { "a" })));
    assert_eq!(code(LogRank::new("event").test(&history, &alone)), "no_reference");
    let absent = Factor::from_values((0..20).map(|row| (row != 3).then_some(if row % 2 == 0 { "a" } else { "b" })));
    assert_eq!(code(LogRank::new("event").test(&history, &absent)), "absent_group");
    let arm = factor(&frame, "arm");
    assert_eq!(code(LogRank::new("event").strata(absent).test(&history, &arm)), "absent_group");
}

#[test]
fn clusters_may_have_any_numbers() {
    let frame = children();
    let n = frame.n_rows();
    let test = |far: u32| {
        let history = EventHistory::new(crate::event_history::Spells {
            states: ["care", "event"].map(str::to_owned).to_vec(),
            subject: (0..n as u32).collect(),
            cluster: (0..n as u32).map(|row| if row == 0 { far } else { row / 2 }).collect(),
            start: vec![0.0; n],
            stop: (0..n).map(|row| 1.0 + (row % 7) as f64).collect(),
            from: vec![0; n],
            to: (0..n).map(|row| (row % 3 == 0).then_some(1)).collect(),
            weight: vec![1.0; n],
        });
        LogRank::new("event").variance(NullVariance::Clustered).test(&history.unwrap(), &factor(&frame, "arm")).unwrap()
    };
    assert_eq!(test(u32::MAX).test.statistic.to_bits(), test(1_000).test.statistic.to_bits());
}
