//! Means over rows and frequencies against averages of the rows themselves.

use super::*;
use crate::design::Recipe;

const FORMULAS: [&str; 5] = [
    "y ~ arm * visit + arm:log(x) + poly(x, 2) + sex",
    "y ~ arm:month + factor(month) + sex",
    "y ~ factor(arm, contrasts = sum) * factor(visit, contrasts = helmert) + sex:x",
    // The second of each is determined by the first.
    "y ~ arm + sex + factor(sex) + x + poly(x, 1) + arm:x",
    "y ~ 0 + visit/arm",
];

/// The frame with `column` at `level` in every row.
fn with_level(frame: &Frame, column: &str, level: &str) -> Frame {
    let columns = frame.columns().iter().map(|old| {
        if old.name() != column {
            return old.clone();
        }
        match old.as_factor() {
            Some(factor) => {
                let code = factor.level_index(level).unwrap() as u32;
                let codes = vec![Some(code); frame.n_rows()];
                Column::from_factor(column, crate::frame::Factor::from_codes(factor.levels().to_vec(), codes).unwrap())
            }
            None => Column::integer(column, vec![level.parse().unwrap(); frame.n_rows()]),
        }
    });
    Frame::new(columns.collect()).unwrap()
}

/// The mean row of X over all rows of `frame`, the columns kept.
fn mean_row(recipe: &Recipe, frame: &Frame) -> Vec<f64> {
    recipe.fixed_rows(frame).unwrap().row_mean().iter().copied().collect()
}

fn assert_rows(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        // Sums of eleven numbers of order 10.
        assert!((found - expected).abs() < 1e-13, "{found} {expected} in {what}");
    }
}

#[test]
fn a_counterfactual_mean_is_the_mean_over_the_rows_with_the_level_in_the_place_of_their_own() {
    let mut compared = 0;
    for formula in FORMULAS {
        let design = ols_design(formula);
        let grid = ReferenceGrid::new(&design).weights(Weights::Counterfactual);
        for spec in ["arm", "month", "visit"] {
            if design.recipe().summary.factor(spec).is_none() {
                continue;
            }
            for mean in grid.means(spec).unwrap() {
                let set = with_level(&frame(), spec, &mean.levels[0].1);
                assert_rows(&mean.row, &mean_row(design.recipe(), &set), &format!("{formula} at {}", mean.term));
                assert!(mean.estimable, "{formula} at {}", mean.term);
                compared += 1;
            }
        }
    }
    assert!(compared > 10, "{compared}");
}

#[test]
fn what_the_grid_stands_at_is_set_in_the_rows_too() {
    let design = ols_design(FORMULAS[0]);
    let grid = ReferenceGrid::new(&design).weights(Weights::Counterfactual);
    let means = grid.clone().at("visit", "30").at_number("x", 4.0).means("arm").unwrap();
    let mut set = with_level(&with_level(&frame(), "visit", "30"), "arm", &means[0].term);
    let four = Column::float("x", vec![4.0; set.n_rows()]);
    set = Frame::new(
        set.columns().iter().map(|old| if old.name() == "x" { four.clone() } else { old.clone() }).collect(),
    )
    .unwrap();
    assert_rows(&means[0].row, &mean_row(design.recipe(), &set), "x = 4 at visit 30");
    // Two visits are asked for: the mean of both.
    let two = grid.clone().at("visit", "30").at("visit", "0").means("arm").unwrap();
    let each = |visit: &str| grid.clone().at("visit", visit).means("arm").unwrap()[0].row.clone();
    let mean: Vec<f64> = each("0").iter().zip(each("30")).map(|(a, b)| 0.5 * (a + b)).collect();
    assert_rows(&two[0].row, &mean, "two visits");
}

#[test]
fn cells_weigh_as_their_own_rows_do() {
    let design = ols_design("y ~ arm * visit + sex");
    let x = design.recipe().fixed_rows(&frame()).unwrap();
    let arms = frame().column("arm").unwrap().to_factor();
    for mean in ReferenceGrid::new(&design).weights(Weights::Cells).means("arm").unwrap() {
        let own: Vec<u32> = (0..11).filter(|&row| arms.level(row as usize) == Some(mean.term.as_str())).collect();
        let expected = mean_row(design.recipe(), &frame().select(&own));
        assert_rows(&mean.row, &expected, &mean.term);
    }
    assert_eq!(x.nrows(), 11);
}

#[test]
fn joint_frequencies_are_those_of_the_rows_whatever_the_cell() {
    // Without covariates, standardisation over the rows is weighting by their combinations.
    let design = ols_design("y ~ arm * visit + sex * visit");
    let rows = |weights| -> Vec<Vec<f64>> {
        let means = ReferenceGrid::new(&design).weights(weights).means("arm").unwrap();
        means.into_iter().map(|mean| mean.row).collect()
    };
    for (joint, over_rows) in rows(Weights::Joint).iter().zip(rows(Weights::Counterfactual)) {
        assert_rows(joint, &over_rows, "joint");
    }
    // One factor alone: joint and marginal frequencies are the same.
    let design = ols_design("y ~ arm * visit");
    let one = |weights| ReferenceGrid::new(&design).weights(weights).means("arm").unwrap()[1].row.clone();
    assert_rows(&one(Weights::Joint), &one(Weights::Proportional), "one factor");
}

#[test]
fn a_recipe_has_no_rows_and_an_empty_cell_no_frequencies() {
    let design = ols_design("y ~ arm * visit + sex");
    for weights in [Weights::Joint, Weights::Cells, Weights::Counterfactual] {
        let refused = ReferenceGrid::new(design.recipe()).weights(weights).means("arm");
        assert_eq!(refused.unwrap_err().code(), "needs_rows");
    }
    let without = Design::build(
        &"y ~ arm * visit + sex".parse().unwrap(),
        &frame().select(&[0, 1, 2, 3, 4, 5, 6, 8, 9]),
        &DesignOptions::default(),
    )
    .unwrap();
    let grid = ReferenceGrid::new(&without);
    let empty = grid.means("arm * visit").unwrap().iter().filter(|mean| !mean.estimable).count();
    assert_eq!(empty, 1);
    assert_eq!(grid.clone().weights(Weights::Cells).means("arm * visit").unwrap_err().code(), "empty_cell");
    let over_rows = grid.weights(Weights::Counterfactual).means("arm").unwrap();
    assert_eq!(over_rows.iter().filter(|mean| !mean.estimable).count(), 1);
}

#[test]
fn a_variable_that_mixes_a_factor_with_a_covariate_is_refused_under_standardisation() {
    let design = ols_design("y ~ factor(month) + I(month * x)");
    let grid = ReferenceGrid::new(&design).weights(Weights::Counterfactual);
    assert_eq!(grid.means("month").unwrap_err().code(), "counterfactual_mixture");
}
