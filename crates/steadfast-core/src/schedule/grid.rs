//! Persons × visits planned, with the rows of each: complete, whether or not the file has a row.

use super::columns::Columns;
use super::plan::Schedule;

/// Stands where a row belongs to no person, or to a visit that is not planned.
pub(super) const NOWHERE: u32 = u32::MAX;

/// The rows sorted by person and visit, by counting.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    pub(super) n_visits: usize,
    /// By row.
    pub(super) subject: Vec<u32>,
    /// By row; the visit's place in the schedule.
    pub(super) visit: Vec<u32>,
    /// The first row of each person.
    pub(super) first_rows: Vec<u32>,
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Grid {
    pub(super) fn of(schedule: &Schedule, columns: &Columns<'_>) -> Self {
        let (subject, first_rows) = dense(columns.subject.codes());
        let place = |level: &String| schedule.visits.iter().position(|planned| planned.visit == *level);
        let places: Vec<u32> =
            columns.visit.levels().iter().map(|level| place(level).map_or(NOWHERE, |place| place as u32)).collect();
        let visit: Vec<u32> =
            columns.visit.codes().iter().map(|&code| places.get(code as usize).copied().unwrap_or(NOWHERE)).collect();
        let n_visits = schedule.visits.len();
        let key = |row: usize| {
            let (subject, visit) = (subject[row], visit[row]);
            (subject != NOWHERE && visit != NOWHERE).then(|| subject as usize * n_visits + visit as usize)
        };
        let mut starts = vec![0_u32; first_rows.len() * n_visits + 1];
        (0..subject.len()).filter_map(key).for_each(|key| starts[key + 1] += 1);
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut next = starts.clone();
        let mut rows = vec![0; starts.last().map_or(0, |&end| end as usize)];
        for row in 0..subject.len() {
            if let Some(key) = key(row) {
                rows[next[key] as usize] = row as u32;
                next[key] += 1;
            }
        }
        Self { n_visits, subject, visit, first_rows, starts, rows }
    }

    pub(super) fn n_subjects(&self) -> usize {
        self.first_rows.len()
    }

    /// The place of a person's visit in lists over persons × visits.
    pub(super) fn at(&self, subject: usize, visit: usize) -> usize {
        subject * self.n_visits + visit
    }

    /// The rows at a place, ascending.
    pub(super) fn rows(&self, at: usize) -> &[u32] {
        &self.rows[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

/// Codes without gaps, in the order of the levels that occur, and the first row of each.
fn dense(codes: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let levels = codes.iter().filter(|&&code| code != NOWHERE).max().map_or(0, |&code| code as usize + 1);
    let mut first = vec![NOWHERE; levels];
    for (row, &code) in codes.iter().enumerate().rev() {
        if code != NOWHERE {
            first[code as usize] = row as u32;
        }
    }
    let mut next = 0;
    let new: Vec<u32> = first
        .iter()
        .map(|&row| {
            let code = if row == NOWHERE { NOWHERE } else { next };
            next += u32::from(row != NOWHERE);
            code
        })
        .collect();
    let of_row = codes.iter().map(|&code| new.get(code as usize).copied().unwrap_or(NOWHERE)).collect();
    (of_row, first.into_iter().filter(|&row| row != NOWHERE).collect())
}
