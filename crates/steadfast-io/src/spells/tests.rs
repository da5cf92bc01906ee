//! Spells of other countries and trials.

use std::collections::BTreeSet;

use super::*;
use crate::read::{ReadOptions, read_bytes};

const MAPPING: &str = r#"
date_format = "dd/mm/yyyy"

[columns]
child = "id"
start = "from"
stop = "to"
state = "where"
reason = "why"
placement = "carer"

[[states]]
name = "foster"
kind = "care"
codes = ["FC", "FF"]
[[states]]
name = "kinship"
kind = "care"
[[states]]
name = "respite"
kind = "temporary"
[[states]]
name = "home"
kind = "home"
[[states]]
name = "adoption"
kind = "end"

[reasons]
plan = "planned"
broke = "disrupted"

[exits]
adopted = "adoption"
returned = "home"

[moves]
possible = [["foster", "kinship"], ["foster", "respite"], ["respite", "foster"], ["home", "foster"], ["foster", "home"]]
"#;

fn spells(rows: &str) -> Result<Spells> {
    let text = format!("id,from,to,where,why,carer\n{rows}");
    let table = read_bytes("spells.csv", text.into_bytes(), &ReadOptions::new()).unwrap();
    Spells::read(&table, &Mapping::parse(MAPPING, "mapping.toml").unwrap())
}

fn codes(rows: &str) -> Vec<String> {
    let found = match spells(rows) {
        Ok(spells) => spells.findings().clone(),
        Err(error) => error.as_findings().unwrap().clone(),
    };
    found.iter().map(|finding| finding.code.clone()).collect()
}

#[test]
fn moves_exits_and_temporary_stays_are_those_of_the_mapping() {
    let rows = "\
a,01/01/2022,11/01/2022,FC,,c1
a,11/01/2022,16/01/2022,respite,,c9
a,16/01/2022,01/02/2022,FF,broke,c1
a,01/02/2022,01/03/2022,kinship,returned,k1
a,01/05/2022,,FC,,c2
b,01/01/2022,05/01/2022,FC,plan,c1
b,05/01/2022,10/01/2022,FC,adopted,c3
";
    let spells = spells(rows).unwrap();
    assert_eq!((spells.n_rows(), spells.last_day()), (7, Date::from_ymd(2022, 5, 1).unwrap()));
    let histories = spells.histories(Date::from_ymd(2022, 5, 31).unwrap()).unwrap();
    let summaries = histories.summaries();
    let counts = |at: usize| {
        let child = &summaries[at];
        (child.periods, child.placements, child.moves, child.planned, child.disrupted, child.oscillations)
    };
    // a: foster with a respite bridged, kinship; home for two months; foster again. b: two foster carers, adopted.
    assert_eq!(counts(0), (2, 3, 1, 0, 1, 1));
    assert_eq!(counts(1), (1, 2, 1, 1, 0, 0));
    // a: 31 January days and 28 February days, then 30 nights of May. b: 9 nights.
    assert_eq!((summaries[0].days_in_care, summaries[1].days_in_care), (89, 9));
    // Home from 1 March to 1 May: 31 + 30.
    assert_eq!(summaries[0].days[3], 61);
    assert_eq!(histories.spells().last().unwrap().to, Some(4));
}

#[test]
fn each_rule_finds_its_violation_and_nothing_else() {
    let header = codes("");
    assert_eq!(header, ["empty_table"]);
    let cases = [
        ("missing_value", "a,01/01/2022,,,,c1"),
        ("missing_value", ",01/01/2022,,FC,,c1"),
        ("missing_value", "a,,,FC,,c1"),
        ("date_invalid", "a,31/02/2022,,FC,,c1"),
        ("date_invalid", "a,01/01/2022,2022-02-01,FC,,c1"),
        ("unknown_state", "a,01/01/2022,,fc,,c1"),
        ("unknown_reason", "a,01/01/2022,02/01/2022,FC,whim,c1"),
        ("end_before_start", "a,02/01/2022,01/01/2022,FC,,c1"),
        ("zero_length", "a,01/01/2022,01/01/2022,FC,,c1"),
        ("overlap", "a,01/01/2022,11/01/2022,FC,,c1\na,10/01/2022,,FC,,c2"),
        ("gap", "a,01/01/2022,11/01/2022,FC,,c1\na,12/01/2022,,FC,,c2"),
        ("open_not_last", "a,01/01/2022,,FC,,c1\na,12/01/2022,,FC,,c2"),
        ("jump", "a,01/01/2022,11/01/2022,kinship,,c1\na,11/01/2022,,FC,,c2"),
        ("after_end", "a,01/01/2022,11/01/2022,FC,adopted,c1\na,11/05/2022,,FC,,c2"),
    ];
    let mut fired: BTreeSet<&str> = BTreeSet::from(["empty_table", "missing_column"]);
    for (code, rows) in cases {
        assert_eq!(codes(rows), [code], "{rows}");
        fired.insert(code);
    }
    let mapping = MAPPING.replace("placement = \"carer\"", "birth = \"carer\"");
    let born =
        "id,from,to,where,why,carer\na,01/01/2022,11/01/2022,FC,,01/02/2015\na,11/01/2022,,kinship,,02/02/2015\n";
    let table = read_bytes("spells.csv", born.as_bytes().to_vec(), &ReadOptions::new()).unwrap();
    let error = Spells::read(&table, &Mapping::parse(&mapping, "mapping.toml").unwrap()).unwrap_err();
    let found: Vec<_> = error.as_findings().unwrap().iter().map(|one| (one.code.as_str(), one.row)).collect();
    assert_eq!(found, [("birth_conflict", Some(2))]);
    fired.insert("birth_conflict");
    assert_eq!(fired, RULES.iter().map(|rule| rule.code).collect());
    let table = read_bytes("spells.csv", b"id,from\na,1\n".to_vec(), &ReadOptions::new()).unwrap();
    let error = Spells::read(&table, &Mapping::parse(MAPPING, "mapping.toml").unwrap()).unwrap_err();
    assert!(error.as_findings().unwrap().iter().all(|finding| finding.code == "missing_column"));
    assert_eq!(error.as_findings().unwrap().len(), 4);
}

#[test]
fn no_finding_holds_a_value() {
    let rows = "secret,01/01/2022,11/01/2022,FC,whim,c1\nsecret,05/01/2022,99/99/9999,FC,whim,c1\n";
    let error = spells(rows).unwrap_err();
    assert!(!error.to_string().contains("secret") && !error.to_string().contains("whim"), "{error}");
}

#[test]
fn a_mapping_that_contradicts_itself_is_refused() {
    for (from, to) in [
        ("adopted = \"adoption\"", "adopted = \"nowhere\""),
        ("adopted = \"adoption\"", "adopted = \"foster\""),
        ("codes = [\"FC\", \"FF\"]", "codes = [\"FC\", \"FC\"]"),
        ("name = \"kinship\"", "name = \"foster\""),
        ("child = \"id\"", "kind = \"id\""),
    ] {
        let text = MAPPING.replace(from, to);
        assert_eq!(Mapping::parse(&text, "mapping.toml").unwrap_err().code(), "invalid_mapping", "{to}");
    }
}
