use proptest::prelude::*;
use steadfast_core::frame::{Column, Date, Factor, Frame, Presence, Role};

use super::*;
use crate::read::{ReadOptions, read, read_bytes};
use crate::{Dictionary, frame_from_polars};

fn written(frame: &Frame) -> String {
    let mut bytes = Vec::new();
    write_csv_to(frame, &mut bytes, &WriteOptions::new()).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn sample() -> Frame {
    let absent = |at: usize| {
        let mut presence = vec![Presence::Observed; 3];
        presence[at] = Presence::Missing;
        presence
    };
    Frame::new(vec![
        Column::factor("id", ["007", "8", "a, \"b\"\nc"]),
        Column::float("x", vec![1.0, 0.1 + 0.2, -1e300]).with_presence(absent(0)),
        Column::integer("n", vec![1, 2, i64::MIN]).with_presence(absent(1)),
        Column::date("day", vec![Date(0), Date(19_782), Date(-1)]).with_presence(absent(2)),
        Column::bool("seen", vec![true, false, true]),
    ])
    .unwrap()
}

#[test]
fn a_frame_comes_back_from_text_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    write_csv(&sample(), &path).unwrap();
    assert_eq!(written(&read(&path).unwrap().infer().unwrap()), written(&sample()));
}

#[test]
fn a_frame_comes_back_from_text_and_its_own_dictionary_with_all_that_it_means() {
    let presence = vec![Presence::Observed, Presence::NotApplicable, Presence::Missing];
    let arm = Factor::from_codes(vec!["SAU".into(), "NIM".into(), "none".into()], vec![Some(1), Some(0), Some(1)]);
    let mut columns = sample().columns().to_vec();
    columns.push(
        Column::from_factor("arm", arm.unwrap().with_reference("NIM").unwrap().ordered(true))
            .with_role(Role::Arm)
            .with_presence(presence)
            .with_label("Service"),
    );
    columns.push(Column::float("sdq", vec![1.0; 3]).with_role(Role::Outcome).with_unit("points"));
    let frame = Frame::new(columns).unwrap();
    let dictionary = Dictionary::parse(&Dictionary::of(&frame).to_toml(), "d.toml").unwrap();
    let raw = read_bytes("t.csv", written(&frame).into_bytes(), &ReadOptions::new()).unwrap();
    let back = raw.validate(&dictionary).unwrap().into_frame();
    assert_eq!(written(&back), written(&frame));
    assert_eq!(Dictionary::of(&back), Dictionary::of(&frame));
}

#[test]
fn a_frame_comes_back_from_parquet_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    write_parquet(&sample(), &path).unwrap();
    let back = read(&path).unwrap().infer().unwrap();
    assert_eq!(written(&back), written(&sample()));
    assert_eq!(frame_from_polars(&frame_to_polars(&sample()).unwrap()).unwrap(), back);
}

#[test]
fn not_applicable_is_written_apart_and_never_as_a_null() {
    use Presence::{Missing, NotApplicable, NotYetDue, Observed, Withdrawn};
    let presence = vec![NotApplicable, Missing, Observed, Withdrawn, NotYetDue];
    let frame = Frame::new(vec![Column::integer("sdq", vec![0, 0, 7, 0, 0]).with_presence(presence)]).unwrap();
    assert_eq!(written(&frame), "sdq\nNOT_APPLICABLE\nNA\n7\nWITHDRAWN\nNOT_YET_DUE\n");
    for (row, code) in [(0, "not_applicable"), (3, "withdrawn"), (4, "not_yet_due")] {
        assert_eq!(frame_to_polars(&frame.select(&[row])).unwrap_err().code(), code);
    }
    let dictionary = "[file]\nnot_applicable = [\"NOT_APPLICABLE\"]\nwithdrawn = [\"WITHDRAWN\"]\n\
                      [columns.sdq]\ntype = \"integer\"\nnot_yet_due = [\"NOT_YET_DUE\"]\n";
    let dictionary = Dictionary::parse(dictionary, "d.toml").unwrap();
    let raw = read_bytes("t.csv", written(&frame).into_bytes(), &ReadOptions::new()).unwrap();
    assert_eq!(raw.validate(&dictionary).unwrap().into_frame(), frame);
}

#[test]
fn a_level_that_reads_as_an_absent_value_is_refused() {
    for level in ["NA", "", " NA "] {
        let frame = Frame::new(vec![Column::factor("region", ["GB", level])]).unwrap();
        let error = write_csv_to(&frame, Vec::new(), &WriteOptions::new()).unwrap_err();
        assert_eq!(error.code(), "ambiguous_text", "{level:?}");
    }
    let namibia = Frame::new(vec![Column::factor("region", ["GB", "NA"])]).unwrap();
    assert!(write_csv_to(&namibia, Vec::new(), &WriteOptions::new().missing("-")).is_ok());
}

proptest! {
    #[test]
    fn every_finite_number_comes_back_from_text_with_the_same_bits(numbers in prop::collection::vec(any::<f64>(), 1..20)) {
        let numbers: Vec<f64> = numbers.into_iter().filter(|number| number.is_finite()).collect();
        prop_assume!(!numbers.is_empty());
        let frame = Frame::new(vec![Column::float("x", numbers)]).unwrap();
        let raw = read_bytes("t.csv", written(&frame).into_bytes(), &ReadOptions::new()).unwrap();
        prop_assert_eq!(raw.infer().unwrap(), frame);
    }
}
