use steadfast_core::frame::{ColumnData, Date, Presence, Role};

use crate::read::{ReadOptions, read_bytes};
use crate::{RawTable, Result};

const DICTIONARY: &str = "\
\"Variable / Field Name\",\"Form Name\",\"Section Header\",\"Field Type\",\"Field Label\",\"Choices, Calculations, OR Slider Labels\",\"Field Note\",\"Text Validation Type OR Show Slider Number\",\"Text Validation Min\",\"Text Validation Max\"
record_id,intake,,text,Record,,,,,
sex,intake,,radio,<b>Sex</b> at birth,\"1, Male | 2, Female\",,,,
born,intake,,text,Date of birth,,,date_dmy,2000-01-01,2030-12-31
meds,intake,,checkbox,Medicines,\"1, Fluoxetine | -9, Other\",,,,
hello,intake,,descriptive,Welcome,,,,,
sdq,scores,,text,SDQ,,,integer,0,40
bmi,scores,,text,BMI,,,number_comma_decimal,,
carer,scores,,yesno,Same carer?,,,,,
total,scores,,calc,Total,[sdq] * 2,,,,
moved,moves,,text,Moved on,,,date_ymd,,
";

const RECORDS: &str = "\
record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,sex,born,meds___1,meds____9,intake_complete,sdq,bmi,carer,total,scores_complete,moved,moves_complete
1,baseline_arm_1,,,1,2020-02-29,1,0,2,12,\"16,5\",1,24,2,,
1,baseline_arm_1,moves,1,,,,,,,,,,,2024-05-01,2
1,baseline_arm_1,moves,2,,,,,,,,,,,2024-07-01,2
1,followup_arm_1,,,,,,,,NI,,0,,1,,
2,baseline_arm_1,,,2,,0,0,2,NAP,,,,0,,
";

fn read(records: &str, dictionary: &str) -> Result<RawTable> {
    let options = ReadOptions::new()
        .redcap_dictionary(dictionary.as_bytes().to_vec())
        .redcap_missing_codes("NI, No information | NAP, Not applicable");
    read_bytes("records.csv", records.as_bytes().to_vec(), &options)
}

#[test]
fn records_are_typed_by_their_data_dictionary() {
    let frame = read(RECORDS, DICTIONARY).unwrap().infer().unwrap();
    let column = |name: &str| frame.column(name).unwrap();
    assert_eq!(frame.n_rows(), 5);
    assert_eq!(column("record_id").role(), Some(Role::Subject));
    assert_eq!(column("redcap_event_name").role(), Some(Role::Visit));
    assert_eq!(column("sex").as_factor().unwrap().levels(), ["Male", "Female"]);
    assert_eq!(column("sex").label(), "Sex at birth");
    assert!(matches!(column("born").data(), ColumnData::Date(days) if days[0] == Date::from_ymd(2020, 2, 29).unwrap()));
    assert!(matches!(column("sdq").data(), ColumnData::Integer(values) if values[0] == 12));
    assert!(matches!(column("bmi").data(), ColumnData::Float(values) if (values[0] - 16.5).abs() < 1e-12));
    assert!(matches!(column("carer").data(), ColumnData::Bool(values) if values[0] && !values[3]));
    assert!(matches!(column("meds____9").data(), ColumnData::Bool(values) if !values[0]));
    assert_eq!(column("meds____9").label(), "Medicines: Other");
    assert_eq!(column("scores_complete").as_factor().unwrap().level(3), Some("Unverified"));
}

#[test]
fn what_a_row_cannot_have_is_not_applicable_and_what_it_lacks_is_missing() {
    let frame = read(RECORDS, DICTIONARY).unwrap().infer().unwrap();
    let presence = |name: &str| (0..5).map(|row| frame.column(name).unwrap().presence(row)).collect::<Vec<_>>();
    use Presence::{Missing, NotApplicable, Observed};
    // Rows 2 and 3 are of the repeating instrument `moves`, which repeats at baseline alone.
    assert_eq!(presence("moved"), [NotApplicable, Observed, Observed, Missing, NotApplicable]);
    assert_eq!(presence("sex"), [Observed, NotApplicable, NotApplicable, Missing, Observed]);
    assert_eq!(presence("sdq"), [Observed, NotApplicable, NotApplicable, Missing, NotApplicable]);
    let sdq = frame.column("sdq").unwrap().coding().unwrap();
    assert_eq!(sdq.reason(3).unwrap().label(), Some("No information"));
    assert_eq!(sdq.reason(4).unwrap().code(), "NAP");
    assert!(sdq.reason(1).is_none());
}

#[test]
fn an_instance_that_is_there_twice_is_a_finding() {
    let doubled = RECORDS.replace("moves,2,", "moves,1,");
    let error = read(&doubled, DICTIONARY).unwrap().infer().unwrap_err();
    assert_eq!(error.as_findings().unwrap().iter().next().unwrap().code, "duplicate_key");
}

#[test]
fn the_data_dictionary_becomes_one_of_ours() {
    let raw = read(RECORDS, DICTIONARY).unwrap();
    let text = raw.description().unwrap().to_toml();
    let dictionary = crate::Dictionary::parse(&text, "d.toml").unwrap();
    assert_eq!(raw.validate(&dictionary).unwrap().into_frame(), raw.infer().unwrap());
    assert!(text.contains("label = \"Male\""));
}

#[test]
fn a_value_outside_the_limits_is_a_warning_as_it_is_in_redcap() {
    let outside = RECORDS.replace(",12,", ",41,");
    let raw = read(&outside, DICTIONARY).unwrap();
    let valid = raw.validate(&raw.description().unwrap()).unwrap();
    assert!(valid.findings().iter().any(|finding| finding.code == "out_of_range" && finding.row == Some(1)));
}

#[test]
fn what_does_not_fit_the_dictionary_is_refused() {
    let refused = |records: &str, dictionary: &str| read(records, dictionary).unwrap_err().code();
    assert_eq!(refused(RECORDS, "a,b\n1,2\n"), "redcap_dictionary");
    assert_eq!(refused(&RECORDS.replace("bmi", "weight"), DICTIONARY), "redcap_dictionary");
    assert_eq!(refused("", DICTIONARY), "empty_file");
    let without = ReadOptions::new().format(crate::Format::REDCAP);
    assert_eq!(read_bytes("r.csv", RECORDS.into(), &without).unwrap_err().code(), "redcap_dictionary");
    let codes = RECORDS.replace("1,baseline_arm_1,,,1,", "1,baseline_arm_1,,,7,");
    assert_eq!(read(&codes, DICTIONARY).unwrap().infer().unwrap_err().code(), "invalid_data");
    let day = RECORDS.replace("2020-02-29", "31/02/2020");
    assert_eq!(read(&day, DICTIONARY).unwrap().infer().unwrap_err().code(), "invalid_data");
}
