use std::fs::{self, File};
use std::path::{Path, PathBuf};

use polars::prelude::{ParquetWriter, df};
use proptest::prelude::*;
use steadfast_core::frame::{Code, Coding, Column, ColumnData, Frame, Presence};
use steadfast_core::parallel::Threads;

use super::*;
use crate::read;

fn temporary() -> io::Result<File> {
    tempfile::tempfile()
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data-fixtures/pathological/io"))
}

fn divided(path: &Path, dictionary: &Dictionary, together: &str, window: usize) -> Result<Divided> {
    let mut stream = Stream::new(path, dictionary, &temporary).together(vec![together.to_owned()]);
    stream.window = Some(window);
    stream.threads(Threads::new(2)).divide()
}

/// What reading in memory says: the cautions, or the error.
fn in_memory(path: &Path, dictionary: &Dictionary) -> String {
    match crate::read_with(path, dictionary.read_options()).and_then(|raw| raw.validate(dictionary)) {
        Ok(valid) => valid.findings().to_string(),
        Err(error) => format!("{}: {error}", error.code()),
    }
}

/// What reading in pieces says.
fn in_pieces(path: &Path, dictionary: &Dictionary, together: &str, window: usize) -> String {
    match divided(path, dictionary, together, window) {
        Ok(rows) => rows.findings().to_string(),
        Err(error) => format!("{}: {error}", error.code()),
    }
}

fn cell(column: &Column, row: usize) -> String {
    let value = match column.data() {
        ColumnData::Float(values) => values[row].to_string(),
        ColumnData::Integer(values) => values[row].to_string(),
        ColumnData::Date(values) => values[row].to_string(),
        ColumnData::Bool(values) => values[row].to_string(),
        ColumnData::Factor(factor) => factor.level(row).unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    if column.is_observed(row) { value } else { format!("{:?}", column.presence(row)) }
}

fn cells(frame: &Frame) -> Vec<Vec<String>> {
    (0..frame.n_rows()).map(|row| frame.columns().iter().map(|column| cell(column, row)).collect()).collect()
}

/// The cells of all parts, in the order of the file.
fn of_parts(rows: &Divided) -> Vec<Vec<String>> {
    let mut all: Vec<(u64, Vec<String>)> = Vec::new();
    for k in 0..PARTS {
        let decoded = rows.division.part(k).unwrap();
        all.extend(decoded.rows.iter().copied().zip(cells(&decoded.frame)));
    }
    all.sort();
    all.into_iter().map(|(_, cells)| cells).collect()
}

#[test]
fn every_bad_file_has_the_same_findings_in_pieces_and_in_memory() {
    let dictionary = Dictionary::load(folder().join("dictionary.toml")).unwrap();
    let mut looked_at = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if !path.extension().is_some_and(|extension| extension == "csv" || extension == "parquet") {
            continue;
        }
        for (together, window) in [("family", 5), ("family", 64), ("child", 4096), ("arm", 17)] {
            let (whole, pieces) = (in_memory(&path, &dictionary), in_pieces(&path, &dictionary, together, window));
            assert_eq!(whole, pieces, "{} by {together}, {window} bytes at a time", path.display());
            looked_at += 1;
        }
    }
    assert!(looked_at > 40, "{looked_at}");
}

const DICTIONARY: &str = r#"
    [file]
    missing = ["", "NA"]
    [keys]
    unique = [["id", "visit"], ["sheet"]]
    [columns.id]
    type = "id"
    role = "subject"
    [columns.family]
    type = "id"
    role = "cluster"
    [columns.visit]
    type = "factor"
    role = "visit"
    levels = ["a", "b", "c"]
    [columns.day]
    type = "integer"
    role = "time"
    [columns.arm]
    type = "factor"
    role = "arm"
    [columns.y]
    type = "float"
    role = "outcome"
    range = [-5, 5]
    [columns.sheet]
    type = "text"
"#;

/// Rows of a file that breaks many rules now and then, with quotes, ends of lines inside fields and text.
fn lines() -> impl Strategy<Value = Vec<[String; 7]>> {
    let of = |texts: &'static [&'static str]| prop::sample::select(texts).prop_map(str::to_owned);
    let row = (
        of(&["1", "2", "3", "4", "5", "6", ""]),
        of(&["f", "g", "\"h \"\"quoted\"\"\nline\"", "NA"]),
        of(&["a", "b", "c", "d"]),
        of(&["0", "10", "20", "x", "1.5"]),
        of(&["NIM", "SAU"]),
        of(&["1", "-2.5", "3.25", "inf", "7", "NA"]),
        (0..40u32).prop_map(|sheet| format!("\"s,{sheet}\"")),
    );
    prop::collection::vec(row.prop_map(|(a, b, c, d, e, f, g)| [a, b, c, d, e, f, g]), 0..40)
}

fn written(lines: &[[String; 7]], end: &str, ragged: Option<usize>) -> Vec<u8> {
    let mut text = format!("id,family,visit,day,arm,y,sheet,extra{end}");
    for (at, line) in lines.iter().enumerate() {
        text.push_str(&line.join(","));
        text.push_str(if ragged == Some(at) { ",z,too many" } else { ",\"z\"" });
        text.push_str(end);
    }
    text.into_bytes()
}

fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn findings_and_cells_do_not_depend_on_the_pieces(
        lines in lines(),
        crlf in any::<bool>(),
        ragged in prop::option::weighted(0.1, 0..40usize),
        window in prop::sample::select(vec![1usize, 7, 60, 5000]),
        together in prop::sample::select(vec!["id", "family", "visit"]),
    ) {
        let dictionary = Dictionary::parse(DICTIONARY, "d").unwrap();
        let (_folder, path) = file("t.csv", &written(&lines, if crlf { "\r\n" } else { "\n" }, ragged));
        prop_assert_eq!(in_memory(&path, &dictionary), in_pieces(&path, &dictionary, together, window));
    }
}

#[test]
fn rows_without_any_value_are_rows_all_the_same() {
    let dictionary = Dictionary::parse(DICTIONARY, "d").unwrap();
    let line = ["", "NA", "a", "0", "NIM", "inf", "\"s,0\""].map(str::to_owned);
    let (_folder, path) = file("t.csv", &written(&[line], "\n", None));
    assert_eq!(in_memory(&path, &dictionary), in_pieces(&path, &dictionary, "id", 1));
}

/// A dictionary under which nothing is wrong with the rows of [`good`].
const PLAIN: &str = r#"
    [columns.id]
    type = "id"
    role = "subject"
    [columns.visit]
    type = "integer"
    role = "visit"
    [columns.note]
    type = "text"
    [columns.y]
    type = "float"
    role = "outcome"
"#;

fn good(children: usize) -> String {
    let mut text = "id,visit,note,y,unused\n".to_owned();
    for child in 0..children {
        for visit in 0..3 {
            let note = ["\"two\nlines\"", "plain", "\"a \"\"quote\"\"\"", ""][(child + visit) % 4];
            text.push_str(&format!("c{child},{visit},{note},{},u\n", (child * 7 + visit) as f64 / 4.0));
        }
    }
    text
}

#[test]
fn every_row_is_in_one_part_and_a_child_in_no_two() {
    let dictionary = Dictionary::parse(PLAIN, "d").unwrap();
    let (_folder, path) = file("t.csv", good(200).as_bytes());
    let whole = read(&path).unwrap().validate(&dictionary).unwrap().into_frame();
    for window in [1, 3, 50, 100_000] {
        let rows = divided(&path, &dictionary, "id", window).unwrap();
        assert_eq!(of_parts(&rows), cells(&whole), "{window}");
        assert_eq!(rows.n_rows(), 600);
        for k in 0..rows.n_parts() {
            let frame = rows.frame(k).unwrap();
            let children = frame.column("id").unwrap().to_factor().levels().len();
            assert_eq!(frame.n_rows(), 3 * children);
        }
    }
}

#[test]
fn parts_depend_on_what_rows_say_and_not_on_where_they_stand() {
    let dictionary = Dictionary::parse(PLAIN, "d").unwrap();
    let text = good(50).replace("\"two\nlines\"", "two");
    let mut lines: Vec<&str> = text.lines().collect();
    let (_one, path) = file("t.csv", text.as_bytes());
    lines[1..].reverse();
    let (_two, other) = file("t.csv", (lines.join("\n") + "\n").as_bytes());
    for together in ["id", "none of the columns"] {
        let (a, b) = (divided(&path, &dictionary, together, 99), divided(&other, &dictionary, together, 10_000));
        let (a, b) = (a.unwrap(), b.unwrap());
        for k in 0..a.n_parts() {
            let sorted = |rows: &Divided| {
                let mut cells = cells(&rows.frame(k).unwrap());
                cells.sort();
                cells
            };
            assert_eq!(sorted(&a), sorted(&b));
        }
    }
}

#[test]
fn parquet_in_pieces_has_the_rows_of_parquet_in_memory() {
    let dictionary = Dictionary::parse(PLAIN, "d").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let ids: Vec<String> = (0..999).map(|row| format!("c{}", row / 3)).collect();
    let visits: Vec<i64> = (0..999).map(|row| row % 3).collect();
    let notes: Vec<Option<&str>> = (0..999).map(|row| (row % 5 != 0).then_some("text")).collect();
    let y: Vec<Option<f64>> = (0..999).map(|row| (row % 7 != 0).then_some(f64::from(row) / 8.0)).collect();
    let mut data = df!("id" => ids, "visit" => visits, "unused" => vec![1i32; 999], "note" => notes, "y" => y).unwrap();
    for group in [1_000, 100] {
        let writer = ParquetWriter::new(File::create(&path).unwrap()).with_row_group_size(Some(group));
        writer.finish(&mut data).unwrap();
        let whole = read(&path).unwrap().validate(&dictionary).unwrap().into_frame();
        for bytes in [100, 2_000, 1_000_000] {
            let rows = divided(&path, &dictionary, "id", bytes).unwrap();
            assert_eq!(of_parts(&rows), cells(&whole), "{group} {bytes}");
        }
    }
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 10]).unwrap();
    assert_eq!(divided(&path, &dictionary, "id", 1000).unwrap_err().code(), "damaged_file");
    fs::write(&path, b"").unwrap();
    assert_eq!(divided(&path, &dictionary, "id", 1000).unwrap_err().code(), "empty_file");
}

#[test]
fn a_ragged_row_at_the_far_end_is_named_by_its_number() {
    let dictionary = Dictionary::parse(PLAIN, "d").unwrap();
    let (_folder, path) = file("t.csv", format!("{}c1,2\n", good(3_000)).as_bytes());
    let error = divided(&path, &dictionary, "id", 4_096).unwrap_err();
    assert_eq!(error.code(), "malformed_table");
    assert_eq!(error.as_findings().unwrap().iter().next().unwrap().row, Some(9_001));
}

#[test]
fn bytes_that_are_no_text_are_named_by_their_row() {
    let dictionary = Dictionary::parse(PLAIN, "d").unwrap();
    let mut bytes = good(300).replace("\"two\nlines\"", "two").into_bytes();
    bytes.extend(b"c1,9,\xFF,1,u\n");
    let (_folder, path) = file("t.csv", &bytes);
    assert_eq!(in_memory(&path, &dictionary), in_pieces(&path, &dictionary, "id", 50));
    assert!(in_pieces(&path, &dictionary, "id", 50).contains("row 901"));
}

#[test]
fn one_cluster_of_all_rows_is_refused_where_it_has_no_room() {
    let dictionary = Dictionary::parse(PLAIN, "d").unwrap();
    let mut text = "id,visit,note,y\n".to_owned();
    (0..60_000).for_each(|visit| text.push_str(&format!("c,{visit},{},1\n", "long ".repeat(10))));
    let (_folder, path) = file("t.csv", text.as_bytes());
    let stream = || Stream::new(&path, &dictionary, &temporary).together(vec!["id".to_owned()]);
    let error = stream().ceiling(SMALLEST).divide().unwrap_err();
    assert_eq!(error.code(), "memory_ceiling");
    assert!(error.to_string().starts_with("60000 of 60000 rows stand together by id"), "{error}");
    assert!(stream().ceiling(1 << 30).divide().is_ok());
    assert_eq!(stream().ceiling(1 << 20).divide().unwrap_err().code(), "memory_ceiling");
}

#[test]
fn groups_that_cross_are_refused() {
    let dictionary = Dictionary::parse(PLAIN, "d").unwrap();
    let (_folder, path) = file("t.csv", good(20).as_bytes());
    let stream = || Stream::new(&path, &dictionary, &temporary).together(vec!["id".to_owned()]);
    let error = stream().within(vec!["visit".to_owned()]).divide().unwrap_err();
    assert_eq!(error.code(), "not_within");
    assert!(stream().within(vec!["id".to_owned(), "visit".to_owned()]).divide().is_ok());
}

#[test]
fn where_no_temporary_file_can_be_made_nothing_is_read() {
    let dictionary = Dictionary::parse(PLAIN, "d").unwrap();
    let (_folder, path) = file("t.csv", good(2).as_bytes());
    let refused = || Err(io::Error::from(io::ErrorKind::PermissionDenied));
    let error = Stream::new(&path, &dictionary, &refused).divide().unwrap_err();
    assert_eq!(error.code(), "temporary_file");
    let (_other, feather) = file("t.arrow", b"ARROW1");
    assert_eq!(Stream::new(&feather, &dictionary, &temporary).divide().unwrap_err().code(), "not_streamed");
}

#[test]
fn other_encodings_and_marks_are_read_as_in_memory_however_short_the_windows() {
    let described = format!("[file]\nencoding = \"windows-1252\"\n{PLAIN}");
    let windows = Dictionary::parse(&described, "d").unwrap();
    let plain = Dictionary::parse(PLAIN, "d").unwrap();
    let text = "\"id\",visit,note,y\nJos\u{e9},1,\"caf\u{e9}\n\u{e9}t\u{e9}\",1\nb,1,\u{e9},2\n";
    let bytes: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
    let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    for (bytes, dictionary) in [(&bytes, &windows), (&marked, &plain)] {
        let (_folder, path) = file("t.csv", bytes);
        let whole = crate::read_with(&path, dictionary.read_options()).unwrap().validate(dictionary).unwrap();
        for window in [1, 2, 9, 1_000] {
            assert_eq!(of_parts(&divided(&path, dictionary, "id", window).unwrap()), cells(whole.frame()));
        }
    }
    let (_folder, path) = file("t.csv", &[&bytes[..], b"c,1,\x81,2\n"].concat());
    assert_eq!(in_memory(&path, &windows), in_pieces(&path, &windows, "id", 3));
    let (_folder, path) = file("t.csv", b"\xFF\xFEi\0d\0");
    assert_eq!(in_memory(&path, &plain), in_pieces(&path, &plain, "id", 1_000));
}

#[test]
fn a_field_that_is_longer_than_its_share_is_refused_with_its_row() {
    let dictionary = Dictionary::parse(PLAIN, "d").unwrap();
    let text = format!("id,visit,note,y\na,1,x,1\nb,1,\"{}\",1\n", "line\n".repeat(10_000));
    let (_folder, path) = file("t.csv", text.as_bytes());
    let error = divided(&path, &dictionary, "id", 64).unwrap_err();
    assert_eq!(error.code(), "memory_ceiling");
    assert!(error.to_string().contains("row 2"), "{error}");
    assert!(divided(&path, &dictionary, "id", 4_096).is_ok());
}

#[test]
fn reasons_of_absences_in_parquet_are_the_same_in_pieces_and_in_memory() {
    let described = PLAIN.replace(
        "[columns.y]",
        "[columns.y]\nnot_applicable = [\"NOT_APPLICABLE\", \"98\"]\nwithdrawn = [\"WITHDRAWN\"]\nnot_yet_due = [\"NOT_YET_DUE\"]",
    );
    let dictionary = Dictionary::parse(&described, "d").unwrap();
    let why = [
        Presence::Observed,
        Presence::Missing,
        Presence::NotApplicable,
        Presence::Withdrawn,
        Presence::NotYetDue,
        Presence::NotApplicable,
    ];
    let coding = Coding::default().with_reasons(vec![Code::new("98")], vec![0, 0, 0, 0, 0, 1]);
    let frame = Frame::new(vec![
        Column::factor("id", ["a", "a", "b", "b", "c", "c"]),
        Column::integer("visit", vec![1, 2, 1, 2, 1, 2]),
        Column::factor("note", ["x"; 6]),
        Column::float("y", vec![1.5; 6]).with_presence(why.to_vec()).with_coding(coding),
    ])
    .unwrap();
    let bytes = crate::write_bytes(&frame, crate::OutputFormat::PARQUET).unwrap().into_bytes();
    let (_folder, path) = file("t.parquet", &bytes);
    let whole = read(&path).unwrap().validate(&dictionary).unwrap().into_frame();
    assert_eq!(whole.column("y").unwrap().presence(5), Presence::NotApplicable);
    for bytes in [1, 50, 1_000_000] {
        assert_eq!(of_parts(&divided(&path, &dictionary, "id", bytes).unwrap()), cells(&whole));
        assert_eq!(in_memory(&path, &dictionary), in_pieces(&path, &dictionary, "id", bytes));
    }
}

#[test]
fn a_file_of_which_no_column_is_described_has_rows_all_the_same() {
    let dictionary = Dictionary::parse("[columns.other]\ntype = \"float\"", "d").unwrap();
    let (_folder, path) = file("t.csv", good(5).as_bytes());
    assert_eq!(in_memory(&path, &dictionary), in_pieces(&path, &dictionary, "id", 50));
    let (_folder, path) = file("t.parquet", b"");
    let mut data = df!("y" => [1.0, 2.0]).unwrap();
    ParquetWriter::new(File::create(&path).unwrap()).finish(&mut data).unwrap();
    assert_eq!(in_memory(&path, &dictionary), in_pieces(&path, &dictionary, "id", 50));
}
