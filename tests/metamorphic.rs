//! Two ways to say the same thing, and models that contain one another.

use steadfast_core::frame::{Column, Frame};
use steadfast_core::lmm::{Criterion, LmmFit};
use steadfast_io::reshape::{WideSpec, to_long, to_wide};
use steadfast_testkit::models::{MODELS, sample};

use crate::support::{
    assert_close, assert_relative, model, numbers, reml, sleepstudy, table, with_labels, with_numbers,
};

fn deviance(formula: &str, criterion: Criterion, frame: &Frame) -> f64 {
    model(formula, criterion).fit(frame).unwrap_or_else(|e| panic!("{formula}: {e}")).minus_two_log_likelihood()
}

#[track_caller]
fn assert_same(a: &LmmFit, b: &LmmFit) {
    assert_relative(a.minus_two_log_likelihood(), b.minus_two_log_likelihood(), 1e-11, "deviance");
    for (a, b) in table(a, "kenward-roger").iter().zip(table(b, "kenward-roger")) {
        assert_close(a.estimate, b.estimate, 1e-8, b.std_error, &a.term);
        assert_relative(a.std_error, b.std_error, 1e-7, &a.term);
        assert_relative(a.df.unwrap(), b.df.unwrap(), 1e-5, &a.term);
    }
}

#[test]
fn a_row_without_an_outcome_is_no_row() {
    let frame = sample(11);
    let with_holes: Vec<f64> =
        numbers(&frame, "y").into_iter().enumerate().map(|(row, y)| if row % 9 == 4 { f64::NAN } else { y }).collect();
    let holes = frame.clone().with_column(Column::float("y", with_holes)).unwrap();
    let kept: Vec<u32> = (0..frame.n_rows() as u32).filter(|row| row % 9 != 4).collect();
    for law in MODELS {
        let fit = reml(law.formula, &holes);
        assert_eq!(fit.rows().missing, frame.n_rows() - kept.len());
        assert_same(&fit, &reml(law.formula, &frame.select(&kept)));
    }
}

#[test]
fn weights_of_one_are_no_weights_and_their_unit_is_the_variances() {
    let frame = sample(12);
    let doubled = with_numbers(&frame, "w", |w| 2.0 * w);
    for law in MODELS {
        let plain = reml(law.formula, &frame);
        let weighted = |frame: &Frame| model(law.formula, Criterion::Reml).weights("w").fit(frame).unwrap();
        assert_same(&plain, &weighted(&frame));
        if !law.formula.contains("visit |") {
            assert_same(&plain, &weighted(&doubled));
        }
    }
}

#[test]
fn nested_groups_are_the_same_however_the_children_are_named() {
    // Numbered within the family, the children need the family's name; numbered throughout, they do not.
    let frame = sample(13);
    let within = with_labels(&frame, "child", |label| label[label.len() - 1..].to_owned());
    let explicit = reml("y ~ arm * time + z + (1 | family) + (1 | child)", &frame);
    assert_same(&reml("y ~ arm * time + z + (1 | family/child)", &frame), &explicit);
    assert_same(&reml("y ~ arm * time + z + (1 | family/child)", &within), &explicit);
}

#[test]
fn a_formula_may_be_written_in_many_ways() {
    let frame = sample(14);
    let written = reml("y ~ arm * time + z + (time | child)", &frame);
    for other in [
        "y ~ 1 + arm + time + arm:time + z + (1 + time | child)",
        "y ~ (arm + time)^2 + z + us(1 + time | child)",
        "y ~ arm*time*z - arm:time:z - arm:z - time:z + (1+time|child)",
    ] {
        let fit = reml(other, &frame);
        assert_relative(fit.minus_two_log_likelihood(), written.minus_two_log_likelihood(), 1e-12, other);
    }
}

#[test]
fn a_richer_covariance_never_fits_worse() {
    for seed in 0..6 {
        let frame = sample(seed);
        let of = |random: &str| deviance(&format!("y ~ arm * visit + z + {random}"), Criterion::Ml, &frame);
        let (none, cs, ar1, us) = (of("z"), of("cs(visit | child)"), of("ar1(visit | child)"), of("us(visit | child)"));
        let (intercept, nested, both) =
            (of("(1 | child)"), of("(1 | family/child)"), of("(1 | family) + us(visit | child)"));
        let rounding = 1e-8;
        for (poorer, richer) in [
            (none, cs),
            (none, ar1),
            (cs, us),
            (ar1, us),
            (none, intercept),
            (cs, intercept),
            (intercept, nested),
            (us, both),
        ] {
            assert!(richer <= poorer + rounding, "seed {seed}: {richer} for the richer model, {poorer} for the poorer");
        }
    }
}

#[test]
fn the_public_deviance_at_the_estimate_is_the_fits_own_and_rises_around_it() {
    let frame = sleepstudy();
    for criterion in [Criterion::Reml, Criterion::Ml] {
        let slope = model("Reaction ~ Days + (Days | Subject)", criterion);
        let fit = slope.fit(&frame).unwrap();
        let covariance = &fit.covariance().random[0].covariance;
        let residual = crate::support::sigma(&fit).powi(2);
        let at = [covariance[0][0], covariance[0][1], covariance[1][1], residual];
        let deviance = slope.deviance(&frame).unwrap();
        let lowest = deviance.at(&at).unwrap();
        assert_relative(lowest, fit.minus_two_log_likelihood(), 1e-13, "at the estimate");
        for parameter in 0..4 {
            for factor in [0.99, 1.01] {
                let mut near = at;
                near[parameter] *= factor;
                assert!(deviance.at(&near).unwrap() > lowest, "{criterion:?}, parameter {parameter}");
            }
        }
    }
}

#[test]
fn profile_limits_lie_around_the_estimate_and_move_outwards_with_the_level() {
    let fit = model("Reaction ~ Days + (Days | Subject)", Criterion::Ml).fit(&sleepstudy()).unwrap();
    let (narrow, wide) =
        (fit.variance_components(0.8).unwrap().intervals, fit.variance_components(0.99).unwrap().intervals);
    assert!(narrow.len() >= 4);
    for (narrow, wide) in narrow.iter().zip(&wide) {
        assert!(narrow.conf_low <= narrow.estimate && wide.conf_low < narrow.conf_low, "{narrow:?} in {wide:?}");
        let (inner, outer) = (narrow.conf_high.unwrap(), wide.conf_high.unwrap());
        assert!(narrow.estimate <= inner && inner < outer, "{narrow:?} in {wide:?}");
    }
}

#[test]
fn wide_and_long_tables_give_the_same_fit() {
    let visits = ["v1", "v2", "v3", "v4"];
    let columns = |name: &str| visits.map(|visit| format!("{name}_{visit}"));
    let spec = WideSpec::new(["child"], "visit", visits).measure("y", columns("y")).measure("time", columns("time"));
    for seed in 20..26 {
        let long = sample(seed);
        let wide = to_wide(&long, &spec).unwrap();
        let again = to_long(&wide, &spec).unwrap();
        assert!(wide.n_rows() < long.n_rows() && again.n_rows() == 4 * wide.n_rows());
        for law in MODELS {
            assert_same(&reml(law.formula, &long), &reml(law.formula, &again));
        }
    }
}
