//! Mean numbers of events as a table for a terminal.

use std::fmt::Write as _;

use super::mean_numbers::{MeanNumberResult, NumberRow};
use crate::events::text::notes;
use crate::results::layout::{columns, decimals, df, fixed, p_value, percent, plain, significant};

/// `result` as a statistician expects to read it.
pub fn summary(result: &MeanNumberResult) -> String {
    let clusters = result.cluster.as_ref().or(result.subject.as_ref()).map_or("", String::as_str);
    let level = percent(result.level);
    let lines = [
        ["Formula", &result.formula],
        ["Counted", &result.events.join(", ")],
        ["Ended by", &if result.terminal.is_empty() { "nothing".to_owned() } else { result.terminal.join(", ") }],
        ["Limits", &format!("{level}; standard errors by the infinitesimal jackknife over clusters of {clusters}")],
    ];
    let lines: Vec<Vec<String>> = lines.iter().map(|line| line.map(str::to_owned).to_vec()).collect();
    let mut text = format!("Mean number of events\n{}", columns(&lines, 2));
    let blocks = [
        observed(result),
        rows("Mean numbers", &result.means, result),
        rows("Differences of mean numbers", &result.differences, result),
        ratios(result),
        test(result),
        notes(&result.rows, &[], &result.cautions),
    ];
    for block in blocks.iter().filter(|block| !block.is_empty()) {
        let _ = write!(text, "\n{block}");
    }
    text
}

fn observed(result: &MeanNumberResult) -> String {
    let mut lines = vec![["Group", "Persons", "Clusters", "Event", "Count", "To persons"].map(str::to_owned).to_vec()];
    for group in &result.groups {
        let observed = &group.observed;
        let mut first = [group.group.clone(), observed.persons.to_string(), observed.clusters.to_string()];
        for event in &observed.events {
            let own = [event.event.clone(), event.count.to_string(), event.persons.to_string()];
            lines.push(first.iter().cloned().chain(own).collect());
            first = [const { String::new() }; 3];
        }
    }
    format!("Observed\n{}", columns(&lines, 1))
}

fn rows(title: &str, rows: &[NumberRow], result: &MeanNumberResult) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let digits = decimals(rows.iter().map(|one| one.row.std_error));
    let limits = format!("{} limits", percent(result.level));
    let tested = rows.iter().all(|one| one.row.term.contains(" - "));
    let mut first = ["Term", "Time", "At risk", "Estimate", "Std. error", &limits].map(str::to_owned).to_vec();
    let means = std::ptr::eq(rows, result.means.as_slice());
    if !means {
        first.remove(2);
    }
    first.extend(tested.then(|| "p".to_owned()));
    let mut lines = vec![first];
    for one in rows {
        let row = &one.row;
        let at_risk =
            result.at_risk.iter().find(|known| known.group == row.term && known.time.total_cmp(&one.time).is_eq());
        let mut line = vec![row.term.clone(), plain(one.time)];
        line.extend(means.then(|| at_risk.map_or_else(String::new, |known| known.at_risk.to_string())));
        line.extend([
            fixed(row.estimate, digits),
            fixed(row.std_error, digits),
            format!("{} to {}", fixed(row.conf_low, digits), fixed(row.conf_high, digits)),
        ]);
        line.extend(tested.then(|| p_value(row.p_value)));
        lines.push(line);
    }
    format!("{title}\n{}", columns(&lines, 1))
}

fn ratios(result: &MeanNumberResult) -> String {
    if result.log_ratios.is_empty() {
        return String::new();
    }
    let limits = format!("{} limits", percent(result.level));
    let mut lines = vec![["Term", "Time", "Ratio", &limits, "p"].map(str::to_owned).to_vec()];
    lines.extend(result.log_ratios.iter().map(|one| {
        let row = &one.row;
        let limits = format!("{} to {}", significant(row.ratio_low, 4), significant(row.ratio_high, 4));
        vec![row.row.term.clone(), plain(one.time), significant(row.ratio, 4), limits, p_value(row.row.p_value)]
    }));
    format!("Ratios of mean numbers\n{}", columns(&lines, 1))
}

fn test(result: &MeanNumberResult) -> String {
    let Some(test) = &result.test else { return String::new() };
    format!(
        "Equal mean numbers until the last time: χ² {}, df {}, p {}\n",
        fixed(test.chi_squared, 3),
        df(Some(test.df)),
        p_value(test.p_value)
    )
}
