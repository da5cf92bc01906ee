use std::collections::BTreeSet;

use steadfast_core::frame::{Frame, Presence};

use super::*;

const TRIAL: &str = r#"
[file]
encoding = "windows-1252"
delimiter = ";"
decimal_comma = true
missing = ["", "FEHLT"]

[columns.family]
type = "id"
role = "cluster"
[columns.child]
type = "id"
role = "subject"
[columns.visit]
type = "factor"
role = "visit"
levels = ["baseline", "15 months", "30 months"]
[columns.month]
type = "integer"
role = "time"
codes = [0, 15, 30]
[columns.arm]
type = "factor"
role = "arm"
levels = [{ code = 1, label = "SAU" }, { code = 2, label = "NIM" }]
[columns.site]
type = "factor"
role = "stratum"
levels = ["Süd", "Nord"]
constant_within = "family"
[columns.region]
type = "text"
constant_within = ["site"]
[columns.birth]
type = "date"
date_format = "dd/mm/yyyy"
range = [2006-12-01, 2021-06-30]
constant_within = "child"
required = true
[columns.seen]
type = "date"
date_format = "dd.mm.yyyy"
range = [2011-12-01, 2024-12-31]
[columns.sdq]
type = "integer"
role = "outcome"
range = [0, 40]
missing = [9]
not_applicable = ["NA_AGE"]
[columns.cost]
type = "float"
range = [0, 2.5]
"#;

fn dictionary(text: &str) -> Dictionary {
    Dictionary::parse(text, "d.toml").unwrap()
}

fn frame(text: &str, mock: &Mock) -> Frame {
    let dictionary = dictionary(text);
    let made = mock.make(&dictionary, Format::CSV).unwrap();
    let valid = read_bytes("m.csv", made.bytes, dictionary.read_options()).unwrap().validate(&dictionary).unwrap();
    valid.into_frame()
}

#[test]
fn a_data_set_has_the_structure_of_its_dictionary() {
    let frame = frame(TRIAL, &Mock::new(120).seed(3).missing(0.2));
    let names: Vec<&str> = frame.columns().iter().map(|column| column.name()).collect();
    assert_eq!(names[..5], ["family", "child", "visit", "month", "arm"]);
    assert_eq!(frame.n_rows(), 360);
    let factor = |name: &str| frame.column(name).unwrap().as_factor().unwrap().clone();
    assert_eq!(factor("child").levels().len(), 120);
    let families = factor("family").levels().len();
    // Geometric sizes of mean 1.5: 120 children are in about 80 families.
    assert!((60..100).contains(&families), "{families}");
    for name in ["visit", "arm", "site"] {
        let used: BTreeSet<u32> = factor(name).codes().iter().copied().collect();
        assert_eq!(used.len(), factor(name).levels().len(), "{name}");
    }
    let share = |name: &str, why: Presence| {
        let column = frame.column(name).unwrap();
        (0..360).filter(|&row| column.presence(row) == why).count() as f64 / 360.0
    };
    // Shares 0.2 and 0.8 · 0.2 = 0.16 with standard deviations of about 0.02.
    assert!((share("sdq", Presence::Missing) - 0.2).abs() < 0.08);
    assert!((share("sdq", Presence::NotApplicable) - 0.16).abs() < 0.08);
    assert!(frame.column("birth").unwrap().is_complete());
}

#[test]
fn days_follow_each_other_as_their_ranges_do() {
    let frame = frame(TRIAL, &Mock::new(50));
    let days = |name: &str| frame.column(name).unwrap().to_numeric().unwrap();
    let (birth, seen, mut compared) = (days("birth"), days("seen"), 0);
    for row in (0..150).filter(|&row| frame.column("seen").unwrap().is_observed(row)) {
        assert!(birth[row] < seen[row]);
        let later = (row % 3 < 2 && frame.column("seen").unwrap().is_observed(row + 1)).then(|| seen[row + 1]);
        assert!(later.is_none_or(|later| seen[row] < later));
        compared += 1;
    }
    assert!(compared > 100);
}

#[test]
fn the_bytes_are_those_of_the_seed() {
    let made = |seed: u64| Mock::new(20).seed(seed).make(&dictionary(TRIAL), Format::CSV).unwrap().bytes;
    assert_eq!(made(5), made(5));
    assert_ne!(made(5), made(6));
    // Written once, on 64-bit Linux; the draws are the same on every platform, and this holds them where they are.
    assert_eq!(crate::data::sha256(&made(5))[..16], *GOLDEN);
}

/// The first digits of the SHA-256 of twenty subjects with seed 5.
const GOLDEN: &str = "f6fb33660b75941f";

#[test]
fn without_a_share_of_missing_values_nothing_is_absent() {
    let frame = frame(TRIAL, &Mock::new(30).missing(0.0));
    assert!(frame.columns().iter().all(|column| column.is_complete()));
}

#[test]
fn keys_decide_how_many_rows_a_subject_has() {
    let only_child = format!("{TRIAL}\n[keys]\nunique = [[\"child\"]]");
    assert_eq!(frame(&only_child, &Mock::new(30)).n_rows(), 30);
    let family_and_visit = format!("{TRIAL}\n[keys]\nunique = [[\"family\", \"visit\"]]");
    let one_each = frame(&family_and_visit, &Mock::new(30).cluster_size(4.0));
    assert_eq!((one_each.n_rows(), one_each.column("family").unwrap().to_factor().levels().len()), (90, 30));
    let numbered = format!("{TRIAL}\n[columns.number]\ntype = \"integer\"\n[keys]\nunique = [[\"number\"]]");
    let error = Mock::new(60).make(&dictionary(&numbered), Format::CSV).unwrap_err();
    // 180 rows and the numbers 0 to 100.
    assert_eq!(error.code(), "too_few_values");
    assert_eq!(frame(&numbered, &Mock::new(30)).n_rows(), 90);
}

#[test]
fn what_cannot_be_made_is_said_and_not_made() {
    let refused = |text: &str| Mock::new(10).make(&dictionary(text), Format::CSV).unwrap_err().code();
    let none = "[columns.x]\ntype = 'integer'\ncodes = [99]\nmissing = [99]\nrequired = true";
    assert_eq!(refused(none), "cannot_mock");
    let few = "[columns.x]\ntype = 'factor'\nrole = 'subject'\nlevels = ['a', 'b']";
    assert_eq!(refused(few), "too_few_values");
    for mock in
        [Mock::new(0), Mock::new(5).missing(1.0), Mock::new(5).missing(f64::NAN), Mock::new(5).cluster_size(0.5)]
    {
        assert_eq!(mock.make(&dictionary(TRIAL), Format::CSV).unwrap_err().code(), "mock_request");
    }
    assert_eq!(Mock::new(5).make(&dictionary(TRIAL), Format::PARQUET).unwrap_err().code(), "unwritable_format");
}

#[test]
fn one_column_and_no_design_are_enough() {
    let text = "[columns.x]\ntype = 'float'\nrange = [-1e300, 1e300]\nmissing = ['']";
    let frame = frame(text, &Mock::new(40).missing(0.5));
    assert_eq!((frame.n_rows(), frame.columns().len()), (40, 1));
}

/// Dictionaries drawn at random: every type with and without ranges, codes, levels and texts for absent values, every role,
/// columns constant within others.
fn drawn(seed: u64) -> String {
    let mut stream = Streams::new(seed, Purpose::new("dictionaries of the tests")).stream(0, 0);
    let mut yes = |p: f64| stream.bernoulli(p);
    let mut text = String::from("[file]\n");
    if yes(0.5) {
        text.push_str("delimiter = ';'\n");
    }
    if yes(0.5) {
        text.push_str("decimal_comma = true\n");
    }
    if yes(0.3) {
        text.push_str("encoding = 'windows-1252'\n");
    }
    text.push_str(if yes(0.5) { "missing = ['', 'NA', 99]\n" } else { "missing = ['.']\nnot_applicable = [-9]\n" });
    let subject = ["id", "integer"][usize::from(yes(0.3))];
    let range = if subject == "integer" { "range = [1, 5000]\n" } else { "" };
    text.push_str(&format!("[columns.who]\ntype = '{subject}'\nrole = 'subject'\n{range}"));
    let clustered = yes(0.5);
    if clustered {
        text.push_str("[columns.unit]\ntype = 'id'\nrole = 'cluster'\n");
    }
    if yes(0.8) {
        let kinds = [
            "type = 'factor'\nlevels = ['x', 'y', 'z', 'w']",
            "type = 'integer'\ncodes = [0, 3, 6]",
            "type = 'integer'\nrange = [1, 9]",
            "type = 'date'",
            "type = 'text'",
            "type = 'float'\nrange = [0, 1]",
        ];
        let kind = kinds.iter().find(|_| yes(0.3)).unwrap_or(&kinds[0]);
        text.push_str(&format!("[columns.when]\n{kind}\nrole = 'visit'\n"));
    }
    let mut within: Vec<String> = vec!["who".to_owned()];
    within.extend(clustered.then(|| "unit".to_owned()));
    for column in 0..8 {
        let kinds = [
            "type = 'factor'\nlevels = ['a', { code = 2, label = 'two' }, 'c']",
            "type = 'integer'\nrange = [-3, 120]",
            "type = 'integer'\ncodes = [0, 1, 2, 99]",
            "type = 'integer'",
            "type = 'float'\nrange = [0.25, 0.75]",
            "type = 'float'\nrange = [-1e9, 1e12]",
            "type = 'bool'",
            "type = 'date'\ndate_format = 'mm/dd/yyyy'\nrange = [2010-01-01, 2010-03-01]",
            "type = 'date'",
            "type = 'text'",
            "type = 'factor'",
        ];
        let kind = kinds.iter().find(|_| yes(0.15)).unwrap_or(&kinds[1]);
        let roles = ["covariate", "outcome", "baseline", "weight", "stratum", "time"];
        let role = roles.iter().find(|_| yes(0.15)).map(|role| format!("role = '{role}'\n")).unwrap_or_default();
        let name = format!("v{column}");
        text.push_str(&format!("[columns.{name}]\n{kind}\n{role}"));
        if yes(0.3) {
            text.push_str("required = true\n");
        }
        if !role.contains("time") && yes(0.4) {
            let of: Vec<String> = within.iter().filter(|_| yes(0.4)).map(|name| format!("'{name}'")).collect();
            text.push_str(&format!("constant_within = [{}]\n", of.join(", ")));
            within.push(name);
        }
    }
    if yes(0.7) {
        text.push_str("[columns.arm]\ntype = 'factor'\nrole = 'arm'\nlevels = ['control', 'new']\n");
    }
    text
}

#[test]
fn a_data_set_from_any_dictionary_keeps_its_rules() {
    for seed in 0..300 {
        let text = drawn(seed);
        let dictionary = dictionary(&text);
        let mock = Mock::new(2 + seed as usize % 40).seed(seed).missing(0.1 * (seed % 5) as f64);
        let made = mock.cluster_size(1.0 + (seed % 3) as f64).make(&dictionary, Format::CSV);
        let made = made.unwrap_or_else(|error| panic!("{error}\n{text}"));
        let valid = read_bytes("m.csv", made.bytes, dictionary.read_options()).unwrap().validate(&dictionary).unwrap();
        assert_eq!(valid.frame().n_rows(), made.rows);
        assert_eq!(valid.frame().columns().len(), dictionary.variables().len());
    }
}
