//! Adjustments against closed forms, each other, and R.
#![allow(clippy::excessive_precision, reason = "expected values stand as they were printed")]

use approx::assert_relative_eq;
use nalgebra::DMatrix;

use super::*;
use crate::frame::{Column, Frame};
use crate::inference::{Asymptotic, DfMethod, Inference, Residual, Satterthwaite};
use crate::lmm::{Lmm, LmmFit};
use crate::reference_grid::{AllPairs, Comparisons, Consecutive, LinearCombination, ReferenceGrid, Versus};

/// Four arms of unequal size.
fn trial() -> LmmFit {
    let arms = ["SAU", "SAU", "SAU", "SAU", "SAU", "NIM", "NIM", "NIM", "OAU", "OAU", "OAU", "OAU", "PUP", "PUP"];
    let y = vec![14.0, 16.0, 13.0, 15.0, 17.0, 12.0, 10.0, 13.0, 13.0, 11.0, 12.5, 14.0, 9.0, 12.0];
    let frame = Frame::new(vec![Column::float("sdq", y), Column::factor("arm", arms)]).unwrap();
    Lmm::new("sdq ~ factor(arm, ref = \"SAU\")".parse().unwrap()).fit(&frame).unwrap()
}

fn family(fit: &LmmFit, method: &dyn DfMethod, rule: &dyn Comparisons) -> Family {
    let inference = fit.inference(method).unwrap();
    Family::of(&inference, &ReferenceGrid::new(fit).contrasts("arm", rule).unwrap()).unwrap()
}

fn p_values(family: &Family, method: &dyn Multiplicity) -> Vec<f64> {
    family.adjusted(method).unwrap().into_iter().map(|row| row.p_value).collect()
}

/// R 4.2.2 on these rows: `TukeyHSD(aov(sdq ~ arm))` for the six differences, and
/// `p.adjust(p, "holm" / "hochberg" / "bonferroni")` of the p-values of `pairwise.t.test(sdq, arm, "none")`.
#[test]
fn all_pairs_are_those_of_tukey_hsd_and_p_adjust() {
    let family = family(&trial(), &Residual, &AllPairs);
    let terms: Vec<&str> = family.rows().iter().map(|row| row.term.as_str()).collect();
    assert_eq!(terms, ["NIM - SAU", "OAU - SAU", "PUP - SAU", "OAU - NIM", "PUP - NIM", "PUP - OAU"]);
    let adjusted = family.adjusted(&Tukey).unwrap();
    for (row, (p, low, high)) in adjusted.iter().zip(TUKEY_HSD) {
        // R's ptukey and qtukey are good to about 1e-9 and 1e-4.
        assert_relative_eq!(row.p_value, p, max_relative = 1e-7);
        assert!((row.conf_low.unwrap() - low).abs() < 1e-3 && (row.conf_high.unwrap() - high).abs() < 1e-3);
    }
    for (method, expected) in [(&Bonferroni as &dyn Multiplicity, BONFERRONI), (&Holm, HOLM), (&Hochberg, HOCHBERG)] {
        for (found, expected) in p_values(&family, method).iter().zip(expected) {
            assert_relative_eq!(*found, expected, max_relative = 1e-10);
        }
    }
}

/// Two-sided Dunnett of balanced arms: the correlations are ½ and the critical value is that of the table.
#[test]
fn a_balanced_trial_with_one_control_has_dunnetts_critical_value() {
    let frame = Frame::new(vec![
        Column::float("y", (0..24).map(|row| f64::from(row * row % 11)).collect()),
        Column::factor("arm", (0..24).map(|row| ["A", "B", "C", "D"][row % 4])),
    ])
    .unwrap();
    let fit = Lmm::new("y ~ arm".parse().unwrap()).fit(&frame).unwrap();
    let family = family(&fit, &Residual, &Versus::control("A"));
    assert!((family.correlations() - DMatrix::from_fn(3, 3, |i, j| if i == j { 1.0 } else { 0.5 })).amax() < 1e-12);
    let row = &family.adjusted(&Dunnett).unwrap()[0];
    let critical = (row.conf_high.unwrap() - row.estimate) / row.std_error;
    // Dunnett 1964, table II, p = 3, 20 df: 2.54; R's nCDunnett and mvtnorm give 2.5403.
    assert!((critical - 2.54).abs() < 0.005, "{critical}");
    assert_relative_eq!(row.p_value_error, 0.0);
}

#[test]
fn methods_are_ordered_as_their_inequalities_say() {
    for rule in [&AllPairs as &dyn Comparisons, &Versus::control("SAU"), &Consecutive] {
        for method in [&Residual as &dyn DfMethod, &Asymptotic] {
            let family = family(&trial(), method, rule);
            let [none, bonferroni, holm, hochberg, single] =
                [&Unadjusted as &dyn Multiplicity, &Bonferroni, &Holm, &Hochberg, &SingleStep]
                    .map(|method| p_values(&family, method));
            for at in 0..none.len() {
                assert!(none[at] <= hochberg[at] && hochberg[at] <= holm[at] && holm[at] <= bonferroni[at]);
                assert!(none[at] <= single[at] && single[at] <= bonferroni[at] + 1e-12);
            }
        }
    }
}

/// Intervals exclude 0 exactly where the p-value is below α.
#[test]
fn limits_and_p_values_say_the_same() {
    let fit = trial();
    let inference = fit.inference(&Residual).unwrap();
    let grid = ReferenceGrid::new(&fit);
    let (pairs, versus) = (grid.differences("arm").unwrap(), grid.contrasts("arm", &Versus::reference()).unwrap());
    for (method, pairs) in
        [(&Unadjusted as &dyn Multiplicity, &pairs), (&Bonferroni, &pairs), (&Tukey, &pairs), (&SingleStep, &versus)]
    {
        let plain = Family::of(&inference, pairs).unwrap().adjusted(method).unwrap();
        for (at, row) in plain.iter().enumerate().filter(|(_, row)| row.p_value < 1.0 - 1e-9) {
            let level = inference.clone().with_level(1.0 - row.p_value).unwrap();
            let touching = &Family::of(&level, pairs).unwrap().adjusted(method).unwrap()[at];
            let nearest = touching.conf_low.unwrap().abs().min(touching.conf_high.unwrap().abs());
            assert!(nearest < 1e-8 * row.std_error, "{nearest} for {} by {}", row.term, method.name());
        }
    }
}

#[test]
fn stepwise_methods_have_no_limits_and_say_so() {
    let family = family(&trial(), &Residual, &AllPairs);
    for name in multiplicity_names() {
        let method = multiplicity(name).unwrap();
        assert_eq!(method.name(), name);
        let Ok(adjusted) = family.adjusted(method.as_ref()) else {
            assert_eq!(name, "dunnett");
            continue;
        };
        let stepwise = ["holm", "hochberg"].contains(&name);
        assert!(adjusted.iter().all(|row| row.conf_low.is_none() == stepwise && row.conf_high.is_none() == stepwise));
        assert_eq!(method.description().contains("no simultaneous limits"), stepwise);
    }
    assert_eq!(multiplicity("scheffe").unwrap_err().code(), "unknown_multiplicity");
}

#[test]
fn one_comparison_needs_no_adjustment() {
    let fit = trial();
    let inference = fit.inference(&Satterthwaite::default()).or_else(|_| fit.inference(&Residual)).unwrap();
    let one = ReferenceGrid::new(&fit).difference("arm", "NIM", "SAU").unwrap();
    let family = Family::of(&inference, &[one]).unwrap();
    for name in multiplicity_names() {
        let row = &family.adjusted(multiplicity(name).unwrap().as_ref()).unwrap()[0];
        assert_relative_eq!(row.p_value, family.rows()[0].p_value, max_relative = 1e-10);
        if let Some(low) = row.conf_low {
            assert_relative_eq!(low, family.rows()[0].conf_low, max_relative = 1e-10);
        }
    }
}

#[test]
fn a_method_refuses_the_family_that_it_is_not_for() {
    let fit = trial();
    for rule in [&Versus::control("SAU") as &dyn Comparisons, &Consecutive] {
        let refused = family(&fit, &Residual, rule).adjusted(&Tukey).unwrap_err();
        assert_eq!(refused.code(), "method_does_not_apply");
    }
    let refused = family(&fit, &Residual, &AllPairs).adjusted(&Dunnett).unwrap_err();
    assert_eq!(refused.code(), "method_does_not_apply");
    let inference: Inference = fit.inference(&Residual).unwrap();
    assert_eq!(Family::of(&inference, &[]).unwrap_err().code(), "empty_family");
    let unknown = LinearCombination { term: "NIM".into(), levels: Vec::new(), row: vec![1.0; 4], estimable: false };
    assert_eq!(Family::of(&inference, &[unknown]).unwrap_err().code(), "not_estimable");
}

/// `p adj`, `lwr`, `upr`.
const TUKEY_HSD: [(f64, f64, f64); 6] = [
    (0.0589826667751723, -6.78406700427222, 0.117400337605553),
    (0.1644457746919560, -5.54470127451550, 0.794701274515504),
    (0.0255070352035771, -8.45331206255257, -0.546687937447428),
    (0.8472883800975011, -2.65053032252886, 4.567196989195526),
    (0.8403388693243021, -5.48008375534027, 3.146750422006940),
    (0.4265125628978829, -6.21706674955032, 1.967066749550325),
];

const BONFERRONI: [f64; 6] = [0.0864251064707040, 0.2690183818738485, 0.0353835858715907, 1.0, 1.0, 0.8592512029494241];

const HOLM: [f64; 6] = [
    0.0720209220589200,
    0.1793455879158990,
    0.0353835858715907,
    0.8545451182254524,
    0.8545451182254524,
    0.4296256014747121,
];

const HOCHBERG: [f64; 6] = [
    0.0720209220589200,
    0.1793455879158990,
    0.0353835858715907,
    0.4354690252041529,
    0.4354690252041529,
    0.4296256014747121,
];
