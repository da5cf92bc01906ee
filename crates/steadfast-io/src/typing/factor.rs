//! Levels: those that are declared, and those that occur.

use std::collections::HashMap;

use steadfast_core::frame::{Column, Factor, level_order};

use crate::dictionary::{Level, Levels};
use crate::error::Result;

/// The place of each declared code among the levels.
pub(super) fn codes_of(levels: &Levels) -> HashMap<&str, u32> {
    levels.levels().iter().enumerate().map(|(index, level)| (level.code(), index as u32)).collect()
}

/// The factor with its declared levels.
pub(super) fn declared(name: &str, levels: &Levels, codes: Vec<u32>) -> Result<Column> {
    let names = levels.levels().iter().map(|level| Level::name(level).to_owned()).collect();
    let mut factor = Factor::from_raw(names, codes)?.ordered(levels.is_ordered());
    if let Some(reference) = levels.reference() {
        factor = factor.with_reference(reference)?;
    }
    Ok(Column::from_factor(name, factor))
}

/// Gives each distinct text a number, in the order in which they come.
#[derive(Default)]
pub(crate) struct Interner {
    codes: HashMap<String, u32>,
}

impl Interner {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The number of `text`.
    pub(crate) fn code(&mut self, text: &str) -> u32 {
        if let Some(&code) = self.codes.get(text) {
            return code;
        }
        let code = self.codes.len() as u32;
        self.codes.insert(text.to_owned(), code);
        code
    }

    /// The factor of which `codes` are the texts' numbers, with its levels in their natural order.
    pub(crate) fn factor(self, name: &str, mut codes: Vec<u32>) -> Result<Column> {
        let mut levels: Vec<String> = self.codes.keys().cloned().collect();
        level_order(&mut levels);
        let mut place = vec![0; levels.len()];
        for (index, level) in levels.iter().enumerate() {
            place[self.codes[level] as usize] = index as u32;
        }
        for code in &mut codes {
            *code = place.get(*code as usize).copied().unwrap_or(u32::MAX);
        }
        Ok(Column::from_factor(name, Factor::from_raw(levels, codes)?))
    }
}
