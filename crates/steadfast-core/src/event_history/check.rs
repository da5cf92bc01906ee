//! The rules that spells must obey, all held at once.

use super::Spells;
use crate::findings::{Finding, Findings, Severity};

/// Everything that is wrong with `spells`, whose rows are called by their `numbers`.
pub(super) fn check(spells: &Spells, numbers: &[u64]) -> Findings {
    let mut report = Report { numbers, findings: Findings::new() };
    if lengths(spells).into_iter().any(|length| length != numbers.len()) {
        report.whole("unequal_lengths", "the columns of the spells do not have one element for each row");
        return report.findings;
    }
    for row in 0..spells.start.len() {
        single(spells, row, &mut report);
    }
    let mut order: Vec<usize> = (0..spells.start.len()).collect();
    order.sort_by(|&a, &b| {
        let by_time = spells.start[a].total_cmp(&spells.start[b]).then(spells.stop[a].total_cmp(&spells.stop[b]));
        spells.subject[a].cmp(&spells.subject[b]).then(by_time).then(a.cmp(&b))
    });
    for pair in order.windows(2).filter(|pair| spells.subject[pair[0]] == spells.subject[pair[1]]) {
        successive(spells, pair[0], pair[1], &mut report);
    }
    report.findings.sorted()
}

fn lengths(spells: &Spells) -> [usize; 7] {
    let Spells { states: _, subject, cluster, start, stop, from, to, weight } = spells;
    [subject.len(), cluster.len(), start.len(), stop.len(), from.len(), to.len(), weight.len()]
}

/// What one row says by itself.
fn single(spells: &Spells, row: usize, report: &mut Report<'_>) {
    let (start, stop, weight) = (spells.start[row], spells.stop[row], spells.weight[row]);
    if !(start.is_finite() && stop.is_finite()) {
        report.error(row, "bad_time", "a time is not a finite number");
    } else if stop < start {
        report.error(row, "negative_length", "the row stops before it starts");
    } else if stop <= start {
        report.error(row, "zero_length", "the row stops when it starts");
    }
    if !(weight.is_finite() && weight >= 0.0) {
        report.error(row, "bad_weight", "a weight is a finite number that is not negative");
    }
    if [Some(spells.from[row]), spells.to[row]].into_iter().flatten().any(|state| state as usize >= spells.states.len())
    {
        report.error(row, "unknown_state", "a state is none of those named");
    }
    if spells.to[row] == Some(spells.from[row]) {
        report.error(row, "no_transition", "the row passes to the state that it is in");
    }
}

/// What two rows of a person say that follow each other.
fn successive(spells: &Spells, before: usize, after: usize, report: &mut Report<'_>) {
    let earlier = report.numbers[before];
    if spells.cluster[before] != spells.cluster[after] {
        report.error(after, "subject_in_two_clusters", format!("row {earlier} has the same person in another cluster"));
    }
    if spells.start[after] < spells.stop[before] {
        report.error(after, "overlap", format!("shares time with row {earlier} of the same person"));
        return;
    }
    if spells.start[after] > spells.stop[before] {
        report.add(Severity::Warning, after, "gap", format!("not under observation since row {earlier} ended"));
    }
    let left = spells.to[before].unwrap_or(spells.from[before]);
    let unseen = spells.to[before].is_none() && spells.start[after] > spells.stop[before];
    if left != spells.from[after] && !unseen {
        report.error(after, "jump", format!("begins in another state than the one in which row {earlier} ended"));
    }
}

struct Report<'a> {
    numbers: &'a [u64],
    findings: Findings,
}

impl Report<'_> {
    fn error(&mut self, row: usize, code: &str, message: impl Into<String>) {
        self.add(Severity::Error, row, code, message);
    }

    fn whole(&mut self, code: &str, message: &str) {
        self.findings.push(Finding {
            severity: Severity::Error,
            file: None,
            row: None,
            column: None,
            code: code.to_owned(),
            message: message.to_owned(),
        });
    }

    fn add(&mut self, severity: Severity, row: usize, code: &str, message: impl Into<String>) {
        self.findings.push(Finding {
            severity,
            file: None,
            row: Some(self.numbers[row]),
            column: None,
            code: code.to_owned(),
            message: message.into(),
        });
    }
}
