use std::sync::Arc;

use super::*;
use crate::frame::Presence;

#[test]
fn a_column_used_as_it_is_shares_the_memory_of_the_frame() {
    let frame = small();
    let design = build("y ~ x * arm + (1 + x | child)", &frame).unwrap();
    let x = frame.column("x").unwrap().to_numeric().unwrap();
    for column in [&design.fixed[1], &design.random[0].columns[1]] {
        assert!(matches!(&column.pieces[0], Piece::Numeric(values) if Arc::ptr_eq(values, &x)));
    }
    assert!(Arc::ptr_eq(&design.random[0].group.codes, frame.column("child").unwrap().as_factor().unwrap().codes()));
    assert!(design.fixed[3].pieces[1].same(&design.fixed[2].pieces[0]));
}

#[test]
fn rows_are_dropped_when_incomplete_and_counted_by_reason() {
    let mut presence = vec![Presence::Observed; 12];
    presence[1] = Presence::Missing;
    presence[2] = Presence::NotApplicable;
    let mut also = presence.clone();
    also[1] = Presence::NotApplicable;
    also[2] = Presence::Missing;
    also[5] = Presence::Missing;
    let frame = small();
    let x = frame.column("x").unwrap().clone().with_presence(presence);
    let y = frame.column("y").unwrap().clone().with_presence(also);
    let weight = Column::float("w", (0..12).map(|row| f64::from(row % 4)).collect());
    let frame = frame.with_column(x).unwrap().with_column(y).unwrap().with_column(weight).unwrap();
    let options = DesignOptions::default().weights("w");
    let design = Design::build(&"y ~ x".parse().unwrap(), &frame, &options).unwrap();
    assert_eq!(*design.rows, [3, 6, 7, 9, 10, 11]);
    let expected = Excluded { not_applicable: 2, missing: 1, zero_weight: 3, ..Excluded::default() };
    assert_eq!(design.excluded, expected);
    assert_eq!(design.weights.unwrap()[2..4], [2.0, 3.0]);
}

#[test]
fn a_value_that_cannot_be_used_is_named_by_column_and_row() {
    let frame = small().with_column(Column::float("t", (0..12).map(|row| f64::from(row) - 2.0).collect())).unwrap();
    let error = build("y ~ log(t)", &frame).unwrap_err();
    assert_eq!((error.code(), error.to_string().as_str()), ("not_finite", "`log(t)` is not a finite number in row 1"));
    let error = build("log(t) ~ x", &frame).unwrap_err();
    assert_eq!(error.code(), "not_finite");
    let infinite = small().with_column(Column::float("t", vec![f64::INFINITY; 12])).unwrap();
    assert_eq!(build("y ~ x + (t | child)", &infinite).unwrap_err().code(), "not_finite");
    let options = DesignOptions::default().weights("t");
    let error = Design::build(&"y ~ x".parse().unwrap(), &frame, &options).unwrap_err();
    assert_eq!((error.code(), error.to_string().as_str()), ("negative_weight", "the weight in row 1 is negative"));
}

#[test]
fn a_request_that_does_not_fit_the_data_is_pointed_at() {
    let cases = [
        ("y ~ arm + age", "unknown_column", 10),
        ("y ~ (1 | family)", "unknown_column", 9),
        ("y ~ log(arm)", "not_numeric", 8),
        ("y ~ rank(x)", "unknown_function", 4),
        ("y ~ factor(arm, ref = \"none\")", "formula_argument", 22),
        ("y ~ factor(arm, base = 2)", "formula_argument", 23),
        ("y ~ poly(x, 20)", "formula_argument", 4),
        ("y ~ poly(x, 0)", "formula_argument", 12),
        ("y ~ x + strata(site)", "unsupported_term", 8),
    ];
    for (formula, code, column) in cases {
        let error = build(formula, &small()).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        let message = error.to_string();
        assert_eq!(message.lines().last().unwrap().find('^'), Some(column + 2), "{message}");
    }
    assert_eq!(build("~ x", &small()).unwrap_err().code(), "no_response");
}

#[test]
fn groups_are_the_combinations_that_occur_in_the_order_of_their_levels() {
    let design = small_design("y ~ 1 + (1 | site/arm) + (x || child)");
    let groups: Vec<_> = design.random.iter().map(|term| (term.group.name.as_str(), term.group.labels.len())).collect();
    assert_eq!(groups, [("site", 2), ("site:arm", 4), ("child", 4)]);
    assert_eq!(design.random[0].group.labels.as_slice(), ["9", "10"]);
    assert_eq!(design.random[1].group.labels.as_slice(), ["9:SAU", "9:NIM", "10:SAU", "10:NIM"]);
    assert_eq!(design.random[1].group.codes[..3], [2, 0, 2]);
    assert_eq!(design.random[2].structure, "diag");
}

#[test]
fn levels_that_do_not_occur_are_left_out_with_a_remark() {
    let frame = small().select(&[0, 1, 3, 4, 6, 7]);
    let design = build("y ~ visit + us(visit | child) + (1 | child)", &frame).unwrap();
    assert_eq!(design.recipe().columns, ["(Intercept)", "visit15"]);
    let residual = design.residual.unwrap();
    assert_eq!(residual.positions.labels(), ["0", "15"]);
    assert_eq!(residual.subject.labels.as_slice(), ["c0", "c1", "c2"]);
    assert_eq!(residual.subject.codes[..], [0, 0, 1, 1, 2, 2]);
    assert_eq!(design.notes.len(), 2, "{:?}", design.notes);
}

#[test]
fn the_reference_level_is_the_frames_unless_the_formula_names_one() {
    let frame = small();
    let arm = frame.column("arm").unwrap().as_factor().unwrap().clone().with_reference("NIM").unwrap();
    let frame = frame.with_column(Column::from_factor("arm", arm)).unwrap();
    assert_eq!(build("y ~ arm", &frame).unwrap().recipe().columns[1], "armSAU");
    let named = build("y ~ factor(arm, ref = \"SAU\")", &frame).unwrap();
    assert_eq!(named.recipe().columns[1], "factor(arm)NIM");
    let ordered = build("y ~ factor(visit, levels = c(30, 15, 0))", &frame).unwrap();
    assert_eq!(ordered.recipe().columns[1..], ["factor(visit)15", "factor(visit)0"]);
    let short = build("y ~ factor(visit, levels = c(30, 15))", &frame).unwrap_err();
    assert_eq!(short.to_string(), "row 1 of `visit` has a level that the model does not know");
}

#[test]
fn offsets_add_up() {
    let design = small_design("y ~ offset(log(x)) + offset(x)");
    approx::assert_relative_eq!(design.offset.unwrap()[1], 2.0 + 2.0_f64.ln(), max_relative = 1e-15);
    assert_eq!(design.fixed.len(), 1);
}

#[test]
fn the_residual_structure_may_differ_by_a_factor() {
    let residual = small_design("y ~ arm + ar1(visit | arm / child)").residual.unwrap();
    assert_eq!((residual.structure.as_str(), residual.positions.labels().len()), ("ar1", 3));
    assert_eq!(residual.by.unwrap().labels.as_slice(), ["SAU", "NIM"]);
    let times = small_design("y ~ arm + ar1(x | child)").residual.unwrap();
    assert_eq!(times.positions.labels().len(), 12);
    assert_eq!(times.positions.labels()[1], "1.5");
}

#[test]
fn a_row_of_weight_zero_is_as_good_as_no_row() {
    let weight = Column::float("w", (0..12).map(|row| f64::from(u8::from(row != 4))).collect());
    let frame = small().with_column(weight).unwrap();
    let formula = "y ~ scale(x) * arm + ns(x, df = 2) + (1 | child)".parse().unwrap();
    let weighted = Design::build(&formula, &frame, &DesignOptions::default().weights("w")).unwrap();
    let rows: Vec<u32> = (0..12).filter(|&row| row != 4).collect();
    let without = Design::build(&formula, &frame.select(&rows), &DesignOptions::default()).unwrap();
    assert_eq!(weighted.recipe().variables, without.recipe().variables);
    assert_eq!(weighted.recipe().summary, without.recipe().summary);
}

#[test]
fn effects_under_a_double_bar_are_the_columns_of_one_term() {
    let design = small_design("y ~ 1 + (visit + x || child) + cs(0 + visit | site)");
    let names = |at: usize| -> Vec<&str> { design.random[at].columns.iter().map(|c| c.name.as_str()).collect() };
    assert_eq!(names(0), ["(Intercept)", "visit15", "visit30", "x"]);
    assert_eq!(design.random[0].label, "(1 + visit + x || child)");
    assert_eq!(names(1), ["visit0", "visit15", "visit30"]);
    assert_eq!(design.random[1].structure, "cs");
}
