//! Concordance against R's `concordance`.

use steadfast_core::survival::{Concordance, Cox, TimeWeight};

use super::{ROUNDING, close, external, lung_history, numbers};

#[test]
fn concordances_are_those_of_r() {
    let Some((frame, r)) = external("lung", "concordance_lung") else { return };
    let fit = Cox::new("Surv(time, status) ~ age + sex + ph.ecog".parse().unwrap()).censored("1").fit(&frame).unwrap();
    let found = Concordance::new().of(&fit).unwrap();
    let counts = found.counts();
    let pairs = [counts.concordant, counts.discordant, counts.tied_risk, counts.tied_time, counts.tied_both];
    close("cox", &pairs, &numbers(&r["cox"]["count"]["values"]), ROUNDING);
    let number = |case: &str, what: &str| r[case][what].as_f64().unwrap();
    let variance = found.std_error() * found.std_error();
    close("cox", &[found.estimate()], &[number("cox", "concordance")], ROUNDING);
    close("cox", &[variance], &[number("cox", "var")], ROUNDING);
    // There larger ages are taken to go with longer times.
    let ages: Vec<f64> = frame.column("age").unwrap().to_numeric().unwrap().iter().map(|age| -age).collect();
    let uno = Concordance::new().time_weight(TimeWeight::Uno).of_risks(&lung_history(&frame), "2", &ages).unwrap();
    close("uno", &[uno.estimate()], &[number("uno", "concordance")], ROUNDING);
    close("uno", &[uno.std_error() * uno.std_error()], &[number("uno", "var")], ROUNDING);
}
