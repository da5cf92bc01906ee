use steadfast_io::{ReadOptions, read_bytes};

use super::*;

const DICTIONARY: &str = r#"
[file]
missing = [""]
[columns.child]
type = "id"
role = "subject"
[columns.visit]
type = "factor"
role = "visit"
levels = ["0", "15", "30"]
[columns.arm]
type = "factor"
role = "arm"
levels = ["SAU", "NIM"]
[columns.sdq]
type = "integer"
role = "outcome"
range = [0, 40]
not_applicable = ["NA_AGE"]
[columns.carer]
type = "text"
"#;

const OLD: &str = "\
child,visit,arm,sdq,carer
a,0,NIM,10,foster
a,15,NIM,,foster
b,0,SAU,12,kin
b,15,SAU,99,kin
c,0,SAU,NA_AGE,kin
d,0,NIM,3,foster
";

/// In other order: b's first visit has another value and another carer, a's second came, b's second was corrected, c's
/// reason changed, d is lost, e is new; a column came.
const NEW: &str = "\
carer,child,visit,arm,sdq,note
kin,c,0,SAU,,
adoptive,b,0,SAU,13,
kin,b,15,SAU,9,
foster,a,15,NIM,8,
foster,a,0,NIM,10,
foster,e,0,NIM,41,
foster,e,15,NIM,4,
";

fn dictionary() -> Dictionary {
    Dictionary::parse(DICTIONARY, "d.toml").unwrap()
}

fn cut(text: &str) -> Cut {
    let raw = read_bytes("cut.csv", text.as_bytes().to_vec(), &ReadOptions::new()).unwrap();
    Cut::new(&raw, &dictionary()).unwrap()
}

fn compared(old: &str, new: &str) -> Comparison {
    let request = Request { rows: 20, frozen: Vec::new() };
    compare(&cut(old), &cut(new), &dictionary(), &request).unwrap()
}

#[test]
fn what_came_went_and_changed_is_counted_with_its_rows() {
    let found = compared(OLD, NEW);
    assert_eq!(found.key, ["child", "visit"]);
    // New rows 6 and 7 are e's; old row 6 is d's; new rows 1 to 4 differ, row 5 does not.
    assert_eq!((found.added.rows.as_slice(), found.removed.rows.as_slice()), (&[6, 7][..], &[6][..]));
    assert_eq!((found.changed.rows.as_slice(), found.unchanged), (&[1, 2, 3, 4][..], 1));
    assert_eq!((found.subjects_new.unwrap().rows, found.subjects_lost.unwrap().rows), (vec![6], vec![6]));
    assert_eq!((found.columns_new.as_slice(), found.columns_lost.len()), (&["note".to_owned()][..], 0));
    let [carer, sdq] = &found.columns[..] else { panic!("two columns") };
    // 99 is outside the range but a value, so that 99 to 9 is a change of value.
    let counts = |newly_observed, newly_absent, changed, reason_changed| CellCounts {
        newly_observed,
        newly_absent,
        changed,
        reason_changed,
    };
    assert_eq!((carer.cells, sdq.cells), (counts(0, 0, 1, 0), counts(1, 0, 2, 1)));
    assert_eq!(carer.levels, Some(Levels { new: 1, lost: 0 }));
    assert_eq!((sdq.changed_rows.as_slice(), sdq.newly_observed_rows.as_slice()), (&[2, 3][..], &[4][..]));
    assert_eq!(sdq.reason_changed_rows, [1]);
}

#[test]
fn changes_stand_by_visit_and_arm_in_the_declared_order() {
    let places = compared(OLD, NEW).places;
    let short: Vec<(&str, &str, usize, usize, usize)> = places
        .iter()
        .map(|place| {
            (place.visit.as_str(), place.arm.as_str(), place.rows_added, place.rows_removed, place.rows_changed)
        })
        .collect();
    let expected = [("0", "SAU", 0, 0, 2), ("0", "NIM", 1, 1, 0), ("15", "SAU", 0, 0, 1), ("15", "NIM", 1, 0, 1)];
    assert_eq!(short, expected);
    assert_eq!((places[0].cells.changed, places[0].cells.reason_changed), (2, 1));
}

#[test]
fn a_finding_is_known_again_by_the_key_of_its_row() {
    // b's 99 was corrected; e's 41 is new; the undescribed column is new.
    let found = compared(OLD, NEW).findings;
    let short: Vec<(&str, usize, usize, usize)> =
        found.iter().map(|one| (one.code.as_str(), one.new.count, one.resolved.count, one.remaining)).collect();
    assert_eq!(short, [("out_of_range", 1, 1, 0), ("undescribed_column", 1, 0, 0)]);
    assert_eq!((found[0].new.rows.as_slice(), found[0].resolved.rows.as_slice()), (&[6][..], &[4][..]));
    // The same row elsewhere in the file is the same finding.
    let moved = "child,visit,arm,sdq,carer\nb,15,SAU,99,kin\na,0,NIM,10,foster\n";
    let found = compared(OLD, moved).findings;
    assert!(found.iter().all(|one| one.code != "out_of_range"), "{found:?}");
}

/// Permutes the rows below the header.
fn reversed(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    lines.join("\n")
}

#[test]
fn nothing_differs_between_a_cut_and_itself_in_any_order_of_rows() {
    for text in [OLD, NEW] {
        let found = compared(text, &reversed(text));
        let moved = [found.added.count, found.removed.count, found.changed.count, found.columns.len()];
        assert_eq!(moved, [0; 4]);
        assert!(found.findings.is_empty() && found.places.is_empty() && found.columns_new.is_empty());
        assert_eq!(found.unchanged, found.new.rows);
    }
}

#[test]
fn exchanging_the_cuts_exchanges_what_came_and_what_went() {
    let (there, back) = (compared(OLD, NEW), compared(NEW, OLD));
    assert_eq!((&there.added, &there.removed), (&back.removed, &back.added));
    assert_eq!((&there.subjects_new, &there.subjects_lost), (&back.subjects_lost, &back.subjects_new));
    assert_eq!((&there.columns_new, &there.columns_lost), (&back.columns_lost, &back.columns_new));
    assert_eq!(there.unchanged, back.unchanged);
    assert_eq!(there.columns.len(), 2);
    for (one, other) in there.columns.iter().zip(&back.columns) {
        assert_eq!(
            (one.cells.newly_observed, one.cells.newly_absent),
            (other.cells.newly_absent, other.cells.newly_observed)
        );
        assert_eq!((one.cells.changed, one.cells.reason_changed), (other.cells.changed, other.cells.reason_changed));
        let (one, other) = (one.levels, other.levels);
        assert_eq!(one.map(|levels| (levels.new, levels.lost)), other.map(|levels| (levels.lost, levels.new)));
    }
}

#[test]
fn a_frozen_column_may_gain_rows_but_neither_lose_nor_change_a_value() {
    let frozen = |old: &str, new: &str, column: &str| {
        let request = Request { rows: 20, frozen: vec![column.to_owned()] };
        compare(&cut(old), &cut(new), &dictionary(), &request).unwrap().frozen_changed
    };
    let longer = format!("{OLD}f,0,NIM,5,kin\n");
    assert!(frozen(OLD, &longer, "sdq").is_empty());
    assert_eq!(frozen(&longer, OLD, "sdq")[0].rows_removed, 1);
    let corrected = OLD.replace("b,0,SAU,12", "b,0,SAU,13");
    assert_eq!(frozen(OLD, &corrected, "sdq")[0].cells, 1);
    assert!(frozen(OLD, &corrected, "arm").is_empty());
    let without = "child,visit,arm,carer\na,0,NIM,foster\n";
    assert!(frozen(OLD, without, "sdq")[0].column_missing);
    let request = Request { rows: 1, frozen: vec!["nobody".to_owned()] };
    assert_eq!(compare(&cut(OLD), &cut(NEW), &dictionary(), &request).unwrap_err().code(), "unknown_column");
}

#[test]
fn rows_that_cannot_be_matched_are_named_and_not_compared() {
    let doubled = format!("{OLD}a,0,NIM,11,foster\n,0,NIM,11,foster\n");
    let found = compared(OLD, &doubled);
    assert_eq!((found.new.repeated_key.rows.as_slice(), found.new.without_key.rows.as_slice()), (&[7][..], &[8][..]));
    assert_eq!((found.changed.count, found.added.count, found.unchanged), (0, 0, 6));
}

#[test]
fn no_value_of_the_data_is_printed() {
    let found = compared(OLD, NEW);
    let printed = format!("{found}{}", crate::results::number::to_json(&found).unwrap());
    for value in ["adoptive", "foster", "NA_AGE", "99", "41"] {
        assert!(!printed.contains(value), "{value}: {printed}");
    }
}
