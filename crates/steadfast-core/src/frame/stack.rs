//! Frames below each other.

use std::sync::Arc;

use super::Frame;
use super::column::{Column, ColumnData, Presence};
use super::factor::{Factor, level_order};
use crate::error::{Error, Result};

impl Frame {
    /// The rows of all `frames`, which have the same columns, one frame after the other. Factors with the same levels keep
    /// them; of others the levels are those of all, in [`super::level_order`]. Rows keep their numbers where all have some.
    ///
    /// # Errors
    /// `unequal_columns` when the columns differ in name, order or type.
    pub fn stacked(frames: &[Frame]) -> Result<Frame> {
        let Some(first) = frames.first() else { return Ok(Frame::default()) };
        let mut columns = Vec::with_capacity(first.columns.len());
        for at in 0..first.columns.len() {
            let each: Option<Vec<&Column>> = frames.iter().map(|frame| frame.columns.get(at)).collect();
            columns.push(Column::stacked(&each.ok_or_else(unequal)?)?);
        }
        let numbers: Option<Vec<&Arc<Vec<u64>>>> = frames.iter().map(|frame| frame.numbers.as_ref()).collect();
        let numbers = numbers.map(|each| Arc::new(each.into_iter().flat_map(|own| own.iter().copied()).collect()));
        Ok(Frame { columns, n_rows: frames.iter().map(Frame::n_rows).sum(), numbers })
    }
}

fn unequal() -> Error {
    Error::usage("unequal_columns", "frames with other columns cannot be put below each other")
}

impl Column {
    fn stacked(each: &[&Column]) -> Result<Column> {
        let first = each[0];
        if each.iter().any(|other| other.name() != first.name()) {
            return Err(unequal());
        }
        macro_rules! joined {
            ($kind:ident) => {{
                let mut values = Vec::with_capacity(each.iter().map(|one| one.len()).sum());
                for one in each {
                    let ColumnData::$kind(own) = one.data() else { return Err(unequal()) };
                    values.extend_from_slice(own);
                }
                ColumnData::$kind(Arc::new(values))
            }};
        }
        let data = match first.data() {
            ColumnData::Float(_) => joined!(Float),
            ColumnData::Integer(_) => joined!(Integer),
            ColumnData::Date(_) => joined!(Date),
            ColumnData::Bool(_) => joined!(Bool),
            ColumnData::Factor(_) => {
                let factors: Option<Vec<&Factor>> = each.iter().map(|one| one.as_factor()).collect();
                ColumnData::Factor(Factor::stacked(&factors.ok_or_else(unequal)?)?)
            }
        };
        let complete = each.iter().all(|one| one.is_complete());
        let presence = || each.iter().flat_map(|one| (0..one.len()).map(|row| one.presence(row))).collect();
        let absent: Option<Vec<Presence>> = (!complete).then(presence);
        Ok(first.holding(data, absent))
    }
}

impl Factor {
    fn stacked(each: &[&Factor]) -> Result<Factor> {
        let first = each[0];
        if each.iter().all(|other| other.levels() == first.levels()) {
            let codes = each.iter().flat_map(|one| one.codes().iter().copied()).collect();
            return Ok(first.with_codes(codes));
        }
        let mut levels: Vec<String> = each.iter().flat_map(|one| one.levels().iter().cloned()).collect();
        level_order(&mut levels);
        levels.dedup();
        let places: std::collections::HashMap<&str, u32> =
            levels.iter().zip(0..).map(|(level, place)| (level.as_str(), place)).collect();
        let mut codes = Vec::new();
        for one in each {
            let own: Vec<u32> = one.levels().iter().map(|level| places[level.as_str()]).collect();
            codes.extend(one.codes().iter().map(|&code| own.get(code as usize).copied().unwrap_or(u32::MAX)));
        }
        Factor::from_raw(levels, codes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_frames_below_each_other_are_those_of_all_in_their_natural_order() {
        let frame = |y: Vec<f64>, g: &[&str]| {
            Frame::new(vec![Column::float("y", y), Column::factor("g", g.iter().copied())]).unwrap()
        };
        let both = Frame::stacked(&[frame(vec![1.0, f64::NAN], &["10", "9"]), frame(vec![3.0], &["2"])]).unwrap();
        assert_eq!(both, frame(vec![1.0, f64::NAN, 3.0], &["10", "9", "2"]));
        let other = Frame::new(vec![Column::float("y", vec![1.0])]).unwrap();
        assert_eq!(Frame::stacked(&[frame(vec![1.0], &["a"]), other]).unwrap_err().code(), "unequal_columns");
    }
}
