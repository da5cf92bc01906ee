//! From one row a person to one row a visit.

use steadfast_core::frame::{Column, Factor, Frame, Role};

use super::assemble::{Place, gathered};
use super::spec::{Measure, WideSpec};
use crate::error::{Error, Result};

/// The long table of the wide `frame`: for each of its rows, one row a visit, in the order of the visits, also where
/// nothing was measured. Columns that are no measure are repeated; the visit is an ordered factor.
///
/// # Errors
/// `bad_reshape` when the specification contradicts itself or the long table would have two columns of one name,
/// `unknown_column` when the frame lacks a column that it names, `mixed_types` or `unequal_levels` when the columns of a
/// measure are not alike.
pub fn to_long(frame: &Frame, spec: &WideSpec) -> Result<Frame> {
    spec.check(frame)?;
    let visits = spec.visits().len();
    let n = frame.n_rows();
    let measured: Vec<&String> = spec.measures().iter().flat_map(Measure::columns).collect();
    let repeated: Vec<Place> = (0..n * visits).map(|row| Some((0, row / visits))).collect();
    let mut columns = Vec::new();
    for column in frame.columns().iter().filter(|column| !measured.iter().any(|name| *name == column.name())) {
        columns.push(gathered(column.name(), &[column], &repeated)?);
    }
    let codes = (0..n * visits).map(|row| (row % visits) as u32).collect();
    let visit = Factor::from_raw(spec.visits().to_vec(), codes)?.ordered(true);
    columns.push(Column::from_factor(spec.visit(), visit).with_role(Role::Visit));
    let places: Vec<Place> = (0..n * visits).map(|row| Some((row % visits, row / visits))).collect();
    for measure in spec.measures() {
        let sources: std::result::Result<Vec<&Column>, _> =
            measure.columns().iter().map(|name| frame.column(name)).collect();
        columns.push(gathered(measure.name(), &sources?, &places)?);
    }
    distinct(columns)
}

/// The columns as a frame, when their names differ.
pub(super) fn distinct(columns: Vec<Column>) -> Result<Frame> {
    for (index, column) in columns.iter().enumerate() {
        if columns[..index].iter().any(|earlier| earlier.name() == column.name()) {
            let message = format!("the reshaped table would have two columns called `{}`", column.name());
            return Err(Error::usage("bad_reshape", message));
        }
    }
    Ok(Frame::new(columns)?)
}
