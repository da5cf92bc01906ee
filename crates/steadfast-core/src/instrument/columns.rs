//! The columns of a frame that hold items, as numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::form::{Answer, Form};
use super::request::Request;
use crate::frame::{Column, Frame, Presence};

/// The columns of the items of a request.
pub(super) struct Columns<'a> {
    columns: Vec<ItemColumn<'a>>,
    places: BTreeMap<String, usize>,
}

/// One column of numbers.
pub(super) struct ItemColumn<'a> {
    column: &'a Column,
    numbers: Arc<Vec<f64>>,
}

impl ItemColumn<'_> {
    /// The column's name.
    pub(super) fn name(&self) -> &str {
        self.column.name()
    }

    /// What stands in `row`.
    pub(super) fn answer(&self, row: usize) -> Answer {
        match self.column.presence(row) {
            Presence::Observed => Answer::Given(self.numbers[row]),
            // An answer that should exist or will: why it does not is what the schedule says of the score.
            Presence::Missing | Presence::Withdrawn | Presence::NotYetDue => Answer::Missing,
            Presence::NotApplicable => Answer::NotApplicable,
        }
    }
}

impl<'a> Columns<'a> {
    /// The columns of `frame` that hold items of `request`, and those that hold no numbers.
    pub(super) fn of(frame: &'a Frame, request: &Request) -> (Self, Vec<String>) {
        let (mut columns, mut places, mut not_numbers) = (Vec::new(), BTreeMap::new(), Vec::new());
        for item in request.forms.iter().flat_map(Form::item_ids) {
            let found = request.items.column(item).and_then(|name| frame.get(&name));
            let Some(column) = found.filter(|_| !places.contains_key(item)) else { continue };
            match numbers(column) {
                Some(numbers) => {
                    places.insert(item.to_owned(), columns.len());
                    columns.push(ItemColumn { column, numbers });
                }
                None => not_numbers.push(column.name().to_owned()),
            }
        }
        not_numbers.dedup();
        (Self { columns, places }, not_numbers)
    }

    /// The column of `item`.
    pub(super) fn get(&self, item: &str) -> Option<&ItemColumn<'a>> {
        self.places.get(item).map(|&place| &self.columns[place])
    }
}

/// The numbers of a column: its own, or those that the levels of a factor write.
fn numbers(column: &Column) -> Option<Arc<Vec<f64>>> {
    if let Some(numbers) = column.to_numeric() {
        return Some(numbers);
    }
    let factor = column.as_factor()?;
    let levels: Option<Vec<f64>> = factor.levels().iter().map(|level| level.trim().parse().ok()).collect();
    let levels = levels?;
    let number = |&code: &u32| levels.get(code as usize).copied().unwrap_or(f64::NAN);
    Some(Arc::new(factor.codes().iter().map(number).collect()))
}
