//! Expected values are those of R 4.2.2 on the same eleven rows: means are averages of `predict(lm(…), grid)` over
//! `expand.grid` of all levels with x at its mean, F values are `drop1(lm(…), . ~ ., test = "F")` under `contr.sum`.
#![allow(clippy::excessive_precision, reason = "expected values stand as they were printed")]

mod families;
mod sums_of_squares;
mod weights;

use nalgebra::{DMatrix, DVector};

use super::*;
use crate::design::{Design, DesignOptions};
use crate::frame::{Column, Frame};

fn frame() -> Frame {
    let x = vec![1.5, 2.0, 4.0, 3.0, 5.5, 7.0, 2.5, 6.0, 8.0, 1.0, 9.0, 3.5];
    let rows: Vec<u32> = (0..12).filter(|&row| row != 2).collect();
    let arms = crate::frame::Factor::from_values((0..12).map(|row| Some(if row < 6 { "SAU" } else { "NIM" })));
    Frame::new(vec![
        Column::float("y", (0..12).map(|row| f64::from(row * row % 7)).collect()),
        Column::from_factor("arm", arms.with_reference("SAU").unwrap()),
        Column::factor("visit", (0..12).map(|row| ["0", "15", "30"][row % 3])),
        Column::float("x", x),
        Column::factor("sex", (0..12).map(|row| ["f", "m", "m", "f"][row % 4])),
        Column::integer("month", (0..12).map(|row| 15 * (row % 3)).collect()),
    ])
    .unwrap()
    .select(&rows)
}

struct Ols {
    design: Design,
    beta: DVector<f64>,
    vcov: DMatrix<f64>,
}

fn ols(formula: &str) -> Ols {
    let design = Design::build(&formula.parse().unwrap(), &frame(), &DesignOptions::default()).unwrap();
    let (n, p) = (design.rows.len(), design.fixed.len());
    let x = DMatrix::from_fn(n, p, |i, j| design.fixed[j].value(design.rows[i] as usize));
    let y = DVector::from_fn(n, |i, _| design.response[design.rows[i] as usize]);
    let inverse = (x.transpose() * &x).try_inverse().unwrap();
    let beta = &inverse * x.transpose() * &y;
    let sigma2 = (&y - &x * &beta).norm_squared() / (n - p) as f64;
    Ols { design, beta, vcov: inverse * sigma2 }
}

impl Ols {
    fn value(&self, combination: &LinearCombination) -> f64 {
        assert!(combination.estimable);
        combination.row.iter().zip(self.beta.iter()).map(|(l, b)| l * b).sum()
    }

    fn f_value(&self, hypothesis: &Hypothesis) -> f64 {
        let l = DMatrix::from_fn(hypothesis.rows.len(), self.beta.len(), |i, j| hypothesis.rows[i][j]);
        let estimate = &l * &self.beta;
        let inverse = (&l * &self.vcov * l.transpose()).try_inverse().unwrap();
        (estimate.transpose() * inverse * &estimate)[0] / l.nrows() as f64
    }

    fn f_values(&self) -> Vec<f64> {
        type_three(&self.design).unwrap().iter().map(|hypothesis| self.f_value(hypothesis)).collect()
    }
}

fn assert_values(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        // Normal equations of eleven rows lose about four of the sixteen digits.
        approx::assert_relative_eq!(found, expected, max_relative = 1e-10);
    }
}

#[test]
fn marginal_means_are_averages_of_predictions_over_the_grid() {
    let fit = ols("y ~ arm * visit + log(x) + sex");
    let values = |grid: &ReferenceGrid<'_>, spec: &str| -> Vec<f64> {
        grid.means(spec).unwrap().iter().map(|mean| fit.value(mean)).collect()
    };
    let grid = ReferenceGrid::new(&fit.design);
    // Levels in their order: NIM before SAU.
    assert_values(&values(&grid, "arm"), &[1.664105285826307, 2.162540080969507]);
    let by_visit = [
        2.231283727549326,
        1.231089535213841,
        1.010595186636413,
        1.493756399239801,
        1.750436943293181,
        3.762774308454878,
    ];
    assert_values(&values(&grid, "arm | visit"), &by_visit);
    assert_values(&values(&grid.clone().at_number("x", 4.0), "arm"), &[1.666383436362687, 2.164818231505886]);
    let proportional = grid.clone().weights(Weights::Proportional);
    assert_values(&values(&proportional, "arm"), &[1.633821264581807, 1.994628553359689]);
    assert_values(&values(&grid.at("visit", "15"), "arm"), &by_visit[2..4]);
}

#[test]
fn differences_are_later_less_earlier_and_the_reference_is_earliest() {
    let fit = ols("y ~ arm * visit + log(x) + sex");
    let grid = ReferenceGrid::new(&fit.design);
    let all = grid.differences("arm | visit").unwrap();
    let labels: Vec<_> = all.iter().map(|d| (d.term.as_str(), d.levels[0].1.as_str())).collect();
    assert_eq!(labels, [("NIM - SAU", "0"), ("NIM - SAU", "15"), ("NIM - SAU", "30")]);
    let values: Vec<f64> = all.iter().map(|d| fit.value(d)).collect();
    let expected = [
        2.231283727549326 - 1.231089535213841,
        1.010595186636413 - 1.493756399239801,
        1.750436943293181 - 3.762774308454878,
    ];
    assert_values(&values, &expected);
    let single = grid.clone().at("visit", "30").difference("arm", "NIM", "SAU").unwrap();
    assert_eq!(single.levels, [("visit".to_owned(), "30".to_owned())]);
    assert_values(&[fit.value(&single)], &expected[2..]);
    let visits: Vec<String> = grid.differences("visit").unwrap().into_iter().map(|d| d.term).collect();
    assert_eq!(visits, ["15 - 0", "30 - 0", "30 - 15"]);
    let both = grid.differences("arm * visit").unwrap();
    assert_eq!((both.len(), both[0].term.as_str()), (15, "NIM 0 - SAU 0"));
}

#[test]
fn type_three_tests_are_those_of_sum_contrasts_whatever_the_coding() {
    let cases: &[(&str, &[f64])] = &[
        (
            "y ~ arm * visit + log(x) + sex",
            &[
                0.2052863933805501861,
                0.5681371345075455492,
                0.0002185125083147497,
                0.0744709184345114100,
                0.2240169405250398704,
            ],
        ),
        ("y ~ arm * x + sex", &[3.579359531418401, 1.700650173391144, 1.513523564621779, 5.933623056918672]),
        ("y ~ sex * poly(x, 2)", &[1.58781720228917744, 0.06280613306799669, 0.25128303529825474]),
        ("y ~ arm + arm:sex", &[0.08433734939759097, 1.08795180722891494]),
        ("y ~ arm * sex + x:arm", &[3.1424997632224820, 1.1940784036467060, 0.1336514040727936, 2.6684660950693577]),
    ];
    for (formula, expected) in cases {
        for contrasts in ["treatment", "sum", "helmert", "poly"] {
            let arm = format!("factor(arm, contrasts = {contrasts})");
            let formula = formula.replace("arm", &arm);
            let found = ols(&formula).f_values();
            assert_values(&found, expected);
        }
    }
}

#[test]
fn numerator_degrees_of_freedom_follow_the_margins_that_are_absent() {
    for (formula, expected) in [
        ("y ~ arm:visit", vec![5]),
        ("y ~ 0 + arm", vec![2]),
        // The constant is in both and belongs to neither, as in SAS.
        ("y ~ 0 + arm + visit", vec![1, 2]),
        ("y ~ arm/visit", vec![1, 4]),
        ("y ~ x:arm", vec![2]),
        ("y ~ arm * visit + sex", vec![1, 2, 1, 2]),
    ] {
        let found = type_three(&ols_design(formula)).unwrap();
        assert_eq!(found.iter().map(|h| h.rows.len()).collect::<Vec<_>>(), expected, "{formula}");
    }
}

fn ols_design(formula: &str) -> Design {
    Design::build(&formula.parse().unwrap(), &frame(), &DesignOptions::default()).unwrap()
}

#[test]
fn a_column_may_be_a_number_and_a_factor_at_once() {
    let design = ols_design("y ~ arm:month + factor(month)");
    let means = ReferenceGrid::new(&design).means("month").unwrap();
    assert_eq!(means[2].levels, [("month".to_owned(), "30".to_owned())]);
    let all = design.recipe().columns.iter().position(|name| name == "armNIM:month").unwrap();
    let at = design.recipe().kept.iter().position(|&column| column == all);
    assert_eq!(at.map(|at| means[2].row[at].to_bits()), Some(15.0_f64.to_bits()));
}

#[test]
fn what_is_not_in_the_model_is_refused_by_name() {
    let design = ols_design("y ~ arm + x");
    let grid = ReferenceGrid::new(&design);
    assert_eq!(grid.means("sex").unwrap_err().code(), "unknown_factor");
    assert_eq!(grid.means("arm | arm").unwrap_err().code(), "formula_argument");
    assert_eq!(grid.clone().at("arm", "none").means("arm").unwrap_err().code(), "unknown_level");
    assert_eq!(grid.clone().at_number("age", 1.0).means("arm").unwrap_err().code(), "unknown_covariate");
    assert_eq!(grid.difference("arm", "NIM", "none").unwrap_err().code(), "unknown_level");
    let error = grid.means("arm | ").unwrap_err().to_string();
    assert!(error.ends_with("  arm | \n        ^"), "{error}");
}
