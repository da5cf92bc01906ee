use std::io::Cursor;

use insta::assert_snapshot;
use polars::prelude::{CsvReadOptions, DataFrame, DataType, IpcWriter, ParquetWriter, SerReader, SerWriter, df};
use steadfast_core::frame::{ColumnData, Frame};

use super::*;

fn csv(text: &[u8]) -> Result<RawTable> {
    read_bytes("t.csv", text.to_vec(), &ReadOptions::new())
}

fn cell(raw: &RawTable, column: &str, row: usize) -> String {
    raw.as_polars().column(column).unwrap().str().unwrap().get(row).unwrap().to_owned()
}

fn refusal(bytes: &[u8]) -> String {
    let error = csv(bytes).unwrap_err();
    format!("{}: {error}", error.code())
}

#[test]
fn quoted_newlines_delimiters_and_quotes_belong_to_the_field() {
    let raw = csv(b"id,note\r\n1,\"two\r\nlines, and \"\"one\"\" quote\"\r\n2,5\" nail\r\n").unwrap();
    assert_eq!(raw.n_rows(), 2);
    assert_eq!(cell(&raw, "note", 0), "two\r\nlines, and \"one\" quote");
    assert_eq!(cell(&raw, "note", 1), "5\" nail");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_name() {
    let raw = csv(b"\xEF\xBB\xBFid,x\n007,1\n").unwrap();
    assert_eq!(raw.names().collect::<Vec<_>>(), ["id", "x"]);
    assert_eq!(cell(&raw, "id", 0), "007");
}

#[test]
fn the_last_line_needs_no_end_and_blank_lines_after_it_are_no_rows() {
    for text in ["a,b\n1,2", "a,b\n1,2\n", "a,b\r\n1,2\r\n\r\n\n"] {
        assert_eq!(csv(text.as_bytes()).unwrap().n_rows(), 1, "{text:?}");
    }
    assert_eq!(csv(b"a\n1\n\n3\n").unwrap().n_rows(), 3, "in a table of one column a blank line is an empty field");
}

#[test]
fn windows_1252_is_read_on_request_and_suggested_otherwise() {
    let bytes = b"id;name\n1;Ren\xE9e \x80\n";
    let options = ReadOptions::new().delimiter(';').encoding(Encoding::Windows1252);
    let raw = read_bytes("t.csv", bytes.to_vec(), &options).unwrap();
    assert_eq!(cell(&raw, "name", 0), "Renée €");
    assert_snapshot!(refusal(bytes), @"");
}

#[test]
fn a_decimal_comma_is_read_on_request() {
    let options = ReadOptions::new().delimiter(';').decimal_mark(DecimalMark::Comma);
    let frame = read_bytes("t.csv", b"x;y\n1,5;2\n-0,25;3\n".to_vec(), &options).unwrap().infer().unwrap();
    assert_eq!(frame.column("x").unwrap().to_numeric().unwrap().as_slice(), [1.5, -0.25]);
}

#[test]
fn tabs_separate_the_fields_of_a_tsv() {
    let raw = read_bytes("t.tsv", b"a\tb\n1,5\t2\n".to_vec(), &ReadOptions::new()).unwrap();
    assert_eq!(cell(&raw, "a", 0), "1,5");
}

#[test]
fn every_ragged_row_is_reported() {
    assert_snapshot!(refusal(b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n\n1,2,3\n"), @"");
}

#[test]
fn what_is_no_table_is_refused_with_its_place() {
    assert_snapshot!(refusal(b""), @"");
    assert_snapshot!(refusal(b"a,b\n1,2\n3,\"4\n5,6\n"), @"");
    assert_snapshot!(refusal(b"a,b\n1,\"2\"x\n"), @"");
    assert_snapshot!(refusal(b"a,,a\n1,2,3\n"), @"");
    assert_snapshot!(refusal(b"a,b\r1,2\r"), @"");
    assert_snapshot!(refusal(b"\xFF\xFEa\0"), @"");
    assert_snapshot!(read("no/such/file.csv").unwrap_err(), @"");
    assert_snapshot!(read("table.xlsx").unwrap_err(), @"");
}

#[test]
fn well_formed_files_read_as_polars_reads_them() {
    let text = "id,text,x\n001,\"a, b\",1.5\n2,,\n3,\"line\nbreak\",NA\n4,\"say \"\"x\"\"\",7\n";
    let ours = csv(text.as_bytes()).unwrap();
    let mut theirs = CsvReadOptions::default()
        .with_infer_schema_length(Some(0))
        .map_parse_options(|options| options.with_missing_is_null(false))
        .into_reader_with_file_handle(Cursor::new(text.as_bytes()))
        .finish()
        .unwrap();
    assert!(theirs.dtypes().iter().all(|dtype| dtype == &DataType::String));
    theirs.rechunk_mut();
    assert!(ours.as_polars().equals(&theirs));
}

fn sample() -> DataFrame {
    df!(
        "id" => ["007", "8", "9"],
        "sdq" => [Some(12i64), None, Some(40)],
        "score" => [0.1, f64::NAN, 1e300],
        "seen" => [true, false, true],
    )
    .unwrap()
}

fn binary(format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    match format.name() {
        "parquet" => drop(ParquetWriter::new(&mut bytes).finish(&mut sample()).unwrap()),
        _ => IpcWriter::new(&mut bytes).finish(&mut sample()).unwrap(),
    }
    bytes
}

#[test]
fn parquet_and_arrow_keep_their_types() {
    for format in [Format::PARQUET, Format::IPC] {
        let raw = read_bytes("t", binary(format), &ReadOptions::new().format(format)).unwrap();
        let frame: Frame = raw.infer().unwrap();
        let presence = |name: &str| frame.column(name).unwrap().is_complete();
        assert!(presence("id") && !presence("sdq") && !presence("score") && presence("seen"), "{format:?}");
        assert_eq!(frame.column("id").unwrap().as_factor().unwrap().level(0), Some("007"));
        assert!(matches!(frame.column("sdq").unwrap().data(), ColumnData::Integer(_)));
        let ColumnData::Float(scores) = frame.column("score").unwrap().data() else { panic!("numbers") };
        assert_eq!(scores[2].to_bits(), 1e300f64.to_bits());
    }
}

#[test]
fn a_file_cut_short_anywhere_is_refused() {
    for format in [Format::PARQUET, Format::IPC] {
        let bytes = binary(format);
        for length in 1..bytes.len() {
            let error = read_bytes("t", bytes[..length].to_vec(), &ReadOptions::new().format(format)).unwrap_err();
            assert_eq!(error.code(), "damaged_file", "{format:?} cut to {length} bytes");
        }
    }
}
