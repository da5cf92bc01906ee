//! The return against a known truth, and each rule against a violation planted for it.

use std::collections::{BTreeMap, BTreeSet};

use steadfast_core::episodes::{CollectionYear, Histories};
use steadfast_core::findings::Findings;

use super::*;
use crate::error::Result;
use crate::read::{ReadOptions, read_bytes};

const EPISODES: &str = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN";

/// Two returns that break no rule once what spans them is merged: a moves, has a holiday, goes home, comes back and is
/// adopted; b stays over the end of the year, and is missing on that day.
fn base() -> Vec<(&'static str, i32, String)> {
    let episodes_2022 = "\
a,01/05/2021,S,C1,N1,U6,PR1,01/06/2021,X1,,ZZ9 9ZZ,ZZ1 1ZZ,SC1
a,01/06/2021,L,C2,N1,U6,PR1,01/07/2021,X1,CARPL,ZZ9 9ZZ,ZZ1 1ZZ,SC1
a,01/07/2021,P,C2,N1,U6,PR1,01/08/2021,X1,,ZZ9 9ZZ,ZZ2 1ZZ,SC2
a,01/08/2021,P,C2,N1,T3,,10/08/2021,X1,,ZZ9 9ZZ,ZZ3 1ZZ,
a,10/08/2021,P,C2,N1,U6,PR1,01/09/2021,E4A,,ZZ9 9ZZ,ZZ2 1ZZ,SC2
a,01/12/2021,S,C2,N1,A6,PR1,01/02/2022,E12,,ZZ9 9ZZ,ZZ4 1ZZ,
b,01/05/2021,S,C2,N1,K2,PR4,,,,ZZ9 9ZZ,ZZ5 1ZZ,SC5
";
    let episodes_2023 = "\
b,01/05/2021,S,C2,N1,K2,PR4,01/05/2022,X1,ALLEG,ZZ9 9ZZ,ZZ5 1ZZ,SC5
b,01/05/2022,B,C1,N1,K2,PR4,,,,ZZ9 9ZZ,ZZ6 1ZZ,SC6
";
    let header = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n";
    let missing = "CHILD,DOB,MISSING,MIS_START,MIS_END\n";
    vec![
        ("e2022", 2022, format!("{EPISODES}\n{episodes_2022}")),
        ("e2023", 2023, format!("{EPISODES}\n{episodes_2023}")),
        ("h2022", 2022, format!("{header}a,1,01/01/2018,WBRI,UN1,0,\nb,2,01/02/2010,WBRI,UN1,0,\n")),
        ("h2023", 2023, format!("{header}b,2,01/02/2010,WBRI,UN1,0,\n")),
        (
            "ad1",
            2022,
            "CHILD,DOB,DATE_INT,DATE_MATCH,FOSTER_CARE,NB_ADOPTR,SEX_ADOPTR,LS_ADOPTR\n\
             a,01/01/2018,01/11/2021,15/11/2021,0,2,MF,L11\n"
                .to_owned(),
        ),
        ("m2022", 2022, format!("{missing}a,01/01/2018,M,05/05/2021,08/05/2021\nb,01/02/2010,A,30/03/2022,\n")),
        ("m2023", 2023, format!("{missing}b,01/02/2010,A,30/03/2022,02/04/2022\n")),
    ]
}

/// The verdict on the base with texts replaced in single tables.
fn verdict(edits: &[(&str, &str, &str)], repairs: Repairs) -> Result<Found> {
    let mut tables = base();
    for (table, from, to) in edits {
        let (_, _, text) = tables.iter_mut().find(|(name, ..)| name == table).unwrap();
        assert!(text.contains(from), "{table} has no {from}");
        *text = text.replacen(from, to, 1);
    }
    let table = |(name, year, text): (&str, i32, String)| {
        let file = format!("{name}.csv");
        (read_bytes(&file, text.into_bytes(), &ReadOptions::new()).unwrap(), Some(CollectionYear(year)))
    };
    Files::of_tables(tables.into_iter().map(table).collect())?.read(Scheme::shipped()?)?.check(repairs)
}

const SPANNING: Repairs = Repairs { spanning_returns: true };

fn findings(edits: &[(&str, &str, &str)], repairs: Repairs) -> Findings {
    match verdict(edits, repairs) {
        Ok(found) => found.findings().clone(),
        Err(error) => error.as_findings().unwrap().clone(),
    }
}

#[test]
fn the_base_breaks_no_rule_and_says_what_it_merged() {
    let found = verdict(&[], SPANNING).unwrap();
    assert!(found.findings().is_empty(), "{}", found.findings());
    let repairs: Vec<_> = found
        .repairs()
        .iter()
        .map(|repair| (repair.file.as_str(), repair.row, repair.kept_file.as_str(), repair.kept_row))
        .collect();
    assert_eq!(repairs, [("e2022.csv", 7, "e2023.csv", 1), ("m2022.csv", 2, "m2023.csv", 1)]);
    assert_eq!(found.register().episodes.len(), 8);
    assert_eq!(found.years(), [CollectionYear(2022), CollectionYear(2023)]);
    let cut = CollectionYear(2023).last_day();
    let summaries = Histories::from_episodes(found.register(), cut).unwrap().summaries();
    // a: 1 May to 1 September 123 days, 1 December to 1 February 62; missing 5 to 8 May. Placements U6, U6, A6.
    let a = &summaries[0];
    assert_eq!((a.periods, a.placements, a.moves, a.planned, a.bridged, a.legal_changes), (2, 3, 1, 1, 1, 1));
    assert_eq!((a.days_in_care, a.days_missing, a.oscillations), (185, 3, 1));
    // b: 1 May 2021 to 31 March 2023 is 699 days; away from 30 March to 2 April 2022; a disrupted move.
    let b = &summaries[1];
    assert_eq!((b.placements, b.moves, b.disrupted, b.days_in_care, b.days_missing), (2, 1, 1, 699, 3));
}

#[test]
fn each_rule_finds_its_violation_and_nothing_else() {
    type Edit = (&'static str, &'static str, &'static str);
    let last_a = "a,01/12/2021,S,C2,N1,A6,PR1,01/02/2022,E12,,ZZ9 9ZZ,ZZ4 1ZZ,\n";
    let twice = format!("{last_a}{last_a}");
    let more = format!("{last_a}a,01/03/2022,S,C2,N1,U6,PR1,20/03/2022,E4A,,ZZ9 9ZZ,ZZ7 1ZZ,SC7\n");
    let (twice, more): (&'static str, &'static str) = (twice.leak(), more.leak());
    let open = format!("{last_a}c,01/03/2022,S,C2,N1,U6,PR1,,,,ZZ9 9ZZ,ZZ7 1ZZ,SC7\n").leak();
    let known: Edit = ("h2022", "b,2,", "c,1,01/01/2018,WBRI,UN1,0,\nb,2,");
    let cases: &[(&str, &[Edit])] = &[
        ("missing_child", &[("h2022", "\nb,2", "\n,2")]),
        ("missing_code", &[("e2022", "S,C2,N1,A6", "S,C2,,A6")]),
        ("missing_code", &[("e2022", "A6,PR1", "A6,")]),
        ("unknown_code", &[("e2022", "S,C2,N1,A6", "S,C2,n1,A6")]),
        ("unknown_code", &[("m2022", "a,01/01/2018,M", "a,01/01/2018,X")]),
        ("code_not_in_year", &[("e2022", "K2", "K3"), ("e2023", "S,C2,N1,K2", "S,C2,N1,K3")]),
        ("date_missing", &[("e2022", "a,01/12/2021,S", "a,,S")]),
        ("date_missing", &[("m2022", "05/05/2021", "")]),
        ("date_invalid", &[("e2022", "a,01/12/2021,S", "a,31/02/2021,S")]),
        ("date_invalid", &[("e2022", "01/02/2022,E12", "2022-02-01,E12")]),
        ("date_invalid", &[("h2022", "01/01/2018", "1/1/18")]),
        ("end_before_start", &[("e2022", "01/02/2022,E12", "01/11/2021,E12")]),
        ("end_before_start", &[("m2022", "08/05/2021", "04/05/2021")]),
        ("end_without_reason", &[("e2022", "01/09/2021,E4A", "01/09/2021,")]),
        ("end_without_reason", &[("e2022", "01/09/2021,E4A", ",E4A")]),
        ("zero_length", &[("e2022", "01/02/2022,E12", "01/12/2021,E12")]),
        ("after_return", &[("e2023", "01/05/2022,X1", "01/05/2023,X1"), ("e2023", "b,01/05/2022,B", "b,01/05/2023,B")]),
        ("duplicate_episode", &[("e2022", last_a, twice)]),
        ("changed_between_returns", &[("e2022", "K2", "R1")]),
        ("overlap", &[("e2022", "a,01/06/2021,L", "a,15/05/2021,L")]),
        ("gap", &[("e2022", "a,01/06/2021,L", "a,02/06/2021,L")]),
        ("open_not_last", &[("e2022", "01/09/2021,E4A", ",")]),
        ("open_not_reported_again", &[("e2022", last_a, open), known]),
        ("first_not_started", &[("e2022", "a,01/05/2021,S", "a,01/05/2021,P")]),
        ("care_began_earlier", &[("e2022", "a,01/05/2021,S", "a,01/03/2021,P")]),
        ("started_within_period", &[("e2022", "a,01/06/2021,L", "a,01/06/2021,S")]),
        ("started_within_period", &[("e2022", "a,01/12/2021,S", "a,01/09/2021,S")]),
        ("continued_after_exit", &[("e2022", "a,01/12/2021,S", "a,01/12/2021,P")]),
        ("continues_without_next", &[("e2023", "B,C1,N1,K2,PR4,,,", "B,C1,N1,K2,PR4,01/06/2022,X1,")]),
        ("after_end", &[("e2022", last_a, more)]),
        ("reason_contradicts_change", &[("e2022", "a,01/06/2021,L,C2", "a,01/06/2021,L,C1")]),
        ("reason_contradicts_change", &[("e2023", "b,01/05/2022,B", "b,01/05/2022,P")]),
        ("move_without_reason", &[("e2022", "CARPL", "")]),
        ("reason_without_move", &[("e2022", "01/06/2021,X1,,", "01/06/2021,X1,OTHER,")]),
        ("temporary_without_return", &[("e2022", "E4A,,ZZ9 9ZZ,ZZ2", "E4A,,ZZ9 9ZZ,ZZ8")]),
        ("no_header", &[("h2022", "b,2,01/02/2010,WBRI,UN1,0,\n", ""), ("h2023", "b,2,01/02/2010,WBRI,UN1,0,\n", "")]),
        ("duplicate_header", &[("h2023", "b,2,01/02/2010,WBRI,UN1,0,\n", "b,2,01/02/2010,,,,\nb,2,01/02/2010,,,,\n")]),
        ("header_conflict", &[("h2023", "01/02/2010", "02/02/2010")]),
        ("birth_missing", &[("h2022", "01/01/2018", "")]),
        ("born_after_start", &[("h2022", "01/01/2018", "01/01/2022")]),
        ("adoption_without_record", &[("ad1", "a,01/01/2018,01/11/2021,15/11/2021,0,2,MF,L11\n", "")]),
        ("record_without_adoption", &[("ad1", "L11\n", "L11\nb,01/02/2010,,,,,,\n")]),
        ("record_without_episodes", &[("ad1", "L11\n", "L11\nc,01/02/2010,,,,,,\n")]),
        ("absence_outside_care", &[("m2022", "05/05/2021,08/05/2021", "05/10/2021,08/10/2021")]),
        ("absence_outside_care", &[("m2022", "08/05/2021", "08/10/2021")]),
        ("absence_open_after_exit", &[("m2022", "08/05/2021", "")]),
        ("absences_overlap", &[("m2022", "08/05/2021\n", "08/05/2021\na,01/01/2018,M,07/05/2021,09/05/2021\n")]),
    ];
    let mut fired = BTreeSet::new();
    let severities: BTreeMap<&str, _> = rules().map(|rule| (rule.code, rule.severity)).collect();
    for (code, edits) in cases {
        let found = findings(edits, SPANNING);
        assert!(!found.is_empty(), "{code}: {edits:?}");
        for finding in &found {
            assert_eq!(finding.code, *code, "{edits:?}: {finding}");
            assert_eq!(finding.severity, severities[code]);
            assert!(finding.file.is_some() && finding.row.is_some() && finding.column.is_some());
        }
        fired.insert(*code);
    }
    let unrepaired = findings(&[], Repairs::default());
    assert!(unrepaired.len() == 2 && unrepaired.iter().all(|finding| finding.code == "repeated_in_returns"));
    fired.insert("repeated_in_returns");
    assert_eq!(fired, rules().map(|rule| rule.code).collect());
    assert!(rules().count() > 30, "the registry is not empty");
}

#[test]
fn the_years_are_those_of_the_returns_and_not_of_the_rows_that_a_repair_leaves() {
    let table = |year: i32, rows: &str| {
        let text = format!("{EPISODES}\n{rows}").into_bytes();
        (read_bytes("episodes.csv", text, &ReadOptions::new()).unwrap(), Some(CollectionYear(year)))
    };
    let row = |start: &str, reason: &str| format!("a,{start},{reason},C2,N1,U6,PR1,,,,ZZ9 9ZZ,ZZ1 1ZZ,SC1\n");
    let verdict = |row: &str| {
        let files = Files::of_tables(vec![table(2019, row), table(2021, row)]).unwrap();
        files.read(Scheme::shipped().unwrap()).unwrap().check(SPANNING)
    };
    // The only row of 2019 gives way to that of 2021; nothing was returned of 2020.
    assert_eq!(verdict(&row("01/05/2018", "S")).unwrap().years(), [2019, 2021].map(CollectionYear));
    // An episode that began in the year of the first return has no earlier one that could have begun care.
    let error = verdict(&row("01/05/2018", "P")).unwrap_err();
    let codes: Vec<&str> = error.as_findings().unwrap().iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["first_not_started"]);
}

#[test]
fn a_header_without_the_day_of_birth_hides_no_conflict() {
    let table = |name: &str, year: i32, text: String| {
        (read_bytes(name, text.into_bytes(), &ReadOptions::new()).unwrap(), Some(CollectionYear(year)))
    };
    let episode = "a,01/05/2018,S,C2,N1,U6,PR1,01/06/2018,E4A,,ZZ9 9ZZ,ZZ1 1ZZ,SC1\n";
    let mut tables = vec![table("e.csv", 2019, format!("{EPISODES}\n{episode}"))];
    for (name, year, born) in [("h1.csv", 2019, "01/02/2010"), ("h2.csv", 2020, ""), ("h3.csv", 2021, "02/02/2010")] {
        tables.push(table(name, year, format!("CHILD,SEX,DOB,ETHNIC\na,1,{born},WBRI\n")));
    }
    let found = Files::of_tables(tables).unwrap().read(Scheme::shipped().unwrap()).unwrap().check(SPANNING);
    let error = found.unwrap_err();
    let places: Vec<_> =
        error.as_findings().unwrap().iter().map(|one| (one.code.as_str(), one.file.as_deref().unwrap())).collect();
    assert!(places.contains(&("header_conflict", "h3.csv")), "{places:?}");
}

#[test]
fn an_episode_of_no_length_stays_before_the_one_that_the_next_return_repeats() {
    let table = |year: i32, rows: &str| {
        let text = format!("{EPISODES}\n{rows}").into_bytes();
        (read_bytes("episodes.csv", text, &ReadOptions::new()).unwrap(), Some(CollectionYear(year)))
    };
    let first = "a,31/03/2019,S,C2,N1,U6,PR1,31/03/2019,X1,CARPL,ZZ9 9ZZ,ZZ1 1ZZ,SC1\n";
    let open = "a,31/03/2019,P,C2,N1,U6,PR1,,,,ZZ9 9ZZ,ZZ2 1ZZ,SC2\n";
    let ended = "a,31/03/2019,P,C2,N1,U6,PR1,10/04/2019,E4A,,ZZ9 9ZZ,ZZ2 1ZZ,SC2\n";
    let tables = vec![table(2019, &format!("{first}{open}")), table(2020, ended)];
    let found = Files::of_tables(tables).unwrap().read(Scheme::shipped().unwrap()).unwrap().check(SPANNING).unwrap();
    let codes: Vec<&str> = found.findings().iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!((codes, found.repairs().len()), (vec!["zero_length"], 1));
    let histories = Histories::from_episodes(found.register(), CollectionYear(2020).last_day()).unwrap();
    let child = &histories.summaries()[0];
    assert_eq!((child.placements, child.moves, child.days_in_care), (2, 1, 10));
}

#[test]
fn a_finding_names_the_row_of_its_file() {
    let found = findings(&[("e2022", "a,01/06/2021,L", "a,02/06/2021,L")], SPANNING);
    let finding = found.iter().next().unwrap();
    assert_eq!(
        (finding.file.as_deref(), finding.row, finding.column.as_deref()),
        (Some("e2022.csv"), Some(2), Some("DECOM"))
    );
    assert_eq!(finding.message, "a continuation begins on the day on which row 1 ended");
}

#[test]
fn whole_files_that_are_wrong_are_said_once() {
    let without = findings(&[("e2022", "REASON_PLACE_CHANGE", "REASON"), ("e2022", ",CIN,", ",NEED,")], SPANNING);
    let places: Vec<_> =
        without.iter().map(|finding| (finding.code.as_str(), finding.row, finding.column.clone())).collect();
    // Without reasons every move lacks one, which is a warning.
    assert!(places.contains(&("missing_column", None, Some("CIN".to_owned()))), "{without}");
    assert!(places.iter().all(|place| matches!(place.0, "missing_column" | "move_without_reason")), "{without}");
    let table = |text: &str| (read_bytes("episodes.csv", text.as_bytes().to_vec(), &ReadOptions::new()).unwrap(), None);
    let files = Files::of_tables(vec![table(&format!("{EPISODES}\n"))]).unwrap();
    let error = files.read(Scheme::shipped().unwrap()).unwrap().check(SPANNING).unwrap_err();
    assert_eq!(error.as_findings().unwrap().iter().next().unwrap().code, "empty_table");
    assert_eq!(Files::of_tables(vec![table("a,b\n1,2\n")]).unwrap_err().code(), "no_episodes");
}

#[test]
fn no_message_holds_a_value() {
    let edits = [("e2022", "a,01/12/2021,S,C2,N1,A6", "secret,99/99/1987,SECRET,SECRET,SECRET,SECRET")];
    let found = findings(&edits, Repairs::default());
    assert!(found.len() >= 5);
    assert!(
        found
            .iter()
            .all(|finding| !finding.message.to_lowercase().contains("secret") && !finding.message.contains("1987"))
    );
}

#[test]
fn the_order_of_rows_and_files_changes_nothing() {
    let order = |reverse: bool| {
        let mut tables = base();
        if reverse {
            tables.reverse();
            for (_, _, text) in &mut tables {
                let (header, rows) = text.split_once('\n').unwrap();
                let rows: Vec<&str> = rows.lines().rev().collect();
                *text = format!("{header}\n{}\n", rows.join("\n"));
            }
        }
        let table = |(name, year, text): (&str, i32, String)| {
            (
                read_bytes(&format!("{name}.csv"), text.into_bytes(), &ReadOptions::new()).unwrap(),
                Some(CollectionYear(year)),
            )
        };
        let files = Files::of_tables(tables.into_iter().map(table).collect()).unwrap();
        let found = files.read(Scheme::shipped().unwrap()).unwrap().check(SPANNING).unwrap();
        Histories::from_episodes(found.register(), CollectionYear(2023).last_day()).unwrap()
    };
    let (a, b) = (order(false), order(true));
    assert_eq!(a.summaries(), b.summaries());
    assert_eq!(a.placement_table().unwrap(), b.placement_table().unwrap());
    assert_eq!(a.period_table().unwrap(), b.period_table().unwrap());
}

#[test]
fn the_shipped_returns_give_back_the_truth_they_were_made_from() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data-fixtures/ssda903");
    let files = Files::find(&[format!("{folder}/returns").into()], None).unwrap();
    assert_eq!(files.kinds().count(), 12);
    let returns = files.read(Scheme::shipped().unwrap()).unwrap().check(SPANNING).unwrap();
    assert!(returns.findings().is_empty(), "{}", returns.findings());
    assert_eq!(returns.years(), [2019, 2020, 2021].map(CollectionYear));
    let histories = Histories::from_episodes(returns.register(), CollectionYear(2021).last_day()).unwrap();
    let summaries = histories.summaries();
    let truth = std::fs::read_to_string(format!("{folder}/truth.csv")).unwrap();
    let truth: Vec<Vec<&str>> = truth.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(summaries.len(), truth.len());
    let mut exits = 0;
    for (row, child) in truth.iter().zip(&summaries) {
        assert_eq!(histories.children()[child.child as usize].id, row[0]);
        let found =
            [child.periods, child.placements, child.moves, child.carer_changes, child.bridged, child.legal_changes];
        assert_eq!(found.map(|count| count.to_string()), row[1..7], "{}", row[0]);
        assert_eq!(
            (child.days_in_care.to_string(), child.days_missing.to_string()),
            (row[7].to_owned(), row[8].to_owned())
        );
        let last = histories.periods().iter().rfind(|period| period.child == child.child).unwrap();
        let code =
            last.exit.and_then(|exit| exit.code).map_or("none", |code| &returns.register().exits[code as usize].0);
        assert_eq!(code, row[9], "{}", row[0]);
        exits += usize::from(code != "none");
    }
    assert!(exits > 40, "{exits}");
}

#[test]
fn every_rule_and_its_official_number_is_documented() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/episodes.md")).unwrap();
    for rule in rules() {
        let severity = format!("{:?}", rule.severity).to_lowercase();
        let row = format!("| `{}` | {severity} | {} | {} |", rule.code, rule.official.join(", "), rule.about);
        assert!(text.contains(&row), "docs/episodes.md lacks: {row}");
    }
    for rule in crate::spells::RULES {
        let severity = format!("{:?}", rule.severity).to_lowercase();
        let row = format!("| `{}` | {severity} | {} |", rule.code, rule.about);
        assert!(text.contains(&row), "docs/episodes.md lacks: {row}");
    }
}
