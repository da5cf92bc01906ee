//! Cumulative hazards and mean numbers of events against survival and reda, and the layouts of recurrent events.

use steadfast_core::event_history::{Columns, Layout, RecurrentHistory};
use steadfast_core::frame::{Factor, Frame};
use steadfast_core::survival::{
    HazardVariance, MeanCounts, MeanCumulative, MeanVariance, MeanWeight, NelsonAalen, TiedHazards, Transformation,
};

use super::{ROUNDING, by_sex, close, external, lung_history, numbers};

#[test]
fn cumulative_hazards_and_their_survival_are_those_of_r() {
    let Some((frame, r)) = external("lung", "km_lung_fh") else { return };
    for (case, ties) in [("stype2_ctype1", TiedHazards::Together), ("stype2_ctype2", TiedHazards::Successive)] {
        let r = &r[case];
        let spec = NelsonAalen::new("(start)", "2").ties(ties).variance(HazardVariance::Poisson);
        let hazards =
            spec.transformation(Transformation::Log).by_group(&lung_history(&frame), &by_sex(&frame)).unwrap();
        let names = ["time", "n.event", "cumhaz", "std.chaz", "surv", "std.err", "lower", "upper"];
        let columns = names.map(|name| numbers(&r[name]));
        for (group, sex) in ["sex=1", "sex=2"].into_iter().enumerate() {
            let rows = r["strata"].as_array().unwrap().iter().zip(0..).filter(|(stratum, _)| *stratum == sex);
            let rows: Vec<usize> = rows.map(|(_, row)| row).filter(|&row: &usize| columns[1][row] > 0.0).collect();
            let curve = hazards.curve(group).unwrap();
            assert_eq!(curve.times().len(), rows.len());
            for (k, row) in rows.into_iter().enumerate() {
                let (hazard, survival) = (curve.hazard(k).unwrap(), curve.survival(k).unwrap());
                let (low, high) = survival.limits.unwrap();
                let found = [
                    hazard.time,
                    hazard.events,
                    hazard.estimate,
                    hazard.std_error,
                    survival.probability,
                    survival.std_error,
                    low,
                    high,
                ];
                for (name, (found, expected)) in names.iter().zip(found.into_iter().zip(&columns)) {
                    close(name, &[found], &[expected[row]], ROUNDING);
                }
            }
        }
    }
}

/// The history of a table with one row for each event and one for the end of a person's observation.
fn recurrent(frame: &Frame, subject: &str, time: &str, event: &str) -> RecurrentHistory {
    RecurrentHistory::from_frame(frame, &Columns::new(time, event).subject(subject).censored("0"), &[]).unwrap()
}

/// Every row of reda's table of one group that is a time of ours, or between two of ours.
fn compare(case: &str, counts: &MeanCounts, group: usize, r: &serde_json::Value, rows: &[usize]) {
    let columns = ["time", "MCF", "se"].map(|name| numbers(&r[name]));
    let (lower, upper) = (numbers(&r["lower"]), numbers(&r["upper"]));
    for &row in rows {
        let found = counts.at(columns[0][row]).unwrap().mean(group).unwrap();
        let expected = [columns[1][row], columns[2][row], lower[row], upper[row]];
        close(case, &[found.estimate, found.std_error, found.conf_low, found.conf_high], &expected, ROUNDING);
    }
}

#[test]
fn mean_cumulative_functions_are_those_of_reda() {
    let Some((frame, r)) = external("valveSeats", "reda_mcf") else { return };
    let history = recurrent(&frame, "ID", "Days", "No.");
    let cases = [
        ("valve", MeanVariance::Jackknife),
        ("valve_poisson", MeanVariance::Poisson),
        ("valve_csv", MeanVariance::Sample),
    ];
    for (case, variance) in cases {
        let counts = MeanCumulative::new().variance(variance).estimate(&history).unwrap();
        let rows: Vec<usize> = (0..numbers(&r[case]["time"]).len()).collect();
        compare(case, &counts, 0, &r[case], &rows);
    }
}

#[test]
fn groups_their_difference_and_the_pseudo_score_tests_are_those_of_reda() {
    let Some((frame, r)) = external("simuDat", "reda_mcf") else { return };
    let history = recurrent(&frame, "ID", "time", "event");
    let group = frame.select(history.observation().source()).column("group").unwrap().to_factor();
    let counts = MeanCumulative::new().by_group(&history, &group).unwrap();
    for (place, name) in ["Contr", "Treat"].into_iter().enumerate() {
        let groups = r["simu"]["group"].as_array().unwrap();
        let rows: Vec<usize> = (0..groups.len()).filter(|&row| groups[row] == name).collect();
        compare(name, &counts, place, &r["simu"], &rows);
    }
    let difference = &r["mcfDiff_head"];
    for (row, time) in numbers(&difference["time"]).into_iter().enumerate() {
        let found = counts.at(time).unwrap().difference(0, 1).unwrap();
        let expected = ["MCF", "se", "lower", "upper"].map(|name| numbers(&difference[name])[row]);
        close("mcfDiff", &[found.estimate, found.std_error, found.conf_low, found.conf_high], &expected, ROUNDING);
    }
    for (row, weight) in [MeanWeight::Constant, MeanWeight::Linear].into_iter().enumerate() {
        let found = MeanCumulative::new().test(&history, &group, weight).unwrap();
        let expected = ["Statistic", "Variance", "Chisq"].map(|name| numbers(&r["pseudo_score_test"][name])[row]);
        close("test", &[found.difference[0], found.covariance[(0, 0)], found.test.statistic], &expected, ROUNDING);
    }
}

/// The column of a frame as numbers.
fn column(frame: &Frame, name: &str) -> Vec<f64> {
    frame.column(name).unwrap().to_numeric().unwrap().to_vec()
}

#[test]
fn bladder1_becomes_bladder2_and_bladder() {
    let Some((frame, _)) = external("bladder1", "cox_bladder2_ag") else { return };
    let (Some((second, _)), Some((marginal, _))) =
        (external("bladder2", "cox_bladder2_ag"), external("bladder", "cox_bladder_wlw"))
    else {
        return;
    };
    // R's tables are of placebo and thiotepa, and take deaths (2, 3) for the end of observation.
    let arm = frame.column("treatment").unwrap().to_factor();
    let rows: Vec<u32> =
        (0..frame.n_rows() as u32).filter(|&row| arm.level(row as usize) != Some("pyridoxine")).collect();
    let frame = frame.select(&rows);
    let columns = Columns::new("stop", "status").start("start").subject("id").censored("0");
    let history = RecurrentHistory::from_frame(&frame, &columns, &["2", "3"]).unwrap();
    assert_eq!(history.observation().findings().iter().filter(|finding| finding.code == "no_time").count(), 1);
    let total = history.layout(&frame, Layout::TotalTime, Some(4)).unwrap();
    for (ours, theirs) in
        [("start", "start"), ("stop", "stop"), ("event", "event"), ("order", "enum"), ("number", "number")]
    {
        assert_eq!(column(&total, ours), column(&second, theirs), "{ours}");
    }
    let wlw = history.layout(&frame, Layout::Marginal, Some(4)).unwrap();
    // R gives everybody four rows that start at 0: ours start with the observation, which is cut where events are.
    let whole: Vec<usize> = (0..wlw.n_rows()).filter(|&row| keeps(&wlw, row)).collect();
    let of = |name: &str| -> Vec<f64> { whole.iter().map(|&row| column(&wlw, name)[row]).collect() };
    assert_eq!(of("order"), column(&marginal, "enum"));
    assert_eq!(of("stop"), column(&marginal, "stop"));
    assert_eq!(of("event"), column(&marginal, "event"));
}

/// Whether the row is the last of its person and order.
fn keeps(frame: &Frame, row: usize) -> bool {
    let same = |name: &str| column(frame, name)[row].to_bits() == column(frame, name)[row + 1].to_bits();
    row + 1 == frame.n_rows() || !(same("id") && same("order"))
}

#[test]
fn groups_of_the_same_people_do_not_differ() {
    let Some((frame, _)) = external("simuDat", "reda_mcf") else { return };
    let history = recurrent(&frame, "ID", "time", "event");
    let once = MeanCumulative::new().estimate(&history).unwrap();
    let all = Factor::from_values((0..history.observation().n_rows()).map(|_| Some("all")));
    let again = MeanCumulative::new().by_group(&history, &all).unwrap();
    let of = |counts: &MeanCounts| counts.at(100.0).unwrap().mean(0).unwrap().std_error.to_bits();
    assert_eq!(of(&once), of(&again));
}
