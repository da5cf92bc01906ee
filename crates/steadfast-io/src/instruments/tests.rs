use steadfast_core::instrument::{Answer, Form, Output, Score};

use super::*;

/// The answers of a form: 0 to every item, but for those listed; `None` is no answer.
fn answers(form: &Form, given: &[(&str, Option<f64>)]) -> Vec<Answer> {
    let answer = |id: &str| match given.iter().find(|(item, _)| *item == id) {
        Some((_, Some(value))) => Answer::Given(*value),
        Some((_, None)) => Answer::Missing,
        None => Answer::Given(0.0),
    };
    form.item_ids().map(answer).collect()
}

/// The score called `id` by `rule`.
fn score(form: &Form, id: &str, given: &[(&str, Option<f64>)], rule: Option<&str>) -> Score {
    let place = form.outputs().position(|output| output.id() == id).unwrap();
    form.scores(&answers(form, given), rule)[place]
}

fn made(value: f64, filled: usize) -> Score {
    Score::Made { value, filled }
}

fn sdq() -> Form {
    instrument("sdq-parent-4-17").unwrap()
}

#[test]
fn every_shipped_definition_is_sound_and_has_a_name_of_its_own() {
    let all = instruments().unwrap();
    let mut names: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!((names.len(), all.len()), (9, 9));
    for one in &all {
        assert!(!one.source.is_empty() && !one.licence.is_empty(), "{}", one.id);
        assert_eq!(instrument(&one.id).unwrap().definition(), one);
    }
    assert_eq!(instrument("cbcl").unwrap_err().code(), "unknown_instrument");
}

#[test]
fn exactly_three_of_five_items_make_a_scale_and_two_do_not() {
    // Emotional 3 8 13 16 24: answered 2, 1, 1, mean 4/3, times 5 = 6.67, rounded 7 (Youthinmind's own example); 2 filled in.
    let three = [("3", Some(2.0)), ("8", Some(1.0)), ("13", Some(1.0)), ("16", None), ("24", None)];
    assert_eq!(score(&sdq(), "emotional", &three, None), made(7.0, 2));
    let two = [("3", Some(2.0)), ("8", Some(1.0)), ("13", None), ("16", None), ("24", None)];
    assert_eq!(score(&sdq(), "emotional", &two, None), Score::Missing);
}

#[test]
fn halves_are_rounded_up() {
    // Four answered: 5·(sum)/4 ends in ½ when the sum is 2 or 6 (2.5, 7.5). With three, 5·(sum)/3 never does: 10·sum would be odd.
    let sum_2 = [("3", Some(2.0)), ("24", None)];
    assert_eq!(score(&sdq(), "emotional", &sum_2, None), made(3.0, 1));
    let sum_6 = [("3", Some(2.0)), ("8", Some(2.0)), ("13", Some(2.0)), ("24", None)];
    assert_eq!(score(&sdq(), "emotional", &sum_6, None), made(8.0, 1));
    // 5·1/4 = 1.25 goes down, 5·3/4 = 3.75 up.
    assert_eq!(score(&sdq(), "emotional", &[("3", Some(1.0)), ("24", None)], None), made(1.0, 1));
    let sum_3 = [("3", Some(2.0)), ("8", Some(1.0)), ("24", None)];
    assert_eq!(score(&sdq(), "emotional", &sum_3, None), made(4.0, 1));
}

#[test]
fn five_items_count_from_the_other_end() {
    // Nobody answers anything but 0: item 7 adds 2 to conduct, 11 and 14 four to peer, 21 and 25 four to hyperactivity.
    let expected = [("emotional", 0.0), ("conduct", 2.0), ("hyperactivity", 4.0), ("peer", 4.0), ("prosocial", 0.0)];
    for (scale, value) in expected {
        assert_eq!(score(&sdq(), scale, &[], None), made(value, 0), "{scale}");
    }
    // 0 + 2 + 4 + 4 = 10; internalising 0 + 4; externalising 2 + 4.
    assert_eq!(score(&sdq(), "total", &[], None), made(10.0, 0));
    assert_eq!(score(&sdq(), "internalising", &[], None), made(4.0, 0));
    assert_eq!(score(&sdq(), "externalising", &[], None), made(6.0, 0));
    // All 2 instead: conduct 8 + 0, hyperactivity 6 + 0, peer 6 + 0, emotional and prosocial 10.
    let twos: Vec<(String, Option<f64>)> = (1..=25).map(|item| (item.to_string(), Some(2.0))).collect();
    let twos: Vec<(&str, Option<f64>)> = twos.iter().map(|(id, value)| (id.as_str(), *value)).collect();
    let expected = [("emotional", 10.0), ("conduct", 8.0), ("hyperactivity", 6.0), ("peer", 6.0), ("prosocial", 10.0)];
    for (scale, value) in expected {
        assert_eq!(score(&sdq(), scale, &twos, None), made(value, 0), "{scale}");
    }
    assert_eq!(score(&sdq(), "total", &twos, None), made(30.0, 0));
}

#[test]
fn both_published_rules_for_a_missing_scale_are_offered() {
    // Emotional has no answer; conduct 2, hyperactivity 4, peer 4 as above.
    let none = [("3", None), ("8", None), ("13", None), ("16", None), ("24", None)];
    assert_eq!(score(&sdq(), "total", &none, None), Score::Missing);
    assert_eq!(score(&sdq(), "total", &none, Some("all-scales")), Score::Missing);
    // (2 + 4 + 4)·4/3 = 13.33, rounded 13; the five items of the scale are filled in.
    assert_eq!(score(&sdq(), "total", &none, Some("one-missing-prorated")), made(13.0, 5));
    // Peer (6 11 14 19 23) is missing too: more than one.
    let two: Vec<(&str, Option<f64>)> =
        none.into_iter().chain([("6", None), ("11", None), ("14", None), ("19", None), ("23", None)]).collect();
    assert_eq!(score(&sdq(), "total", &two, Some("one-missing-prorated")), Score::Missing);
    // Items filled in within scales are counted in the total: one of emotional, two of conduct.
    let gaps = [("3", None), ("5", None), ("12", None)];
    let Score::Made { filled, .. } = score(&sdq(), "total", &gaps, None) else { panic!("a total") };
    assert_eq!(filled, 3);
}

#[test]
fn impact_counts_upset_from_the_third_answer_and_is_zero_without_difficulties() {
    let (home, friends) = (("home", Some(3.0)), ("friends", Some(1.0)));
    // Recoded 0→0, 1→0, 2→1, 3→2: distress 2→1, home 3→2, friends 1→0, learning 0, leisure 2→1: 4.
    let some = [("any_difficulties", Some(1.0)), ("distress", Some(2.0)), home, friends, ("leisure", Some(2.0))];
    assert_eq!(score(&sdq(), "impact", &some, None), made(4.0, 0));
    // The answer `no` makes it 0, with the others unanswered as the form tells people to, or answered all the same.
    let asked: Vec<_> = ["distress", "home", "friends", "learning", "leisure"].map(|id| (id, None)).to_vec();
    let skipped: Vec<_> = asked.iter().copied().chain([("any_difficulties", Some(0.0))]).collect();
    assert_eq!(score(&sdq(), "impact", &skipped, None), made(0.0, 0));
    assert_eq!(score(&sdq(), "impact", &[("any_difficulties", Some(0.0)), home], None), made(0.0, 0));
    // Without that answer, or with `yes`, all five are needed.
    let unknown: Vec<_> = asked.iter().copied().chain([("any_difficulties", None)]).collect();
    assert_eq!(score(&sdq(), "impact", &unknown, None), Score::Missing);
    assert_eq!(score(&sdq(), "impact", &[("any_difficulties", Some(2.0)), ("home", None)], None), Score::Missing);
    // Teachers are asked three: at most 6.
    let teacher = instrument("sdq-teacher-4-17").unwrap();
    let most = ["any_difficulties", "distress", "friends", "learning"].map(|id| (id, Some(3.0)));
    assert_eq!(score(&teacher, "impact", &most, None), made(6.0, 0));
}

#[test]
fn bands_begin_where_the_published_tables_say() {
    let band = |form: &str, id: &str, value: f64| {
        let form = instrument(form).unwrap();
        let bands = form.outputs().find(|output| output.id() == id).unwrap().bands().to_vec();
        bands.iter().rfind(|band| band.from <= value).unwrap().label.clone()
    };
    let parent = [(13.0, "normal"), (14.0, "borderline"), (16.0, "borderline"), (17.0, "abnormal"), (40.0, "abnormal")];
    for (value, label) in parent {
        assert_eq!(band("sdq-parent-4-17", "total", value), label);
    }
    for (value, label) in [(12.0, "normal"), (13.0, "borderline"), (15.0, "borderline"), (16.0, "abnormal")] {
        assert_eq!(band("sdq-parent-2-4", "total", value), label);
    }
    let teacher = [(11.0, "close to average"), (15.0, "slightly raised"), (18.0, "high"), (19.0, "very high")];
    for (value, label) in teacher {
        assert_eq!(band("sdq-teacher-4-17", "total", value), label);
    }
    assert_eq!(band("sdq-teacher-4-17", "hyperactivity", 7.0), "slightly raised");
    assert_eq!(band("sdq-teacher-4-17", "prosocial", 5.0), "slightly lowered");
    assert_eq!(band("pir-gas", "score", 39.0), "disordered");
    assert_eq!(band("pir-gas", "score", 40.0), "not disordered");
}

#[test]
fn half_of_the_items_of_the_pedsql_are_enough_and_fewer_are_not() {
    let form = instrument("pedsql-parent-5-18").unwrap();
    // Physical, items 1 to 8: four answered 1 → 75 each: 75, four filled in.
    let four = [1, 2, 3, 4].map(|item| (item.to_string(), Some(1.0)));
    let gaps = |from: u32| (from..=8).map(|item| (item.to_string(), None));
    let own: Vec<(String, Option<f64>)> = four.iter().cloned().chain(gaps(5)).collect();
    let half: Vec<(&str, Option<f64>)> = own.iter().map(|(id, value)| (id.as_str(), *value)).collect();
    assert_eq!(score(&form, "physical", &half, None), made(75.0, 4));
    // Three of eight: 62.5 % are missing.
    let own: Vec<(String, Option<f64>)> = four.iter().take(3).cloned().chain(gaps(4)).collect();
    let less: Vec<(&str, Option<f64>)> = own.iter().map(|(id, value)| (id.as_str(), *value)).collect();
    assert_eq!(score(&form, "physical", &less, None), Score::Missing);
    // Emotional, items 9 to 13: three of five are enough (40 % missing), two are not (60 %).
    assert_eq!(score(&form, "emotional", &[("9", None), ("10", None)], None), made(100.0, 2));
    assert_eq!(score(&form, "emotional", &[("9", None), ("10", None), ("11", None)], None), Score::Missing);
}

#[test]
fn totals_of_the_pedsql_are_means_of_items_and_not_of_scales() {
    let form = instrument("pedsql-parent-5-18").unwrap();
    // Answers 0 → 100 but: emotional 9 to 13 all 4 → 0; social 14 to 18: only 14 to 16, all 2 → 50; school 19 to 23 → 100.
    let mut given: Vec<(&str, Option<f64>)> = ["9", "10", "11", "12", "13"].map(|id| (id, Some(4.0))).to_vec();
    given.extend([("14", Some(2.0)), ("15", Some(2.0)), ("16", Some(2.0)), ("17", None), ("18", None)]);
    assert_eq!(score(&form, "emotional", &given, None), made(0.0, 0));
    assert_eq!(score(&form, "social", &given, None), made(50.0, 2));
    // Items: (5·0 + 3·50 + 5·100)/13 = 650/13 = 50; the mean of the scales would be 50 too, so leave one of school out:
    assert_eq!(score(&form, "psychosocial", &given, None), made(50.0, 2));
    given.push(("19", None));
    // (0 + 150 + 400)/12 = 45.83, where the scales' mean is (0 + 50 + 100)/3 = 50.
    assert_eq!(score(&form, "psychosocial", &given, None), made(550.0 / 12.0, 3));
    // With the eight physical items at 100: (550 + 800)/20 = 67.5.
    assert_eq!(score(&form, "total", &given, None), made(67.5, 3));
}

#[test]
fn a_toddler_who_goes_to_no_nursery_has_a_psychosocial_score() {
    let form = instrument("pedsql-parent-2-4").unwrap();
    let mut answers = answers(&form, &[]);
    answers[18..21].fill(Answer::NotApplicable);
    let scores = form.scores(&answers, None);
    let ids: Vec<&str> = form.outputs().map(Output::id).collect();
    assert_eq!(ids, ["physical", "emotional", "social", "school", "psychosocial", "total"]);
    // Ten of 13 and 18 of 21 items are answered, all at 100.
    let hundred = |filled| made(100.0, filled);
    assert_eq!(scores, [hundred(0), hundred(0), hundred(0), Score::NotApplicable, hundred(3), hundred(3)]);
}

#[test]
fn everything_wrong_with_a_definition_is_said_at_once() {
    let text = r#"
        id = "my scale"
        instrument = "X"
        title = "X"
        version = "1"
        source = "us"
        licence = "CC0"
        age = { from = 4, below = 4, unit = "years" }
        [[items]]
        ids = ["1-3", 3]
        min = 0
        max = 2
        reverse = [9]
        recode = { 0 = 0, 2 = 1 }
        [[scales]]
        id = "a"
        label = "A"
        items = [1, 1, 7]
        method = "sum"
        minimum = { count = 2 }
        bands = [{ label = "x", from = 3 }, { label = "x", from = 1 }]
        [[summaries]]
        id = "a"
        label = "T"
        of = ["a", "b"]
        rules = [{ id = "r", missing = 2, source = "" }]
    "#;
    let message = parse_instrument(text, "x.toml").unwrap_err().to_string();
    let expected = [
        "`x.toml`: `id` needs letters, digits, `-` or `_`",
        "`age` goes from an age to a higher one",
        "item `3` is defined twice",
        "items from `1`: `reverse` names `9`, which is not among them",
        "items from `1`: items are reversed or recoded, not both",
        "items from `1`: `recode` says what every answer from `min` to `max` counts",
        "`a` is the name of two scores",
        "scale `a`: item `1` is listed twice",
        "scale `a`: item `7` is not defined",
        "scale `a`: a `sum` needs every item; `prorated-sum` fills in what is missing",
        "scale `a`: `bands` ascend in `from`",
        "scale `a`: every band has a name of its own",
        "summary `a`: `b` is no scale",
        "summary `a`: a rule needs at least one scale that is there",
    ];
    assert_eq!(message.lines().collect::<Vec<_>>(), expected);
    let unknown = text.replace("[[summaries]]", "[[totals]]");
    let error = parse_instrument(&unknown, "x.toml").unwrap_err();
    assert_eq!(error.code(), "invalid_instrument");
    assert!(error.to_string().contains("unknown field `totals`"), "{error}");
}
