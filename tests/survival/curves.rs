//! Curves and tests between groups.

use steadfast_core::event_history::{Columns, EventHistory};
use steadfast_core::survival::{AalenJohansen, LogRank, Transformation};

use super::{ROUNDING, by_sex, close, external, lung_history, matrix, numbers, observed};

#[test]
fn kaplan_meier_curves_and_their_limits_are_those_of_r() {
    let cases = [
        ("km_lung_sex_plain", Transformation::Plain),
        ("km_lung_sex_log", Transformation::Log),
        ("km_lung_sex_loglog", Transformation::LogLog),
        ("km_lung_sex_arcsin", Transformation::Arcsine),
    ];
    for (reference, transformation) in cases {
        let Some((frame, r)) = external("lung", reference) else { continue };
        let curves = AalenJohansen::new().transformation(transformation);
        let curves = curves.by_group(&lung_history(&frame), &by_sex(&frame)).unwrap();
        let columns = ["time", "n.risk", "n.event", "surv", "std.err", "lower", "upper"].map(|name| numbers(&r[name]));
        let mut compared = 0;
        for (group, sex) in ["sex=1", "sex=2"].into_iter().enumerate() {
            let curve = curves.curve(group).unwrap();
            let rows = r["strata"].as_array().unwrap().iter().zip(0..).filter(|(stratum, _)| *stratum == sex);
            let events: Vec<usize> = rows.map(|(_, row)| row).filter(|&row: &usize| columns[2][row] > 0.0).collect();
            assert_eq!(curve.times(), events.iter().map(|&row| columns[0][row]).collect::<Vec<_>>());
            for (k, row) in events.into_iter().enumerate() {
                let found = curve.occupation(k, "(start)").unwrap();
                let expected = [columns[1][row], columns[3][row]];
                close(reference, &[f64::from(found.n_at_risk), found.probability], &expected, ROUNDING);
                // Where nobody is left R's error is no number.
                if found.probability > 1e-12 {
                    let (low, high) = found.limits.unwrap();
                    let expected = [columns[4][row], columns[5][row], columns[6][row]];
                    close(reference, &[found.std_error, low, high], &expected, ROUNDING);
                    compared += 1;
                }
            }
        }
        assert!(compared > 130, "{compared}");
    }
}

#[test]
fn cumulative_incidences_and_times_in_states_are_those_of_r() {
    let Some((frame, r)) = external("mgus2_cr", "aj_mgus2") else { return };
    let columns = Columns::new("etime", "event").censored("censor");
    let history = EventHistory::from_frame(&frame, &columns).unwrap();
    let curves = AalenJohansen::new().by_group(&history, &by_sex(&frame)).unwrap();
    let states = ["(start)", "pcm", "death"];
    let (times, strata) = (numbers(&r["at_times"]["time"]), r["at_times"]["strata"].as_array().unwrap());
    let (p, se) = (matrix(&r["at_times"]["pstate"]), matrix(&r["at_times"]["std.err"]));
    for (row, (time, stratum)) in times.iter().zip(strata).enumerate() {
        let (at, group) = (curves.at(*time).unwrap(), usize::from(stratum == "sex=M"));
        let found = states.map(|state| at.occupation(group, state).unwrap());
        close("pstate", &found.map(|found| found.probability), &p[3 * row..3 * row + 3], ROUNDING);
        close("std.err", &found.map(|found| found.std_error), &se[3 * row..3 * row + 3], ROUNDING);
    }
    // The table ends at 240 months: its times in the three states add up to that.
    let (table, at) = (matrix(&r["table"]), curves.at(240.0).unwrap());
    let mut found = Vec::new();
    for state in states {
        found.extend([0, 1].map(|group| at.time_in(group, state).unwrap().estimate));
    }
    let expected: Vec<f64> = table.chunks_exact(3).map(|row| row[2]).collect();
    close("rmean", &found, &expected, ROUNDING);
}

#[test]
fn restricted_means_and_their_difference_are_those_of_r() {
    let Some((frame, r)) = external("lung", "rmst_lung") else { return };
    let curves = AalenJohansen::new().by_group(&lung_history(&frame), &by_sex(&frame)).unwrap();
    let at = curves.at(500.0).unwrap();
    let expected = matrix(&r["survfit_table"]);
    for group in [0, 1] {
        let found = at.time_in(group, "(start)").unwrap();
        close("rmean", &[found.estimate, found.std_error], &expected[9 * group + 4..9 * group + 6], ROUNDING);
    }
    let difference = at.time_difference("(start)", 1, 0).unwrap();
    let found = [difference.estimate, difference.conf_low, difference.conf_high, difference.p_value];
    close("rmst2", &found, &matrix(&r["rmst2"])[..4], ROUNDING);
    let ratio = at.log_time_ratio("(start)", 1, 0).unwrap();
    let found = [ratio.estimate, ratio.conf_low, ratio.conf_high].map(f64::exp);
    close("rmst2 ratio", &found, &matrix(&r["rmst2"])[4..7], ROUNDING);
}

#[test]
fn log_rank_tests_are_those_of_r() {
    let Some((frame, r)) = external("lung", "survdiff_lung") else { return };
    let (history, sex) = (lung_history(&frame), by_sex(&frame));
    for (case, rho) in [("rho0", 0.0), ("rho05", 0.5), ("rho1", 1.0)] {
        let found = LogRank::new("2").weights(rho, 0.0).test(&history, &sex).unwrap();
        close(case, &found.observed, &numbers(&r[case]["obs"]), ROUNDING);
        close(case, &found.expected, &numbers(&r[case]["exp"]), ROUNDING);
        close(case, &[found.test.statistic], &[r[case]["chisq"].as_f64().unwrap()], ROUNDING);
    }
    let frame = observed(&frame, "ph.ecog");
    let (history, performance) = (lung_history(&frame), frame.column("ph.ecog").unwrap().to_factor());
    let found = LogRank::new("2").strata(performance.clone()).test(&history, &by_sex(&frame)).unwrap();
    close("strat", &[found.test.statistic], &[r["strat"]["chisq"].as_f64().unwrap()], ROUNDING);
    let found = LogRank::new("2").test(&history, &performance).unwrap();
    close("kgroups", &[found.test.statistic * 3.0], &[r["kgroups"]["chisq"].as_f64().unwrap()], ROUNDING);
    close("kgroups", found.covariance.as_slice(), &matrix(&r["kgroups"]["var"]), ROUNDING);
}
