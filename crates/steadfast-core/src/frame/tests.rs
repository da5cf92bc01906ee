use super::*;

#[test]
fn levels_that_are_numbers_are_ordered_by_number() {
    let factor = Factor::from_values(["10", "9", "010", "9"].map(Some));
    assert_eq!(factor.levels(), ["9", "010", "10"]);
    assert_eq!(factor.codes().as_slice(), [2, 0, 1, 0]);
}

#[test]
fn missing_and_not_applicable_are_told_apart() {
    let column = Column::float("sdq", vec![f64::NAN, 1.0, 2.0]).with_presence(vec![
        Presence::Observed,
        Presence::NotApplicable,
        Presence::Observed,
    ]);
    let presence: Vec<_> = (0..3).map(|row| column.presence(row)).collect();
    assert_eq!(presence, [Presence::Missing, Presence::NotApplicable, Presence::Observed]);
    let selected = Frame::new(vec![column]).unwrap().select(&[2, 1]);
    assert_eq!(selected.columns()[0].presence(1), Presence::NotApplicable);
}

#[test]
fn what_is_not_applicable_or_not_yet_due_is_never_imputed_nor_expected() {
    let imputable: Vec<Presence> = Presence::ALL.into_iter().filter(|presence| presence.is_imputable()).collect();
    assert_eq!(imputable, [Presence::Missing, Presence::Withdrawn]);
    let expected: Vec<Presence> = Presence::ALL.into_iter().filter(|presence| presence.is_expected()).collect();
    assert_eq!(expected, [Presence::Observed, Presence::Missing, Presence::Withdrawn]);
    for (at, first) in Presence::ALL.into_iter().enumerate() {
        for (other, second) in Presence::ALL.into_iter().enumerate() {
            assert_eq!(first.and(second), Presence::ALL[at.max(other)]);
        }
    }
}

#[test]
fn a_date_survives_the_way_to_days_and_back() {
    for days in (-800_000..800_000).step_by(997) {
        let (year, month, day) = Date(days).ymd();
        assert_eq!(Date::from_ymd(year, month, day), Some(Date(days)));
    }
    assert_eq!(Date::from_ymd(1970, 1, 1), Some(Date(0)));
    assert_eq!(Date::from_ymd(2023, 2, 29), None);
}

#[test]
fn columns_of_unequal_length_or_equal_name_make_no_frame() {
    let short = Frame::new(vec![Column::integer("a", vec![1]), Column::integer("b", vec![1, 2])]);
    assert_eq!(short.unwrap_err().code(), "unequal_lengths");
    let twice = Frame::new(vec![Column::integer("a", vec![1]), Column::integer("a", vec![1])]);
    assert_eq!(twice.unwrap_err().code(), "duplicate_column");
}

#[test]
fn whole_numbers_become_levels_by_number_whether_dense_or_not() {
    for values in [vec![3, -1, 3, 7, 0], vec![i64::MAX, 5, i64::MIN, 5, 0]] {
        let presence =
            [Presence::Observed, Presence::Observed, Presence::Observed, Presence::Observed, Presence::Missing];
        let column = Column::integer("a", values.clone()).with_presence(presence.to_vec());
        let texts = (0..5).map(|row| (row < 4).then(|| values[row].to_string()));
        assert_eq!(column.to_factor(), Factor::from_values(texts));
    }
}
