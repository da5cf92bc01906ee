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
    assert_snapshot!(all.join("\n"), @"");
}
