use crate::frame::{Column, Frame};
use crate::multiplicity::{Family, Holm};
use crate::reference_grid::{ReferenceGrid, Versus, Weights, type_one, type_three, type_two};
use crate::survival::{Cox, CoxFit, Variance};

/// Twenty-four children of three arms and two sexes, drawn by hand.
fn frame() -> Frame {
    let stop = (0..24).map(|row| 1.0 + f64::from(row * 7 % 23) + 0.25 * f64::from(row % 3)).collect();
    Frame::new(vec![
        Column::float("stop", stop),
        Column::integer("event", (0..24).map(|row| i64::from(row % 5 != 0)).collect()),
        Column::factor("arm", (0..24).map(|row| ["NIM", "OAU", "SAU"][row % 3])),
        Column::factor("sex", (0..24).map(|row| ["f", "m"][row / 2 % 2])),
        Column::float("age", (0..24).map(|row| f64::from(row * 5 % 7)).collect()),
    ])
    .unwrap()
}

fn fit(right: &str) -> CoxFit {
    Cox::new(format!("Surv(stop, event) ~ {right}").parse().unwrap()).fit(&frame()).unwrap()
}

#[test]
fn differences_in_subgroups_are_sums_of_coefficients() {
    let fit = fit("arm * sex + age");
    let inference = fit.inference(Variance::Model).unwrap();
    let grid = ReferenceGrid::new(&fit);
    let (beta, names) = (fit.beta(), fit.names());
    let of = |name: &str| beta[names.iter().position(|known| known == name).unwrap()];
    let boys = grid.clone().at("sex", "m").difference("arm", "SAU", "NIM").unwrap().estimate(&inference).unwrap();
    assert!((boys.estimate - of("armSAU") - of("armSAU:sexm")).abs() < 1e-14);
    let interaction = grid.interactions("arm * sex", &[&Versus::reference(), &Versus::reference()]).unwrap();
    let rows: Vec<f64> = interaction.iter().map(|one| one.estimate(&inference).unwrap().estimate).collect();
    assert!((rows[0] - of("armOAU:sexm")).abs() < 1e-14 && (rows[1] - of("armSAU:sexm")).abs() < 1e-14);
    let family = Family::of(&inference, &grid.differences("arm").unwrap()).unwrap();
    assert_eq!(family.adjusted(&Holm).unwrap().len(), 3);
    let over = grid.weights(Weights::Counterfactual).difference("arm", "SAU", "NIM").unwrap();
    assert!(over.estimable);
}

#[test]
fn a_mean_has_a_hazard_in_it_and_is_refused() {
    let fit = fit("arm + age");
    let inference = fit.inference(Variance::Cr0).unwrap();
    for mean in ReferenceGrid::new(&fit).means("arm").unwrap() {
        assert_eq!(mean.estimate(&inference).unwrap_err().code(), "not_estimable");
    }
}

#[test]
fn tests_of_terms_are_wald_tests_of_their_coefficients() {
    let fit = fit("arm + sex + age");
    let inference = fit.inference(Variance::Model).unwrap();
    let arm = inference.test("arm", &[vec![1.0, 0.0, 0.0, 0.0], vec![0.0, 1.0, 0.0, 0.0]]).unwrap();
    for hypotheses in [type_two(&fit).unwrap(), type_three(&fit).unwrap()] {
        let found = hypotheses[0].test(&inference).unwrap();
        assert!((found.statistic - arm.statistic).abs() < 1e-10 && found.num_df > 1.5);
    }
    assert_eq!(type_one(&fit).unwrap().len(), 3);
}

#[test]
fn a_column_that_others_and_the_constant_determine_leaves_the_differences_alone() {
    let ages = frame().column("age").unwrap().to_numeric().unwrap();
    let other = Column::float("other", ages.iter().map(|age| 3.0 - 2.0 * age).collect());
    let frame = frame().with_column(other).unwrap();
    let fit = Cox::new("Surv(stop, event) ~ age + other + arm".parse().unwrap()).fit(&frame).unwrap();
    assert_eq!(fit.aliased(), ["other"]);
    assert!(ReferenceGrid::new(&fit).difference("arm", "SAU", "NIM").unwrap().estimable);
    // A new row is known where it keeps to what the data keep to.
    let new = |other: f64| {
        let columns = vec![Column::float("age", vec![2.0]), Column::float("other", vec![other])];
        Frame::new(columns).unwrap().with_column(Column::factor("arm", ["NIM"])).unwrap()
    };
    let curves = crate::survival::CoxCurves::new();
    assert!(curves.of(&fit, &new(-1.0)).is_ok());
    assert_eq!(curves.of(&fit, &new(1.0)).unwrap_err().code(), "not_estimable");
}
