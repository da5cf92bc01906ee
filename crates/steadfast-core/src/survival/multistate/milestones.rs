//! From one row a person, with the times at which states were entered, to rows of who was where from when to when.

use super::Transition;
use crate::error::{Error, Result};
use crate::frame::{Column, Factor, Frame};

/// The columns that say when each state was entered, and between which states one can pass.
///
/// A state has a column of times and one that is 1 where the time is that of entry, and 0 where the person was watched until then
/// without entering. Everybody begins in the first state at 0. Observation of a stay ends at the first of the times of the
/// states that could follow; where one is entered and another censored at the same time, it is entered.
#[derive(Debug, Clone, PartialEq)]
pub struct Milestones {
    start: String,
    states: Vec<(String, String, String)>,
    transitions: Vec<Transition>,
}

/// A stay in a state.
struct Stay {
    row: usize,
    from: usize,
    to: Option<usize>,
    start: f64,
    stop: f64,
}

/// The level that says that observation ended.
const CENSORED: &str = "(none)";

impl Milestones {
    /// Everybody begins in `start`, from which, and between which, one can pass by `transitions`.
    pub fn new<T: Into<Transition>>(start: impl Into<String>, transitions: impl IntoIterator<Item = T>) -> Self {
        Self { start: start.into(), states: Vec::new(), transitions: transitions.into_iter().map(Into::into).collect() }
    }

    /// `state` was entered at the time in the column `time` where the column `entered` is 1.
    pub fn state(mut self, state: impl Into<String>, time: impl Into<String>, entered: impl Into<String>) -> Self {
        self.states.push((state.into(), time.into(), entered.into()));
        self
    }

    /// One row a stay: the columns of `frame`, with `from`, `to` (`(none)` where observation ends), `start` and `stop`.
    ///
    /// # Errors
    /// `unknown_state`; `unknown_column`; `not_numeric`; `bad_event` where `entered` is neither 0 nor 1; `missing_value`;
    /// `tied_milestones` where two states that could follow are entered at once; `bad_time` where a stay would not have a
    /// positive length; each with its row.
    pub fn stays(&self, frame: &Frame) -> Result<Frame> {
        let (names, stays) = self.all(frame)?;
        let rows: Vec<u32> = stays.iter().map(|stay| stay.row as u32).collect();
        let from = stays.iter().map(|stay| Some(stay.from as u32)).collect();
        let to = stays.iter().map(|stay| Some(stay.to.map_or(0, |to| to as u32 + 1))).collect();
        let ends = [CENSORED.to_owned()].into_iter().chain(names.iter().cloned()).collect();
        frame
            .select(&rows)
            .with_column(Column::from_factor("from", Factor::from_codes(names.clone(), from)?))?
            .with_column(Column::from_factor("to", Factor::from_codes(ends, to)?))?
            .with_column(Column::float("start", stays.iter().map(|stay| stay.start).collect()))?
            .with_column(Column::float("stop", stays.iter().map(|stay| stay.stop).collect()))
    }

    /// One row for each stay and each transition that could have ended it, as mstate's `msprep` writes: the columns of `frame`, with
    /// `from`, `to`, `transition` (numbered from 1 in the order given), `start`, `stop` and `status`.
    ///
    /// # Errors
    /// As [`Milestones::stays`].
    pub fn long(&self, frame: &Frame) -> Result<Frame> {
        let (names, stays) = self.all(frame)?;
        let place = |name: &String| names.iter().position(|known| known == name).unwrap_or_default();
        let ends: Vec<(usize, usize)> = self.transitions.iter().map(|t| (place(&t.from), place(&t.to))).collect();
        let possible = |stay: &Stay| {
            let from = stay.from;
            ends.iter().enumerate().filter(move |(_, end)| end.0 == from).map(|(number, end)| (number, end.1))
        };
        let rows: Vec<(&Stay, usize, usize)> =
            stays.iter().flat_map(|stay| possible(stay).map(move |(number, to)| (stay, number, to))).collect();
        let source: Vec<u32> = rows.iter().map(|(stay, _, _)| stay.row as u32).collect();
        let from = rows.iter().map(|(stay, _, _)| Some(stay.from as u32)).collect();
        let to = rows.iter().map(|(_, _, to)| Some(*to as u32)).collect();
        frame
            .select(&source)
            .with_column(Column::from_factor("from", Factor::from_codes(names.clone(), from)?))?
            .with_column(Column::from_factor("to", Factor::from_codes(names.clone(), to)?))?
            .with_column(Column::integer("transition", rows.iter().map(|(_, number, _)| *number as i64 + 1).collect()))?
            .with_column(Column::float("start", rows.iter().map(|(stay, _, _)| stay.start).collect()))?
            .with_column(Column::float("stop", rows.iter().map(|(stay, _, _)| stay.stop).collect()))?
            .with_column(Column::integer(
                "status",
                rows.iter().map(|(stay, _, to)| i64::from(stay.to == Some(*to))).collect(),
            ))
    }

    /// The names of the states, and the stays of all rows.
    fn all(&self, frame: &Frame) -> Result<(Vec<String>, Vec<Stay>)> {
        let names: Vec<String> =
            [&self.start].into_iter().chain(self.states.iter().map(|(name, _, _)| name)).cloned().collect();
        let place = |name: &String| {
            let unknown = || Error::usage("unknown_state", format!("there is no state `{name}`: {}", names.join(", ")));
            names.iter().position(|known| known == name).ok_or_else(unknown)
        };
        let pairs =
            self.transitions.iter().map(|t| Ok((place(&t.from)?, place(&t.to)?))).collect::<Result<Vec<_>>>()?;
        if let Some((_, _)) = pairs.iter().find(|(_, to)| *to == 0) {
            return Err(Error::usage("unknown_state", "no column says when the first state is entered again"));
        }
        let columns =
            self.states.iter().map(|(_, time, entered)| columns(frame, time, entered)).collect::<Result<Vec<_>>>()?;
        let mut stays = Vec::new();
        for row in 0..frame.n_rows() {
            let (mut from, mut start) = (0, 0.0);
            while let Some(next) = next(&columns, &pairs, row, from, start)? {
                let (to, stop) = (next.to, next.stop);
                stays.push(next);
                match to {
                    Some(to) => (from, start) = (to, stop),
                    None => break,
                }
            }
        }
        Ok((names, stays))
    }
}

/// The times of a state, and whether it was entered then.
fn columns(frame: &Frame, time: &str, entered: &str) -> Result<Vec<(f64, bool)>> {
    let numbers = |name: &str| -> Result<Vec<f64>> {
        let column = frame.column(name)?;
        if let Some(row) = (0..frame.n_rows()).find(|&row| !column.is_observed(row)) {
            return Err(Error::data("missing_value", format!("column `{name}` has no value in row {}", row + 1)));
        }
        let values = column.to_numeric();
        values
            .map(|values| values.to_vec())
            .ok_or_else(|| Error::usage("not_numeric", format!("column `{name}` is no number")))
    };
    let (times, flags) = (numbers(time)?, numbers(entered)?);
    let pair = |(row, (&time, &flag)): (usize, (&f64, &f64))| {
        if flag.to_bits() == 1.0_f64.to_bits() {
            Ok((time, true))
        } else if flag.to_bits() == 0.0_f64.to_bits() {
            Ok((time, false))
        } else {
            Err(Error::data("bad_event", format!("column `{entered}` row {}: neither 0 nor 1", row + 1)))
        }
    };
    times.iter().zip(&flags).enumerate().map(pair).collect()
}

/// The stay of `row` in `from` since `start`; none where nothing can follow.
fn next(
    columns: &[Vec<(f64, bool)>],
    pairs: &[(usize, usize)],
    row: usize,
    from: usize,
    start: f64,
) -> Result<Option<Stay>> {
    let targets: Vec<(usize, f64, bool)> = pairs
        .iter()
        .filter(|(leaves, _)| *leaves == from)
        .map(|&(_, to)| (to, columns[to - 1][row].0, columns[to - 1][row].1))
        .collect();
    let Some(stop) = targets.iter().map(|(_, time, _)| *time).min_by(f64::total_cmp) else { return Ok(None) };
    let mut entered = targets.iter().filter(|(_, time, entered)| *entered && *time <= stop).map(|(to, _, _)| *to);
    let to = entered.next();
    if entered.next().is_some() {
        let message = format!("row {}: two states are entered at the same time", row + 1);
        return Err(Error::data("tied_milestones", message));
    }
    if !(stop.is_finite() && stop > start) {
        let message = format!("row {}: a stay would end when it begins, or before", row + 1);
        return Err(Error::data("bad_time", message));
    }
    Ok(Some(Stay { row, from, to, start, stop }))
}
