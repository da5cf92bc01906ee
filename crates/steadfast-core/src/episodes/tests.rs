//! Histories worked by hand, the arithmetic beside each.

use super::*;
use crate::frame::Date;

const SHORT: u32 = 0;
const LONG: u32 = 1;
const TEMPORARY: u32 = 2;
const ADOPTIVE: u32 = 3;
const HOME: u32 = 4;
const ADOPTED: u32 = 5;
const TRANSFER: u32 = 6;

const U6: u32 = 0;
const U4: u32 = 1;
const T3: u32 = 2;
const A6: u32 = 3;

const C1: u32 = 0;
const C2: u32 = 1;
const V3: u32 = 2;

fn day(text: &str) -> Date {
    let part = |range: std::ops::Range<usize>| text[range].parse::<u32>().unwrap();
    Date::from_ymd(part(0..4) as i32, part(5..7), part(8..10)).unwrap()
}

fn register() -> Register {
    let states = [
        ("short_foster", StateKind::Care),
        ("long_foster", StateKind::Care),
        ("temporary", StateKind::Temporary),
        ("adoptive_placement", StateKind::Adoptive),
        ("home", StateKind::Home),
        ("adoption", StateKind::End),
        ("transfer", StateKind::Censored),
    ];
    let states = states.into_iter().map(|(name, kind)| State::new(name, kind)).collect();
    let child = Child { id: "a".to_owned(), born: Some(day("2015-06-01")) };
    let mut register = Register::new(states, vec![child]);
    for (code, state) in [("U6", SHORT), ("U4", LONG), ("T3", TEMPORARY), ("A6", ADOPTIVE)] {
        register.placement_type(code, state);
    }
    for (code, short_break) in [("C1", false), ("C2", false), ("V3", true)] {
        register.legal_status(code, short_break);
    }
    for (code, state) in [("E4A", HOME), ("E11", ADOPTED), ("E3", TRANSFER)] {
        register.exit(code, state);
    }
    register
}

/// Episodes of one child: start, reason, legal status, placement, address, end and how. `X1` is 9.
type Line = (&'static str, char, u32, u32, u32, Option<(&'static str, u32)>);

fn histories(lines: &[Line], cut: &str) -> Histories {
    let mut register = register();
    for &(start, began, legal, placement, address, ended) in lines {
        let began = Began::from_code(&began.to_string()).unwrap();
        let mut episode = Episode::new(0, day(start), began, legal, placement, address);
        if let Some((stop, how)) = ended {
            episode.end(day(stop), if how == 9 { Ended::Continues } else { Ended::Exit(how) });
        }
        register.episodes.push(episode);
    }
    Histories::from_episodes(&register, day(cut)).unwrap()
}

fn summary(lines: &[Line], cut: &str) -> ChildSummary {
    histories(lines, cut).summaries().remove(0)
}

#[test]
fn a_change_of_legal_status_is_no_move() {
    let lines = [("2022-01-01", 'S', C1, U6, 1, Some(("2022-03-01", 9))), ("2022-03-01", 'L', C2, U6, 1, None)];
    let child = summary(&lines, "2022-03-31");
    assert_eq!((child.placements, child.moves, child.carer_changes, child.legal_changes), (1, 0, 0, 1));
    // January 31 + February 28 + March 30 nights.
    assert_eq!((child.days_in_care, child.days[SHORT as usize]), (89, 89));
    let history = histories(&lines, "2022-03-31");
    let legal = &history.periods()[0].legal;
    assert_eq!((legal[0].stop, legal[1].stop), (Some(day("2022-03-01")), None));
}

#[test]
fn a_temporary_placement_is_bridged_when_the_child_returns() {
    let mut lines = [
        ("2022-01-01", 'S', C2, U6, 1, Some(("2022-02-01", 9))),
        ("2022-02-01", 'P', C2, T3, 2, Some(("2022-02-08", 9))),
        ("2022-02-08", 'P', C2, U6, 1, Some(("2022-03-01", 9))),
        ("2022-03-01", 'P', C2, U4, 3, None),
    ];
    let child = summary(&lines, "2022-03-31");
    assert_eq!((child.placements, child.moves, child.carer_changes, child.bridged), (2, 1, 1, 1));
    // The week of the holiday belongs to the placement: 31 + 28 nights there, 30 in the next.
    assert_eq!((child.days[SHORT as usize], child.days[LONG as usize], child.days[TEMPORARY as usize]), (59, 30, 0));
    // The same with a return to somewhere else: U6, T3, U6 at another address, U4.
    lines[2].4 = 7;
    let child = summary(&lines, "2022-03-31");
    assert_eq!((child.placements, child.moves, child.carer_changes, child.bridged), (4, 3, 3, 0));
    assert_eq!(child.days[TEMPORARY as usize], 7);
}

#[test]
fn a_temporary_placement_open_at_the_cut_counts() {
    let lines = [
        ("2022-01-01", 'S', C2, U6, 1, Some(("2022-02-01", 9))),
        ("2022-02-01", 'P', C2, T3, 2, Some(("2022-02-08", 9))),
        ("2022-02-08", 'P', C2, U6, 1, None),
    ];
    assert_eq!(summary(&lines, "2022-02-05").placements, 2);
    assert_eq!(summary(&lines, "2022-02-08").placements, 1);
}

#[test]
fn both_changes_the_carer_and_u_does_not() {
    let lines = [
        ("2022-01-01", 'S', C1, U6, 1, Some(("2022-02-01", 9))),
        ("2022-02-01", 'B', C2, U4, 2, Some(("2022-03-01", 9))),
        ("2022-03-01", 'U', C1, U4, 3, Some(("2022-03-11", 9))),
        ("2022-03-11", 'T', C1, U4, 4, None),
    ];
    let child = summary(&lines, "2022-03-31");
    assert_eq!((child.placements, child.moves, child.carer_changes, child.legal_changes), (4, 3, 1, 2));
    // The three placements in long-term fostering are one stay in a state.
    let history = histories(&lines, "2022-03-31");
    let spells: Vec<_> = history.spells().iter().map(|spell| (spell.from, spell.to)).collect();
    assert_eq!(spells, [(SHORT, Some(LONG)), (LONG, None)]);
    let moves = history.moves(Origin::FirstEntry);
    let rows = moves.iter().map(|row| (row.at_risk.start, row.at_risk.stop, row.reason.is_some(), row.sequence));
    // 1 January is day 0: 1 February 31, 1 March 59, 11 March 69, 31 March 89.
    assert_eq!(rows.collect::<Vec<_>>(), [(0, 31, true, 1), (31, 59, true, 2), (59, 69, true, 3), (69, 89, false, 4)]);
}

#[test]
fn a_series_of_short_breaks_is_no_care() {
    let lines = [("2022-01-01", 'S', V3, U6, 1, Some(("2022-02-01", 0))), ("2022-03-01", 'S', C2, U6, 1, None)];
    let history = histories(&lines, "2022-03-31");
    assert_eq!(history.periods().len(), 1);
    assert_eq!(history.summaries()[0].days_in_care, 30);
    assert!(histories(&lines[..1], "2022-03-31").periods().is_empty());
}

#[test]
fn an_adoption_is_an_event_and_ends_the_history() {
    let lines = [
        ("2022-01-01", 'S', C2, U6, 1, Some(("2022-02-01", 9))),
        ("2022-02-01", 'P', C2, A6, 2, Some(("2022-03-01", 1))),
    ];
    let history = histories(&lines, "2022-03-31");
    let spells: Vec<_> = history.spells().iter().map(|spell| (spell.from, spell.to)).collect();
    assert_eq!(spells, [(SHORT, Some(ADOPTIVE)), (ADOPTIVE, Some(ADOPTED))]);
    let exit = history.exits()[0];
    assert_eq!((exit.days, exit.cause), (59, Some(ADOPTED)));
    // A transfer censors.
    let lines = [("2022-01-01", 'S', C2, U6, 1, Some(("2022-02-01", 2)))];
    let history = histories(&lines, "2022-03-31");
    assert_eq!((history.exits()[0].cause, history.spells()[0].to, history.spells().len()), (None, None, 1));
}

#[test]
fn a_child_who_comes_back_was_home_in_between() {
    let lines = [
        ("2022-01-01", 'S', C2, U6, 1, Some(("2022-01-11", 0))),
        ("2022-02-01", 'S', C2, U4, 1, Some(("2022-02-06", 0))),
    ];
    let history = histories(&lines, "2022-03-31");
    let child = &history.summaries()[0];
    assert_eq!((child.periods, child.re_entries, child.oscillations, child.moves), (2, 1, 1, 0));
    // Care 10 + 5 days; home 11 January to 1 February, 21 days, and 6 February to 31 March, 53 days.
    assert_eq!((child.days_in_care, child.days[HOME as usize]), (15, 74));
    let spells: Vec<_> = history.spells().iter().map(|spell| (spell.from, spell.to)).collect();
    assert_eq!(spells, [(SHORT, Some(HOME)), (HOME, Some(LONG)), (LONG, Some(HOME)), (HOME, None)]);
    assert_eq!(child.transitions, 3);
    assert_eq!(child.last_state, Some(HOME));
}

#[test]
fn the_cut_opens_what_ends_later_and_forgets_what_begins_later() {
    let lines = [
        ("2022-01-01", 'S', C2, U6, 1, Some(("2022-02-01", 9))),
        ("2022-02-01", 'P', C2, U4, 2, Some(("2022-03-01", 0))),
    ];
    let history = histories(&lines, "2022-01-31");
    assert_eq!((history.periods()[0].placements.len(), history.periods()[0].exit), (1, None));
    // An exit on the day of the cut is observed, and no day at home is.
    let history = histories(&lines, "2022-03-01");
    let spells: Vec<_> = history.spells().iter().map(|spell| (spell.from, spell.to)).collect();
    assert_eq!(spells, [(SHORT, Some(LONG)), (LONG, Some(HOME))]);
}

#[test]
fn the_leap_day_is_a_day() {
    let lines = [("2024-02-28", 'S', C2, U6, 1, Some(("2024-03-01", 0)))];
    // 28 and 29 February 2024.
    assert_eq!(summary(&lines, "2024-03-31").days_in_care, 2);
    let lines = [("2023-02-28", 'S', C2, U6, 1, Some(("2023-03-01", 0)))];
    assert_eq!(summary(&lines, "2024-03-31").days_in_care, 1);
}

#[test]
fn days_missing_are_counted_once_and_in_care_only() {
    let lines = [("2022-01-11", 'S', C2, U6, 1, Some(("2022-01-31", 0)))];
    let history = histories(&lines, "2022-03-31");
    let absence = |from: &str, to: Option<&str>| Absence { child: 0, start: day(from), stop: to.map(day) };
    // 9–13 January: 11 and 12 in care. 20–25 and 23–28: 20 to 28, 8 days. 30 January on: 1 day to the exit.
    let absences = [
        absence("2022-01-09", Some("2022-01-13")),
        absence("2022-01-20", Some("2022-01-25")),
        absence("2022-01-23", Some("2022-01-28")),
        absence("2022-01-30", None),
    ];
    assert_eq!(days_missing(&absences, history.periods(), history.cut()), 2 + 8 + 1);
}

#[test]
fn the_order_of_episodes_does_not_matter() {
    let lines = [
        ("2022-01-01", 'S', C1, U6, 1, Some(("2022-02-01", 9))),
        ("2022-02-01", 'B', C2, U4, 2, Some(("2022-03-01", 9))),
        ("2022-03-01", 'U', C1, U4, 3, None),
    ];
    let reversed: Vec<Line> = lines.into_iter().rev().collect();
    let (a, b) = (histories(&lines, "2022-03-31"), histories(&reversed, "2022-03-31"));
    assert_eq!((a.periods(), a.summaries()), (b.periods(), b.summaries()));
}

#[test]
fn three_placements_in_the_year_count_the_one_on_the_first_of_april() {
    // In care since January; moves on 1 June and 1 July 2022: three placements in the year to 31 March 2023.
    let lines = [
        ("2022-01-01", 'S', C2, U6, 1, Some(("2022-06-01", 9))),
        ("2022-06-01", 'P', C2, U6, 2, Some(("2022-07-01", 9))),
        ("2022-07-01", 'P', C2, U6, 3, None),
    ];
    let of = |cut: &str, year| indicators(&histories(&lines, cut), CollectionYear(year))[0];
    let year = of("2023-03-31", 2023);
    assert_eq!((year.numerator, year.denominator, year.share()), (1, 1, Some(1.0)));
    // The year to 31 March 2022 has one placement, the year to 31 March 2024 one.
    assert_eq!(of("2023-03-31", 2022).numerator, 0);
    assert_eq!(of("2024-03-31", 2024).numerator, 0);
    // A cut before 31 March leaves the year without an indicator.
    assert!(indicators(&histories(&lines, "2023-03-30"), CollectionYear(2023)).is_empty());
}

#[test]
fn two_years_of_care_end_on_the_anniversary() {
    // 31 March 2023 less two years is 31 March 2021.
    let of = |start: &'static str| {
        let history = histories(&[(start, 'S', C2, U6, 1, None)], "2023-03-31");
        indicators(&history, CollectionYear(2023))[1].denominator
    };
    assert_eq!((of("2021-03-31"), of("2021-04-01")), (1, 0));
    // Placements of both years count: 1 before, moves in each year, so three.
    let lines = [
        ("2021-01-01", 'S', C2, U6, 1, Some(("2021-06-01", 9))),
        ("2021-06-01", 'P', C2, U6, 2, Some(("2022-07-01", 9))),
        ("2022-07-01", 'P', C2, U6, 3, None),
    ];
    let found = indicators(&histories(&lines, "2023-03-31"), CollectionYear(2023));
    assert_eq!((found[0].numerator, found[1].numerator), (0, 1));
}

#[test]
fn the_same_carer_for_two_years_may_have_moved_house_or_be_about_to_adopt() {
    let of = |lines: &[Line]| {
        let found = indicators(&histories(lines, "2023-03-31"), CollectionYear(2023))[2];
        (found.numerator, found.denominator)
    };
    // Care since 30 September 2020 is 2.5 years on 31 March 2023, one day later is not.
    assert_eq!(of(&[("2020-09-30", 'S', C2, U6, 1, None)]), (1, 1));
    assert_eq!(of(&[("2020-10-01", 'S', C2, U6, 1, None)]), (0, 0));
    // The carer changed on 1 June 2021, less than two years ago; with T only the address did.
    let moved = |began| {
        let first = ("2020-01-01", 'S', C2, U6, 1, Some(("2021-06-01", 9)));
        of(&[first, ("2021-06-01", began, C2, U6, 2, None)])
    };
    assert_eq!((moved('P'), moved('T')), ((0, 1), (1, 1)));
    // An adoptive placement takes the time with the carer before it along.
    let first = ("2020-01-01", 'S', C2, U6, 1, Some(("2022-12-01", 9)));
    assert_eq!(of(&[first, ("2022-12-01", 'P', C2, A6, 2, None)]), (1, 1));
    assert_eq!(of(&[first, ("2022-12-01", 'P', C2, U6, 2, None)]), (0, 1));
}

#[test]
fn children_of_unknown_age_or_start_are_undetermined() {
    // The first episode known is no S: the child may have been in care for long before.
    let lines = [("2022-06-01", 'P', C2, U6, 1, None)];
    let found = indicators(&histories(&lines, "2023-03-31"), CollectionYear(2023));
    let counts: Vec<_> = found.iter().map(|one| (one.denominator, one.undetermined)).collect();
    assert_eq!(counts, [(1, 0), (0, 1), (0, 1)]);
    let mut history = histories(&[("2020-01-01", 'S', C2, U6, 1, None)], "2023-03-31");
    history.children[0].born = None;
    assert_eq!(indicators(&history, CollectionYear(2023))[2].undetermined, 1);
    // Born 31 March 2007, sixteen on 31 March 2023: not under 16.
    history.children[0].born = Some(day("2007-03-31"));
    assert_eq!(indicators(&history, CollectionYear(2023))[2].denominator, 0);
}

#[test]
fn stays_make_the_same_histories_as_episodes() {
    let states = register().states;
    let child = || vec![Child { id: "a".to_owned(), born: None }];
    let stay = |start: &str, stop: Option<&str>, state, is_move| Stay {
        child: 0,
        start: day(start),
        stop: stop.map(day),
        state,
        is_move,
        reason: MoveReason::Planned,
        followed_by: None,
    };
    let stays = [
        stay("2022-01-01", Some("2022-01-11"), SHORT, false),
        stay("2022-01-11", Some("2022-01-21"), LONG, true),
        stay("2022-01-21", Some("2022-02-01"), HOME, false),
        stay("2022-02-01", Some("2022-02-11"), SHORT, false),
        stay("2022-02-11", None, SHORT, true),
    ];
    let history = Histories::from_stays(states.clone(), child(), &stays, &[], day("2022-03-31")).unwrap();
    let found = &history.summaries()[0];
    assert_eq!((found.periods, found.placements, found.moves, found.planned, found.oscillations), (2, 4, 2, 2, 1));
    // 10 + 10 days, 11 at home, then 58 nights from 1 February to 31 March.
    assert_eq!((found.days_in_care, found.days[HOME as usize]), (78, 11));
    let last = Stay { followed_by: Some(ADOPTED), ..stay("2022-01-01", Some("2022-01-11"), SHORT, false) };
    let history = Histories::from_stays(states, child(), &[last], &[], day("2022-03-31")).unwrap();
    assert_eq!(history.spells()[0].to, Some(ADOPTED));
}

#[test]
fn numbers_that_name_nothing_are_an_error() {
    let good = || {
        let mut register = register();
        let mut episode = Episode::new(0, day("2022-01-01"), Began::Started, C1, U6, 1);
        episode.end(day("2022-02-01"), Ended::Exit(0));
        register.episodes.push(episode);
        register
    };
    let code = |change: &dyn Fn(&mut Register)| {
        let mut register = good();
        change(&mut register);
        Histories::from_episodes(&register, day("2022-03-31")).map_err(|error| error.code()).err()
    };
    assert_eq!(code(&|_| {}), None);
    let wrong: [&dyn Fn(&mut Register); 7] = [
        &|register| register.episodes[0].child = 1,
        &|register| register.episodes[0].legal = 3,
        &|register| register.episodes[0].placement = 4,
        &|register| register.episodes[0].end(day("2022-02-01"), Ended::Exit(3)),
        &|register| register.placements[3].1 = 7,
        &|register| register.exits[0].1 = u32::MAX,
        &|register| register.absences.push(Absence { child: 1, start: day("2022-01-02"), stop: None }),
    ];
    for change in wrong {
        assert_eq!(code(change), Some("inconsistent_register"));
    }
    let stay = Stay {
        child: 0,
        start: day("2022-01-01"),
        stop: None,
        state: 7,
        is_move: false,
        reason: MoveReason::Planned,
        followed_by: None,
    };
    let stays = [stay, Stay { child: 1, state: 0, ..stay }, Stay { state: 0, followed_by: Some(7), ..stay }];
    let child = || vec![Child { id: "a".to_owned(), born: None }];
    for stay in stays {
        let found = Histories::from_stays(register().states, child(), &[stay], &[], day("2022-03-31"));
        assert_eq!(found.unwrap_err().code(), "inconsistent_register");
    }
}

#[test]
fn an_adoptive_placement_with_the_same_carer_takes_only_that_carers_time_along() {
    // With the first carer from 2016, with the second from 1 October 2021, who becomes the adopter (A5, RNE T) on 1 December 2022:
    // the placement before the adoptive one began on 1 October 2021, less than two years before 31 March 2023.
    let lines = |second| {
        [
            ("2016-01-01", 'S', C2, U6, 1, Some((second, 9))),
            (second, 'P', C2, U6, 2, Some(("2022-12-01", 9))),
            ("2022-12-01", 'T', C2, A6, 2, None),
        ]
    };
    let of = |second| {
        let found = indicators(&histories(&lines(second), "2023-03-31"), CollectionYear(2023))[2];
        (found.numerator, found.denominator)
    };
    assert_eq!(of("2021-10-01"), (0, 1));
    // From 31 March 2021 it is two years.
    assert_eq!((of("2021-03-31"), of("2021-04-01")), ((1, 1), (0, 1)));
}

#[test]
fn the_tables_have_a_row_for_each_of_what_they_list() {
    let lines = [
        ("2022-01-01", 'S', C1, U6, 1, Some(("2022-02-01", 9))),
        ("2022-02-01", 'B', C2, U4, 2, Some(("2022-03-01", 0))),
    ];
    let history = histories(&lines, "2022-03-31");
    let rows = [
        history.spell_table(Origin::FirstEntry).unwrap().n_rows(),
        history.placement_table().unwrap().n_rows(),
        history.period_table().unwrap().n_rows(),
        history.legal_table().unwrap().n_rows(),
        history.move_table(Origin::Day(day("2022-01-01"))).unwrap().n_rows(),
        history.exit_table().unwrap().n_rows(),
        history.child_table().unwrap().n_rows(),
        indicator_table(&indicators(&history, CollectionYear(2022))).unwrap().n_rows(),
    ];
    assert_eq!(rows, [3, 2, 1, 2, 2, 1, 1, 3]);
}

mod laws {
    use proptest::prelude::*;

    use super::*;

    /// Any run of episodes that obeys the rules: lengths, reasons, types of placement, and exits with returns.
    fn lives() -> impl Strategy<Value = Vec<(i32, u8, u32, u32)>> {
        prop::collection::vec((0..60_i32, 0..8_u8, 0..4_u32, 0..3_u32), 1..25)
    }

    fn register_of(life: &[(i32, u8, u32, u32)]) -> Register {
        let mut register = register();
        let (mut now, mut began) = (19_000, Began::Started);
        let (mut placement, mut address, mut legal) = (U6, 1, C1);
        for &(length, next, kind, status) in life {
            let mut episode = Episode::new(0, Date(now), began, legal, placement, address);
            now += length;
            if next == 0 {
                // Home for a while, then care again.
                episode.end(Date(now), Ended::Exit(0));
                now += 10;
                began = Began::Started;
            } else {
                episode.end(Date(now), Ended::Continues);
                let reasons = [Began::Legal, Began::Placement, Began::SameCarer, Began::Both, Began::BothSameCarer];
                began = reasons[next as usize % 5];
            }
            if began.changes_placement() || began == Began::Started {
                (placement, address) = (kind, 10 * kind + status);
            }
            legal = status.min(C2);
            register.episodes.push(episode);
        }
        register
    }

    proptest! {
        #[test]
        fn days_in_placements_and_states_add_up_to_days_in_care(life in lives(), cut in 18_990..20_000_i32) {
            let histories = Histories::from_episodes(&register_of(&life), Date(cut)).unwrap();
            for child in histories.summaries() {
                let periods = histories.periods().iter();
                let placements = periods.flat_map(|period| &period.placements);
                let days: i32 = placements.map(|one| one.stop.unwrap_or(Date(cut)).0 - one.start.0).sum();
                prop_assert_eq!(i64::from(days), child.days_in_care);
                let in_care: i64 = (0..7).filter(|&at| histories.states()[at].kind().is_care()).map(|at| child.days[at]).sum();
                prop_assert_eq!(in_care, child.days_in_care);
                prop_assert!(child.carer_changes <= child.moves && child.moves + child.periods == child.placements);
            }
            let spells = histories.spells();
            prop_assert!(spells.iter().all(|spell| spell.start < spell.stop));
            for pair in spells.windows(2).filter(|pair| pair[0].to.is_some()) {
                prop_assert_eq!((pair[0].stop, pair[0].to), (pair[1].start, Some(pair[1].from)));
            }
        }
    }
}
