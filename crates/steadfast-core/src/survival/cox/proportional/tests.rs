use crate::frame::{Column, Frame};
use crate::survival::{Cox, TimeTransform};

/// Events of two arms at 1, 2, 3, 4.
fn frame(times: &[f64], events: &[i64]) -> Frame {
    Frame::new(vec![
        Column::float("time", times.to_vec()),
        Column::integer("event", events.to_vec()),
        Column::float("x", vec![1.0, 0.0, 1.0, 0.0]),
    ])
    .unwrap()
}

#[test]
fn four_children_by_hand() {
    // Events at 1 (x = 1), 2 (0), 3 (1); one x = 0 censored at 4. r = (1 + √17)/2 as in the test of the fit; shares of x = 1 at risk:
    // r/(r + 1), r/(r + 2), r/(r + 1).
    let fit =
        Cox::new("Surv(time, event) ~ x".parse().unwrap()).fit(&frame(&[1.0, 2.0, 3.0, 4.0], &[1, 1, 1, 0])).unwrap();
    let found = fit.proportional(TimeTransform::Identity).unwrap();
    let r = (1.0 + 17.0_f64.sqrt()) / 2.0;
    let shares = [r / (r + 1.0), r / (r + 2.0), r / (r + 1.0)];
    let (mut u, mut i) = (0.0, [0.0; 3]);
    for (k, share) in shares.iter().enumerate() {
        let (g, own) = (k as f64 - 1.0, [1.0, 0.0, 1.0][k]);
        u += g * (own - share);
        for (power, sum) in i.iter_mut().enumerate() {
            *sum += g.powi(power as i32) * share * (1.0 - share);
        }
    }
    let expected = u * u / (i[2] - i[1] * i[1] / i[0]);
    assert!((found.global.statistic - expected).abs() < 1e-12, "{} {expected}", found.global.statistic);
    assert_eq!(found.columns[0].statistic.to_bits(), found.terms[0].statistic.to_bits());
    // Scaled: β + s · d / I.
    for (row, (share, own)) in found.residuals.iter().zip(shares.iter().zip([1.0, 0.0, 1.0])) {
        let expected = r.ln() + (own - share) * 3.0 / i[0];
        assert!((row.columns[0].unwrap() - expected).abs() < 1e-12);
        assert_eq!(row.columns, row.terms);
    }
}

#[test]
fn an_origin_and_a_unit_of_time_do_not_change_the_test() {
    let formula = "Surv(time, event) ~ x";
    let test = |times: &[f64]| {
        let fit = Cox::new(formula.parse().unwrap()).fit(&frame(times, &[1, 1, 1, 0])).unwrap();
        fit.proportional(TimeTransform::Identity).unwrap().global.statistic
    };
    let first = test(&[1.0, 2.0, 3.0, 4.0]);
    assert!((first - test(&[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0, 1e9 + 4.0])).abs() < 1e-9);
    assert!((first - test(&[1e-9, 2e-9, 3e-9, 4e-9])).abs() < 1e-9);
}

#[test]
fn events_at_one_time_say_nothing_about_change() {
    let fit =
        Cox::new("Surv(time, event) ~ x".parse().unwrap()).fit(&frame(&[2.0, 2.0, 3.0, 3.0], &[1, 1, 0, 0])).unwrap();
    for transform in [TimeTransform::KaplanMeier, TimeTransform::Rank, TimeTransform::Identity] {
        assert_eq!(fit.proportional(transform).unwrap_err().code(), "unidentified");
    }
}

#[test]
fn a_model_without_coefficients_and_an_event_before_zero_are_refused() {
    let none = Cox::new("Surv(time, event) ~ 1".parse().unwrap());
    let fit = none.fit(&frame(&[1.0, 2.0, 3.0, 4.0], &[1, 1, 1, 0])).unwrap();
    assert_eq!(fit.proportional(TimeTransform::Rank).unwrap_err().code(), "needs_coefficients");
    let early = frame(&[1.0, 2.0, 3.0, 4.0], &[1, 1, 1, 0])
        .with_column(Column::float("start", vec![-2.0; 4]))
        .unwrap()
        .with_column(Column::float("time", vec![-1.0, 0.0, 3.0, 4.0]));
    let early = early.unwrap();
    let fit = Cox::new("Surv(start, time, event) ~ x".parse().unwrap()).fit(&early).unwrap();
    assert_eq!(fit.proportional(TimeTransform::Log).unwrap_err().code(), "bad_time");
}

/// survival 3.5-3: cox.zph(coxph(Surv(start, stop, event) ~ arm + age + strata(site), d, weights = w)), the children of the tests of
/// the fit; R's iterations end some 1e-9 short.
#[test]
fn weights_strata_and_late_entries_are_those_of_r() {
    let frame = crate::survival::cox::tests::children();
    let formula = "Surv(start, stop, event) ~ arm + age + strata(site)".parse().unwrap();
    let fit = Cox::new(formula).weights("w").subject("child").fit(&frame).unwrap();
    let cases = [
        (TimeTransform::KaplanMeier, [0.1509117558377312, 0.5335533793910904, 1.862587063769271]),
        (TimeTransform::Rank, [0.06733518907216056, 0.4160041571950596, 1.588300586713942]),
        (TimeTransform::Identity, [0.07595134089848214, 0.429834337676127, 1.688632603384334]),
        (TimeTransform::Log, [0.04380102113824703, 0.3449153694725237, 1.2774291850599]),
    ];
    for (transform, expected) in cases {
        let found = fit.proportional(transform).unwrap();
        let statistics = [found.terms[0].statistic, found.terms[1].statistic, 2.0 * found.global.statistic];
        for (a, b) in statistics.iter().zip(expected) {
            assert!((a - b).abs() < 1e-8, "{} {a} {b}", transform.name());
        }
    }
    let rows = fit.proportional(TimeTransform::KaplanMeier).unwrap().residuals;
    let expected = [
        (3.0, 0.0, 10.243437290199225, -4.336116810985025),
        (7.0, 0.38888888888888895, 8.056516803086073, -3.349314740423024),
        (9.0, 0.6726190476190477, 4.399760430080129, -2.938863384640601),
    ];
    for (row, (time, transformed, arm, age)) in [&rows[0], &rows[3], &rows[4]].into_iter().zip(expected) {
        assert_eq!(row.time.to_bits(), f64::to_bits(time));
        for (a, b) in
            [row.transformed, row.columns[0].unwrap(), row.columns[1].unwrap()].iter().zip([transformed, arm, age])
        {
            assert!((a - b).abs() < 1e-7, "{a} {b}");
        }
    }
}
