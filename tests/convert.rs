//! `steadfast convert`: from the files of statistical packages to others and back.

use tempfile::TempDir;

use crate::support::{Ran, root, steadfast};

fn formats(name: &str) -> String {
    root().join("data-fixtures/formats").join(name).display().to_string()
}

fn convert(folder: &TempDir, arguments: &[&str]) -> Ran {
    steadfast(folder.path(), &[&["convert"], arguments].concat())
}

fn succeeds(folder: &TempDir, arguments: &[&str]) -> Ran {
    let ran = convert(folder, arguments);
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
    ran
}

#[test]
fn an_spss_file_goes_through_every_format_and_stays_the_same_table() {
    let folder = TempDir::new().unwrap();
    let spss = formats("bytes.sav");
    succeeds(&folder, &[&spss, "a.csv", "--write-dictionary", "a.toml"]);
    let expected = std::fs::read(folder.path().join("a.csv")).unwrap();
    for format in ["parquet", "arrow", "dta", "xpt", "tsv"] {
        let (file, dictionary) = (format!("b.{format}"), format!("b-{format}.toml"));
        // Version 5 of SAS's files has no place for a text of 300 characters.
        let written_as = match format {
            "xpt" => "xport8",
            "dta" => "stata",
            "arrow" => "ipc",
            other => other,
        };
        succeeds(&folder, &[&spss, &file, "--write-dictionary", &dictionary, "--out-format", written_as]);
        let back = format!("{format}.csv");
        succeeds(&folder, &[&file, &back, "--dictionary", &dictionary]);
        let found = std::fs::read(folder.path().join(back)).unwrap();
        let cells = |bytes: &[u8]| {
            // Companions tell codes, which Stata and SAS have as letters, and SAS's names are capitals.
            let raw = steadfast_io::read_bytes("t.csv", bytes.to_vec(), &steadfast_io::ReadOptions::new()).unwrap();
            let columns =
                raw.as_polars().columns().iter().filter(|column| !column.name().to_lowercase().ends_with(".reason"));
            columns.map(|column| column.as_materialized_series().rechunk().with_name("x".into())).collect::<Vec<_>>()
        };
        for (place, (expected, found)) in cells(&expected).iter().zip(cells(&found)).enumerate() {
            assert!(expected.equals(&found), "{format}, column {place}: {expected:?} {found:?}");
        }
    }
}

#[test]
fn losses_are_notes_and_json_counts_them() {
    let folder = TempDir::new().unwrap();
    let ran = succeeds(&folder, &[&formats("v12.dta"), "a.xpt", "--json"]);
    assert!(ran.stderr.contains("note[labels_not_carried] a.xpt column `sex`"), "{}", ran.stderr);
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&answer["rows"], &answer["columns"]), (&5.into(), &8.into()));
    let losses = answer["losses"].as_array().unwrap();
    assert!(losses.iter().any(|loss| loss["code"] == "reasons_not_labelled"));
}

#[test]
fn what_cannot_be_done_leaves_no_file() {
    let folder = TempDir::new().unwrap();
    let spss = formats("bytes.sav");
    std::fs::write(folder.path().join("cut.sav"), &std::fs::read(&spss).unwrap()[..900]).unwrap();
    std::fs::write(folder.path().join("level.csv"), "x\n\"b \"\na\n").unwrap();
    let cases: [(&[&str], i32, &str); 6] = [
        (&["cut.sav", "a.csv"], 3, "damaged_file"),
        (&[&spss, "a.xlsx"], 2, "unknown_format"),
        (&["no.sav", "a.csv"], 2, "unreadable_file"),
        (&["cut.sav", "cut.sav"], 2, "output_is_input"),
        (&["level.csv", "a.xpt"], 3, "unwritable_value"),
        (&[&spss, "a.csv", "--in-format", "excel"], 2, "unknown_format"),
    ];
    for (arguments, code, message) in cases {
        let ran = convert(&folder, arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(message), "{arguments:?}: {}", ran.stderr);
    }
    let mut left: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    left.sort();
    assert_eq!(left, ["cut.sav", "level.csv"]);
}
