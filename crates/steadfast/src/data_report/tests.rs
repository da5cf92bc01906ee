use super::*;
use crate::data::{Input, sha256};
use crate::results::number::to_json;

const DICTIONARY: &str = r#"
[file]
missing = [""]
[columns.child]
type = "id"
role = "subject"
[columns.visit]
type = "factor"
role = "visit"
levels = ["0", "15"]
[columns.sex]
type = "factor"
levels = ["boy", "girl"]
[columns.carer]
type = "factor"
[columns.sdq]
type = "integer"
range = [0, 40]
not_applicable = ["NA_AGE"]
[columns.born]
type = "date"
"#;

fn input(name: &str, text: &str) -> Input {
    Input { name: name.to_owned(), bytes: text.as_bytes().to_vec(), sha256: sha256(text.as_bytes()) }
}

fn examined(data: &str) -> Examined {
    Examined::of(input("d.csv", data), Some(&input("d.toml", DICTIONARY))).unwrap()
}

/// Forty children at two visits. Child 7 has a carer of its own kind and the largest score, 39; three second scores are
/// missing, the first twelve children are too young at first.
fn data() -> String {
    let mut text = String::from("child,visit,sex,carer,sdq,born\n");
    for child in 1..=40 {
        for visit in ["0", "15"] {
            let sdq = match (child, visit) {
                (7, "15") => "39".to_owned(),
                (1..=12, "0") => "NA_AGE".to_owned(),
                (38..=40, "15") => String::new(),
                _ => (child % 20).to_string(),
            };
            let sex = if child <= 20 { "boy" } else { "girl" };
            let carer = if child == 7 { "Aunt Zelda" } else { "foster" };
            let (month, day) = (1 + child % 12, 1 + child % 28);
            text.push_str(&format!("c{child},{visit},{sex},{carer},{sdq},2015-{month:02}-{day:02}\n"));
        }
    }
    text
}

fn report(data: &str, full: bool) -> DataReport {
    DataReport::of(&examined(data), full, 10, &|_| {})
}

fn column<'a>(report: &'a DataReport, name: &str) -> &'a ColumnReport {
    report.columns.iter().find(|column| column.name == name).unwrap()
}

fn everything(report: &DataReport) -> String {
    format!("{report}{}{}", to_json(report).unwrap(), html(report).unwrap())
}

#[test]
fn small_counts_are_withheld_and_their_neighbours_rounded() {
    let report = report(&data(), false);
    let sdq = column(&report, "sdq");
    let shown: Vec<String> = sdq.parts.iter().map(|part| part.cells.to_string()).collect();
    // 80 cells: 12 not applicable, 3 missing, 65 observed; 65 to the nearest ten is 70.
    assert_eq!(shown, ["≈70", "<10", "0", "0", "≈10", "0"]);
    let sex = &column(&report, "sex").levels;
    // Twenty boys at two visits.
    assert_eq!((sex[0].cells, sex[0].subjects), (Shown::Exact(40), Some(Shown::Exact(20))));
    assert_eq!((report.rows, report.subjects), (Shown::Exact(80), Some(Shown::Exact(40))));
}

#[test]
fn a_level_that_nobody_declared_and_few_have_is_not_named() {
    let closed = report(&data(), false);
    let carer = column(&closed, "carer");
    assert_eq!(carer.levels.len(), 1);
    let below = Shown::Below(10);
    assert_eq!(carer.other_levels, Some(OtherLevels { levels: 1, cells: below, subjects: Some(below) }));
    assert!(!everything(&closed).contains("Zelda"));
    assert!(everything(&report(&data(), true)).contains("Zelda"));
}

#[test]
fn extremes_stand_only_in_a_full_report() {
    let closed = report(&data(), false);
    let places = |report: &DataReport| -> Vec<f64> {
        column(report, "sdq").numbers.as_ref().unwrap().quantiles.iter().map(|quantile| quantile.at).collect()
    };
    // 40 children: a quarter of them is ten, a tenth is four.
    assert_eq!(places(&closed), [0.25, 0.5, 0.75]);
    assert!(!closed.to_string().contains("39"));
    assert!(column(&closed, "sdq").bins.iter().all(|bin| bin.high < 39.0));
    let full = report(&data(), true);
    assert_eq!(places(&full), [0.0, 0.25, 0.5, 0.75, 1.0]);
    assert_eq!(column(&full, "sdq").numbers.as_ref().unwrap().quantiles[4].value, Value::Number(39.0));
    let born = column(&closed, "born").numbers.as_ref().unwrap();
    assert!(born.quantiles.iter().all(|quantile| matches!(&quantile.value, Value::Day(day) if day.len() == 7)));
}

#[test]
fn a_percentage_never_stands_where_a_count_is_withheld() {
    use completeness::{Share, share};
    let closed = report(&data(), false);
    let shares: Vec<Share> = column(&closed, "sdq").visits.iter().map(|visit| share(&visit.parts)).collect();
    // At first 28 of 28 who are old enough, shown as about 30; then 3 of 40 are missing.
    assert_eq!(shares, [Share::About(100.0), Share::AllBut(Shown::Below(10))]);
    let full = report(&data(), true);
    let shares: Vec<Share> = column(&full, "sdq").visits.iter().map(|visit| share(&visit.parts)).collect();
    assert_eq!(shares, [Share::Percent(100.0), Share::Percent(92.5)]);
}

#[test]
fn no_identifier_is_ever_listed() {
    for full in [false, true] {
        let report = report(&data(), full);
        assert!(column(&report, "child").levels.is_empty());
        assert!(!everything(&report).contains("c17"));
    }
}

#[test]
fn data_that_break_rules_are_described_as_far_as_they_can_be_read() {
    let broken = data().replace("c20,0,boy,foster,0,", "c20,0,boy,foster,many,").replace("c21,15,girl", "c21,15,lass");
    let report = report(&broken, true);
    assert!(!report.valid);
    let codes: Vec<(&str, usize)> = report.findings.iter().map(|group| (group.code.as_str(), group.count)).collect();
    assert_eq!(codes, [("unknown_code", 1), ("wrong_type", 1)]);
    let sdq: Vec<String> = column(&report, "sdq").parts.iter().map(|part| part.cells.to_string()).collect();
    // 65 observed less the one refused.
    assert_eq!(sdq, ["64", "3", "0", "0", "12", "1"]);
    let printed = format!("{report}{}", to_json(&report).unwrap());
    assert!(!printed.contains("many") && !printed.contains("lass"));
}

#[test]
fn a_file_that_is_no_table_has_findings_and_no_columns() {
    let report = report("child,visit\nc1,0,7\nc2\n", false);
    assert!(!report.valid && report.columns.is_empty());
    assert!(html(&report).unwrap().contains("malformed_table") || !report.findings.is_empty());
}

#[test]
fn the_order_of_the_rows_changes_nothing() {
    let text = data();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    let turned = report(&lines.join("\n"), false);
    assert_eq!(to_json(&turned).unwrap(), to_json(&report(&text, false)).unwrap());
}

#[test]
fn labels_cannot_become_markup() {
    let hostile = DICTIONARY.replace("[columns.sdq]", "[columns.sdq]\nlabel = \"<script>alert(1)</script>\"");
    let hostile = hostile.replace("\"girl\"", "{ code = \"girl\", label = \"<img src=x>\" }");
    let examined = Examined::of(input("d.csv", &data()), Some(&input("d.toml", &hostile))).unwrap();
    let page = html(&DataReport::of(&examined, true, 10, &|_| {})).unwrap();
    assert!(!page.contains("<script>") && !page.contains("<img src"));
    assert!(!page.contains("http://") || page.matches("http://").count() == page.matches("http://www.w3.org").count());
}

#[test]
fn without_a_dictionary_types_are_inferred_and_rows_are_counted() {
    let examined = Examined::of(input("d.csv", &data()), None).unwrap();
    let report = DataReport::of(&examined, false, 10, &|_| {});
    assert_eq!((report.disclosure.counted, report.subjects), ("rows", None));
    assert!(report.to_string().contains("only the rules about files were checked"));
    // More than twenty levels that nobody declared: identifiers, in all likelihood.
    assert!(column(&report, "child").levels.is_empty());
}

#[test]
fn one_row_and_no_row_are_described() {
    let one = report("child,visit,sex,carer,sdq,born\nc1,0,boy,foster,3,2015-01-01\n", false);
    assert_eq!(one.rows, Shown::Below(10));
    assert!(column(&one, "sdq").numbers.is_none());
    let none = report("child,visit,sex,carer,sdq,born\n", false);
    assert_eq!((none.rows, none.valid), (Shown::Exact(0), false));
    assert!(html(&none).is_ok() && html(&one).is_ok());
}
