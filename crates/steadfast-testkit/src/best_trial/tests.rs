use std::collections::BTreeMap;

use steadfast_core::frame::{Date, Presence};

use super::*;

const SHIPPED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data-fixtures/best-trial/data.csv"));
const SHIPPED_TRUTH: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data-fixtures/best-trial/truth.toml"));

fn shipped() -> BestTrial {
    BestTrial::generate(&Truth::default(), SHIPPED_SEED).unwrap()
}

#[test]
fn the_shipped_files_are_what_the_generator_makes() {
    let trial = shipped();
    let written = trial.to_csv();
    let first_difference = SHIPPED.lines().zip(written.lines()).position(|(a, b)| a != b);
    assert_eq!(first_difference, None, "run the example make_best_trial and say in the change log why data moved");
    assert!(SHIPPED == written, "the files differ in length");
    assert_eq!(SHIPPED_TRUTH, trial.record().to_toml().unwrap());
    assert_eq!(toml::from_str::<Record>(SHIPPED_TRUTH).unwrap(), trial.record());
}

#[test]
fn every_seed_has_the_sizes_of_the_trial() {
    for seed in [SHIPPED_SEED, 1, 2, 3] {
        let trial = BestTrial::generate(&Truth::default(), seed).unwrap();
        assert_eq!((trial.families().len(), trial.children().len()), (FAMILIES, CHILDREN));
        let mut sizes = BTreeMap::new();
        for family in trial.families() {
            *sizes.entry(family.size).or_insert(0) += 1;
        }
        assert_eq!(sizes, BTreeMap::from([(1, 294), (2, 55), (3, 9), (4, 2)]));
        let nim = |family: &&Family| family.arm == Arm::Nim;
        assert_eq!(trial.families().iter().filter(nim).count(), 180);
        for (site, _, size) in families::SITES {
            let here = || trial.families().iter().filter(|family| family.site == site);
            assert_eq!((here().count(), here().filter(nim).count()), (size, size / 2));
        }
        let received: Vec<&Family> = trial.families().iter().filter(|family| family.received).collect();
        assert!(received.iter().all(|family| family.arm == Arm::Nim));
        // 66.1 % of the arm.
        assert_eq!(received.len(), 119);
        let attended = |visit: usize| trial.attendance().iter().filter(|family| family[visit]).count();
        // 286 of 360 is 79.4 %.
        assert_eq!([attended(0), attended(1), attended(2)], [360, 306, 286]);
        assert!(trial.attendance().iter().all(|visits| visits[1] || !visits[2]), "a lost family does not return");
    }
}

#[test]
fn children_under_two_have_no_sdq_and_others_have_one_or_miss_one() {
    let trial = shipped();
    let mut counts = [[0; 3]; 3];
    for (child, seen) in trial.children().iter().zip(trial.observations()) {
        for (visit, now) in seen.iter().enumerate() {
            let kind = match now.sdq {
                Score::Is(score) => {
                    assert!((0..=40).contains(&score));
                    0
                }
                Score::Missing => 1,
                Score::NotApplicable => 2,
            };
            assert_eq!(kind == 2, child.age(now.day) < 2.0, "{}", child.id);
            counts[visit][kind] += 1;
        }
    }
    let [baseline, _, last] = counts;
    // Ages spread over 0–5 at care entry: about two in five are under 2 at baseline, none at 30 months.
    assert!((120..220).contains(&baseline[2]), "{counts:?}");
    assert_eq!(last[2], 0);
    assert!(baseline[1] < 40 && last[1] > 60, "{counts:?}");
}

#[test]
fn dates_follow_the_order_of_the_era() {
    let trial = shipped();
    let mut seen = [0; 3];
    for family in trial.families() {
        let Family { care_entry, consent, randomised, baseline, .. } = *family;
        let in_order = match family.era {
            Era::BaselineFirst => consent < baseline && baseline < randomised,
            Era::ConsentFirst => consent < randomised && randomised < baseline,
            Era::RandomisationFirst => randomised < consent && consent < baseline,
        };
        assert!(in_order && care_entry < consent, "{}", family.id);
        assert!((28..=98).contains(&(baseline.0 - care_entry.0)), "baseline is 4–14 weeks after care entry");
        seen[family.era as usize] += 1;
    }
    assert!(seen.iter().all(|&count| count > 20), "{seen:?}");
    for child in trial.children() {
        let entry = trial.families()[child.family].care_entry;
        assert!((0..1_826).contains(&(entry.0 - child.born.0)), "{} is under 5 at care entry", child.id);
    }
}

#[test]
fn informants_change_within_children() {
    let trial = shipped();
    let changed =
        |seen: &&[Observation; 3]| seen[0].carer.is_some() && seen[1].carer.is_some() && seen[0].carer != seen[1].carer;
    let count = trial.observations().iter().filter(changed).count();
    // About 0.3 · 0.7 of 373 children.
    assert!((40..130).contains(&count), "{count}");
}

#[test]
fn the_frame_tells_missing_from_not_applicable() {
    let trial = shipped();
    let frame = trial.frame().unwrap();
    assert_eq!(frame.n_rows(), 3 * CHILDREN);
    let sdq = frame.column("sdq").unwrap();
    let count = |presence| (0..frame.n_rows()).filter(|&row| sdq.presence(row) == presence).count();
    let coded = SHIPPED.lines().filter(|line| line.split(',').nth(20) == Some(NOT_APPLICABLE)).count();
    assert_eq!(count(Presence::NotApplicable), coded);
    assert!(count(Presence::Missing) > 100 && coded > 100);
    assert_eq!(frame.column("arm").unwrap().as_factor().unwrap().levels(), ["SAU", "NIM"]);
}

/// Mean latent difference between the arms at each visit, over many trials.
fn mean_differences(truth: &Truth, trials: u64) -> [f64; 3] {
    let mut total = [0.0; 3];
    for seed in 0..trials {
        let trial = BestTrial::generate(truth, seed).unwrap();
        for visit in 0..3 {
            let mean = |arm| {
                let values: Vec<f64> = trial
                    .children()
                    .iter()
                    .zip(trial.observations())
                    .filter(|(child, _)| trial.families()[child.family].arm == arm)
                    .map(|(_, seen)| seen[visit].latent)
                    .collect();
                values.iter().sum::<f64>() / values.len() as f64
            };
            total[visit] += (mean(Arm::Nim) - mean(Arm::Sau)) / trials as f64;
        }
    }
    total
}

#[test]
fn the_arms_differ_as_the_truth_says_whoever_carries_the_effect() {
    for effect_carrier in [EffectCarrier::Everyone, EffectCarrier::Receivers] {
        let truth = Truth { effect_carrier, sex_interaction: 2.0, ..Truth::default() };
        let differences = mean_differences(&truth, 300);
        // A trial's standard error is about 0.76 points, that of the mean of 300 is 0.044.
        for (difference, effect) in differences.iter().zip(truth.arm_effects) {
            assert!((difference - effect).abs() < 0.18, "{differences:?}");
        }
    }
}

#[test]
fn latent_variances_are_those_of_the_truth() {
    // Siblings and visits of many trials, from pairs of residuals: E[r r'] is the shared variance.
    let truth = Truth { receivers: 0, ..Truth::default() };
    let (mut within_child, mut within_family, mut total) = ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0));
    for seed in 0..100 {
        let trial = BestTrial::generate(&truth, seed).unwrap();
        let residual = |index: usize, visit: usize| {
            let child = &trial.children()[index];
            let family = &trial.families()[child.family];
            let effect = if family.arm == Arm::Nim { truth.effect(visit, child.sex == Sex::Girl, false) } else { 0.0 };
            let england = family.country == "England";
            trial.observations()[index][visit].latent - truth.expected(visit, child.sex == Sex::Girl, england) - effect
        };
        let add = |to: &mut (f64, f64), product: f64| *to = (to.0 + product, to.1 + 1.0);
        for index in 0..CHILDREN {
            add(&mut total, residual(index, 2) * residual(index, 2));
            add(&mut within_child, residual(index, 0) * residual(index, 2));
            if index > 0 && trial.children()[index - 1].family == trial.children()[index].family {
                add(&mut within_family, residual(index - 1, 1) * residual(index, 1));
            }
        }
    }
    let mean = |sum: (f64, f64)| sum.0 / sum.1;
    // Standard errors: about 55·√2/√36,000 = 0.4 for the first two (families are independent), 55/√7,900 = 0.6 for the last.
    assert!((mean(total) - truth.total_variance()).abs() < 1.6, "{}", mean(total));
    assert!((mean(within_child) - truth.family_variance - truth.child_variance).abs() < 1.6, "{}", mean(within_child));
    assert!((mean(within_family) - truth.family_variance).abs() < 2.5, "{}", mean(within_family));
}

#[test]
fn scoring_shrinks_the_difference_as_computed() {
    let truth = Truth::default();
    let expected = truth.scored_effect(2);
    // Only clamping matters: rounding alone leaves a normal mean unmoved to 1e-100.
    assert!(expected > 1.2 && expected < truth.arm_effects[2], "{expected}");
    let (mut sum, mut count) = ([0.0; 2], [0.0; 2]);
    for seed in 0..300 {
        let trial = BestTrial::generate(&truth, seed).unwrap();
        for (child, seen) in trial.children().iter().zip(trial.observations()) {
            let arm = usize::from(trial.families()[child.family].arm == Arm::Nim);
            sum[arm] += (seen[2].latent + 0.5).floor().clamp(0.0, 40.0);
            count[arm] += 1.0;
        }
    }
    let difference = sum[1] / count[1] - sum[0] / count[0];
    assert!((difference - expected).abs() < 0.18, "{difference} for {expected}");
}

#[test]
fn losing_depends_on_what_was_seen_and_leaves_the_baseline_whole() {
    // Lost families have higher scores at the visit before: 0.1 a point on a standard normal index.
    let (mut lost, mut kept) = ((0.0, 0.0), (0.0, 0.0));
    for seed in 0..50 {
        let trial = BestTrial::generate(&Truth::default(), seed).unwrap();
        for (child, seen) in trial.children().iter().zip(trial.observations()) {
            if let Score::Is(score) = seen[0].sdq {
                let group = if trial.attendance()[child.family][1] { &mut kept } else { &mut lost };
                *group = (group.0 + score as f64, group.1 + 1.0);
            }
        }
    }
    assert!(lost.0 / lost.1 > kept.0 / kept.1 + 2.0);
}

#[test]
fn the_shipped_returns_are_what_the_generator_makes() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data-fixtures/ssda903");
    let trial = shipped();
    let files = trial.ssda903(FIRST_RETURN, LAST_RETURN);
    assert_eq!(files.len(), 12);
    for file in files {
        let kept = std::fs::read_to_string(format!("{folder}/returns/{}/{}", file.year, file.name)).unwrap();
        assert!(kept == file.text, "run the example make_ssda903 and say in the change log why {} moved", file.name);
    }
    let truth = std::fs::read_to_string(format!("{folder}/truth.csv")).unwrap();
    assert!(truth == trial.ssda903_truth(FIRST_RETURN, LAST_RETURN));
}

#[test]
fn the_shipped_placement_trial_is_what_the_generator_makes() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data-fixtures/placement-trial");
    let (trial, truth) = (shipped(), CareTruth::placement_trial());
    let files = trial.ssda903_under(&truth, FIRST_TRIAL_RETURN, LAST_RETURN);
    assert_eq!(files.len(), 40);
    let kept = |name: &str| std::fs::read_to_string(format!("{folder}/{name}")).unwrap();
    for file in files {
        let name = format!("returns/{}/{}", file.year, file.name);
        assert!(
            kept(&name) == file.text,
            "run the example make_placement_trial and say in the change log why {name} moved"
        );
    }
    assert!(kept("truth.csv") == trial.ssda903_truth_under(&truth, FIRST_TRIAL_RETURN, LAST_RETURN));
    assert_eq!(kept("truth.toml"), truth.to_toml().unwrap());
}

#[test]
fn a_return_holds_what_was_known_at_its_end() {
    let files = shipped().ssda903(FIRST_RETURN, LAST_RETURN);
    for file in files.iter().filter(|file| file.name == "episodes.csv") {
        for line in file.text.lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            let day = |text: &str| -> Option<Date> {
                let part = |range: std::ops::Range<usize>| text.get(range)?.parse().ok();
                Date::from_ymd(part(6..10)? as i32, part(3..5)?, part(0..2)?)
            };
            let (opens, closes) = (Date::from_ymd(file.year - 1, 4, 1), Date::from_ymd(file.year, 3, 31));
            assert!(day(fields[1]) <= closes);
            assert!(day(fields[7]).is_none_or(|end| Some(end) >= opens && Some(end) <= closes), "{line}");
            assert_eq!(fields[7].is_empty(), fields[8].is_empty());
        }
    }
}
