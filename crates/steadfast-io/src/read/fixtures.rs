//! Files that other programs wrote, cell by cell and label by label as those programs read them.

use std::path::{Path, PathBuf};

use super::*;
use crate::cells::{Cells, Notation};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-fixtures/formats")
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

/// The rows of a CSV file of the folder, each with its fields.
fn rows(name: &str) -> Vec<Vec<String>> {
    let table = read(folder().join(name)).unwrap();
    let columns: Vec<Vec<String>> = table
        .as_polars()
        .columns()
        .iter()
        .map(|column| column.str().unwrap().iter().map(|cell| cell.unwrap().to_owned()).collect())
        .collect();
    (0..table.n_rows()).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect()
}

fn files() -> Vec<String> {
    let mut names: Vec<String> = rows("expected.csv").into_iter().map(|row| row[0].clone()).collect();
    names.dedup();
    assert_eq!(names.len(), 13, "three files of SPSS, eight of Stata, two of SAS");
    names
}

/// Every cell as (is absent, text); an absent cell has its code, or nothing.
fn cells(raw: &RawTable, name: &str) -> Vec<(bool, String)> {
    let index = raw.names().position(|column| column == name).unwrap_or_else(|| panic!("{name}"));
    let cells = Cells::of(&raw.as_polars().columns()[index], Notation::TYPED).with_note(raw.note(index));
    let mut found = Vec::new();
    cells
        .for_each(|cell| {
            let absent = cell.is_none() || cells.is_absent(found.len());
            found.push((absent, cell.unwrap_or_default().to_owned()));
        })
        .unwrap();
    found
}

fn agree(expected: &str, found: &str) -> bool {
    match (expected.parse::<f64>(), found.parse::<f64>()) {
        (Ok(expected), Ok(found)) => expected.to_bits() == found.to_bits(),
        _ => expected.trim_end() == found,
    }
}

#[test]
fn every_cell_is_what_haven_reads() {
    let expected = rows("expected.csv");
    for file in files() {
        let raw = read(folder().join(&file)).unwrap();
        assert_eq!(raw.n_rows(), 5, "{file}");
        let of_file: Vec<_> = expected.iter().filter(|row| row[0] == file).collect();
        assert_eq!(of_file.len(), 5 * raw.names().count(), "{file}");
        for row in of_file {
            let (name, place) = (&row[1], row[2].parse::<usize>().unwrap() - 1);
            let (absent, text) = &cells(&raw, name)[place];
            assert_eq!(*absent, row[3] == "absent", "{file} {name} {place}");
            assert!(agree(&row[4], text), "{file} {name} {place}: {:?} is not {text:?}", row[4]);
        }
    }
}

#[test]
fn every_label_is_what_haven_reads() {
    let expected = rows("labels.csv");
    for file in files() {
        let raw = read(folder().join(&file)).unwrap();
        for row in expected.iter().filter(|row| row[0] == file) {
            let note = raw.note(raw.names().position(|name| name == row[1]).unwrap()).unwrap();
            if row[2] == "variable" {
                assert_eq!(note.label.as_deref(), Some(row[4].as_str()), "{file} {}", row[1]);
                continue;
            }
            let codes = note.coding.labels().iter().chain(note.coding.reasons());
            let label = codes.filter(|code| agree(&row[3], code.code())).find_map(steadfast_core::frame::Code::label);
            assert_eq!(label, Some(row[4].as_str()), "{file} {} {}", row[1], row[3]);
        }
    }
}

#[test]
fn labelled_columns_become_factors_and_partly_labelled_ones_stay_numbers() {
    use steadfast_core::frame::{ColumnData, Presence};
    for file in ["bytes.sav", "blocks.zsav", "plain.sav"] {
        let frame = read(folder().join(file)).unwrap().infer().unwrap();
        let column = |name: &str| frame.column(name).unwrap();
        assert_eq!(column("sex").as_factor().unwrap().levels(), ["male", "female"]);
        let smokes = column("smokes");
        assert_eq!(smokes.as_factor().unwrap().levels(), ["no", "yes"]);
        assert_eq!((smokes.presence(2), smokes.presence(3)), (Presence::NotApplicable, Presence::Missing));
        assert_eq!(smokes.coding().unwrap().reason(3).unwrap().label(), Some("refused"));
        assert!(matches!(column("income").data(), ColumnData::Float(_)));
        assert!(matches!(column("whole").data(), ColumnData::Float(_)), "shown with two decimals");
        assert_eq!(column("region").as_factor().unwrap().levels(), ["North", "South"]);
        assert_eq!(column("stamp").unit(), Some("seconds since 1582-10-14"));
        assert!(matches!(column("midnight").data(), ColumnData::Date(_)));
    }
    let frame = read(folder().join("v15.dta")).unwrap().infer().unwrap();
    assert!(matches!(frame.column("part").unwrap().data(), ColumnData::Integer(_)));
    assert_eq!(frame.column("smokes").unwrap().presence(2), Presence::NotApplicable);
}

#[test]
fn the_files_own_description_is_a_dictionary_that_gives_the_same_frame() {
    for file in files() {
        let raw = read(folder().join(&file)).unwrap();
        let text = raw.description().unwrap().to_toml();
        let dictionary = crate::Dictionary::parse(&text, "own.toml").unwrap();
        let held = raw.validate(&dictionary).unwrap().into_frame();
        assert_eq!(held, raw.infer().unwrap(), "{file}");
    }
}

#[test]
fn a_dictionary_sees_codes_of_absences_as_text() {
    let raw = read(folder().join("v15.dta")).unwrap();
    let dictionary = |text: &str| crate::Dictionary::parse(text, "d.toml").unwrap();
    let own = dictionary("[columns.smokes]\ntype = \"integer\"\nmissing = [\".a\"]\nnot_applicable = [\".b\"]\n");
    let frame = raw.validate(&own).unwrap().into_frame();
    let smokes = frame.column("smokes").unwrap();
    use steadfast_core::frame::Presence;
    let presence: Vec<_> = (0..5).map(|row| smokes.presence(row)).collect();
    let expected =
        [Presence::Observed, Presence::Observed, Presence::NotApplicable, Presence::Missing, Presence::Missing];
    assert_eq!(presence, expected);
    let level = "[columns.smokes]\ntype = \"factor\"\nlevels = [\"0\", \"1\", \".a\"]\n";
    let frame = raw.validate(&dictionary(level)).unwrap().into_frame();
    assert_eq!(frame.column("smokes").unwrap().as_factor().unwrap().level(3), Some(".a"));
}

/// What reading damaged bytes may give: an error, or a whole table.
fn survives(file: &str, bytes: Vec<u8>) -> Option<usize> {
    let raw = read_bytes(file, bytes, &ReadOptions::new()).ok()?;
    let _ = raw.infer();
    Some(raw.n_rows())
}

#[test]
fn a_file_cut_short_is_refused() {
    for file in files() {
        let whole = bytes(&file);
        for length in (1..whole.len()).step_by(13).chain(whole.len() - 40..whole.len()) {
            let rows = survives(&file, whole[..length].to_vec());
            // Version 5 of SAS's files does not say how many rows there are, and version 8 as haven writes it neither.
            let is_silent = file.ends_with(".xpt") && length % 80 == 0;
            // What comes after the last row of a compressed file of SPSS may be missing.
            let is_whole = file == "bytes.sav" && rows == Some(5);
            assert!(rows.is_none() || is_silent || is_whole, "{file} cut to {length} bytes has {rows:?} rows");
        }
    }
}

#[test]
fn a_flipped_byte_is_an_error_or_another_table_and_never_a_panic() {
    for file in files() {
        let whole = bytes(&file);
        let step = whole.len().div_ceil(400);
        for (count, at) in (0..whole.len()).step_by(step).enumerate() {
            let mut damaged = whole.clone();
            damaged[at] ^= [0xFF, 0x01, 0x80, 0x20][count % 4];
            survives(&file, damaged);
        }
    }
}

#[test]
fn a_header_that_promises_too_much_is_refused_before_memory_is_taken() {
    let code = |file: &str, bytes: Vec<u8>| read_bytes(file, bytes, &ReadOptions::new()).unwrap_err().code();
    // The number of rows stands at byte 80 of an SPSS file.
    for file in ["bytes.sav", "blocks.zsav", "plain.sav"] {
        let mut large = bytes(file);
        large[80..84].copy_from_slice(&i32::MAX.to_le_bytes());
        assert_eq!(code(file, large), "damaged_file", "{file}");
    }
    let mut large = bytes("v15.dta");
    let at = large.windows(3).position(|window| window == b"<N>").unwrap() + 3;
    large[at..at + 8].copy_from_slice(&(1_u64 << 40).to_le_bytes());
    assert_eq!(code("v15.dta", large), "damaged_file");
    for file in files() {
        let options = ReadOptions::new().max_memory(100);
        assert_eq!(read_bytes(&file, bytes(&file), &options).unwrap_err().code(), "too_large", "{file}");
    }
}

#[test]
fn a_block_that_claims_to_expand_without_end_is_refused() {
    let mut bomb = bytes("blocks.zsav");
    // The last entry of the trailer: 24 bytes, of which the last eight are the sizes before and after compression.
    let at = bomb.len() - 8;
    bomb[at..at + 4].copy_from_slice(&i32::MAX.to_le_bytes());
    let error = read_bytes("blocks.zsav", bomb, &ReadOptions::new()).unwrap_err();
    assert_eq!(error.code(), "damaged_file");
}

#[test]
fn text_of_old_stata_files_is_windows_1252_unless_it_is_stated() {
    let mut old = bytes("v12.dta");
    let at = old.windows(5).position(|window| window == b"plain").unwrap();
    old[at] = 0xEB;
    let text =
        |options: &ReadOptions| read_bytes("v12.dta", old.clone(), options).map(|raw| cells(&raw, "note")[0].1.clone());
    assert_eq!(text(&ReadOptions::new()).unwrap(), "ëlain");
    assert_eq!(text(&ReadOptions::new().encoding(Encoding::Utf8)).unwrap_err().code(), "damaged_file");
    let mut sas = bytes("v5.xpt");
    let at = sas.windows(5).position(|window| window == b"plain").unwrap();
    sas[at] = 0xEB;
    let text =
        |options: &ReadOptions| read_bytes("v5.xpt", sas.clone(), options).map(|raw| cells(&raw, "note")[0].1.clone());
    assert_eq!(text(&ReadOptions::new().encoding(Encoding::Windows1252)).unwrap(), "ëlain");
    assert_eq!(text(&ReadOptions::new()).unwrap_err().code(), "damaged_file");
}
