use insta::assert_snapshot;
use proptest::prelude::*;
use steadfast_core::frame::{Column, ColumnData, Frame, Presence, Role};

use super::*;

const PRESENCES: [Presence; 3] = [Presence::Observed, Presence::Missing, Presence::NotApplicable];

fn spec() -> WideSpec {
    WideSpec::new(["child"], "visit", ["baseline", "15 months", "30 months"])
        .measure("sdq", ["sdq_0", "sdq_15", "sdq_30"])
        .measure("by", ["by_0", "by_15", "by_30"])
}

/// `cells` holds, for each child, a value and a presence for each of the six measured columns.
fn wide(cells: &[[(i64, usize); 6]]) -> Frame {
    let ids = (0..cells.len()).map(|child| format!("{child:03}"));
    let ages = cells.iter().map(|row| row[0].0 as f64 / 8.0).collect();
    let mut columns = vec![Column::factor("child", ids).with_role(Role::Subject), Column::float("age", ages)];
    for (index, name) in ["sdq_0", "sdq_15", "sdq_30", "by_0", "by_15", "by_30"].into_iter().enumerate() {
        let presence: Vec<Presence> = cells.iter().map(|row| PRESENCES[row[index].1]).collect();
        let column = if index < 3 {
            let values = cells.iter().map(|row| if row[index].1 == 0 { row[index].0 } else { 0 }).collect();
            Column::integer(name, values).with_role(Role::Outcome).with_unit("points")
        } else {
            let levels = vec!["carer".to_owned(), "teacher".to_owned()];
            let code = |row: &[(i64, usize); 6]| (row[index].1 == 0).then(|| (row[index].0 % 2) as u32);
            let codes = cells.iter().map(code).collect();
            let factor = steadfast_core::frame::Factor::from_codes(levels, codes).unwrap();
            Column::from_factor(name, factor.with_reference("teacher").unwrap())
        };
        columns.push(column.with_presence(presence));
    }
    Frame::new(columns).unwrap()
}

proptest! {
    #[test]
    fn a_wide_table_comes_back_from_its_long_form(
        cells in prop::collection::vec(prop::array::uniform6((0i64..41, 0usize..3)), 1..30)
    ) {
        let frame = wide(&cells);
        let long = to_long(&frame, &spec()).unwrap();
        prop_assert_eq!(long.n_rows(), 3 * frame.n_rows());
        prop_assert_eq!(to_wide(&long, &spec()).unwrap(), frame);
    }

    #[test]
    fn the_order_of_rows_within_a_child_does_not_matter(
        cells in prop::collection::vec(prop::array::uniform6((0i64..41, 0usize..3)), 1..30)
    ) {
        let frame = wide(&cells);
        let long = to_long(&frame, &spec()).unwrap();
        let backwards: Vec<u32> = (0..long.n_rows() as u32).map(|row| 3 * (row / 3) + 2 - row % 3).collect();
        prop_assert_eq!(to_wide(&long.select(&backwards), &spec()).unwrap(), frame);
    }
}

#[test]
fn a_long_row_holds_the_visit_and_what_was_measured_there() {
    let long = to_long(&wide(&[[(12, 0), (9, 1), (7, 2), (0, 0), (1, 0), (0, 1)]]), &spec()).unwrap();
    let names: Vec<&str> = long.columns().iter().map(Column::name).collect();
    assert_eq!(names, ["child", "age", "visit", "sdq", "by"]);
    let sdq = long.column("sdq").unwrap();
    assert_eq!([0, 1, 2].map(|row| sdq.presence(row)), PRESENCES);
    assert_eq!((sdq.role(), sdq.unit()), (Some(Role::Outcome), Some("points")));
    let ColumnData::Integer(values) = sdq.data() else { panic!("whole numbers") };
    assert_eq!(values[0], 12);
    let visit = long.column("visit").unwrap();
    assert_eq!(visit.as_factor().unwrap().level(1), Some("15 months"));
    assert!(visit.as_factor().unwrap().is_ordered());
}

#[test]
fn a_visit_without_a_row_is_missing_in_the_wide_table() {
    let long = to_long(&wide(&[[(1, 0); 6], [(2, 0); 6]]), &spec()).unwrap();
    let wide = to_wide(&long.select(&[0, 1, 2, 3, 5]), &spec()).unwrap();
    assert_eq!(wide.column("sdq_15").unwrap().presence(1), Presence::Missing);
    assert_eq!(wide.column("sdq_30").unwrap().presence(1), Presence::Observed);
}

#[test]
fn a_long_table_that_has_no_wide_form_is_refused_with_every_row() {
    let long = Frame::new(vec![
        Column::factor("child", ["a", "a", "b", "b"]),
        Column::float("age", vec![4.0, 4.5, 5.0, f64::NAN]),
        Column::factor("visit", ["baseline", "baseline", "15 months", "later"]),
        Column::integer("sdq", vec![1, 2, 3, 4]),
        Column::factor("by", ["carer", "carer", "carer", "carer"]),
    ])
    .unwrap();
    assert_snapshot!(to_wide(&long, &spec()).unwrap_err(), @r"
    4 findings
    error[not_constant] row 2 column `age`: differs from row 1, which has the same key
    error[duplicate_key] row 2 column `visit`: repeats the key and visit of row 1
    error[not_constant] row 4 column `age`: differs from row 3, which has the same key
    error[unknown_code] row 4 column `visit`: not one of the visits of the wide table
    ");
}

#[test]
fn columns_of_a_measure_must_be_alike() {
    let spec = WideSpec::new(["id"], "visit", ["1", "2"]).measure("x", ["x1", "x2"]);
    let frame = |second: Column| {
        let first = Column::factor("x1", ["a", "b"]);
        Frame::new(vec![Column::integer("id", vec![1, 2]), first, second]).unwrap()
    };
    assert_snapshot!(to_long(&frame(Column::integer("x2", vec![1, 2])), &spec).unwrap_err(), @"the columns of `x` differ in type; describe them alike in a dictionary");
    assert_snapshot!(to_long(&frame(Column::factor("x2", ["a", "c"])), &spec).unwrap_err(), @"`x1` and `x2`, both `x`, differ in their levels; declare the same in a dictionary");
    assert_snapshot!(to_long(&frame(Column::factor("x3", ["a", "c"])), &spec).unwrap_err(), @"there is no column `x2`; the columns are: id, x1, x3");
    let clash = WideSpec::new(["id"], "id", ["1", "2"]).measure("x", ["x1", "x2"]);
    assert_snapshot!(to_long(&frame(Column::factor("x2", ["a", "b"])), &clash).unwrap_err(), @"the reshaped table would have two columns called `id`");
}
