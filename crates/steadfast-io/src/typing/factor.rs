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
pub(crate) fn declared(name: &str, levels: &Levels, codes: Vec<u32>) -> Result<Column> {
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
    /// The last text and its number: the rows of one person mostly follow each other.
    last: Option<(String, u32)>,
}

impl Interner {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The number of `text`.
    pub(crate) fn code(&mut self, text: &str) -> u32 {
        if let Some((last, code)) = &self.last
            && last == text
        {
            return *code;
        }
        let next = self.codes.len() as u32;
        let code = match self.codes.get(text) {
            Some(&code) => code,
            None => {
                self.codes.insert(text.to_owned(), next);
                next
            }
        };
        let (last, last_code) = self.last.get_or_insert_default();
        last.clear();
        last.push_str(text);
        *last_code = code;
        code
    }

    /// The factor of which `codes` are the texts' numbers, with its levels in their natural order.
    pub(crate) fn factor(self, name: &str, mut codes: Vec<u32>) -> Result<Column> {
        let mut texts = vec![String::new(); self.codes.len()];
        for (text, code) in self.codes {
            texts[code as usize] = text;
        }
        let mut levels = texts.clone();
        level_order(&mut levels);
        // Sorted files bring the texts in their order already; then the numbers are the codes.
        if levels != texts {
            let place: HashMap<&str, u32> =
                levels.iter().enumerate().map(|(at, text)| (text.as_str(), at as u32)).collect();
            let recoded: Vec<u32> = texts.iter().map(|text| place[text.as_str()]).collect();
            for code in &mut codes {
                *code = recoded.get(*code as usize).copied().unwrap_or(u32::MAX);
            }
        }
        Ok(Column::from_factor(name, Factor::from_raw(levels, codes)?))
    }
}
