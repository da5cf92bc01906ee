//! Gray's test and cumulative incidences against cmprsk and mstate.

use steadfast_core::event_history::{Columns, EventHistory};
use steadfast_core::frame::Factor;
use steadfast_core::survival::{AalenJohansen, Gray};

use super::{ROUNDING, by_sex, close, external, numbers};

/// cmprsk 2.2-11, cuminc(etime, event, sex)$Tests with rho = 0, −1, 1; by age cut at 60, 70 and 80; by sex with strata of age.
#[test]
fn tests_of_cumulative_incidence_are_those_of_cmprsk() {
    let Some((frame, _)) = external("mgus2_cr", "aj_mgus2") else { return };
    let history = EventHistory::from_frame(&frame, &Columns::new("etime", "event").censored("censor")).unwrap();
    let age = frame.column("age").unwrap().to_numeric().unwrap();
    let bands = ["60", "70", "80", "older"];
    let band = |age: &f64| Some(bands[[60.0, 70.0, 80.0].iter().filter(|limit| *age > **limit).count()]);
    let (sex, age) = (by_sex(&frame), Factor::from_values(age.iter().map(band)));
    let chi = |spec: Gray, groups: &Factor| {
        let test = spec.test(&history, groups).unwrap().test;
        test.statistic * test.num_df
    };
    let cases = [
        ("pcm", 0.0, 1.194_507_825_075_515),
        ("death", 0.0, 11.651_259_012_127_738),
        ("pcm", -1.0, 1.160_104_420_974_128),
        ("death", -1.0, 7.148_350_601_906_563),
        ("pcm", 1.0, 1.229_358_833_559_976),
        ("death", 1.0, 13.930_509_714_948_661),
    ];
    for (state, rho, expected) in cases {
        close(state, &[chi(Gray::new(state).weights(rho), &sex)], &[expected], ROUNDING);
    }
    close("age", &[chi(Gray::new("pcm"), &age)], &[8.037_928_346_063_86], ROUNDING);
    close("age", &[chi(Gray::new("death"), &age)], &[303.657_991_424_907_5], ROUNDING);
    let stratified = |state| chi(Gray::new(state).strata(age.clone()), &sex);
    close("strata", &[stratified("pcm")], &[1.930_999_981_841_666], ROUNDING);
    close("strata", &[stratified("death")], &[28.951_261_815_691_38], ROUNDING);
}

#[test]
fn cumulative_incidences_are_those_of_mstate() {
    let Some((frame, r)) = external("aidssi", "mstate_aidssi_cuminc") else { return };
    let history = EventHistory::from_frame(&frame, &Columns::new("time", "status").censored("0")).unwrap();
    let curves = AalenJohansen::new().estimate(&history).unwrap();
    let found = &r["cuminc"];
    for (row, time) in numbers(&found["time"]).into_iter().enumerate() {
        let at = curves.at(time).unwrap();
        for (state, p, se) in [("(start)", "Surv", "seSurv"), ("1", "CI.1", "seCI.1"), ("2", "CI.2", "seCI.2")] {
            let here = at.occupation(0, state).unwrap();
            close(p, &[here.probability], &[numbers(&found[p])[row]], ROUNDING);
            // mstate's errors are Aalen's, from Greenwood's sum; the jackknife differs by a share of one in those at risk.
            close(se, &[here.std_error], &[numbers(&found[se])[row]], 0.02);
        }
    }
}
