//! The classification in the frame: why each value is absent, and the class of each row's instrument.

use super::classification::{Classification, Slot};
use super::grid::NOWHERE;
use super::plan::PlannedInstrument;
use super::status::{Cell, Status, Tally};
use crate::error::Result;
use crate::frame::{Column, Factor, Frame, Presence};

impl Classification {
    /// `frame`, which is the one classified, with the absences of the instruments' columns refined and a column
    /// `NAME.status` for each instrument.
    ///
    /// An observed value stays observed. An absent one takes the reason that says more of the file's and the cell's
    /// ([`Presence::and`]); where instruments share a column (forms for different ages), the reason of the one that says
    /// least, so that a column is not applicable only where none of its instruments applies.
    ///
    /// # Errors
    /// `schedule_columns` when the frame lacks a column, `unequal_lengths` when it is another frame.
    pub fn refine(&self, mut frame: Frame) -> Result<Frame> {
        let mut statuses = Vec::new();
        for (at, instrument) in self.schedule.instruments.iter().enumerate() {
            statuses.push(self.statuses(at, instrument, &frame)?);
        }
        for column in self.columns() {
            let of = |(at, _): &(usize, &PlannedInstrument)| statuses[*at].as_slice();
            let instruments = self.schedule.instruments.iter().enumerate();
            let classes: Vec<&[Option<Status>]> =
                instruments.filter(|(_, instrument)| instrument.has_column(column)).map(|it| of(&it)).collect();
            let refined = refined(frame.column(column)?, &classes);
            frame = frame.with_column(refined)?;
        }
        for (instrument, statuses) in self.schedule.instruments.iter().zip(statuses) {
            frame = frame.with_column(status_column(instrument, &statuses)?)?;
        }
        Ok(frame)
    }

    /// The columns of all instruments, each once.
    fn columns(&self) -> Vec<&str> {
        let all = self.schedule.instruments.iter().flat_map(|it| it.columns.iter().chain(&it.scores));
        let mut names: Vec<&str> = all.map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The class of an instrument in each row; none where the row names no person.
    fn statuses(&self, at: usize, instrument: &PlannedInstrument, frame: &Frame) -> Result<Vec<Option<Status>>> {
        let columns = instrument.columns.iter().map(|name| frame.column(name)).collect::<Result<Vec<&Column>>>()?;
        let informant = match &instrument.informants {
            Some(informants) => Some(frame.column(&informants.column)?.to_factor()),
            None => None,
        };
        let slots: Vec<&Slot> = self.slots.iter().filter(|slot| slot.instrument == at).collect();
        let status = |row: usize| {
            let (subject, visit) = (self.grid.subject[row], self.grid.visit[row]);
            if subject == NOWHERE {
                return None;
            }
            let answers = |slot: &&&Slot| match (slot.code, &informant) {
                (Some(code), Some(factor)) => factor.codes()[row] == code,
                _ => true,
            };
            let slot = slots.iter().find(answers).filter(|_| visit != NOWHERE);
            let alone = || Cell::unplanned(Tally::default().with(&columns, row as u32));
            Some(slot.map_or_else(alone, |slot| slot.cell(subject as usize, visit as usize)).status)
        };
        Ok((0..self.grid.subject.len()).map(status).collect())
    }
}

/// `column` with the reasons of its absences refined by the classes of its instruments.
fn refined(column: &Column, classes: &[&[Option<Status>]]) -> Column {
    let presence = |row: usize| {
        let recorded = column.presence(row);
        if recorded == Presence::Observed {
            return recorded;
        }
        let reasons = classes.iter().filter_map(|class| class.get(row).copied().flatten().map(Status::of_absent));
        // Of two reasons the one that `and` does not choose says less.
        let least = reasons.reduce(|known, other| if known.and(other) == known { other } else { known });
        recorded.and(least.unwrap_or(Presence::Missing))
    };
    column.clone().with_presence((0..column.len()).map(presence).collect())
}

fn status_column(instrument: &PlannedInstrument, statuses: &[Option<Status>]) -> Result<Column> {
    let levels = Status::ALL.iter().map(|status| status.name().to_owned()).collect();
    let codes = statuses.iter().map(|status| status.map_or(NOWHERE, |status| status as u32)).collect();
    let factor = Factor::from_raw(levels, codes)?;
    Ok(Column::from_factor(instrument.status_column(), factor).with_label(format!("{}: status", instrument.label())))
}
