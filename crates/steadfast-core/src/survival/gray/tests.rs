use super::*;
use crate::event_history::{Columns, Spells};
use crate::frame::{Column, Frame};

/// Twenty-two invented children in three arms and two sites, with ties.
fn children() -> Frame {
    let times = [1., 2., 2., 3., 4., 5., 5., 6., 1., 2., 3., 3., 4., 6., 7., 8., 2., 3., 5., 7., 8., 9.];
    let codes = [1, 1, 2, 0, 1, 2, 1, 0, 2, 1, 1, 1, 0, 2, 1, 0, 0, 1, 2, 1, 1, 2];
    let names = ["none", "home", "adopted"];
    Frame::new(vec![
        Column::float("time", times.to_vec()),
        Column::factor("exit", codes.map(|code: usize| names[code])),
        Column::integer(
            "arm",
            (0..22)
                .map(|row| {
                    if row < 8 {
                        1
                    } else if row < 16 {
                        2
                    } else {
                        3
                    }
                })
                .collect(),
        ),
        Column::integer("site", (0..22).map(|row| 1 + row % 2).collect()),
    ])
    .unwrap()
}

fn history(frame: &Frame) -> EventHistory {
    EventHistory::from_frame(frame, &Columns::new("time", "exit").censored("none")).unwrap()
}

fn factor(frame: &Frame, name: &str) -> Factor {
    frame.column(name).unwrap().to_factor()
}

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{a} is not {b}");
}

/// cmprsk 2.2-11: cuminc(time, exit, arm)$Tests, with rho = 0.5, and with strata = site.
#[test]
fn statistics_are_those_of_cmprsk() {
    let frame = children();
    let (history, arms) = (history(&frame), factor(&frame, "arm"));
    let expected = [
        ("home", 1.022_355_648_588_446, 0.997_828_153_640_814_8, 1.179_677_972_603_518_3),
        ("adopted", 0.229_390_706_490_670_98, 0.229_737_517_316_011_33, 0.266_876_960_610_532_45),
    ];
    for (state, plain, half, stratified) in expected {
        let of = |spec: Gray| 2.0 * spec.test(&history, &arms).unwrap().test.statistic;
        close(of(Gray::new(state)), plain, 1e-12);
        close(of(Gray::new(state).weights(0.5)), half, 1e-12);
        close(of(Gray::new(state).strata(factor(&frame, "site"))), stratified, 1e-12);
    }
}

#[test]
fn differences_add_up_to_zero_and_rows_cut_in_two_are_the_same_rows() {
    let frame = children();
    let whole = history(&frame);
    let n = whole.n_rows();
    let states = whole.states().to_vec();
    let mut cut = Spells { states, ..Spells::default() };
    let mut arm = Vec::new();
    for row in 0..n {
        let middle = whole.stop()[row] / 2.0;
        for (start, stop, to) in [(0.0, middle, None), (middle, whole.stop()[row], whole.to(row))] {
            cut.subject.push(row as u32);
            cut.cluster.push(row as u32);
            cut.start.push(start);
            cut.stop.push(stop);
            cut.from.push(0);
            cut.to.push(to);
            cut.weight.push(1.0);
            arm.push(Some(["a", "b", "c"][if row < 8 { 0 } else { usize::from(row >= 16) + 1 }]));
        }
    }
    let (arms, cut_arms) = (factor(&frame, "arm"), Factor::from_values(arm));
    let cut = EventHistory::new(cut).unwrap();
    for variance in [NullVariance::Hypergeometric, NullVariance::Clustered] {
        let spec = Gray::new("home").variance(variance);
        let (a, b) = (spec.test(&whole, &arms).unwrap(), spec.test(&cut, &cut_arms).unwrap());
        close(a.difference.iter().sum::<f64>(), 0.0, 1e-14);
        close(a.test.statistic, b.test.statistic, 1e-12);
    }
}

#[test]
fn clustered_errors_are_the_jackknife_of_the_differences_with_their_weights_held() {
    let frame = children();
    let (history, arms) = (history(&frame), factor(&frame, "arm"));
    let found = Gray::new("home").variance(NullVariance::Clustered).test(&history, &arms).unwrap();
    let rows: Vec<Vec<usize>> = (0..3).map(|g| (0..22).filter(|&row| arms.codes()[row] == g).collect()).collect();
    let home = history.states().iter().position(|state| state == "home").unwrap() as u32;
    let counts = Counts::new(&history, &rows, home, 0.0);
    // Z_0 = Σ_h Σ_t W_0h dF_h / (1 − F_h) as a function of the rows' weights, by its definition.
    let z = |weight: &[f64]| -> f64 {
        let mut sum = 0.0;
        for (h, rows) in rows.iter().enumerate() {
            let (mut free, mut incidence) = (1.0, 0.0);
            for now in &counts.instants {
                let of = |to: Option<u32>| -> f64 {
                    let here = rows.iter().filter(|&&row| history.stop()[row].to_bits() == now.time.to_bits());
                    here.filter(|&&row| history.to(row) == to).map(|&row| weight[row]).sum()
                };
                let y: f64 = rows.iter().filter(|&&row| history.stop()[row] >= now.time).map(|&row| weight[row]).sum();
                if y > 0.0 {
                    let added = free * of(Some(home)) / y;
                    let all = now.all_at_risk_of();
                    let is = f64::from(u8::from(h == 0));
                    sum += (is - now.at_risk_of(0) / all) * now.at_risk_of(h) * added / (1.0 - incidence);
                    free *= 1.0 - (of(Some(1)) + of(Some(2))) / y;
                    incidence += added;
                }
            }
        }
        sum
    };
    close(z(&[1.0; 22]), found.difference[0], 1e-13);
    let mut variance = 0.0;
    for row in 0..22 {
        let moved = |by: f64| z(&(0..22).map(|other| if other == row { 1.0 + by } else { 1.0 }).collect::<Vec<_>>());
        let h = 1e-3;
        let slope = (8.0 * (moved(h) - moved(-h)) - (moved(2.0 * h) - moved(-2.0 * h))) / (12.0 * h);
        variance += slope * slope;
    }
    close(found.covariance[(0, 0)], variance, 1e-9);
}

#[test]
fn requests_that_cannot_be_answered_have_their_codes() {
    let frame = children();
    let (history, arms) = (history(&frame), factor(&frame, "arm"));
    let code = |spec: Gray, groups: &Factor| spec.test(&history, groups).unwrap_err().code();
    assert_eq!(code(Gray::new("away"), &arms), "unknown_state");
    assert_eq!(code(Gray::new("home"), &Factor::from_values((0..22).map(|_| Some("a")))), "one_group");
    assert_eq!(code(Gray::new("home"), &Factor::from_values([Some("a"), Some("b")])), "unequal_lengths");
    let absent = Factor::from_values((0..22).map(|row| (row != 3).then_some(if row % 2 == 0 { "a" } else { "b" })));
    assert_eq!(code(Gray::new("home"), &absent), "absent_group");
    assert_eq!(code(Gray::new("home").strata(absent), &arms), "absent_group");
    // The two who are in no other arm have left before anybody goes home.
    assert_eq!(code(Gray::new("(start)"), &arms), "no_events");
}
