//! How many subjects have what the analysis asks for.

use serde::{Deserialize, Serialize};

use super::Baseline;
use super::measured::Measured;
use super::subjects::Subjects;
use crate::frame::{Column, Factor, Presence};

/// Who has a baseline and who has later outcomes, before covariates and weights are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Subjects with any row.
    pub subjects: usize,
    /// Subjects with a baseline and a later outcome.
    pub both: usize,
    /// Subjects with a baseline and no later outcome.
    pub baseline_only: usize,
    /// Subjects with a later outcome whose baseline is missing.
    pub baseline_missing: usize,
    /// Subjects with a later outcome who can have no baseline by design, or not yet.
    pub baseline_not_applicable: usize,
    /// Later outcomes of subjects without a baseline, for either reason.
    pub outcomes_without_baseline: usize,
}

impl Counts {
    /// The counts of a frame; `visits` is its factor of visits, and `baseline` the level that is no later visit.
    pub(super) fn of(
        subjects: &Subjects,
        measured: &[Measured],
        outcome: &Column,
        visits: &Factor,
        baseline: &str,
    ) -> Self {
        let later = |row: &&u32| {
            let at = **row as usize;
            outcome.is_observed(at) && visits.level(at).is_some_and(|level| level != baseline)
        };
        let mut counts = Self { subjects: subjects.len(), ..Self::default() };
        for (rows, known) in subjects.rows.iter().zip(measured) {
            let outcomes = rows.iter().filter(later).count();
            match (known.presence, outcomes) {
                (Presence::Observed, 0) => counts.baseline_only += 1,
                (Presence::Observed, _) => counts.both += 1,
                (_, 0) => {}
                (absent, _) if absent.is_imputable() => counts.baseline_missing += 1,
                _ => counts.baseline_not_applicable += 1,
            }
            counts.outcomes_without_baseline += if known.is_observed() { 0 } else { outcomes };
        }
        counts
    }

    /// What the analysis does with the subjects who lack one or the other.
    pub(super) fn notes(&self, analysis: Baseline) -> Vec<String> {
        let (alone, without) = match analysis {
            Baseline::Unused => return Vec::new(),
            Baseline::Constrained | Baseline::Unconstrained => ("contribute it", "contribute"),
            _ => ("do not enter", "do not enter"),
        };
        let mut notes = Vec::new();
        if self.baseline_only > 0 {
            notes.push(format!("{} subjects have baseline and no later outcome; they {alone}", self.baseline_only));
        }
        let reasons = [(self.baseline_missing, "is missing"), (self.baseline_not_applicable, "is not applicable")];
        for (subjects, why) in reasons.into_iter().filter(|(subjects, _)| *subjects > 0) {
            notes.push(format!("baseline {why} for {subjects} subjects with later outcomes; these {without}"));
        }
        notes
    }
}
