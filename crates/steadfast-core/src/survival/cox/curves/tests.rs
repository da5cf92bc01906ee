use super::*;
use crate::frame::Column;
use crate::survival::cox::tests::children;
use crate::survival::{Cox, Ties};

fn fit(right: &str, ties: Ties) -> CoxFit {
    let formula = format!("Surv(start, stop, event) ~ {right}");
    Cox::new(formula.parse().unwrap()).ties(ties).weights("w").subject("child").fit(&children()).unwrap()
}

/// Two new children.
fn two() -> Frame {
    Frame::new(vec![Column::float("arm", vec![0.0, 1.0]), Column::float("age", vec![2.0, 3.0])]).unwrap()
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{a} is not {b}");
    }
}

fn errors(curves: &PredictedCurves<'_>, curve: usize) -> Vec<f64> {
    curves.curve(curve).unwrap().iter().map(|at| at.hazard_std_error).collect()
}

fn hazards(curves: &PredictedCurves<'_>, curve: usize) -> Vec<f64> {
    curves.curve(curve).unwrap().iter().map(|at| at.cumulative_hazard).collect()
}

/// survival 3.5-3: survfit(coxph(Surv(start, stop, event) ~ arm + age, d, weights = w, ties = …, robust = FALSE), newdata); its iterations end some
/// 1e-10 of a standard error short.
#[test]
fn curves_and_their_errors_are_those_of_r() {
    let efron = fit("arm + age", Ties::Efron);
    let curves = CoxCurves::new().of(&efron, &two()).unwrap();
    let hazard = [
        0.05209282088330203,
        0.24781466291191995,
        0.2975413015667774,
        0.6281760220723509,
        0.8923369347339811,
        1.2806494979178271,
        2.5232539553541136,
    ];
    close(&hazards(&curves, 0), &hazard, 1e-9);
    let error = [
        0.06621291767769298,
        0.2014815414922056,
        0.23455651553573037,
        0.4492588051305986,
        0.6397428755003979,
        0.9371492387410364,
        1.563299642709839,
    ];
    close(&errors(&curves, 1), &error, 1e-9);
    let (low, high) = curves.at(1, 4.5).unwrap().limits.unwrap();
    close(&[low, high], &[0.3209683762307638, 0.9301556948647728], 1e-9);
    let breslow = fit("arm + age", Ties::Breslow);
    let error = [0.06192852655007961, 0.16784818146098252, 0.19831909561400543, 0.3826378304006105, 0.5208572749488373];
    close(&errors(&CoxCurves::new().of(&breslow, &two()).unwrap(), 0)[..5], &error, 1e-9);
}

/// The same with cluster(family); with ctype = 1; with stype = 1.
#[test]
fn robust_coefficients_and_other_baselines_are_those_of_r() {
    let efron = fit("arm + age + cluster(family)", Ties::Efron);
    let robust = CoxCurves::new().variance(CurveVariance::RobustCoefficients).of(&efron, &two()).unwrap();
    let error = [0.06666410658437132, 0.20749559291828606, 0.24231061234700682, 0.46607639751283153];
    close(&errors(&robust, 1)[..4], &error, 1e-9);
    let first = CoxCurves::new().baseline(Baseline::Breslow).of(&efron, &two()).unwrap();
    close(&hazards(&first, 1)[5..], &[1.4331160830407639, 2.871428077204074], 1e-9);
    close(&errors(&first, 0)[5..], &[0.7705917925602711, 1.8656609836670177], 1e-9);
    let breslow = fit("arm + age", Ties::Breslow);
    let product = CoxCurves::new().baseline(Baseline::KalbfleischPrentice).of(&breslow, &two()).unwrap();
    let found: Vec<f64> = product.curve(1).unwrap().iter().map(|at| at.survival).collect();
    let expected = [
        0.937040128493003,
        0.7340319098996276,
        0.6916453503556882,
        0.4590973432668735,
        0.2948391762949419,
        0.1751482961777691,
        0.0,
    ];
    close(&found, &expected, 1e-9);
}

/// The same with strata(site), each row of newdata in both; with offset(log(w)) and newdata of w = 2.
#[test]
fn strata_and_offsets_are_those_of_r() {
    let strata = fit("arm + age + strata(site)", Ties::Efron);
    let curves = CoxCurves::new().of(&strata, &two()).unwrap();
    assert_eq!((curves.len(), curves.stratum(2).unwrap(), curves.row(2).unwrap()), (4, "site=1", 1));
    let hazard = [0.07917466843707832, 0.9592763134902779, 11.974493475738319, 32.25869572036898];
    close(&hazards(&curves, 2), &hazard, 1e-8);
    let error = [0.1257572492595815, 0.2137511724483037, 0.2945660207034662, 0.7756918183784457, 2.7557062161065735];
    close(&errors(&curves, 3), &error, 1e-8);
    let known = two().with_column(Column::integer("site", vec![2, 1])).unwrap();
    let own = CoxCurves::new().of(&strata, &known).unwrap();
    assert_eq!((own.len(), own.curve(1).unwrap()), (2, curves.curve(2).unwrap()));
    let formula = "Surv(start, stop, event) ~ arm + age + offset(log(w))".parse().unwrap();
    let offset = Cox::new(formula).fit(&children()).unwrap();
    let new = two().select(&[1]).with_column(Column::float("w", vec![2.0])).unwrap();
    let curves = CoxCurves::new().of(&offset, &new).unwrap();
    close(&hazards(&curves, 0)[5..], &[3.582089891056676, 5.333936029740204], 1e-9);
    close(&errors(&curves, 0)[5..], &[2.2225408526929544, 3.0633498865909576], 1e-9);
}

/// What is asked in the test of the jackknife: hazards, a mean, a standardised risk difference and a mean difference.
fn asked(frame: &Frame, fit: &CoxFit, variance: CurveVariance) -> Vec<(f64, f64)> {
    let spec = CoxCurves::new().variance(variance);
    let new = two().with_column(Column::integer("site", vec![1, 2])).unwrap();
    let curves = spec.of(fit, &new).unwrap();
    let mut found: Vec<(f64, f64)> = Vec::new();
    for curve in [0, 1] {
        found.extend(curves.curve(curve).unwrap().iter().map(|at| (at.cumulative_hazard, at.hazard_std_error)));
        let mean = curves.restricted_mean(curve, 8.5).unwrap();
        found.push((mean.estimate, mean.std_error));
    }
    let arms = spec.standardised(fit, Population::Fitted(frame), "arm").unwrap();
    for row in [
        arms.risk_difference("1", "0", 6.0).unwrap(),
        arms.log_risk_ratio("1", "0", 6.0).unwrap(),
        arms.restricted_mean_difference("1", "0", 8.5).unwrap(),
    ] {
        found.push((row.estimate, row.std_error));
    }
    found
}

/// By its definition: the slope of each value in the weight of each row, every row's times its weight, summed by family.
#[test]
fn the_jackknife_is_the_slope_in_the_weights() {
    for ties in [Ties::Efron, Ties::Breslow] {
        let frame = children();
        let weights = frame.column("w").unwrap().to_numeric().unwrap();
        let families = frame.column("family").unwrap().to_numeric().unwrap();
        let fitted = |weights: Vec<f64>| {
            let frame = frame.clone().with_column(Column::float("w", weights)).unwrap();
            let formula = "Surv(start, stop, event) ~ arm + age + strata(site) + cluster(family)";
            Cox::new(formula.parse().unwrap()).ties(ties).weights("w").subject("child").fit(&frame).unwrap()
        };
        let found = asked(&frame, &fitted(weights.to_vec()), CurveVariance::Jackknife);
        let mut influence = vec![[0.0; 9]; found.len()];
        for row in 0..frame.n_rows() {
            // Small enough for a central difference to be good to 1e-8, large enough for the optimum's 1e-13 not to matter.
            let step = 1e-4;
            let at = |sign: f64| {
                let mut weights = weights.to_vec();
                weights[row] += sign * step;
                asked(&frame, &fitted(weights), CurveVariance::Model)
            };
            for ((sum, high), low) in influence.iter_mut().zip(at(1.0)).zip(at(-1.0)) {
                sum[families[row] as usize] += weights[row] * (high.0 - low.0) / (2.0 * step);
            }
        }
        for (by_definition, (_, std_error)) in influence.iter().zip(&found) {
            let expected = by_definition.iter().map(|u| u * u).sum::<f64>().sqrt();
            assert!((std_error / expected - 1.0).abs() < 1e-5, "{std_error} {expected}");
        }
    }
}

#[test]
fn the_path_of_errors_is_that_of_single_functions_and_a_mean_is_an_integral() {
    for variance in [CurveVariance::Model, CurveVariance::RobustCoefficients, CurveVariance::Jackknife] {
        let fit = fit("arm + age + strata(site) + cluster(family)", Ties::Efron);
        let new = two().with_column(Column::integer("site", vec![1, 2])).unwrap();
        let curves = CoxCurves::new().variance(variance).of(&fit, &new).unwrap();
        let uncertainty = CoxCurves::new().variance(variance).uncertainty(&fit).unwrap();
        let points = points::Points::of(&fit, &new).unwrap();
        for time in [3.5, 6.0, 9.0] {
            let reading = uncertainty.reading(time);
            let single = uncertainty.average(&points, &[0.0, 1.0], &reading, None);
            let at = curves.at(1, time).unwrap();
            close(&[single.value, uncertainty.variance_of(&single).sqrt()], &[at.survival, at.std_error], 1e-11);
        }
        let path = curves.curve(1).unwrap();
        let (mut area, mut now, mut survival) = (0.0, 0.0, 1.0);
        for at in path.iter().filter(|at| at.time < 8.5) {
            area += survival * (at.time - now);
            (now, survival) = (at.time, at.survival);
        }
        close(&[curves.restricted_mean(1, 8.5).unwrap().estimate], &[area + survival * (8.5 - now)], 1e-14);
    }
}

#[test]
fn somebody_who_has_come_through_some_months_has_only_the_rest_before_him() {
    let fit = fit("arm + age", Ties::Efron);
    let all = CoxCurves::new().of(&fit, &two()).unwrap();
    let later = CoxCurves::new().from(4.0).of(&fit, &two()).unwrap();
    let (four, eight) = (all.at(1, 4.0).unwrap(), all.at(1, 8.0).unwrap());
    let rest = later.at(1, 8.0).unwrap();
    close(&[rest.survival], &[eight.survival / four.survival], 1e-13);
    assert!(later.at(1, 3.0).is_err() && later.curve(1).unwrap()[0].time > 4.0);
    assert!(later.restricted_mean(1, 8.0).unwrap().estimate < 4.0);
}

#[test]
fn a_sample_of_one_child_is_that_child() {
    let fit = fit("arm + age", Ties::Efron);
    let one = Frame::new(vec![Column::float("arm", vec![1.0]), Column::float("age", vec![3.0])]).unwrap();
    let curves = CoxCurves::new().of(&fit, &one).unwrap();
    let same = CoxCurves::new().standardised(&fit, Population::Fixed(&one), "arm").unwrap();
    let (a, b) = (curves.at(0, 7.0).unwrap(), same.at("1", 7.0).unwrap());
    close(&[b.survival, b.std_error], &[a.survival, a.std_error], 1e-13);
}

#[test]
fn before_the_first_event_nothing_is_uncertain() {
    let fit = fit("arm + age", Ties::Efron);
    for variance in [CurveVariance::Model, CurveVariance::Jackknife] {
        let spec = CoxCurves::new().variance(variance);
        let at = spec.of(&fit, &two()).unwrap().at(0, 1.0).unwrap();
        assert_eq!((at.survival, at.std_error, at.limits), (1.0, 0.0, Some((1.0, 1.0))));
        let arms = spec.standardised(&fit, Population::Fitted(&children()), "arm").unwrap();
        assert!(arms.risk_difference("1", "0", 1.0).unwrap().estimate.abs() < f64::MIN_POSITIVE);
        assert_eq!(arms.log_risk_ratio("1", "0", 1.0).unwrap_err().code(), "no_risk");
        close(&[arms.restricted_mean("1", 2.0).unwrap().estimate], &[2.0], 1e-14);
    }
}

#[test]
fn what_cannot_be_predicted_says_where_and_why() {
    let frame = Frame::new(vec![
        Column::float("time", vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        Column::integer("event", vec![1, 1, 1, 0, 0, 0]),
        Column::factor("arm", ["a", "b", "a", "b", "a", "b"]),
        Column::factor("site", ["x", "x", "x", "x", "y", "y"]),
    ])
    .unwrap();
    let fit = Cox::new("Surv(time, event) ~ arm + strata(site)".parse().unwrap()).fit(&frame).unwrap();
    let new =
        |arm: &str, site: &str| Frame::new(vec![Column::factor("arm", [arm]), Column::factor("site", [site])]).unwrap();
    let spec = CoxCurves::new();
    assert_eq!(spec.of(&fit, &new("c", "x")).unwrap_err().code(), "unknown_level");
    assert_eq!(spec.of(&fit, &new("a", "z")).unwrap_err().code(), "unknown_stratum");
    let without = Frame::new(vec![Column::factor("site", ["x"])]).unwrap();
    assert_eq!(spec.of(&fit, &without).unwrap_err().code(), "unknown_column");
    // A stratum without events: nobody is known to leave, for as long as anybody was seen.
    let curves = spec.of(&fit, &new("a", "y")).unwrap();
    assert_eq!((curves.curve(0).unwrap().len(), curves.at(0, 5.0).unwrap().survival), (0, 1.0));
    assert_eq!(curves.at(0, 7.0).unwrap_err().code(), "beyond_follow_up");
    assert_eq!(curves.at(0, f64::NAN).unwrap_err().code(), "bad_time");
    assert_eq!(curves.at(1, 2.0).unwrap_err().code(), "unknown_curve");
    assert_eq!(curves.restricted_mean(0, 0.0).unwrap_err().code(), "bad_time");
    assert_eq!(spec.level(1.0).of(&fit, &new("a", "y")).unwrap_err().code(), "bad_level");
    let arms = spec.standardised(&fit, Population::Fitted(&frame), "arm").unwrap();
    assert_eq!(arms.at("c", 2.0).unwrap_err().code(), "unknown_level");
    assert_eq!(arms.at("a", 4.5).unwrap_err().code(), "beyond_follow_up");
    let short = frame.select(&[0, 1]);
    assert_eq!(spec.standardised(&fit, Population::Fitted(&short), "arm").unwrap_err().code(), "not_the_sample");
    let absent = Frame::new(vec![Column::float("age", vec![f64::NAN]), Column::float("arm", vec![1.0])]).unwrap();
    let numeric = super::tests::fit("arm + age", Ties::Efron);
    assert_eq!(spec.of(&numeric, &absent).unwrap_err().code(), "missing_value");
    let far = Frame::new(vec![Column::float("age", vec![-1e9]), Column::float("arm", vec![1.0])]).unwrap();
    assert_eq!(spec.of(&numeric, &far).unwrap_err().code(), "not_finite");
}

#[test]
fn one_cluster_says_nothing_of_its_own_sampling() {
    // The sum of all influences on β̂ and on the increments is the score equations' zero, which is no standard error.
    let frame = children().with_column(Column::integer("family", vec![1; 17])).unwrap();
    let formula = "Surv(start, stop, event) ~ arm + age + cluster(family)".parse().unwrap();
    let fit = Cox::new(formula).fit(&frame).unwrap();
    let curves = CoxCurves::new().variance(CurveVariance::Jackknife).of(&fit, &two());
    assert_eq!(curves.unwrap_err().code(), "too_few_clusters");
}

/// Times, events, a covariate and a family; no late entry.
fn plain() -> Frame {
    let stop: Vec<f64> = (0..20).map(|row| 1.0 + f64::from(row * 7 % 13)).collect();
    Frame::new(vec![
        Column::float("stop", stop),
        Column::integer("event", (0..20).map(|row| i64::from(row % 3 != 0)).collect()),
        Column::float("x", (0..20).map(|row| f64::from(row * 5 % 7)).collect()),
        Column::factor("site", (0..20).map(|row| ["u", "v"][row / 2 % 2])),
        Column::integer("family", (0..20).map(|row| row / 3).collect()),
    ])
    .unwrap()
}

/// Graf's score as it is written, with the censoring's Kaplan-Meier curve of each group by a product over its rows.
fn slow_score(frame: &Frame, survival: &dyn Fn(f64, f64) -> f64, time: f64, by_site: bool) -> f64 {
    let number = |name: &str| frame.column(name).unwrap().to_numeric().unwrap();
    let (stop, event, x) = (number("stop"), number("event"), number("x"));
    let site = frame.column("site").unwrap().to_factor();
    let g = |row: usize, until: &dyn Fn(f64) -> bool| -> f64 {
        let same = |other: &usize| !by_site || site.codes()[*other] == site.codes()[row];
        let members: Vec<usize> = (0..stop.len()).filter(same).collect();
        let mut product = 1.0;
        let mut times: Vec<f64> = members.iter().filter(|&&m| event[m] < 0.5).map(|&m| stop[m]).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        for time in times.into_iter().filter(|time| until(*time)) {
            let censored =
                members.iter().filter(|&&m| stop[m].total_cmp(&time).is_eq() && event[m] < 0.5).count() as f64;
            let left = members.iter().filter(|&&m| stop[m] > time).count() as f64;
            product *= left / (left + censored);
        }
        product
    };
    let of = |row: usize| {
        let s = survival(x[row], time);
        if stop[row] > time {
            (1.0 - s).powi(2) / g(row, &|known| known <= time)
        } else if event[row] > 0.5 {
            s * s / g(row, &|known| known < stop[row])
        } else {
            0.0
        }
    };
    (0..stop.len()).map(of).sum::<f64>() / stop.len() as f64
}

#[test]
fn prediction_errors_are_those_of_the_textbook() {
    let frame = plain();
    let fit = Cox::new("Surv(stop, event) ~ x + cluster(family)".parse().unwrap()).fit(&frame).unwrap();
    let predicted = |x: f64, time: f64| {
        let new = Frame::new(vec![Column::float("x", vec![x])]).unwrap();
        CoxCurves::new().of(&fit, &new).unwrap().at(0, time).unwrap().survival
    };
    for (by_site, spec) in [(false, PredictionError::new()), (true, PredictionError::new().censoring_by("site"))] {
        for time in [2.0, 4.5, 9.0] {
            let found = spec.at(&fit, &frame, time).unwrap();
            close(&[found.model.estimate], &[slow_score(&frame, &predicted, time, by_site)], 1e-12);
            assert!(found.model.std_error > 0.0 && found.explained.is_some());
        }
    }
    // The score changes at whole numbers only, where rows end: each stretch between two has the score of its middle.
    let mean = (0..9).map(|k| slow_score(&frame, &predicted, f64::from(k) + 0.5, false)).sum::<f64>() / 9.0;
    close(&[PredictionError::new().integrated(&fit, &frame, 9.0).unwrap().model.estimate], &[mean], 1e-12);
}

#[test]
fn predictions_that_cannot_be_judged_are_refused() {
    let frame = plain();
    let spec = PredictionError::new();
    let fit = Cox::new("Surv(stop, event) ~ x".parse().unwrap()).fit(&frame).unwrap();
    let code = |time: f64| spec.at(&fit, &frame, time).unwrap_err().code();
    assert_eq!((code(0.0), code(f64::NAN), code(99.0)), ("bad_time", "bad_time", "beyond_follow_up"));
    assert_eq!(spec.clone().level(0.0).at(&fit, &frame, 4.0).unwrap_err().code(), "bad_level");
    let late = super::tests::fit("arm + age", Ties::Efron);
    assert_eq!(spec.at(&late, &children(), 4.0).unwrap_err().code(), "late_entry");
}
