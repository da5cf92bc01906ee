use insta::assert_snapshot;
use steadfast_core::frame::Date;

use super::*;

fn refusal(text: &str) -> String {
    let error = Dictionary::parse(text, "d.toml").unwrap_err();
    assert_eq!(error.code(), "invalid_dictionary");
    error.to_string()
}

#[test]
fn the_sample_dictionary_is_understood() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data-fixtures/antidepressant/dictionary.toml");
    let dictionary = Dictionary::load(path).unwrap();
    assert_eq!(dictionary.variables().len(), 11);
    assert_eq!(dictionary.keys(), [["PATIENT", "VISIT"]]);
    let arm = dictionary.with_role(Role::Arm).unwrap();
    let VariableType::Factor(Some(levels)) = arm.kind() else { panic!("a factor with levels") };
    assert_eq!(levels.reference(), Some("PLACEBO"));
    assert_eq!(arm.constant_within(), ["PATIENT"]);
}

#[test]
fn an_unknown_key_is_named() {
    assert_snapshot!(refusal("[columns.x]\ntype = \"float\"\nrnage = [0, 1]\n"), @r"
    `d.toml`: TOML parse error at line 3, column 1
      |
    3 | rnage = [0, 1]
      | ^^^^^
    unknown field `rnage`, expected one of `type`, `role`, `label`, `unit`, `levels`, `ordered`, `reference`, `range`, `codes`, `missing`, `not_applicable`, `withdrawn`, `not_yet_due`, `date_format`, `required`, `constant_within`
    ");
    assert_snapshot!(refusal("[columns.x]\ntype = \"number\"\n"), @r#"
    `d.toml`: TOML parse error at line 2, column 8
      |
    2 | type = "number"
      |        ^^^^^^^^
    unknown variant `number`, expected one of `id`, `text`, `factor`, `float`, `integer`, `bool`, `date`
    "#);
}

#[test]
fn all_contradictions_are_reported_together() {
    let text = r#"
        [keys]
        unique = [["nobody"]]
        [rules]
        wrong_type = "warning"
        no_such_rule = "error"
        [columns.a]
        type = "id"
        role = "subject"
        levels = ["x"]
        [columns.b]
        type = "factor"
        role = "subject"
        levels = ["x", "x", "NA"]
        reference = "y"
        constant_within = ["family"]
        [columns.c]
        type = "float"
        range = [1, 0]
        codes = [1]
        [columns.d]
        type = "date"
        date_format = "yy-m-d"
        not_applicable = ["NA"]
    "#;
    assert_snapshot!(refusal(text), @r"
    `d.toml`: column `a`: `levels` belongs to a `factor`
    column `c`: `codes` belongs to an `integer`
    column `c`: `range` is the smallest and the largest value, two numbers or two dates as the type asks
    column `d`: `yy-m-d` is no date format; write it like yyyy-mm-dd, dd/mm/yyyy or mm/dd/yyyy
    the role subject is given to several columns: a, b
    `keys` names `nobody`, which is not described
    column `b`: `constant_within` names `family`, which is not described
    column `b`: the level `x` is listed twice
    column `b`: the reference `y` is not one of the levels
    column `b`: `NA` is a level and stands for an absent value
    column `d`: `NA` cannot stand for missing and for not applicable
    `no_such_rule` is no rule; the rules are: empty_table, missing_column, undescribed_column, wrong_type, unknown_code, non_finite, out_of_range, required_value, duplicate_key, visit_order, not_constant, subject_in_two_clusters, baseline_missing, one_cluster, constant_outcome
    the rule `wrong_type` cannot be weakened to warning
    ");
}

#[test]
fn numbers_may_stand_for_codes_and_dates_bound_days() {
    let text = r#"
        [columns.arm]
        type = "factor"
        levels = [{ code = 1, label = "NIM" }, { code = 2, label = "SAU" }]
        reference = 2
        missing = [9]
        [columns.day]
        type = "date"
        range = [2011-12-01, 2025-06-30]
        date_format = "dd/mm/yyyy"
    "#;
    let dictionary = Dictionary::parse(text, "d.toml").unwrap();
    let arm = dictionary.variable("arm").unwrap();
    assert_eq!(arm.missing(), ["", "NA", "9"]);
    let VariableType::Factor(Some(levels)) = arm.kind() else { panic!("a factor with levels") };
    assert_eq!(levels.reference(), Some("SAU"));
    let day = dictionary.variable("day").unwrap();
    let bounds = (Date::from_ymd(2011, 12, 1).unwrap(), Date::from_ymd(2025, 6, 30).unwrap());
    assert_eq!(day.range(), Some(Range::Date(bounds.0, bounds.1)));
    assert_eq!(day.kind(), &VariableType::Date(DateFormat::DayMonthYear('/')));
}

#[test]
fn a_day_is_read_in_its_format_only() {
    let (iso, british) = (DateFormat::YearMonthDay('-'), DateFormat::DayMonthYear('/'));
    assert_eq!(british.parse("29/02/2024"), iso.parse("2024-02-29"));
    assert_eq!(british.parse("1/3/2024"), iso.parse("2024-03-01"));
    for text in ["2024-02-30", "24-02-01", "2024-02-01T00:00", "2024/02/01", "", "2024-02", "-024-02-01"] {
        assert_eq!(iso.parse(text), None, "{text}");
    }
}

#[test]
fn a_dictionary_comes_back_from_its_toml() {
    let text = r#"
        [file]
        encoding = "windows-1252"
        delimiter = ";"
        decimal_comma = true
        not_applicable = ["NAP"]
        [keys]
        unique = [["child", "day"]]
        [rules]
        visit_order = "note"
        [columns.child]
        type = "id"
        role = "subject"
        [columns.day]
        type = "date"
        range = [2011-12-01, 2025-06-30]
        date_format = "dd/mm/yyyy"
        required = true
        [columns.arm]
        type = "factor"
        levels = [{ code = 1, label = "NIM" }, 2]
        ordered = true
        reference = "NIM"
        constant_within = "child"
        missing = [9]
        [columns.sdq]
        type = "integer"
        codes = [0, 1, 2]
        range = [0, inf]
        label = "Total"
        unit = "points"
    "#;
    let dictionary = Dictionary::parse(text, "d.toml").unwrap();
    let written = dictionary.to_toml();
    assert_eq!(Dictionary::parse(&written, "written").unwrap(), dictionary, "{written}");
}
