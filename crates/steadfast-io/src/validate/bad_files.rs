//! The message that each bad file gives rise to.

use std::fs;
use std::path::PathBuf;

use insta::assert_snapshot;

use crate::{Dictionary, read};

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data-fixtures/pathological/io"))
}

fn messages(name: &str) -> String {
    let dictionary = Dictionary::load(folder().join("dictionary.toml")).unwrap();
    let text = match read(folder().join(name)).and_then(|raw| raw.validate(&dictionary)) {
        Ok(valid) if valid.findings().is_empty() => "ok".to_owned(),
        Ok(valid) => format!("ok, with\n{}", valid.findings()),
        Err(error) => format!("{}: {error}", error.code()),
    };
    text.replace(&format!("{}/", folder().display()), "").trim_end().to_owned()
}

#[test]
fn each_bad_file_has_its_message() {
    let mut names: Vec<String> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".csv") || name.ends_with(".parquet"));
    names.sort();
    let all: Vec<String> = names.iter().map(|name| format!("# {name}\n{}\n", messages(name))).collect();
    assert_snapshot!(all.join("\n"), @r#"
    # arm_changes_within_family.csv
    invalid_data: 3 findings
    error[not_constant] arm_changes_within_family.csv row 4 column `arm`: differs from row 1, which has the same `family`
    error[not_constant] arm_changes_within_family.csv row 5 column `arm`: differs from row 1, which has the same `family`
    error[not_constant] arm_changes_within_family.csv row 6 column `arm`: differs from row 1, which has the same `family`

    # baseline_missing.csv
    ok, with
    warning[baseline_missing] baseline_missing.csv row 4 column `base`: no baseline value in any row of this subject

    # child_in_two_families.csv
    invalid_data: 1 finding
    error[subject_in_two_clusters] child_in_two_families.csv row 6 column `family`: row 4 has the same `child` in another cluster

    # constant_outcome.csv
    ok, with
    warning[constant_outcome] constant_outcome.csv column `sdq`: the outcome has one and the same value wherever it has any

    # duplicate_visits.csv
    invalid_data: 2 findings
    error[duplicate_key] duplicate_visits.csv row 4 column `child, visit`: repeats the key of row 2
    error[duplicate_key] duplicate_visits.csv row 5 column `child, visit`: repeats the key of row 2

    # empty.csv
    empty_file: `empty.csv` is empty: it has not even a header

    # good.csv
    ok

    # header_only.csv
    invalid_data: 1 finding
    error[empty_table] header_only.csv: a header and no rows

    # no_key.csv
    invalid_data: 1 finding
    error[required_value] no_key.csv row 2 column `child`: no value where every row must have one

    # not_finite.csv
    invalid_data: 4 findings
    error[non_finite] not_finite.csv row 2 column `sdq`: infinite or not a number
    error[non_finite] not_finite.csv row 3 column `sdq`: infinite or not a number
    error[non_finite] not_finite.csv row 4 column `base`: infinite or not a number
    error[non_finite] not_finite.csv row 4 column `sdq`: infinite or not a number

    # one_cluster.csv
    ok, with
    warning[one_cluster] one_cluster.csv column `family`: there is only one: nothing can be said about the variation between them

    # ragged_rows.csv
    malformed_table: 3 findings
    error[ragged_row] ragged_rows.csv row 2: number of fields: 8; the header has 7
    error[ragged_row] ragged_rows.csv row 4: number of fields: 2; the header has 7
    error[ragged_row] ragged_rows.csv row 5: number of fields: 1; the header has 7

    # repeated_column.csv
    malformed_table: 1 finding
    error[duplicate_column] repeated_column.csv column `sdq`: columns 7 and 8 have the same name

    # semicolons.csv
    malformed_table: 1 finding
    error[wrong_delimiter] semicolons.csv: the header is one column with ';' in its name: state the delimiter

    # truncated.parquet
    damaged_file: `truncated.parquet` is cut short: the mark at its end is missing

    # unclosed_quote.csv
    malformed_table: 1 finding
    error[unclosed_quote] unclosed_quote.csv row 2: a quote opens in this row and is never closed

    # unsorted_rows.csv
    ok

    # visits_out_of_order.csv
    invalid_data: 1 finding
    error[visit_order] visits_out_of_order.csv row 3 column `day`: before the earlier visit in row 2

    # windows_1252.csv
    invalid_utf8: `windows_1252.csv` row 1: not UTF-8; if the file comes from Excel, try encoding = "windows-1252"

    # wrong_types_codes_ranges.csv
    invalid_data: 6 findings
    error[out_of_range] wrong_types_codes_ranges.csv row 1 column `sdq`: outside the declared range
    error[wrong_type] wrong_types_codes_ranges.csv row 2 column `day`: not a day in the declared format
    error[wrong_type] wrong_types_codes_ranges.csv row 3 column `sdq`: not a number
    error[unknown_code] wrong_types_codes_ranges.csv row 4 column `visit`: not one of the declared codes
    error[unknown_code] wrong_types_codes_ranges.csv row 5 column `arm`: not one of the declared codes
    error[out_of_range] wrong_types_codes_ranges.csv row 6 column `base`: outside the declared range
    "#);
}
