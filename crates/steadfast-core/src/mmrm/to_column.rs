//! Baseline as a column of the later rows, and the change from it.

use super::factors::{dressed, factor, require_free, with_factor, without};
use super::measured::{Measured, numbers};
use super::subjects::Subjects;
use crate::error::Result;
use crate::frame::{Column, Frame, Presence, Role};

/// `frame` with each subject's baseline in every one of its rows, in `column`; it is numeric.
pub(super) fn spread(frame: Frame, column: &str, subjects: &Subjects, measured: &[Measured]) -> Result<Frame> {
    let of = |subject: &Option<usize>| subject.map(|subject| measured[subject]);
    let observed = |known: &Measured| if known.is_observed() { known.value } else { f64::NAN };
    let known: Vec<Option<Measured>> = subjects.of_row.iter().map(of).collect();
    let values = known.iter().map(|known| known.as_ref().map_or(f64::NAN, observed)).collect();
    let presence = known.iter().map(|known| known.map_or(Presence::Missing, |known| known.presence)).collect();
    let made = Column::float(column, values).with_presence(presence);
    let made = match frame.get(column) {
        Some(old) => dressed(made, old),
        None => made.with_role(Role::Baseline),
    };
    frame.with_column(made)
}

/// The rows of `frame` at other visits than `baseline`, which is no level of `visit` any more. A row without a visit
/// is kept: that it cannot enter is counted with the other incomplete rows.
pub(super) fn later(frame: &Frame, visit: &str, baseline: &str) -> Result<Frame> {
    let visits = factor(frame, visit)?;
    let is_later = |row: &u32| visits.level(*row as usize) != Some(baseline);
    let later = frame.select(&(0..frame.n_rows() as u32).filter(is_later).collect::<Vec<u32>>());
    let visits = without(&factor(&later, visit)?, baseline)?;
    with_factor(later, visit, visits)
}

/// `frame` with outcome − baseline in `change`.
pub(super) fn with_change(frame: Frame, outcome: &str, baseline: &str, change: &str) -> Result<Frame> {
    require_free(&frame, change)?;
    let (outcome, baseline) = (frame.column(outcome)?, frame.column(baseline)?);
    let (y, base) = (numbers(outcome)?, numbers(baseline)?);
    let presence = (0..frame.n_rows()).map(|row| outcome.presence(row).and(baseline.presence(row))).collect();
    let values = y.iter().zip(base.iter()).map(|(y, base)| y - base).collect();
    let mut made = Column::float(change, values).with_presence(presence).with_role(Role::Outcome);
    made = made.with_label(format!("{}, change from baseline", outcome.label()));
    if let Some(unit) = outcome.unit() {
        made = made.with_unit(unit);
    }
    frame.with_column(made)
}
