//! Completeness: what became of every observation that the schedule expects, by instrument, visit, informant and arm.

use serde::Serialize;
use steadfast_core::frame::Factor;
use steadfast_core::schedule::{Classification, Slot, Status, Timing};

use super::{Count, Trial};
use crate::csv::{Csv, Field};

/// The table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Completeness {
    /// Its rows: instruments in the order of the schedule, then visits, informants and arms, all arms together last.
    pub rows: Vec<CompletenessRow>,
}

/// What became of one instrument at one visit in one arm. Persons are in one class each; a cluster is counted in every
/// class in which it has a member.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CompletenessRow {
    /// The instrument's short name.
    pub instrument: String,
    /// Its label.
    pub label: String,
    /// The visit.
    pub visit: String,
    /// The informant, where several are expected to answer.
    pub informant: Option<String>,
    /// The arm; none for all of them.
    pub arm: Option<String>,
    /// Who is in which class.
    #[serde(flatten)]
    pub counts: Counts,
    /// Persons with everything observed, in per cent of those expected.
    pub percent_of_expected: Option<f64>,
    /// In per cent of those due.
    pub percent_of_due: Option<f64>,
}

/// Persons and clusters by class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Everybody to whom the instrument applies: the classes without `not_applicable`.
    pub expected: Count,
    /// Those expected whose window has closed or who were observed: without `not_yet_due`.
    pub due: Count,
    /// Everything was observed.
    pub observed: Count,
    /// Something was.
    pub partly_observed: Count,
    /// Nothing was.
    pub missing: Count,
    /// Nothing was, after withdrawal.
    pub withdrawn: Count,
    /// Nothing was, and the window is open.
    pub not_yet_due: Count,
    /// By design there is nothing.
    pub not_applicable: Count,
    /// Of those observed, in full or in part: the visit was in its window.
    pub in_window: Count,
    /// It was before the window.
    pub early: Count,
    /// It was after it.
    pub late: Count,
    /// Its day, or the window, is not known.
    pub undated: Count,
}

impl Counts {
    /// The counts with their names, in the order of tables.
    pub fn named(&self) -> [(&'static str, Count); 12] {
        [
            ("expected", self.expected),
            ("due", self.due),
            ("observed", self.observed),
            ("partly_observed", self.partly_observed),
            ("missing", self.missing),
            ("withdrawn", self.withdrawn),
            ("not_yet_due", self.not_yet_due),
            ("not_applicable", self.not_applicable),
            ("in_window", self.in_window),
            ("early", self.early),
            ("late", self.late),
            ("undated", self.undated),
        ]
    }
}

impl From<[Count; 12]> for Counts {
    fn from(counts: [Count; 12]) -> Self {
        let [expected, due, observed, partly_observed, missing, withdrawn, rest @ ..] = counts;
        let [not_yet_due, not_applicable, in_window, early, late, undated] = rest;
        Self {
            expected,
            due,
            observed,
            partly_observed,
            missing,
            withdrawn,
            not_yet_due,
            not_applicable,
            in_window,
            early,
            late,
            undated,
        }
    }
}

/// Who is counted and how: factors of the frame that was classified.
#[derive(Debug, Clone, Copy)]
pub struct Groups<'a> {
    /// The arms; without them there is one row for all.
    pub arm: Option<&'a Factor>,
    /// The clusters; without them clusters are persons.
    pub cluster: Option<&'a Factor>,
    /// Persons with any of these rows are counted; all, without a choice.
    pub rows: Option<&'a [u32]>,
}

/// The table of those in `rows`; none where the trial follows no schedule.
pub fn completeness(trial: &Trial<'_>, rows: &[u32]) -> Option<Completeness> {
    let groups = Groups { arm: Some(&trial.arm), cluster: Some(&trial.unit), rows: Some(rows) };
    trial.classification.map(|classification| Completeness::of(classification, &groups))
}

impl Completeness {
    /// The table of `classification`.
    pub fn of(classification: &Classification, groups: &Groups<'_>) -> Self {
        let members = Members::of(classification, groups);
        let schedule = classification.schedule();
        let mut tally = Tally::new(&members);
        let mut rows = Vec::new();
        for (at, instrument) in schedule.instruments.iter().enumerate() {
            for (visit, planned) in schedule.visits.iter().enumerate() {
                if !instrument.is_planned_at(&planned.visit) {
                    continue;
                }
                for slot in classification.slots().iter().filter(|slot| slot.instrument() == at) {
                    let counts = tally.count(classification, &members, slot, visit);
                    rows.extend(counts.into_iter().zip(&members.arms).map(|(counts, arm)| CompletenessRow {
                        instrument: instrument.name.clone(),
                        label: instrument.label().to_owned(),
                        visit: planned.visit.clone(),
                        informant: slot.informant().map(str::to_owned),
                        arm: arm.clone(),
                        percent_of_expected: percent(counts.observed, counts.expected),
                        percent_of_due: percent(counts.observed, counts.due),
                        counts,
                    }));
                }
            }
        }
        Self { rows }
    }

    /// The table as a tidy CSV: a row for each count.
    pub(crate) fn csv(&self) -> Vec<u8> {
        let keys = ["instrument", "visit", "informant", "arm", "counted"];
        let mut csv = Csv::new(keys.iter().chain(&["clusters", "subjects", "percent_of_expected"]));
        for row in &self.rows {
            for (name, count) in row.counts.named() {
                let share = percent(count, row.counts.expected);
                csv.row([
                    Field::from(row.instrument.as_str()),
                    Field::from(row.visit.as_str()),
                    Field::from(row.informant.as_deref().unwrap_or_default()),
                    Field::from(row.arm.as_deref().unwrap_or_default()),
                    Field::from(name),
                    Field::from(count.clusters),
                    Field::from(count.subjects),
                    Field::from(share.filter(|_| name != "not_applicable")),
                ]);
            }
        }
        csv.into_bytes()
    }
}

fn percent(part: Count, whole: Count) -> Option<f64> {
    (whole.subjects > 0).then(|| 100.0 * part.subjects as f64 / whole.subjects as f64)
}

/// The persons counted, with arm and cluster.
struct Members {
    /// The arms, and none for all together.
    arms: Vec<Option<String>>,
    n_clusters: usize,
    /// Person, place of the arm, cluster.
    persons: Vec<(usize, Option<usize>, usize)>,
}

impl Members {
    fn of(classification: &Classification, groups: &Groups<'_>) -> Self {
        let mut is_counted = vec![groups.rows.is_none(); classification.n_subjects()];
        for subject in groups.rows.iter().copied().flatten().filter_map(|&row| classification.subject_of(row)) {
            is_counted[subject] = true;
        }
        let levels = groups.arm.map_or(&[][..], Factor::levels);
        let n_clusters = groups.cluster.map_or(classification.n_subjects(), |cluster| cluster.levels().len());
        let code =
            |factor: &Factor, row: u32, n: usize| Some(factor.codes()[row as usize] as usize).filter(|&it| it < n);
        let person = |(subject, &row): (usize, &u32)| {
            let arm = groups.arm.and_then(|arm| code(arm, row, levels.len()));
            let cluster = groups.cluster.map_or(Some(subject), |cluster| code(cluster, row, n_clusters));
            // Somebody without a cluster is in one that no other is in.
            (subject, arm, cluster.unwrap_or(n_clusters))
        };
        let all = classification.first_rows().iter().enumerate();
        let persons = all.filter(|(subject, _)| is_counted[*subject]).map(person).collect();
        let arms = levels.iter().cloned().map(Some).chain([None]).collect();
        Self { arms, n_clusters: n_clusters + 1, persons }
    }
}

/// Counts persons, and each cluster once a class and arm.
struct Tally {
    /// By arm, class and cluster, the last table cell in which it was counted.
    seen: Vec<u32>,
    now: u32,
}

/// The number of counts in [`Counts`].
const CLASSES: usize = 12;

impl Tally {
    fn new(members: &Members) -> Self {
        Self { seen: vec![0; members.arms.len() * CLASSES * members.n_clusters], now: 0 }
    }

    /// The counts of `slot` at `visit`, arm by arm.
    fn count(&mut self, classification: &Classification, members: &Members, slot: &Slot, visit: usize) -> Vec<Counts> {
        self.now += 1;
        let all = members.arms.len() - 1;
        let mut found = vec![[Count::default(); CLASSES]; members.arms.len()];
        for &(subject, arm, cluster) in &members.persons {
            let status = slot.cell(subject, visit).status;
            let timing = classification.timing(subject, visit);
            for arm in arm.into_iter().chain([all]) {
                for class in places(status, timing) {
                    let seen = &mut self.seen[(arm * CLASSES + class) * members.n_clusters + cluster];
                    let count = &mut found[arm][class];
                    count.subjects += 1;
                    count.clusters += usize::from(*seen != self.now);
                    *seen = self.now;
                }
            }
        }
        found.into_iter().map(Counts::from).collect()
    }
}

/// The places in [`Counts::named`] in which a person is counted.
fn places(status: Status, timing: Timing) -> impl Iterator<Item = usize> {
    let is_observed = matches!(status, Status::Observed | Status::PartlyObserved);
    let timing = match timing {
        Timing::InWindow => 8,
        Timing::Early => 9,
        Timing::Late => 10,
        Timing::Undated | Timing::NoRecord => 11,
    };
    let expected = (status != Status::NotApplicable).then_some(0);
    let due = (!matches!(status, Status::NotApplicable | Status::NotYetDue)).then_some(1);
    let class = match status {
        Status::Observed => 2,
        Status::PartlyObserved => 3,
        Status::Missing => 4,
        Status::Withdrawn => 5,
        Status::NotYetDue => 6,
        Status::NotApplicable => 7,
    };
    [expected, due, Some(class), is_observed.then_some(timing)].into_iter().flatten()
}
