use std::io::Cursor;

use insta::assert_snapshot;
use polars::prelude::{
    Categories, CsvReadOptions, DataFrame, DataType, IpcWriter, ParquetWriter, SerReader, SerWriter, TimeUnit, df,
};
use proptest::prelude::*;
use steadfast_core::frame::{Column, ColumnData, Date, Frame};

use super::*;
use crate::{WriteOptions, frame_from_polars, write_csv_to};

fn csv(text: &[u8]) -> Result<RawTable> {
    read_bytes("t.csv", text.to_vec(), &ReadOptions::new())
}

fn read_by_polars(bytes: &[u8]) -> DataFrame {
    let mut data = CsvReadOptions::default()
        .with_infer_schema_length(Some(0))
        .map_parse_options(|options| options.with_missing_is_null(false))
        .into_reader_with_file_handle(Cursor::new(bytes))
        .finish()
        .unwrap();
    assert!(data.dtypes().iter().all(|dtype| dtype == &DataType::String));
    data.rechunk_mut();
    data
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
    assert_snapshot!(refusal(bytes), @r#"invalid_utf8: `t.csv` row 1: not UTF-8; if the file comes from Excel, try encoding = "windows-1252""#);
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
    assert_snapshot!(refusal(b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n\n1,2,3\n"), @r"
    malformed_table: 3 findings
    error[ragged_row] t.csv row 2: number of fields: 2; the header has 3
    error[ragged_row] t.csv row 3: number of fields: 4; the header has 3
    error[ragged_row] t.csv row 4: number of fields: 1; the header has 3
    ");
}

#[test]
fn what_is_no_table_is_refused_with_its_place() {
    assert_snapshot!(refusal(b""), @"empty_file: `t.csv` is empty: it has not even a header");
    assert_snapshot!(refusal(b"a,b\n1,2\n3,\"4\n5,6\n"), @r"
    malformed_table: 1 finding
    error[unclosed_quote] t.csv row 2: a quote opens in this row and is never closed
    ");
    assert_snapshot!(refusal(b"a,b\n1,\"2\"x\n"), @r"
    malformed_table: 1 finding
    error[text_after_quote] t.csv row 1: text follows a closing quote
    ");
    assert_snapshot!(refusal(b"a,,a\n1,2,3\n"), @r"
    malformed_table: 2 findings
    error[unnamed_column] t.csv: column 2 has no name
    error[duplicate_column] t.csv column `a`: columns 1 and 3 have the same name
    ");
    assert_snapshot!(refusal(b"a,b\r1,2\r"), @r"
    malformed_table: 1 finding
    error[wrong_delimiter] t.csv: lines end with CR alone; save the file with LF or CR LF
    ");
    assert_snapshot!(refusal(b"\xFF\xFEa\0"), @"utf16: `t.csv` is in UTF-16; save it as UTF-8");
    assert_snapshot!(read("no/such/file.csv").unwrap_err(), @"`no/such/file.csv`: No such file or directory (os error 2)");
    assert_snapshot!(read("table.xlsx").unwrap_err(), @"`table.xlsx`: the extension announces no known format; state one of: csv, tsv, parquet, ipc, spss, stata, xport, redcap");
}

#[test]
fn well_formed_files_read_as_polars_reads_them() {
    let text = "id,text,x\n001,\"a, b\",1.5\n2,,\n3,\"line\nbreak\",NA\n4,\"say \"\"x\"\"\",7\n";
    let ours = csv(text.as_bytes()).unwrap();
    let theirs = read_by_polars(text.as_bytes());
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

fn bytes_of(mut data: DataFrame, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    match format.name() {
        "parquet" => drop(ParquetWriter::new(&mut bytes).finish(&mut data).unwrap()),
        _ => IpcWriter::new(&mut bytes).finish(&mut data).unwrap(),
    }
    bytes
}

fn binary(format: Format) -> Vec<u8> {
    bytes_of(sample(), format)
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

proptest! {
    #[test]
    fn what_the_writer_quotes_is_read_as_it_was_by_us_and_by_polars(
        cells in prop::collection::vec(("[ -~é\n\r\"]{0,6}x", "[,;\"\na-c]{0,4}y"), 1..20)
    ) {
        let (left, right): (Vec<String>, Vec<String>) = cells.into_iter().unzip();
        let columns = vec![Column::factor("left", &left), Column::factor("right", &right)];
        let mut bytes = Vec::new();
        write_csv_to(&Frame::new(columns).unwrap(), &mut bytes, &WriteOptions::new()).unwrap();
        let raw = csv(&bytes).unwrap();
        prop_assert!(raw.as_polars().equals(&read_by_polars(&bytes)));
        for (row, (left, right)) in left.iter().zip(&right).enumerate() {
            prop_assert_eq!(&cell(&raw, "left", row), left);
            prop_assert_eq!(&cell(&raw, "right", row), right);
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(
        bytes in prop::collection::vec(prop::sample::select(b"a,;\"\n\r\t0.\xE9\xFF\0".to_vec()), 0..60)
    ) {
        for encoding in [Encoding::Utf8, Encoding::Windows1252] {
            if let Ok(raw) = read_bytes("t.csv", bytes.clone(), &ReadOptions::new().encoding(encoding)) {
                let _ = raw.infer();
            }
        }
    }
}

/// Polars panics on some damage; the positions are few because each panic prints its message.
#[test]
fn a_damaged_file_is_an_error_or_another_table_and_never_a_panic() {
    for format in [Format::PARQUET, Format::IPC] {
        for at in (0..binary(format).len()).step_by(53) {
            let mut bytes = binary(format);
            bytes[at] = 1;
            if let Err(error) = read_bytes("t", bytes, &ReadOptions::new().format(format)) {
                assert!(["damaged_file", "unsupported_type"].contains(&error.code()), "{format:?} {at}: {error}");
            }
        }
    }
}

#[test]
fn quotes_in_a_name_are_unescaped() {
    let raw = csv(b"\"a \"\"b\"\", c\",d\n1,2\n").unwrap();
    assert_eq!(raw.names().collect::<Vec<_>>(), ["a \"b\", c", "d"]);
}

#[test]
fn times_that_are_midnight_are_days_and_others_are_refused() {
    let day = 86_400_000i64;
    let column = |times: [i64; 2]| {
        let times = df!("t" => times).unwrap();
        let cast = times.column("t").unwrap().cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).unwrap();
        DataFrame::new_infer_height(vec![cast]).unwrap()
    };
    let frame = frame_from_polars(&column([day, -day])).unwrap();
    assert!(
        matches!(frame.column("t").unwrap().data(), ColumnData::Date(days) if days.as_slice() == [Date(1), Date(-1)])
    );
    assert_snapshot!(frame_from_polars(&column([day, day + 1])).unwrap_err(), @"column `t` has the type datetime[ms]: a number is too large, or a time is not midnight");
}

#[test]
fn categories_become_a_factor_and_durations_are_refused() {
    let data = df!("arm" => ["NIM", "SAU"], "stay" => [1i64, 2]).unwrap();
    let arm = data.column("arm").unwrap().cast(&DataType::from_categories(Categories::global())).unwrap();
    let stay = data.column("stay").unwrap().cast(&DataType::Duration(TimeUnit::Milliseconds)).unwrap();
    for format in [Format::PARQUET, Format::IPC] {
        let options = ReadOptions::new().format(format);
        let arm = DataFrame::new_infer_height(vec![arm.clone()]).unwrap();
        let frame = read_bytes("t", bytes_of(arm, format), &options).unwrap().infer().unwrap();
        assert_eq!(frame.column("arm").unwrap().as_factor().unwrap().levels(), ["NIM", "SAU"]);
        let stay = DataFrame::new_infer_height(vec![stay.clone()]).unwrap();
        let error = read_bytes("t", bytes_of(stay, format), &options).unwrap_err();
        assert_eq!(error.code(), "unsupported_type", "{format:?}: {error}");
    }
}
