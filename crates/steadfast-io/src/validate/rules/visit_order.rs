//! Within a subject, a later visit does not happen before an earlier one. The order of the rows does not matter.

use steadfast_core::frame::{Column, Role};

use super::{Evidence, LooksAt, Report, Rule};
use crate::groups::{NO_GROUP, classes};

pub(super) struct VisitOrder;

impl Rule for VisitOrder {
    fn code(&self) -> &'static str {
        "visit_order"
    }

    fn may_be_weakened(&self) -> bool {
        true
    }

    fn looks_at(&self) -> LooksAt {
        LooksAt::Together
    }

    fn check(&self, evidence: &Evidence<'_>, report: &mut Report<'_>) {
        let roles = (evidence.with_role(Role::Subject), evidence.with_role(Role::Visit));
        let (Some(subject), Some(visit)) = roles else { return };
        if !evidence.together(&[subject]) {
            return;
        }
        for (time, _) in evidence.described().filter(|(column, _)| column.role() == Some(Role::Time)) {
            check_time((subject, visit, time), evidence, report);
        }
    }
}

fn check_time((subject, visit, time): (&Column, &Column, &Column), evidence: &Evidence<'_>, report: &mut Report<'_>) {
    let Some(times) = time.to_numeric() else { return };
    let subjects = classes(subject);
    let order = visit_places(visit);
    let mut rows: Vec<usize> = (0..subjects.len())
        .filter(|&row| subjects[row] != NO_GROUP && visit.is_observed(row) && time.is_observed(row))
        .collect();
    rows.sort_by(|&a, &b| {
        let by_visit = (subjects[a], order[a]).partial_cmp(&(subjects[b], order[b]));
        by_visit.unwrap_or(std::cmp::Ordering::Equal).then(a.cmp(&b))
    });
    // The latest time at an earlier visit of the same subject, and its row.
    let mut latest: Option<usize> = None;
    for of_visit in rows.chunk_by(|&a, &b| subjects[a] == subjects[b] && order[a].total_cmp(&order[b]).is_eq()) {
        latest = latest.filter(|&row| subjects[row] == subjects[of_visit[0]]);
        for &row in of_visit {
            if let Some(earlier) = latest.filter(|&earlier| times[row] < times[earlier]) {
                let earlier = evidence.file_row(earlier);
                report.cell(row, time.name(), format_args!("before the earlier visit in row {earlier}"));
            }
        }
        for &row in of_visit {
            latest = Some(latest.filter(|&known| times[known] >= times[row]).unwrap_or(row));
        }
    }
}

/// The place of each row's visit: its level's, or its number.
fn visit_places(visit: &Column) -> Vec<f64> {
    match visit.as_factor() {
        Some(factor) => factor.codes().iter().map(|&code| f64::from(code)).collect(),
        None => visit.to_numeric().map(|numbers| numbers.to_vec()).unwrap_or_default(),
    }
}
