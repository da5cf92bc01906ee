use super::*;
use crate::frame::Column;
use crate::likelihood::Ties;
use crate::reference_grid::ReferenceGrid;
use crate::survival::Population;

/// Fourteen children of eight families; invented.
pub(super) fn children() -> Frame {
    let numbers = |name: &str, values: &[f64]| Column::float(name, values.to_vec());
    Frame::new(vec![
        Column::integer("child", vec![1, 1, 2, 2, 3, 4, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 14]),
        Column::integer("family", vec![1, 1, 1, 1, 2, 2, 3, 3, 3, 4, 5, 5, 6, 7, 7, 8, 8]),
        numbers("start", &[0., 4., 0., 2., 0., 1., 0., 0., 5., 0., 0., 3., 0., 0., 2., 0., 0.]),
        numbers("stop", &[4., 9., 2., 7., 4., 6., 9., 5., 8., 3., 4., 7., 10., 6., 7., 4., 2.]),
        Column::integer("event", vec![0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 1, 0, 1, 1, 0]),
        numbers("arm", &[0., 0., 1., 1., 0., 1., 1., 0., 0., 1., 0., 1., 1., 0., 1., 0., 1.]),
        numbers("age", &[2., 2.5, 4., 4.2, 1., 3., 5., 0.5, 1., 2., 2., 4., 3.5, 1.5, 2.5, 0.7, 3.]),
        Column::integer("site", vec![1, 1, 1, 1, 2, 2, 1, 2, 2, 1, 1, 2, 2, 1, 2, 1, 2]),
        numbers("w", &[1., 1., 2., 2., 1., 0.5, 1., 1.5, 1.5, 1., 1., 1., 2., 1., 0.5, 1., 1.]),
    ])
    .unwrap()
}

fn fit(ties: Ties) -> CoxFit {
    let formula = "Surv(start, stop, event) ~ arm + age + strata(site) + cluster(family)".parse().unwrap();
    Cox::new(formula).ties(ties).weights("w").subject("child").fit(&children()).unwrap()
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{a} is not {b}");
    }
}

fn errors(fit: &CoxFit, variance: Variance) -> Vec<f64> {
    fit.inference(variance).unwrap().coefficients().unwrap().iter().map(|row| row.std_error).collect()
}

/// survival 3.5-3: coxph(Surv(start, stop, event) ~ arm + age + strata(site) + cluster(family), weights = w, ties = …,
/// control = coxph.control(eps = 1e-14, iter.max = 50)); 1e-9 because its last step may be 1e-7 of a standard error short.
#[test]
fn estimates_and_both_standard_errors_are_those_of_r() {
    let efron = fit(Ties::Efron);
    close(efron.beta(), &[4.389207222308019, -2.26339637007325], 1e-9);
    close(&errors(&efron, Variance::Model), &[2.056137611179177, 0.8946291434314199], 1e-9);
    close(&errors(&efron, Variance::Cr0), &[1.952409454571337, 0.8627401089750919], 1e-9);
    let (null, fitted) = efron.log_likelihood();
    close(&[null, fitted], &[-16.07718105586373, -11.00052752867364], 1e-12);
    close(&[2.0 * efron.score_test().unwrap().statistic], &[10.302386674793754], 1e-12);
    let breslow = fit(Ties::Breslow);
    close(breslow.beta(), &[4.180830234595552, -2.15487481617977], 1e-9);
    close(&errors(&breslow, Variance::Model), &[2.031752373366205, 0.883970621883093], 1e-9);
    close(&errors(&breslow, Variance::Cr0), &[1.906571413520642, 0.8453534311675898], 1e-9);
    close(&[breslow.log_likelihood().1], &[-11.495540557605064], 1e-12);
}

#[test]
fn residuals_and_hazards_are_those_of_r() {
    let efron = fit(Ties::Efron);
    let residuals = efron.residuals().unwrap();
    let martingale = [
        -0.11447635645543208,
        -0.20453127853555508,
        0.,
        0.20808150289794325,
        0.8764053360876156,
        0.781689281599439,
        -0.3488877301982087,
        -0.38325691356522995,
        0.00295737776654548,
        0.2386807567918936,
        0.9182446528381005,
        -0.03563632417346496,
        -0.31493589339400807,
        -0.3549817901718164,
        -0.06258512445565145,
        -0.5502112600648843,
        0.,
    ];
    close(&residuals.martingale, &martingale, 1e-8);
    let deviance = [-0.4784900342858398, -0.19204565985141273, 0., 0.2245675723008637, 1.5584239288670962];
    close(&residuals.deviance[..5], &deviance, 1e-8);
    let score = [0.0143140229182406, -0.0867241038968844, 0.2859332936813646, 0.4677852868312178];
    close(&residuals.score[..4], &score, 1e-8);
    close(
        &residuals.score[20..24],
        &[-0.0512171412331894, 0.7674628780877591, -0.017739870790468, -0.0767656494351864],
        1e-8,
    );
    let schoenfeld = efron.schoenfeld().unwrap();
    close(&schoenfeld[0].residual, &[0.2273522184231596, 0.221945243567781], 1e-8);
    assert_eq!((schoenfeld[0].row, schoenfeld[0].time, schoenfeld.len()), (9, 3.0, 10));
    let hazard: f64 = efron.baseline_hazard().unwrap()[0].iter().map(|(_, step)| step).sum();
    close(&[hazard], &[355.9426169612569], 1e-8);
    let breslow = fit(Ties::Breslow).residuals().unwrap();
    close(&breslow.score[2..4], &[0.2842839601432064, 0.4629330699290997], 1e-8);
    close(&breslow.martingale[10..12], &[0.9003380691763239, -0.0405560317134842], 1e-8);
}

/// Rows of two arms: time, event, arm.
fn arms(rows: &[(f64, i64, &str)]) -> Frame {
    Frame::new(vec![
        Column::float("time", rows.iter().map(|row| row.0).collect()),
        Column::integer("event", rows.iter().map(|row| row.1).collect()),
        Column::factor("arm", rows.iter().map(|row| row.2)),
    ])
    .unwrap()
}

#[test]
fn four_children_by_hand() {
    // Events at 1 (b), 2 (a), 3 (b), one a censored at 4; r = exp(β) for b. L = r/(2r + 2) · 1/(r + 2) · r/(r + 1), so that
    // d ln L/dβ = 2 − 2r/(r + 1) − r/(r + 2) = 0 gives r² + r... : 2(r+1)(r+2) = 2r(r+2) + r(r+1), r² − r − 4 = 0.
    let frame = arms(&[(1.0, 1, "b"), (2.0, 1, "a"), (3.0, 1, "b"), (4.0, 0, "a")]);
    let fit = Cox::new("Surv(time, event) ~ arm".parse().unwrap()).fit(&frame).unwrap();
    let ratio = (1.0 + 17.0_f64.sqrt()) / 2.0;
    close(fit.beta(), &[ratio.ln()], 1e-12);
    // Information: Σ share (1 − share) over the three times.
    let shares = [ratio / (ratio + 1.0), ratio / (ratio + 2.0), ratio / (ratio + 1.0)];
    let information: f64 = shares.iter().map(|share| share * (1.0 - share)).sum();
    close(&errors(&fit, Variance::Model), &[information.recip().sqrt()], 1e-12);
    // ln L at 0: 1/4 · 1/3 · 1/2.
    close(&[fit.log_likelihood().0], &[(1.0_f64 / 24.0).ln()], 1e-14);
}

#[test]
fn a_stratum_and_the_same_rows_at_other_times_are_the_same() {
    // Two strata have the likelihood of two data sets whose times do not meet: the sum of their logarithms.
    let frame = children();
    let alone = |site: i64| -> (Vec<u32>, f64) {
        let sites = frame.column("site").unwrap().to_numeric().unwrap();
        let rows: Vec<u32> = (0..17).filter(|&row| sites[row as usize] as i64 == site).collect();
        let fit = Cox::new("Surv(start, stop, event) ~ arm".parse().unwrap()).fit(&frame.select(&rows)).unwrap();
        (rows, fit.log_likelihood().0)
    };
    let both = Cox::new("Surv(start, stop, event) ~ arm + strata(site)".parse().unwrap()).fit(&frame).unwrap();
    close(&[both.log_likelihood().0], &[alone(1).1 + alone(2).1], 1e-13);
    assert_eq!(both.strata(), ["site=1", "site=2"]);
}

#[test]
fn scales_shifts_and_the_order_of_rows_change_nothing() {
    let frame = children();
    let rows: Vec<u32> = (0..17).rev().collect();
    let formula = "Surv(start, stop, event) ~ arm + age + strata(site)";
    let first = Cox::new(formula.parse().unwrap()).fit(&frame).unwrap();
    let reversed = Cox::new(formula.parse().unwrap()).fit(&frame.select(&rows)).unwrap();
    assert_eq!(first.beta(), reversed.beta());
    assert_eq!(first.vcov(), reversed.vcov());
    let ages = frame.column("age").unwrap().to_numeric().unwrap();
    let far = Column::float("age", ages.iter().map(|age| 1e6 + 1e9 * age).collect());
    let far = Cox::new(formula.parse().unwrap()).fit(&frame.clone().with_column(far).unwrap()).unwrap();
    close(&[far.beta()[0], far.beta()[1] * 1e9], first.beta(), 1e-8);
}

#[test]
fn what_cannot_be_estimated_is_an_error_that_names_it() {
    let code = |formula: &str, frame: &Frame| match Cox::new(formula.parse().unwrap()).fit(frame) {
        Ok(_) => "ok",
        Err(error) => error.code(),
    };
    let separated = arms(&[(1.0, 1, "b"), (2.0, 1, "b"), (3.0, 0, "a"), (4.0, 0, "a")]);
    assert_eq!(code("Surv(time, event) ~ arm", &separated), "infinite_coefficient");
    let nobody = arms(&[(1.0, 0, "b"), (2.0, 0, "a")]);
    assert_eq!(code("Surv(time, event) ~ arm", &nobody), "no_events");
    assert_eq!(code("time ~ arm", &nobody), "no_survival_response");
    assert_eq!(code("Surv(time, event) ~ other", &nobody), "unknown_column");
    let late = arms(&[(1.0, 0, "b"), (2.0, 1, "a"), (3.0, 1, "a")]);
    assert_eq!(code("Surv(time, event) ~ arm", &late), "unidentified");
}

#[test]
fn discrete_and_marginal_ties_refuse_what_they_cannot_say_and_take_what_is_extreme() {
    let refused = Cox::new("Surv(start, stop, event) ~ arm".parse().unwrap()).ties(Ties::Discrete).weights("w");
    assert_eq!(refused.fit(&children()).unwrap_err().code(), "weights_not_allowed");
    let varying = Cox::new("Surv(start, stop, event) ~ tt(age, log(stop))".parse().unwrap()).ties(Ties::Marginal);
    assert_eq!(varying.fit(&children()).unwrap_err().code(), "method_does_not_apply");
    for ties in [Ties::Discrete, Ties::Marginal] {
        // Everybody at risk has the event: the likelihood is one whatever the coefficients.
        let all = arms(&[(1.0, 1, "a"), (1.0, 1, "b"), (1.0, 1, "a")]);
        let fit = Cox::new("Surv(time, event) ~ arm".parse().unwrap()).ties(ties).fit(&all);
        assert_eq!(fit.unwrap_err().code(), "unidentified");
        // Without ties all are the same.
        let formula = "Surv(time, event) ~ arm";
        let single = arms(&[(1.0, 1, "a"), (2.0, 1, "b"), (3.0, 1, "a"), (4.0, 1, "b")]);
        let fit = |ties| Cox::new(formula.parse().unwrap()).ties(ties).fit(&single).unwrap();
        assert_eq!(fit(ties).beta(), fit(Ties::Efron).beta());
    }
}

#[test]
fn a_function_of_time_does_not_depend_on_units_or_the_order_of_rows() {
    let frame = children();
    let formula = "Surv(start, stop, event) ~ arm + tt(age, log(stop)) + cluster(family)";
    let fit = |frame: &Frame, formula: &str| Cox::new(formula.parse().unwrap()).fit(frame).unwrap();
    let first = fit(&frame, formula);
    let rows: Vec<u32> = (0..17).rev().collect();
    let reversed = fit(&frame.select(&rows), formula);
    assert_eq!((first.beta(), first.vcov()), (reversed.beta(), reversed.vcov()));
    let ages = frame.column("age").unwrap().to_numeric().unwrap();
    let far = Column::float("age", ages.iter().map(|age| 1e9 * age).collect());
    let far = fit(&frame.clone().with_column(far).unwrap(), formula);
    close(&[far.beta()[0], far.beta()[1] * 1e9], first.beta(), 1e-9);
    close(&[errors(&far, Variance::Cr0)[0]], &[errors(&first, Variance::Cr0)[0]], 1e-9);
    assert_eq!(first.inference(Variance::Cr3).unwrap_err().code(), "method_does_not_apply");
    // A constant is no function of time.
    let constant = fit(&frame, "Surv(start, stop, event) ~ arm + tt(age, 1 + 0 * stop)");
    let plain = fit(&frame, "Surv(start, stop, event) ~ arm + age");
    close(constant.beta(), plain.beta(), 1e-9);
    close(
        &constant.baseline_hazard().unwrap()[0].iter().map(|(_, step)| *step).collect::<Vec<_>>(),
        &plain.baseline_hazard().unwrap()[0].iter().map(|(_, step)| *step).collect::<Vec<_>>(),
        1e-9,
    );
}

#[test]
fn what_needs_one_covariate_a_row_or_a_hazard_refuses_fits_without() {
    let arms = children().column("arm").unwrap().to_numeric().unwrap();
    let arm = Column::factor("arm", arms.iter().map(|arm| if *arm > 0.0 { "b" } else { "a" }));
    let frame = children().with_column(arm).unwrap();
    let fit = |formula: &str, ties| Cox::new(formula.parse().unwrap()).ties(ties).fit(&frame).unwrap();
    let codes = |fit: &CoxFit| {
        let code = |error: Option<crate::error::Error>| error.map_or("ok", |error| error.code());
        let people = Population::Fitted(&frame);
        [
            code(CoxCurves::new().of(fit, &frame).err()),
            code(CoxCurves::new().baseline(Baseline::Breslow).of(fit, &frame).err()),
            code(CoxCurves::new().standardised(fit, people, "arm").err()),
            code(PredictionError::new().at(fit, &frame, 3.0).err()),
            code(fit.proportional(TimeTransform::Identity).err()),
            code(Concordance::new().of(fit).err()),
        ]
    };
    const NO: &str = "method_does_not_apply";
    let varying = fit("Surv(start, stop, event) ~ arm + tt(age, log(stop))", Ties::Efron);
    assert_eq!(codes(&varying), [NO; 6]);
    for ties in [Ties::Discrete, Ties::Marginal] {
        // Concordance looks at the order of linear predictors, which every rule for ties gives.
        assert_eq!(codes(&fit("Surv(start, stop, event) ~ arm + age", ties)), [NO, NO, NO, NO, NO, "ok"]);
    }
    // A grid has no place for coefficients that are functions of time.
    let grid = ReferenceGrid::new(&varying);
    let difference =
        grid.difference("arm", "a", "b").and_then(|row| row.estimate(&varying.inference(Variance::Model)?));
    assert_eq!(difference.unwrap_err().code(), "contrast_length");
}
