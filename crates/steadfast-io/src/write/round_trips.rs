//! Every format that can be written gives back, when it is read, what it can carry; and what it cannot is said.

use proptest::prelude::*;
use steadfast_core::frame::{Code, Coding, Column, ColumnData, Date, Factor, Frame, Presence, Role};

use super::*;
use crate::read::{ReadOptions, read_bytes};

fn read_back(written: &Written, format: OutputFormat) -> crate::RawTable {
    let name = format!("t.{}", format.0.extensions().first().unwrap_or(&"xpt"));
    read_bytes(&name, written.bytes().to_vec(), &ReadOptions::new()).unwrap()
}

fn codes(pairs: &[(&str, &str)]) -> Vec<Code> {
    pairs.iter().map(|(code, label)| Code::new(*code).with_label(*label)).collect()
}

/// A frame with everything that a frame can have.
fn rich() -> Frame {
    use Presence::{Missing, NotApplicable, Observed};
    let sex = Factor::from_codes(vec!["male".into(), "female".into()], vec![Some(0), Some(1), None, None]).unwrap();
    let reasons = codes(&[(".a", "refused"), (".b", "not applicable")]);
    Frame::new(vec![
        Column::factor("child", ["007", "é 8", "9", "a,\"b\""]).with_role(Role::Subject),
        Column::from_factor("sex", sex)
            .with_presence(vec![Observed, Observed, Missing, NotApplicable])
            .with_label("Sex at birth")
            .with_coding(
                Coding::of_values(codes(&[("1", "male"), ("2", "female")]))
                    .with_reasons(reasons.clone(), vec![0, 0, 1, 2]),
            ),
        Column::float("score", vec![0.1 + 0.2, f64::NAN, -1.0, f64::NAN])
            .with_presence(vec![Observed, Missing, Observed, NotApplicable])
            .with_label("Score")
            .with_unit("points"),
        Column::integer("sdq", vec![40, 0, -3, 0])
            .with_presence(vec![Observed, Missing, Observed, Missing])
            .with_coding(Coding::of_values(Vec::new()).with_reasons(codes(&[(".c", "left")]), vec![0, 1, 0, 0])),
        Column::date("seen", vec![Date(0), Date(19_782), Date(-3_654), Date(0)])
            .with_presence(vec![Observed, Observed, Observed, Missing]),
        Column::bool("carer", vec![true, false, true, false]),
    ])
    .unwrap()
}

#[test]
fn parquet_and_arrow_carry_all_that_a_frame_has() {
    for format in [OutputFormat::PARQUET, OutputFormat::IPC] {
        let written = write_bytes(&rich(), format).unwrap();
        assert!(written.losses().is_empty());
        let raw = read_back(&written, format);
        assert_eq!(raw.infer().unwrap(), rich(), "{format:?}");
        assert!(raw.names().all(|name| !name.ends_with(".reason")));
    }
}

#[test]
fn a_frame_with_several_rows_of_a_subject_comes_back_without_rules() {
    let frame = Frame::new(vec![
        Column::factor("child", ["1", "1"]).with_role(Role::Subject),
        Column::factor("visit", ["a", "a"]).with_role(Role::Visit),
    ])
    .unwrap();
    let written = write_bytes(&frame, OutputFormat::PARQUET).unwrap();
    assert_eq!(read_back(&written, OutputFormat::PARQUET).infer().unwrap(), frame);
}

#[test]
fn stata_carries_all_but_roles_and_units() {
    let written = write_bytes(&rich(), OutputFormat::STATA).unwrap();
    let losses: Vec<_> =
        written.losses().iter().map(|loss| (loss.column.clone().unwrap(), loss.code.clone())).collect();
    let expected = [("child", "role_not_carried"), ("score", "unit_not_carried")];
    assert_eq!(losses, expected.map(|(column, code)| (column.to_owned(), code.to_owned())));
    let back = read_back(&written, OutputFormat::STATA).infer().unwrap();
    for (column, back) in rich().columns().iter().zip(back.columns()) {
        assert_eq!(column.data(), back.data(), "{}", column.name());
        assert_eq!(column.label(), back.label());
        for row in 0..column.len() {
            assert_eq!(column.presence(row), back.presence(row), "{} row {row}", column.name());
        }
    }
    let sex = back.column("sex").unwrap().coding().unwrap();
    assert_eq!(sex, rich().column("sex").unwrap().coding().unwrap());
    assert_eq!(back.column("sdq").unwrap().coding(), rich().column("sdq").unwrap().coding());
    // What cannot exist has a letter of its own, which the frame did not have.
    let score = back.column("score").unwrap();
    assert_eq!(score.coding().unwrap().reason(3).unwrap().label(), Some("not applicable"));
}

#[test]
fn sas_transport_carries_numbers_texts_dates_and_letters_and_says_what_it_drops() {
    for format in [OutputFormat::XPORT, OutputFormat::XPORT8] {
        let written = write_bytes(&rich(), format).unwrap();
        let dropped: Vec<&str> = written.losses().iter().map(|loss| loss.code.as_str()).collect();
        for code in
            ["labels_not_carried", "reasons_not_labelled", "presence_not_carried", "type_not_carried", "encoding"]
        {
            assert!(dropped.contains(&code), "{format:?}: {code} among {dropped:?}");
        }
        let raw = read_bytes("t.xpt", written.bytes().to_vec(), &ReadOptions::new()).unwrap();
        let back = raw.infer().unwrap();
        let column = |name: &str| {
            let name = if format == OutputFormat::XPORT { name.to_uppercase() } else { name.to_owned() };
            back.column(&name).unwrap().clone()
        };
        assert_eq!(column("child").data(), rich().column("child").unwrap().data());
        assert_eq!(column("seen").data(), rich().column("seen").unwrap().data());
        assert_eq!(column("score").label(), "Score");
        assert!(matches!(column("sex").data(), ColumnData::Integer(values) if values[..2] == [1, 2]));
        assert_eq!(column("sex").coding().unwrap().reason(2).unwrap().code(), ".A");
        assert_eq!(column("sdq").coding().unwrap().reason(1).unwrap().code(), ".C");
    }
}

#[test]
fn a_dictionary_puts_back_what_text_drops() {
    for format in [OutputFormat::CSV, OutputFormat::TSV] {
        let written = write_bytes(&rich(), format).unwrap();
        let raw = read_back(&written, format);
        let companions: Vec<&str> = raw.names().filter(|name| name.ends_with(".reason")).collect();
        assert_eq!(companions, ["sex.reason", "sdq.reason"]);
        let back = raw.validate(&crate::Dictionary::of(&rich())).unwrap().into_frame();
        for column in rich().columns() {
            let back = back.column(column.name()).unwrap();
            assert_eq!((column.data(), column.label(), column.role()), (back.data(), back.label(), back.role()));
            assert!((0..column.len()).all(|row| column.presence(row) == back.presence(row)));
        }
    }
}

#[test]
fn the_dictionary_of_a_written_file_gives_the_frame_back() {
    for format in OutputFormat::all() {
        let written = write_bytes(&rich(), *format).unwrap();
        let raw = read_bytes("t", written.bytes().to_vec(), &options_of(*format)).unwrap();
        let text = written.dictionary().to_toml();
        let dictionary = crate::Dictionary::parse(&text, "d.toml").unwrap();
        let back = raw.validate(&dictionary).unwrap().into_frame();
        let own: Vec<&Column> = back.columns().iter().filter(|column| !column.name().ends_with(".reason")).collect();
        assert_eq!(own.len(), rich().columns().len());
        for (column, back) in rich().columns().iter().zip(own) {
            assert_eq!(column.data(), back.data(), "{format:?} {}", column.name());
            assert_eq!((column.role(), column.unit()), (back.role(), back.unit()), "{format:?}");
            for row in 0..column.len() {
                assert_eq!(column.presence(row), back.presence(row), "{format:?} {} {row}", column.name());
            }
        }
    }
}

#[test]
fn two_levels_with_the_same_label_stay_two() {
    let labels = codes(&[("1", "other"), ("2", "other [9]"), ("9", "other")]);
    let raw = {
        let numbers = polars::prelude::df!("x" => [1.0, 2.0, 9.0]).unwrap();
        let coding = Coding::of_values(labels);
        let note = crate::note::Note { coding, ..Default::default() };
        crate::RawTable::new("t", numbers, false, crate::DecimalMark::Point).with_notes(vec![note], Vec::new())
    };
    let frame = raw.infer().unwrap();
    assert_eq!(frame.columns()[0].as_factor().unwrap().levels(), ["other", "other [9]", "other [9] [9]"]);
    let written = write_bytes(&frame, OutputFormat::STATA).unwrap();
    assert_eq!(read_back(&written, OutputFormat::STATA).infer().unwrap(), frame);
}

#[test]
fn names_that_a_format_cannot_hold_are_changed_and_told() {
    let names = ["alter in jahren", "2x", "if", "Alter_in_jahren", "ein_sehr_langer_name_mit_mehr_als_zweiunddreissig"];
    let columns = names.map(|name| Column::integer(name, vec![1])).to_vec();
    let written = write_bytes(&Frame::new(columns).unwrap(), OutputFormat::STATA).unwrap();
    let raw = read_back(&written, OutputFormat::STATA);
    let found: Vec<&str> = raw.names().collect();
    assert_eq!(found, ["alter_in_jahren_2", "_2x", "_if", "Alter_in_jahren", "ein_sehr_langer_name_mit_mehr_al"]);
    assert_eq!(raw.infer().unwrap().columns()[0].label(), "alter in jahren");
    assert_eq!(written.losses().iter().filter(|loss| loss.code == "renamed_column").count(), 4);
}

#[test]
fn values_without_a_counterpart_are_refused_with_their_row() {
    let refused = |column: Column, format: OutputFormat| {
        let error = write_bytes(&Frame::new(vec![column]).unwrap(), format).unwrap_err();
        assert_eq!(error.code(), "unwritable_value", "{error}");
        error.to_string()
    };
    let infinite = || Column::float("x", vec![1.0, f64::INFINITY]);
    assert!(refused(infinite(), OutputFormat::STATA).contains("row 2"));
    assert!(refused(infinite(), OutputFormat::XPORT).contains("row 2"));
    refused(Column::float("x", vec![1e80]), OutputFormat::XPORT8);
    refused(Column::integer("x", vec![i64::MAX]), OutputFormat::STATA);
    refused(Column::factor("x", ["blank "]), OutputFormat::XPORT);
    let absent = vec![Presence::Observed, Presence::Missing];
    refused(Column::factor("x", ["a", "b"]).with_presence(absent), OutputFormat::XPORT);
}

#[test]
fn the_same_frame_gives_the_same_bytes() {
    for format in OutputFormat::all() {
        assert_eq!(write_bytes(&rich(), *format).unwrap(), write_bytes(&rich(), *format).unwrap(), "{format:?}");
    }
}

#[test]
fn a_frame_without_rows_is_written_in_every_format() {
    let empty = rich().select(&[]);
    for format in OutputFormat::all() {
        let written = write_bytes(&empty, *format).unwrap();
        let raw = read_bytes("t", written.into_bytes(), &options_of(*format)).unwrap();
        assert_eq!(raw.n_rows(), 0, "{format:?}");
        assert_eq!(raw.infer().unwrap_err().code(), "empty_table");
    }
}

fn options_of(format: OutputFormat) -> ReadOptions {
    let name = if format == OutputFormat::XPORT8 { "xport" } else { format.name() };
    ReadOptions::new().format(name.parse().unwrap())
}

/// What every format carries: the values of a column, where they are observed.
fn values(column: &Column) -> Vec<Option<String>> {
    let shown = |row: usize| match column.data() {
        ColumnData::Float(values) => format!("{:?}", values[row]),
        ColumnData::Integer(values) => values[row].to_string(),
        ColumnData::Date(values) => values[row].to_string(),
        ColumnData::Bool(values) => values[row].to_string(),
        ColumnData::Factor(factor) => factor.level(row).unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    (0..column.len()).map(|row| column.is_observed(row).then(|| shown(row))).collect()
}

prop_compose! {
    fn any_frame()(rows in 1_usize..12)(
        floats in prop::collection::vec(prop_oneof![(-1e12..1e12_f64), Just(0.0), Just(0.1)], rows),
        whole in prop::collection::vec(-(1_i64 << 53)..(1 << 53), rows),
        days in prop::collection::vec(-700_000..2_900_000_i32, rows),
        texts in prop::collection::vec("x[ -~é\n\"]{0,8}y", rows),
        truths in prop::collection::vec(any::<bool>(), rows),
        absent in prop::collection::vec(0_u16..4, rows),
    ) -> Frame {
        let kinds = [Presence::Observed, Presence::Missing, Presence::Missing, Presence::NotApplicable];
        let presence: Vec<Presence> = absent.iter().map(|&kind| kinds[usize::from(kind)]).collect();
        let coding = || Coding::default().with_reasons(codes(&[(".f", "refused")]), absent.iter().map(|&a| u16::from(a == 2)).collect());
        let with = |column: Column| column.with_presence(presence.clone()).with_coding(coding());
        // What stands where a value is absent is a placeholder, and readers put these.
        fn placed<T: Copy>(values: Vec<T>, placeholder: T, absent: &[u16]) -> Vec<T> {
            values.into_iter().zip(absent).map(|(value, &absent)| if absent == 0 { value } else { placeholder }).collect()
        }
        let days = days.into_iter().map(Date).collect();
        Frame::new(vec![
            with(Column::float("floats", placed(floats, f64::NAN, &absent))),
            with(Column::integer("whole", placed(whole, 0, &absent))),
            with(Column::date("days", placed(days, Date(0), &absent))),
            Column::factor("texts", texts),
            Column::bool("truths", truths),
        ]).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn what_is_written_is_read_back_in_every_format(frame in any_frame()) {
        for format in OutputFormat::all() {
            let written = write_bytes(&frame, *format).unwrap();
            let raw = read_bytes("t", written.bytes().to_vec(), &options_of(*format)).unwrap();
            let is_text = [OutputFormat::CSV, OutputFormat::TSV].contains(format);
            let back = if is_text {
                raw.validate(&crate::Dictionary::of(&frame)).unwrap().into_frame()
            } else {
                raw.infer().unwrap()
            };
            if [OutputFormat::PARQUET, OutputFormat::IPC].contains(format) {
                prop_assert_eq!(&back, &frame);
            }
            let own: Vec<&Column> =
                back.columns().iter().filter(|column| !column.name().ends_with(".reason")).collect();
            for (column, back) in frame.columns().iter().zip(own) {
                let is_sas = [OutputFormat::XPORT, OutputFormat::XPORT8].contains(format);
                if is_sas && column.name() == "truths" {
                    continue;
                }
                prop_assert_eq!(values(column), values(back), "{:?} {}", format, column.name());
                for row in 0..column.len() {
                    let told = |column: &Column| column.coding().and_then(|c| c.reason(row)).map(|c| c.code().to_lowercase());
                    if !is_text && column.presence(row) == Presence::Missing {
                        prop_assert_eq!(told(column), told(back), "{:?} {}", format, column.name());
                    }
                    if !is_sas {
                        prop_assert_eq!(column.presence(row), back.presence(row));
                    }
                }
            }
        }
    }
}

#[test]
fn codes_of_absences_come_back_from_text_by_its_dictionary() {
    use Presence::{Missing, NotApplicable, Observed};
    let coding = Coding::default().with_reasons(vec![Code::new("98"), Code::new("99")], vec![0, 1, 2, 0]);
    let sdq = Column::integer("sdq", vec![1, 0, 0, 0])
        .with_presence(vec![Observed, NotApplicable, Missing, Missing])
        .with_coding(coding);
    let frame = Frame::new(vec![sdq]).unwrap();
    let text = write_bytes(&frame, OutputFormat::CSV).unwrap();
    let raw = read_bytes("t.csv", text.bytes().to_vec(), &ReadOptions::new()).unwrap();
    let typed = raw.validate(text.dictionary()).unwrap().into_frame();
    assert_eq!(typed.columns().len(), 2);
    for format in [OutputFormat::PARQUET, OutputFormat::IPC] {
        let written = write_bytes(&typed, format).unwrap();
        let raw = read_back(&written, format);
        let back = raw.validate(written.dictionary()).unwrap().into_frame();
        assert_eq!(back.columns().len(), 1, "{format:?}");
        let column = back.column("sdq").unwrap();
        let codes: Vec<_> = (0..4).map(|row| column.coding().unwrap().reason(row).map(Code::code)).collect();
        assert_eq!(codes, [None, Some("98"), Some("99"), None]);
        assert_eq!([column.presence(1), column.presence(2)], [NotApplicable, Missing]);
    }
    // A column of that name that says something of values that are there is one of its own, and has no place beside reasons.
    let other = typed.with_column(Column::factor("sdq.reason", ["a", "b", "c", "d"])).unwrap();
    assert_eq!(write_bytes(&other, OutputFormat::PARQUET).unwrap_err().code(), "duplicate_column");
}

#[test]
fn the_dictionary_of_parquet_does_not_list_texts() {
    let frame = Frame::new(vec![Column::factor("child", ["c2", "c1"]).with_role(Role::Subject)]).unwrap();
    for format in [OutputFormat::PARQUET, OutputFormat::IPC, OutputFormat::CSV] {
        let written = write_bytes(&frame, format).unwrap();
        let dictionary = written.dictionary().to_toml();
        assert!(!dictionary.contains("c1"), "{format:?}: {dictionary}");
        let raw = read_back(&written, format);
        assert_eq!(raw.validate(written.dictionary()).unwrap().into_frame(), frame);
    }
}
