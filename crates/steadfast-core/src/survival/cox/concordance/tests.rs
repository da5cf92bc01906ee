use super::*;
use crate::event_history::Columns;
use crate::frame::{Column, Frame};
use crate::survival::Cox;
use crate::survival::cox::tests::children;

const RISKS: [f64; 17] = [2., 1., 3., 3., 1., 2., 2., 1., 1., 3., 1., 2., 3., 1., 2., 2., 3.];

fn compare(found: &ConcordanceIndex, estimate: [f64; 2], counts: [f64; 5]) {
    let of = found.counts();
    let all = [of.concordant, of.discordant, of.tied_risk, of.tied_time, of.tied_both];
    for (a, b) in [found.estimate(), found.std_error()].iter().chain(&all).zip(estimate.iter().chain(&counts)) {
        assert!((a - b).abs() < 1e-12 * (1.0 + b.abs()), "{a} is not {b}");
    }
}

/// survival 3.5-3: concordance(Surv(start, stop, event) ~ lp, d, weights = w, cluster = family, reverse = TRUE), the children of the
/// tests of the fit; the second with strata(site).
#[test]
fn late_entries_weights_and_families_are_those_of_r() {
    let frame = children();
    let columns = Columns::new("stop", "event").start("start").subject("child").cluster("family").weight("w");
    let history = EventHistory::from_frame(&frame, &columns).unwrap();
    let found = Concordance::new().of_risks(&history, "event", &RISKS).unwrap();
    compare(&found, [0.4494949494949495, 0.121840925413035], [23.0, 30.5, 20.75, 3.0, 1.0]);
    let site = frame.column("site").unwrap().to_factor();
    let found = Concordance::new().strata(site).of_risks(&history, "event", &RISKS).unwrap();
    compare(&found, [0.4361702127659575, 0.1482928534669994], [11.5, 16.0, 7.75, 1.0, 0.0]);
    assert_eq!((found.strata()[0].discordant, found.strata()[1].discordant), (7.0, 9.0));
    let refused = Concordance::new().time_weight(TimeWeight::Uno).of_risks(&history, "event", &RISKS);
    assert_eq!(refused.unwrap_err().code(), "late_entry");
}

/// The same with Surv(stop, event), every row for itself, and timewt = …
#[test]
fn time_weights_are_those_of_r() {
    let columns = Columns::new("stop", "event").weight("w");
    let history = EventHistory::from_frame(&children(), &columns).unwrap();
    let of = |spec: Concordance| spec.of_risks(&history, "event", &RISKS).unwrap();
    let with = |weight| of(Concordance::new().time_weight(weight));
    compare(&with(TimeWeight::Harrell), [0.4912023460410557, 0.124350639217714], [29.0, 30.5, 25.75, 3.0, 1.0]);
    let survival = [39.13787737317149, 42.40613417084005, 33.95835101717455, 3.971366324307501, 1.176470588235294];
    compare(&with(TimeWeight::Survival), [0.4858519915731713, 0.1221889198680501], survival);
    let uno = [54.09009403809941, 61.98193504241295, 46.14957746404027, 5.38746604911633, 1.384083044982699];
    compare(&with(TimeWeight::Uno), [0.4756757402037375, 0.1251485346368467], uno);
    compare(&with(TimeWeight::Schemper), [0.4756757402037375, 0.1251485346368467], uno);
    let events = [2.323937908496732, 3.11976911976912, 2.057624564977506, 0.2361111111111111, 0.0625];
    compare(&with(TimeWeight::Events), [0.4469540040071543, 0.1275656557627228], events);
    let until = [27.24226945680233, 31.92492683347849, 27.5655360183289, 2.768166089965399, 1.384083044982699];
    let found = of(Concordance::new().time_weight(TimeWeight::Uno).until(6.0));
    compare(&found, [0.4730052469694228, 0.1598703476286006], until);
}

#[test]
fn pairs_are_those_of_a_double_loop() {
    // Drawn by a small congruential generator: ties of times and risks, late entries, strata, weights.
    let mut state = 12345_u64;
    let mut draw = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let rows: Vec<Row> = (0..200)
        .map(|_| {
            let start = draw(6) as f64;
            Row {
                stratum: draw(3) as u32,
                start,
                stop: start + 1.0 + draw(8) as f64,
                event: draw(2) == 1,
                weight: draw(4) as f64 / 2.0,
                cluster: draw(40) as u32,
                risk: draw(12) as f64,
            }
        })
        .collect();
    let found = Concordance::new().count(&rows).unwrap().counts();
    let mut slow = [0.0; 5];
    for (i, a) in rows.iter().enumerate().filter(|(_, a)| a.event) {
        for (j, b) in rows.iter().enumerate().filter(|(_, b)| b.stratum == a.stratum && b.start < a.stop) {
            let pairs = a.weight * b.weight;
            if b.event && b.stop.total_cmp(&a.stop).is_eq() {
                if i < j {
                    slow[if a.risk.total_cmp(&b.risk).is_eq() { 4 } else { 3 }] += pairs;
                }
            } else if b.stop >= a.stop {
                slow[if a.risk > b.risk {
                    0
                } else if a.risk < b.risk {
                    1
                } else {
                    2
                }] += pairs;
            }
        }
    }
    let all = [found.concordant, found.discordant, found.tied_risk, found.tied_time, found.tied_both];
    assert_eq!(all.map(f64::to_bits), slow.map(f64::to_bits));
}

fn of_four(times: [f64; 4], events: [i64; 4], risks: [f64; 4]) -> Result<ConcordanceIndex> {
    let frame =
        Frame::new(vec![Column::float("time", times.to_vec()), Column::integer("event", events.to_vec())]).unwrap();
    let history = EventHistory::from_frame(&frame, &Columns::new("time", "event")).unwrap();
    Concordance::new().of_risks(&history, "event", &risks)
}

#[test]
fn what_makes_no_pair_is_refused_and_ties_make_one_half() {
    assert_eq!(of_four([1.0; 4], [1; 4], [1.0, 2.0, 3.0, 4.0]).unwrap_err().code(), "no_pairs");
    assert_eq!(of_four([1.0, 2.0, 3.0, 4.0], [0; 4], [1.0; 4]).unwrap_err().code(), "no_pairs");
    let ties = of_four([1.0, 2.0, 3.0, 4.0], [1; 4], [7.0; 4]).unwrap();
    assert_eq!((ties.estimate(), ties.std_error()), (0.5, 0.0));
    assert_eq!(of_four([1.0, 2.0, 3.0, 4.0], [1; 4], [f64::NAN; 4]).unwrap_err().code(), "not_finite");
    let order = of_four([1.0, 2.0, 3.0, 4.0], [1, 1, 0, 0], [4e9, 3e9, 2e-9, 1e-9]).unwrap();
    assert_eq!((order.estimate(), order.row(2.0).unwrap_err().code()), (1.0, "bad_level"));
    let other = of_four([1.0, 2.0, 3.0, 4.0], [1, 1, 0, 0], [1.0, 2.0, 3.0, 4.0]).unwrap();
    assert!((order.difference(&other, 0.95).unwrap().estimate - 1.0).abs() < 1e-15);
}

#[test]
fn a_fit_has_its_strata_and_clusters() {
    let formula = "Surv(start, stop, event) ~ arm + age + strata(site) + cluster(family)".parse().unwrap();
    let frame = children();
    let fit = Cox::new(formula).weights("w").subject("child").fit(&frame).unwrap();
    let columns = Columns::new("stop", "event").start("start").subject("child").cluster("family").weight("w");
    let history = EventHistory::from_frame(&frame, &columns).unwrap();
    let [arm, age] = ["arm", "age"].map(|name| frame.column(name).unwrap().to_numeric().unwrap());
    let score = arm.iter().zip(age.iter()).map(|(arm, age)| arm * fit.beta()[0] + age * fit.beta()[1]);
    let risks: Vec<f64> = score.collect();
    let by_hand = Concordance::new().strata(frame.column("site").unwrap().to_factor());
    let by_hand = by_hand.of_risks(&history, "event", &risks).unwrap();
    let found = Concordance::new().of(&fit).unwrap();
    assert_eq!(found.counts(), by_hand.counts());
    assert!((found.std_error() - by_hand.std_error()).abs() < 1e-14);
}
