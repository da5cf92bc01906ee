//! Categorical data: codes into an ordered list of levels, one of which is the reference.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use crate::error::{Error, Result};

/// The code that stands where a factor has no level; presence says why.
pub(crate) const NO_LEVEL: u32 = u32::MAX;

/// A categorical variable: a level for each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    levels: Arc<Vec<String>>,
    codes: Arc<Vec<u32>>,
    ordered: bool,
    reference: usize,
}

/// The order in which levels stand when nobody declares one: by number when every level is one, by text otherwise.
pub fn level_order(levels: &mut [String]) {
    let numbers: Option<Vec<f64>> = levels.iter().map(|level| level.trim().parse::<f64>().ok()).collect();
    let numeric = numbers.is_some_and(|numbers| numbers.iter().all(|number| number.is_finite()));
    levels.sort_by(|a, b| {
        let by_number = if numeric {
            let parse = |s: &str| s.trim().parse::<f64>().unwrap_or(f64::NAN);
            parse(a).partial_cmp(&parse(b)).unwrap_or(Ordering::Equal)
        } else {
            Ordering::Equal
        };
        by_number.then_with(|| a.cmp(b))
    });
}

impl Factor {
    /// A factor whose levels are the distinct `values` in [`level_order`]; `None` has no level.
    pub fn from_values<S: AsRef<str>>(values: impl IntoIterator<Item = Option<S>>) -> Self {
        let mut seen: HashMap<String, u32> = HashMap::new();
        let mut levels: Vec<String> = Vec::new();
        let mut codes: Vec<u32> = Vec::new();
        for value in values {
            let code = match value {
                None => NO_LEVEL,
                Some(text) => match seen.get(text.as_ref()) {
                    Some(&code) => code,
                    None => {
                        let code = levels.len() as u32;
                        levels.push(text.as_ref().to_owned());
                        seen.insert(text.as_ref().to_owned(), code);
                        code
                    }
                },
            };
            codes.push(code);
        }
        let mut sorted = levels.clone();
        level_order(&mut sorted);
        let new_code: HashMap<&str, u32> = sorted.iter().enumerate().map(|(i, s)| (s.as_str(), i as u32)).collect();
        let recode: Vec<u32> = levels.iter().map(|level| new_code[level.as_str()]).collect();
        for code in &mut codes {
            if *code != NO_LEVEL {
                *code = recode[*code as usize];
            }
        }
        Self { levels: Arc::new(sorted), codes: Arc::new(codes), ordered: false, reference: 0 }
    }

    /// A factor whose levels are the distinct `values` in the rows that are `observed`, by number.
    pub(crate) fn from_integers(values: &[i64], observed: impl Fn(usize) -> bool) -> Self {
        let rows = || values.iter().enumerate().filter(|(row, _)| observed(*row)).map(|(_, &value)| value);
        let (low, high) = rows().fold((i64::MAX, i64::MIN), |(low, high), value| (low.min(value), high.max(value)));
        let width = high.checked_sub(low).and_then(|width| usize::try_from(width).ok());
        // Identifiers are mostly dense, so a table by value finds codes fastest; else the values are sorted.
        let table = width.filter(|&width| width < 4 * values.len() + 1_024);
        let mut distinct: Vec<i64> = match table {
            Some(width) => {
                let mut seen = vec![false; width + 1];
                rows().for_each(|value| seen[(value - low) as usize] = true);
                (low..=high).zip(seen).filter(|(_, seen)| *seen).map(|(value, _)| value).collect()
            }
            None => rows().collect(),
        };
        distinct.sort_unstable();
        distinct.dedup();
        let mut code_of = vec![NO_LEVEL; table.map_or(0, |width| width + 1)];
        if table.is_some() {
            distinct.iter().enumerate().for_each(|(code, value)| code_of[(value - low) as usize] = code as u32);
        }
        let code = |(row, value): (usize, &i64)| match (observed(row), table) {
            (false, _) => NO_LEVEL,
            (true, Some(_)) => code_of[(value - low) as usize],
            (true, None) => distinct.binary_search(value).map_or(NO_LEVEL, |code| code as u32),
        };
        let codes = values.iter().enumerate().map(code).collect();
        let levels = distinct.iter().map(i64::to_string).collect();
        Self { levels: Arc::new(levels), codes: Arc::new(codes), ordered: false, reference: 0 }
    }

    /// A factor from 0-based `codes` into `levels`, in the declared order; the first level is the reference.
    ///
    /// # Errors
    /// `duplicate_level` when a level is listed twice; `unknown_level` when a code points past the levels.
    pub fn from_codes(levels: Vec<String>, codes: Vec<Option<u32>>) -> Result<Self> {
        let codes = codes.into_iter().map(|code| code.unwrap_or(NO_LEVEL)).collect();
        Self::from_raw(levels, codes)
    }

    /// As [`Factor::from_codes`], with `u32::MAX` where a row has no level.
    ///
    /// # Errors
    /// As [`Factor::from_codes`].
    pub fn from_raw(levels: Vec<String>, codes: Vec<u32>) -> Result<Self> {
        let mut sorted: Vec<&String> = levels.iter().collect();
        sorted.sort();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Error::data("duplicate_level", "a level is listed twice"));
        }
        if let Some(row) = codes.iter().position(|&code| code != NO_LEVEL && code as usize >= levels.len()) {
            return Err(Error::data("unknown_level", format!("row {} has a code without a level", row + 1)));
        }
        Ok(Self { levels: Arc::new(levels), codes: Arc::new(codes), ordered: false, reference: 0 })
    }

    /// The same factor with its levels declared as ordered or not.
    pub fn ordered(mut self, ordered: bool) -> Self {
        self.ordered = ordered;
        self
    }

    /// The same factor with `level` as its reference.
    ///
    /// # Errors
    /// `unknown_level` when there is no such level.
    pub fn with_reference(mut self, level: &str) -> Result<Self> {
        self.reference = self.level_index(level).ok_or_else(|| {
            Error::usage("unknown_level", format!("`{level}` is not one of the {} levels", self.levels.len()))
        })?;
        Ok(self)
    }

    /// The levels, in order.
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    /// The levels, shared.
    pub(crate) fn shared_levels(&self) -> Arc<Vec<String>> {
        Arc::clone(&self.levels)
    }

    /// Whether the order of the levels has meaning.
    pub fn is_ordered(&self) -> bool {
        self.ordered
    }

    /// The index of the reference level.
    pub fn reference(&self) -> usize {
        self.reference
    }

    /// The index of `level`.
    pub fn level_index(&self, level: &str) -> Option<usize> {
        self.levels.iter().position(|candidate| candidate == level)
    }

    /// The code of each row; `u32::MAX` where the row has no level.
    pub fn codes(&self) -> &Arc<Vec<u32>> {
        &self.codes
    }

    /// The level of `row`, if it has one.
    pub fn level(&self, row: usize) -> Option<&str> {
        self.levels.get(self.codes[row] as usize).map(String::as_str)
    }

    /// The same levels with other codes, each of a level or `u32::MAX`.
    pub(crate) fn with_codes(&self, codes: Vec<u32>) -> Self {
        Self { codes: Arc::new(codes), ..self.clone() }
    }

    /// The factor at `rows`, with all its levels.
    pub(crate) fn select(&self, rows: &[u32]) -> Self {
        let codes = rows.iter().map(|&row| self.codes[row as usize]).collect();
        Self { codes: Arc::new(codes), ..self.clone() }
    }
}
