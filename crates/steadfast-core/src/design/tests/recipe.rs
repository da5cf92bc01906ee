use super::*;

#[test]
fn a_recipe_makes_the_rows_of_the_fit_again() {
    let frame = small();
    let formula = "y ~ arm * poly(x, 2) + factor(visit, contrasts = helmert) + center(x):sex + scale(log(x))";
    let design = build(formula, &frame).unwrap();
    let again = design.recipe().fixed_rows(&frame.select(&[7, 2])).unwrap();
    assert_eq!(again.ncols(), design.fixed.len());
    for (at, row) in [7, 2].into_iter().enumerate() {
        for (column, expected) in design.fixed.iter().enumerate() {
            assert_eq!(again[(at, column)].to_bits(), expected.value(row).to_bits(), "{}", expected.name);
        }
    }
}

#[test]
fn new_data_may_order_levels_differently_but_not_bring_new_ones() {
    let design = small_design("y ~ arm + x");
    let new =
        |arms: [&str; 2]| Frame::new(vec![Column::factor("arm", arms), Column::float("x", vec![1.0, 2.0])]).unwrap();
    let rows = design.recipe().fixed_rows(&new(["NIM", "SAU"])).unwrap();
    assert_eq!(rows.as_slice(), [1.0, 1.0, 1.0, 0.0, 1.0, 2.0]);
    let error = design.recipe().fixed_rows(&new(["NIM", "other"])).unwrap_err();
    assert_eq!(error.to_string(), "row 2 of `arm` has a level that the model does not know");
    let missing = Frame::new(vec![Column::factor("arm", ["NIM"]), Column::float("x", vec![f64::NAN])]).unwrap();
    assert_eq!(design.recipe().fixed_rows(&missing).unwrap_err().code(), "missing_value");
    let none = Frame::new(vec![Column::factor("arm", ["NIM"])]).unwrap();
    assert_eq!(design.recipe().fixed_rows(&none).unwrap_err().code(), "unknown_column");
}

#[test]
fn aliased_columns_are_named_and_what_needs_them_is_not_estimable() {
    // No row of NIM at visit 30: its interaction is a column of zeros.
    let frame = small().select(&[0, 1, 2, 3, 4, 5, 6, 7, 9, 10]);
    let design = build("y ~ arm * visit + I(2 * x) + x", &frame).unwrap();
    assert_eq!(design.aliased, ["x", "armNIM:visit30"]);
    let recipe = design.recipe();
    assert_eq!(recipe.aliases[0].on_kept, [0.0, 0.0, 0.0, 0.0, 0.5, 0.0]);
    let grid = crate::reference_grid::ReferenceGrid::new(&design);
    let estimable: Vec<bool> = grid.means("arm | visit").unwrap().iter().map(|mean| mean.estimable).collect();
    assert_eq!(estimable, [true, true, true, true, true, false]);
    assert!(!grid.difference("arm", "NIM", "SAU").unwrap().estimable);
    assert!(grid.at("visit", "15").difference("arm", "NIM", "SAU").unwrap().estimable);
}

#[test]
fn a_recipe_is_plain_data() {
    fn plain<T: serde::Serialize + serde::de::DeserializeOwned + Send + Sync + 'static>() {}
    plain::<Recipe>();
}

/// The projection onto the span of the kept columns applied to a vector.
fn fitted(formula: &str, frame: &Frame) -> Vec<f64> {
    let x = build(formula, frame).unwrap().recipe().fixed_rows(frame).unwrap();
    let y = nalgebra::DVector::from_vec(frame.column("y").unwrap().to_numeric().unwrap().to_vec());
    let beta = (x.transpose() * &x).cholesky().unwrap().solve(&(x.transpose() * y));
    (x * beta).as_slice().to_vec()
}

#[test]
fn contrasts_change_the_basis_and_not_the_span() {
    let frame = small();
    let expected = fitted("y ~ arm * visit + x", &frame);
    for contrasts in ["sum", "helmert", "poly", "treatment"] {
        let formula = format!("y ~ arm * factor(visit, contrasts = {contrasts}) + x");
        let found = fitted(&formula, &frame);
        approx::assert_abs_diff_eq!(found.as_slice(), expected.as_slice(), epsilon = 1e-11);
    }
    for formula in ["y ~ arm:visit + x", "y ~ 0 + visit:arm + x", "y ~ 0 + x + visit/arm", "y ~ arm/visit + I(x - 1)"] {
        approx::assert_abs_diff_eq!(fitted(formula, &frame).as_slice(), expected.as_slice(), epsilon = 1e-11);
    }
}

#[test]
fn relabelled_levels_give_the_same_fit_and_differences() {
    let frame = small();
    let visits = frame.column("visit").unwrap().to_factor();
    let renamed: Vec<Option<&str>> =
        visits.codes().iter().map(|&code| Some(["zeta", "alpha", "mid"][code as usize])).collect();
    let other = frame.clone().with_column(Column::from_factor("visit", Factor::from_values(renamed))).unwrap();
    let (a, b) = (fitted("y ~ arm * visit", &frame), fitted("y ~ arm * visit", &other));
    approx::assert_abs_diff_eq!(a.as_slice(), b.as_slice(), epsilon = 1e-12);
}
