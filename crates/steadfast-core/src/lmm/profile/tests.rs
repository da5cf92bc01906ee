use crate::frame::{Column, Frame};
use crate::lmm::fixtures::{assert_close, read};
use crate::lmm::{Criterion, Lmm, LmmFit, Profile, Trace};

fn ml(formula: &str, data: &str) -> LmmFit {
    Lmm::new(formula.parse().unwrap()).criterion(Criterion::Ml).fit(&read(data)).unwrap()
}

fn trace<'a>(profile: &'a Profile, term: &str) -> &'a Trace {
    profile.traces.iter().find(|trace| trace.term == term).unwrap()
}

#[test]
fn limits_of_the_mean_of_a_balanced_layout_have_a_closed_form() {
    // 6 batches of 5: the between mean square, SSB(μ) = SSB + 30 (ȳ − μ)², is all of the deviance that moves, as long as
    // σ_b stays above 0; then ζ² = 6 log(SSB(μ) / SSB).
    let fit = ml("Yield ~ 1 + (1 | Batch)", "dyestuff");
    let profile = fit.profile(0.95).unwrap();
    let mean = trace(&profile, "(Intercept)");
    let between = 56357.5;
    let distance = |zeta: f64| (between * (libm::exp(zeta * zeta / 6.0) - 1.0) / 30.0).sqrt();
    // The root is taken to 1e-9 of a standard error of 17.7.
    let z = 1.959_963_984_540_054;
    assert!((mean.conf_low.unwrap() - 1527.5 + distance(z)).abs() < 1e-6);
    assert!((mean.conf_high.unwrap() - 1527.5 - distance(z)).abs() < 1e-6);
    assert!(mean.points.len() > 14);
    for point in &mean.points {
        assert!((point.value - 1527.5 - point.zeta.signum() * distance(point.zeta)).abs() < 1e-4);
        assert_close(point.deviance, fit.minus_two_log_likelihood() + point.zeta * point.zeta, 1e-9);
    }
}

#[test]
fn a_point_of_a_fixed_effect_s_profile_is_the_fit_with_it_as_an_offset() {
    let profile = ml("Reaction ~ Days + (Days | Subject)", "sleepstudy").profile(0.9).unwrap();
    let frame = read("sleepstudy");
    let points = &trace(&profile, "Days").points;
    for point in [&points[0], &points[5], &points[points.len() - 1]] {
        let days = frame.column("Days").unwrap();
        let shift = (0..180).map(|row| point.value * days.to_factor().level(row).unwrap().parse::<f64>().unwrap());
        let known = frame.clone().with_column(Column::float("known", shift.collect())).unwrap();
        let formula = "Reaction ~ 1 + offset(known) + (Days | Subject)".parse().unwrap();
        let fit = Lmm::new(formula).criterion(Criterion::Ml).fit(&known).unwrap();
        assert_close(point.deviance, fit.minus_two_log_likelihood(), 1e-9);
        assert_close(point.parameters[0].unwrap(), fit.beta()[0], 1e-6);
        assert_close(point.parameters[1].unwrap(), point.value, 1e-15);
        assert_close(point.parameters[2].unwrap(), fit.covariance().random[0].std_devs[0], 1e-5);
    }
}

#[test]
fn fixed_effects_are_profiled_by_ml_whatever_the_fit() {
    // Weighted, so that the two criteria differ in their estimates too.
    let model = Lmm::new("Reaction ~ Days + offset(off) + (Days | Subject)".parse().unwrap()).weights("w");
    let frame = read("sleepstudy_weighted");
    let reml = model.fit(&frame).unwrap().profile(0.95).unwrap();
    let ml = model.criterion(Criterion::Ml).fit(&frame).unwrap().profile(0.95).unwrap();
    for term in ["(Intercept)", "Days"] {
        let (one, other) = (trace(&reml, term), trace(&ml, term));
        assert_eq!(one.criterion, Criterion::Ml);
        assert_close(one.estimate, other.estimate, 1e-6);
        assert_close(one.conf_low.unwrap(), other.conf_low.unwrap(), 1e-6);
        assert_close(one.conf_high.unwrap(), other.conf_high.unwrap(), 1e-6);
    }
    let deviation = trace(&reml, "sd (Intercept) | Subject");
    assert_eq!(deviation.criterion, Criterion::Reml);
    assert!(deviation.estimate > trace(&ml, "sd (Intercept) | Subject").estimate);
}

type Limits = (&'static str, f64, f64);

const LIMITS: [(&str, &str, &[Limits]); 4] = [
    (
        "Reaction ~ Days + (Days | Subject)",
        "sleepstudy",
        &[
            ("sd (Intercept) | Subject", 14.381384520673, 37.716054987756),
            ("cor (Intercept), Days | Subject", -0.481492580296, 0.685018963764),
            ("sd Days | Subject", 3.801177284349, 8.753391985881),
            ("sd residual", 22.898256514806, 28.857999208462),
            ("(Intercept)", 237.680689950077, 265.129519746697),
            ("Days", 7.358652005376, 13.575919913810),
        ],
    ),
    (
        "Yield ~ 1 + (1 | Batch)",
        "dyestuff",
        &[
            ("sd (Intercept) | Batch", 12.1965116656, 84.0634107371),
            ("sd residual", 38.2301233104, 67.6576727839),
            ("(Intercept)", 1486.4514877774, 1568.5485122226),
        ],
    ),
    (
        "strength ~ 1 + (1 | batch/cask)",
        "pastes",
        &[
            ("sd (Intercept) | batch:cask", 2.157930924052, 4.053805118564),
            ("sd (Intercept) | batch", 0.0, 2.946597081031),
            ("sd residual", 0.652022889185, 1.085447558620),
            ("(Intercept)", 58.663648585111, 61.443018081556),
        ],
    ),
    (
        "diameter ~ 1 + (1 | plate) + (1 | sample)",
        "penicillin",
        &[
            ("sd (Intercept) | plate", 0.633565186926, 1.182103329559),
            ("sd (Intercept) | sample", 1.095831474826, 3.556322382344),
            ("sd residual", 0.485845559374, 0.629453426530),
            ("(Intercept)", 21.266608244925, 24.677836199521),
        ],
    ),
];

#[test]
fn limits_are_those_of_lme4() {
    // lme4 1.1-31: confint(profile(lmer(…, REML = FALSE, control = lmerControl(optimizer = "bobyqa", optCtrl =
    // list(rhoend = 1e-10))), devtol = 1e-12, signames = FALSE, delta = 0.05, maxpts = 400)).
    // Its limits are read off splines through points 0.05 apart in ζ, which leaves seven digits.
    for (formula, data, limits) in LIMITS {
        let profile = ml(formula, data).profile(0.95).unwrap();
        assert!(profile.without.is_empty());
        for (term, low, high) in limits {
            let own = trace(&profile, term);
            assert_close(own.conf_low.unwrap(), *low, 1e-6);
            assert_close(own.conf_high.unwrap(), *high, 1e-6);
        }
    }
}

#[test]
fn zeta_of_a_variance_of_zero_is_that_of_the_smaller_model() {
    let fit = ml("Yield ~ 1 + (1 | Batch)", "dyestuff");
    let rise = ml("Yield ~ 1", "dyestuff").minus_two_log_likelihood() - fit.minus_two_log_likelihood();
    let profile = fit.profile(0.95).unwrap();
    let first = &trace(&profile, "sd (Intercept) | Batch").points[0];
    assert!(first.value < 1e-12);
    assert_close(first.zeta, -rise.sqrt(), 1e-7);
    // At 99 % the data no longer exclude it.
    assert_eq!(trace(&fit.profile(0.99).unwrap(), "sd (Intercept) | Batch").conf_low, Some(0.0));
}

#[test]
fn traces_rise_from_low_to_high_and_hold_the_optimum() {
    for (formula, data) in
        [("Reaction ~ Days + (Days | Subject)", "sleepstudy"), ("Yield ~ 1 + (1 | Batch)", "dyestuff2")]
    {
        let fit = crate::lmm::fixtures::fit(formula, &read(data));
        let profile = fit.profile(0.95).unwrap();
        for trace in &profile.traces {
            assert!(trace.points.windows(2).all(|pair| pair[0].value < pair[1].value && pair[0].zeta < pair[1].zeta));
            assert!(
                trace
                    .points
                    .iter()
                    .any(|point| point.zeta.abs() <= 0.0 && point.value.to_bits() == trace.estimate.to_bits())
            );
            let at = profile.terms.iter().position(|term| *term == trace.term).unwrap();
            for point in &trace.points {
                assert_eq!(point.parameters.len(), profile.terms.len());
                assert_close(point.parameters[at].unwrap(), point.value, 1e-9);
            }
        }
    }
}

#[test]
fn what_has_no_profile_is_named_and_the_others_have_theirs() {
    // Six groups with the same outcomes: nothing varies between them, so that a correlation has no meaning. x is centred,
    // which keeps intercepts and slopes apart.
    let column = |name: &str, values: [f64; 5]| Column::float(name, values.repeat(6));
    let group = Column::factor("g", (0..30).map(|row| ["a", "b", "c", "d", "e", "f"][row / 5]));
    let frame =
        Frame::new(vec![column("y", [3.0, 1.0, 4.0, 1.0, 5.0]), column("x", [-2.0, -1.0, 0.0, 1.0, 2.0]), group]);
    let fit = crate::lmm::fixtures::fit("y ~ x + (x | g)", &frame.unwrap());
    let profile = fit.profile(0.95).unwrap();
    let without: Vec<(&str, &str)> =
        profile.without.iter().map(|lost| (lost.term.as_str(), lost.error.code())).collect();
    assert_eq!(without, [("cor (Intercept), x | g", "no_profile")]);
    assert_eq!(profile.traces.len(), 5);
    assert_eq!(fit.profile(0.0).unwrap_err().code(), "confidence_level");
}
