//! From the data as they are held to the data that the formula speaks of.

use super::baseline::{Place, Recorded};
use super::counts::Counts;
use super::factors::{as_factor, factor, require_free, with_factor};
use super::measured::{Measured, measured};
use super::subjects::Subjects;
use super::{Baseline, Mmrm, timing, to_column, to_rows};
use crate::error::{Error, Result};
use crate::findings::Findings;
use crate::formula::Formula;
use crate::frame::{Column, Factor, Frame};

/// The data and the formula of an analysis, and what happened on the way to them.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The rows of the analysis. Arm, visit and strata are factors.
    pub frame: Frame,
    /// The model of these rows.
    pub formula: Formula,
    /// Who has a baseline and who has later outcomes; `None` where no baseline is declared.
    pub counts: Option<Counts>,
    /// Remarks for the reader: who does not enter, and why.
    pub notes: Vec<String>,
    /// Warnings about rows of the frame that was given, numbered from 1: baselines assessed after randomisation.
    pub findings: Findings,
}

impl Mmrm {
    /// The data and the formula of the analysis of `frame`, which holds one row for each subject and visit.
    ///
    /// # Errors
    /// As [`Mmrm::formula`]; `unknown_column`, `unknown_level`, `unknown_visit`, `column_exists`; data that contradict
    /// themselves (`arm_differs`, `baseline_differs`, `duplicate_baseline`, `baseline_twice`), `no_baseline` when no
    /// subject has one; `varies_within_subject` and `baseline_weight` when a row of baseline cannot be made.
    pub fn prepare(&self, frame: &Frame) -> Result<Prepared> {
        let formula = self.formula()?;
        let frame = self.with_factors(frame.clone())?;
        let subjects = Subjects::of(&frame, &self.subject)?;
        subjects.require_constant(frame.column(&self.arm.column)?, "arm_differs")?;
        let Some(recorded) = &self.recorded else {
            let (notes, findings) = (Vec::new(), Findings::new());
            return Ok(Prepared { frame, formula, counts: None, notes, findings });
        };
        let visits = factor(&frame, &self.visit)?;
        let measured = measured(&frame, recorded, &self.outcome, &visits, &subjects)?;
        if self.baseline != Baseline::Unused && !measured.iter().any(Measured::is_observed) {
            return Err(Error::data("no_baseline", "no subject has a baseline"));
        }
        let counts = Counts::of(&subjects, &measured, frame.column(&self.outcome)?, &visits, &recorded.visit);
        let order = timing::order(&frame, recorded, &subjects, &measured)?.unwrap_or_default();
        let mut notes = counts.notes(self.baseline);
        notes.extend(timing::notes(&order, self.baseline));
        notes.extend(self.new_column());
        let frame = self.converted(frame, recorded, &subjects, &measured)?;
        Ok(Prepared { frame, formula, counts: Some(counts), notes, findings: order.findings })
    }

    /// What the formula reads beside the columns of the data.
    fn new_column(&self) -> Option<String> {
        let (arm, outcome) = (&self.arm.column, &self.outcome);
        match self.baseline {
            Baseline::Constrained => Some(format!(
                "`{}` is `{arm}` after baseline and its reference level at baseline, where its column is empty",
                self.arm_post()
            )),
            Baseline::Change | Baseline::AdjustedChange { .. } => {
                Some(format!("`{}` is `{outcome}` less its value at baseline", self.response()))
            }
            _ => None,
        }
    }

    /// The frame with arm, visit and strata as factors.
    fn with_factors(&self, mut frame: Frame) -> Result<Frame> {
        for column in [&self.arm.column, &self.visit].into_iter().chain(&self.strata) {
            frame = as_factor(frame, column)?;
        }
        let arm = factor(&frame, &self.arm.column)?.with_reference(&self.arm.reference)?;
        with_factor(frame, &self.arm.column, arm)
    }

    fn converted(
        &self,
        frame: Frame,
        recorded: &Recorded,
        subjects: &Subjects,
        measured: &[Measured],
    ) -> Result<Frame> {
        if !self.baseline.is_outcome() {
            return self.as_column(frame, recorded, subjects, measured);
        }
        let frame = match recorded.place {
            Place::Row => to_rows::baseline_first(frame, &self.visit, &recorded.visit)?,
            Place::Column => {
                self.refuse_weights()?;
                let places = (self.outcome.as_str(), self.visit.as_str(), recorded.visit.as_str());
                to_rows::rows(&frame, places, &self.columns_of_model(&frame)?, subjects, measured)?
            }
        };
        if self.baseline == Baseline::Constrained { self.with_arm_post(frame, &recorded.visit) } else { Ok(frame) }
    }

    /// The later rows with what they need of baseline.
    fn as_column(
        &self,
        frame: Frame,
        recorded: &Recorded,
        subjects: &Subjects,
        measured: &[Measured],
    ) -> Result<Frame> {
        let mut frame = frame;
        if self.baseline != Baseline::Unused {
            if recorded.place == Place::Row {
                require_free(&frame, &recorded.column)?;
            }
            frame = to_column::spread(frame, &recorded.column, subjects, measured)?;
        }
        if recorded.place == Place::Row {
            frame = to_column::later(&frame, &self.visit, &recorded.visit)?;
        }
        if self.baseline.is_change() {
            frame = to_column::with_change(frame, &self.outcome, &recorded.column, &self.response())?;
        }
        Ok(frame)
    }

    /// The columns that the formula reads and the data hold.
    fn columns_of_model(&self, frame: &Frame) -> Result<Vec<String>> {
        Ok(self.formula()?.columns().into_iter().filter(|name| frame.get(name).is_some()).collect())
    }

    fn refuse_weights(&self) -> Result<()> {
        let Some(weights) = &self.weights else { return Ok(()) };
        let message =
            format!("`{weights}` has no weight for baseline, which is a column: give baseline rows of its own");
        Err(Error::usage("baseline_weight", message))
    }

    /// The frame with the factor that is the arm after baseline and the reference arm at baseline.
    fn with_arm_post(&self, frame: Frame, baseline: &str) -> Result<Frame> {
        let name = self.arm_post();
        require_free(&frame, &name)?;
        let (arm, visits) = (factor(&frame, &self.arm.column)?, factor(&frame, &self.visit)?);
        let code = |row: usize| {
            let own = arm.codes()[row];
            // A subject without an arm has none at baseline either.
            let reference = visits.level(row) == Some(baseline) && arm.level(row).is_some();
            if reference { arm.reference() as u32 } else { own }
        };
        let codes = (0..frame.n_rows()).map(code).collect();
        let post = Factor::from_raw(arm.levels().to_vec(), codes)?.with_reference(&self.arm.reference)?;
        let label = format!("{}, from the first visit after baseline", frame.column(&self.arm.column)?.label());
        frame.with_column(Column::from_factor(name, post).with_label(label))
    }
}
