//! The frame as the variables of a formula see it: each column converted once and shared from then on.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::frame::{Column, ColumnData, Factor, Frame};

/// Blocks bound the error of a long sum; 4096 values are a fraction of the cache.
const BLOCK: usize = 4_096;

/// A frame, the rows of it that count, and the conversions already made.
pub(super) struct Source<'a> {
    pub(super) frame: &'a Frame,
    pub(super) rows: &'a [u32],
    numbers: RefCell<HashMap<String, Arc<Vec<f64>>>>,
    factors: RefCell<HashMap<String, Factor>>,
    counts: RefCell<HashMap<String, Rc<Vec<u32>>>>,
}

impl<'a> Source<'a> {
    pub(super) fn new(frame: &'a Frame, rows: &'a [u32]) -> Self {
        Self { frame, rows, numbers: RefCell::default(), factors: RefCell::default(), counts: RefCell::default() }
    }

    /// Whether a column takes part as a factor when nothing is said: levels, and yes or no.
    pub(super) fn is_categorical(column: &Column) -> bool {
        matches!(column.data(), ColumnData::Factor(_) | ColumnData::Bool(_))
    }

    /// The column as numbers, shared with the frame where they are real numbers already.
    pub(super) fn numbers(&self, name: &str) -> Result<Arc<Vec<f64>>> {
        if let Some(known) = self.numbers.borrow().get(name) {
            return Ok(Arc::clone(known));
        }
        let values = self.frame.column(name)?.to_numeric().ok_or_else(|| {
            Error::usage("not_numeric", format!("column `{name}` is a factor where a number is needed"))
        })?;
        self.numbers.borrow_mut().insert(name.to_owned(), Arc::clone(&values));
        Ok(values)
    }

    /// The column as a factor.
    pub(super) fn factor(&self, name: &str) -> Result<Factor> {
        if let Some(known) = self.factors.borrow().get(name) {
            return Ok(known.clone());
        }
        let factor = self.frame.column(name)?.to_factor();
        self.factors.borrow_mut().insert(name.to_owned(), factor.clone());
        Ok(factor)
    }

    /// Whether every row of the frame counts.
    pub(super) fn is_whole(&self) -> bool {
        self.rows.len() == self.frame.n_rows()
    }

    /// The first of the rows at which `bad` holds.
    pub(super) fn find(&self, values: &[f64], bad: impl Fn(f64) -> bool) -> Option<usize> {
        // A branch-free pass over everything first: nearly always there is nothing to find.
        let none_in = |block: &[f64]| !block.iter().fold(false, |any, &value| any | bad(value));
        if self.is_whole() && values.chunks(BLOCK).all(none_in) {
            return None;
        }
        self.rows.iter().map(|&row| row as usize).find(|&row| bad(values[row]))
    }

    /// Refuses values that are not finite.
    pub(super) fn require_finite(&self, name: &str, values: &[f64]) -> Result<()> {
        match self.find(values, |value| !value.is_finite()) {
            None => Ok(()),
            Some(row) => {
                let message = format!("`{name}` is not a finite number in row {}", self.frame.row_number(row));
                Err(Error::data("not_finite", message))
            }
        }
    }

    /// How often each level of the column as a factor occurs in the rows.
    pub(super) fn counts(&self, name: &str) -> Result<Rc<Vec<u32>>> {
        if let Some(known) = self.counts.borrow().get(name) {
            return Ok(Rc::clone(known));
        }
        let factor = self.factor(name)?;
        let mut counts = vec![0; factor.levels().len()];
        let mut see = |code: u32| {
            if let Some(count) = counts.get_mut(code as usize) {
                *count += 1;
            }
        };
        let codes = factor.codes();
        if self.is_whole() {
            codes.iter().for_each(|&code| see(code));
        } else {
            self.rows.iter().for_each(|&row| see(codes[row as usize]));
        }
        let counts = Rc::new(counts);
        self.counts.borrow_mut().insert(name.to_owned(), Rc::clone(&counts));
        Ok(counts)
    }

    /// The mean of `values` over the rows.
    pub(super) fn mean(&self, values: &[f64]) -> f64 {
        self.sum(values, |value| value) / self.rows.len() as f64
    }

    /// The sum over the rows of `f` of the value, in blocks of fixed shape.
    pub(super) fn sum(&self, values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
        if self.is_whole() {
            return values.chunks(BLOCK).map(|block| block.iter().map(|&x| f(x)).sum::<f64>()).sum();
        }
        self.rows.chunks(BLOCK).map(|block| block.iter().map(|&row| f(values[row as usize])).sum::<f64>()).sum()
    }
}
