//! Means and differences where arms are held equal at baseline.

use super::*;
use crate::inference::{KenwardRoger, Satterthwaite};
use crate::lmm::{Lmm, ResidualCovariance};
use crate::reference_grid::{ReferenceGrid, Weights, type_three};

fn clda() -> Mmrm {
    sdq(Baseline::Constrained)
}

#[test]
fn coefficients_are_the_effects() {
    let fit = clda().fit(&Trial::complete(40).rows(4)).unwrap();
    let names = ["(Intercept)", "visit15", "visit24", "visit30"].map(str::to_owned).into_iter();
    let effects_of = VISITS[1..].iter().map(|visit| format!("visit{visit}:arm_postNIM"));
    assert_eq!(fit.lmm().names(), names.chain(effects_of).collect::<Vec<_>>());
    assert_eq!(fit.lmm().aliased(), ["visit0:arm_postNIM"]);
    for (at, effect) in fit.effects().unwrap().iter().enumerate() {
        assert_eq!(effect.row, (0..7).map(|j| f64::from(u8::from(j == 4 + at))).collect::<Vec<_>>());
        assert_eq!((effect.term.as_str(), effect.levels[0].1.as_str()), ("NIM - SAU", VISITS[at + 1]));
        assert!(effect.estimate(&fit.inference(&KenwardRoger::default()).unwrap()).is_ok());
    }
}

#[test]
fn at_baseline_all_arms_have_one_mean_and_no_difference() {
    let fit = clda().fit(&Trial::complete(40).with_missing_visits().rows(4)).unwrap();
    let means = fit.means().unwrap();
    assert_eq!(means.len(), 8);
    assert_eq!(means[0].row, means[1].row);
    assert!(means.iter().all(|mean| mean.estimable));
    let differences = fit.grid().differences("arm | visit").unwrap();
    assert_eq!(differences.len(), 4);
    assert!(differences[0].estimable && differences[0].row.iter().all(|l| *l == 0.0));
    let inference = fit.inference(&Satterthwaite::default()).unwrap();
    assert_eq!(differences[0].estimate(&inference).unwrap_err().code(), "contrast_zero");
    assert!(fit.grid().means("arm").unwrap().iter().all(|mean| mean.estimable));
}

/// Fitted without [`MmrmFit`], the same formula and frame do not know why the column at baseline is empty.
#[test]
fn the_formula_alone_leaves_the_difference_at_baseline_inestimable() {
    let prepared = clda().prepare(&Trial::complete(40).rows(4)).unwrap();
    let fit = Lmm::new(prepared.formula).fit(&prepared.frame).unwrap();
    let differences = ReferenceGrid::new(&fit).differences("arm_post | visit").unwrap();
    assert_eq!(differences.iter().map(|d| d.estimable).collect::<Vec<_>>(), [false, true, true, true]);
    let same = clda().fit(&Trial::complete(40).rows(4)).unwrap();
    assert_eq!(same.lmm().beta(), fit.beta());
}

#[test]
fn an_empty_cell_after_baseline_stays_inestimable() {
    let mut trial = Trial::complete(40);
    for (outcomes, arm) in trial.outcomes.iter_mut().zip(&trial.arms) {
        if *arm == "NIM" {
            outcomes[2] = None;
        }
    }
    let fit = clda().within(Within::new("cs")).fit(&trial.rows(4)).unwrap();
    let estimable: Vec<bool> = fit.effects().unwrap().iter().map(|effect| effect.estimable).collect();
    assert_eq!(estimable, [true, false, true]);
}

#[test]
fn the_test_of_no_effect_at_any_visit_has_a_row_for_each_later_visit() {
    let fit = clda().fit(&Trial::complete(40).rows(4)).unwrap();
    let hypotheses = type_three(&fit).unwrap();
    let of_arm = hypotheses.iter().find(|hypothesis| hypothesis.term == "visit:arm_post").unwrap();
    assert_eq!((of_arm.rows.len(), of_arm.inestimable), (3, 0));
}

#[test]
fn the_covariance_by_arm_keeps_the_arm_of_the_baseline_rows() {
    let model = clda().within(Within::default().by_arm());
    let fit = model.fit(&Trial::complete(60).rows(3)).unwrap();
    let ResidualCovariance::Structured { groups, visits, .. } = &fit.lmm().covariance().residual else {
        panic!("a structure was asked for")
    };
    assert_eq!(visits, &VISITS[..3]);
    assert_eq!(groups.iter().map(|group| group.label.as_str()).collect::<Vec<_>>(), ["NIM", "SAU"]);
    assert!(groups.iter().all(|group| group.covariance[0][0] > 1.0));
}

#[test]
fn three_arms_are_all_equal_at_baseline() {
    let mut trial = Trial::complete(60);
    for (i, arm) in trial.arms.iter_mut().enumerate() {
        *arm = ["SAU", "NIM", "other"][i % 3];
    }
    let fit = clda().fit(&trial.rows(3)).unwrap();
    assert_eq!(fit.lmm().aliased().len(), 2);
    let means = fit.means().unwrap();
    assert!(means[..3].iter().all(|mean| mean.row == means[0].row && mean.estimable));
    assert_eq!(fit.effects().unwrap().len(), 6);
}

#[test]
fn arms_are_weighted_by_their_own_rows_and_not_by_those_of_the_derived_factor() {
    let fit = clda().fit(&Trial::complete(40).rows(4)).unwrap();
    let grid = fit.grid().weights(Weights::Proportional);
    let at_last = &grid.means("visit").unwrap()[3];
    // Two of five are in the other arm.
    assert_near(at_last.row[6], 0.4, 1e-12);
}

#[test]
fn new_rows_are_read_with_the_arm_itself() {
    let trial = Trial::complete(40).rows(3);
    let fit = clda().fit(&trial).unwrap();
    let recipe: &crate::design::Recipe = fit.as_ref();
    let fitted = fit.lmm().recipe().fixed_rows(&fit.prepared().frame).unwrap();
    assert_eq!(recipe.fixed_rows(&trial).unwrap(), fitted);
}
