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
fn the_bytes_are_those_that_haven_has_read() {
    let folder = TempDir::new().unwrap();
    // haven 2.5.1 under R 4.2.2 read these files on the day they were made, with the values and labels of their source.
    let cases = [
        ("blocks.zsav", "a.dta", "stata", "81b0cd613ffd9f3297e4aca5de672081c3e0886f29b276036e71cc79d9b8a442"),
        ("v12.dta", "b.xpt", "xport", "f4f2dc525ce1daee0c8d8904dd94bd1f5ef7b295fd3ccc693bc3d7def973d7bb"),
        ("bytes.sav", "c.xpt", "xport8", "782b09f89610471cc316162d10845d9a76df140f7440d6606da6105174165c35"),
    ];
    for (source, target, format, digest) in cases {
        succeeds(&folder, &[&formats(source), target, "--out-format", format]);
        let bytes = std::fs::read(folder.path().join(target)).unwrap();
        assert_eq!(steadfast::data::sha256(&bytes), digest, "{source} as {format}");
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

#[test]
fn records_of_redcap_keep_their_keys_and_what_cannot_exist() {
    let folder = TempDir::new().unwrap();
    let dictionary = "field_name,form_name,field_type,field_label,select_choices_or_calculations,\
                      text_validation_type_or_show_slider_number,text_validation_min,text_validation_max\n\
                      id,intake,text,Child,,,,\nsdq,intake,text,SDQ,,integer,0,40\nday,moves,text,Day,,date_ymd,,\n";
    let records = "id,redcap_repeat_instrument,redcap_repeat_instance,sdq,day\n1,,,12,\n1,moves,1,,2024-05-01\n\
                   1,moves,2,,2024-06-01\n2,,,NI,\n";
    std::fs::write(folder.path().join("dictionary.csv"), dictionary).unwrap();
    std::fs::write(folder.path().join("records.csv"), records).unwrap();
    let redcap = ["--redcap-dictionary", "dictionary.csv", "--redcap-missing-codes", "NI, No information"];
    succeeds(&folder, &[&["records.csv", "a.csv", "--write-dictionary", "a.toml"], &redcap[..]].concat());
    let text = std::fs::read_to_string(folder.path().join("a.csv")).unwrap();
    assert_eq!(
        text,
        "id,redcap_repeat_instrument,redcap_repeat_instance,sdq,sdq.reason,day\n1,(none),0,12,NA,NOT_APPLICABLE\n\
         1,moves,1,NOT_APPLICABLE,NA,2024-05-01\n1,moves,2,NOT_APPLICABLE,NA,2024-06-01\n2,(none),0,NA,NI,NOT_APPLICABLE\n"
    );
    // The dictionary has the key of four columns, so that three rows of one child are three rows.
    succeeds(&folder, &["a.csv", "b.dta", "--dictionary", "a.toml"]);
    succeeds(&folder, &[&["records.csv", "c.parquet"], &redcap[..]].concat());
    succeeds(&folder, &["c.parquet", "d.csv"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("d.csv")).unwrap(), text);
}
