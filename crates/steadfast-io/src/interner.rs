//! Numbers for texts, so that a million rows hold small numbers and compare fast.

use std::collections::HashMap;

use crate::cells::Cells;
use crate::error::Result;

/// Where a row has no text.
pub(crate) const NONE: u32 = u32::MAX;

/// Distinct texts, numbered in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Interner {
    /// The number of `text`, which it gets now if it has none.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = self.texts.len() as u32;
        self.numbers.insert(text.to_owned(), number);
        self.texts.push(text.to_owned());
        number
    }

    /// The number of each cell's text; [`NONE`] where it is blank.
    pub(crate) fn numbers(&mut self, cells: &Cells<'_>) -> Result<Vec<u32>> {
        let mut numbers = Vec::with_capacity(cells.len());
        cells.for_each(|cell| {
            numbers.push(match cell.map(str::trim) {
                None | Some("") => NONE,
                Some(text) => self.number(text),
            });
        })?;
        Ok(numbers)
    }

    /// The text with this number; empty for [`NONE`].
    pub(crate) fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", String::as_str)
    }

    /// The number of texts.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Sorts the texts and returns the new number of each old one, so that numbers do not depend on the order of rows.
    pub(crate) fn sort(&mut self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.texts.len() as u32).collect();
        order.sort_by(|&a, &b| self.texts[a as usize].cmp(&self.texts[b as usize]));
        let mut new = vec![0; order.len()];
        for (number, &old) in order.iter().enumerate() {
            new[old as usize] = number as u32;
        }
        self.texts.sort();
        self.numbers = self.texts.iter().cloned().zip(0..).collect();
        new
    }
}
