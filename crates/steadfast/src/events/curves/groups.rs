//! The groups that a formula asks for: combinations of the levels of columns.

use steadfast_core::formula::Formula;
use steadfast_core::frame::{Factor, Frame};

use crate::error::{Error, Result};
use crate::events::fitted::crossed;

/// The columns on the right side of `formula`.
///
/// # Errors
/// `unsupported_term` for anything but names of columns joined by `+`.
pub(super) fn columns(formula: &Formula) -> Result<Vec<String>> {
    let terms = formula.terms();
    let refuse = |what: String| {
        let message =
            format!("`{what}` makes no groups: write the columns whose combinations are the groups, as `a + b`");
        Error::usage("unsupported_term", message)
    };
    if let Some(term) = formula.random().first() {
        return Err(refuse(term.label.clone()));
    }
    if let Some(offset) = formula.offsets().first() {
        return Err(refuse(format!("offset({offset})")));
    }
    let name = |term: &Vec<usize>| match term.as_slice() {
        [one] => terms.variables[*one].as_name().map(str::to_owned).ok_or_else(|| refuse(terms.label(term))),
        _ => Err(refuse(terms.label(term))),
    };
    terms.terms.iter().map(name).collect()
}

/// The group of each row, and the place of the group with which others are compared.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    pub(super) factor: Factor,
    pub(super) reference: usize,
}

impl Groups {
    /// The groups by `names`, without those that do not occur; one called `all` for no names.
    pub(super) fn of(frame: &Frame, names: &[String]) -> Result<Self> {
        let n = frame.n_rows();
        let factor = match names {
            [] => Factor::from_codes(vec!["all".to_owned()], vec![Some(0); n])?,
            [name] => {
                let factor = frame.column(name)?.to_factor();
                let occurs = occurring(&factor);
                let place: Vec<Option<u32>> = places(&occurs);
                let levels: Vec<String> = factor
                    .levels()
                    .iter()
                    .zip(&occurs)
                    .filter(|(_, occurs)| **occurs)
                    .map(|(name, _)| name.clone())
                    .collect();
                let reference = place[factor.reference()].unwrap_or(0) as usize;
                let codes = factor.codes().iter().map(|&code| place[code as usize]).collect();
                return Ok(Self { factor: Factor::from_codes(levels, codes)?, reference });
            }
            names => match crossed(frame, names)? {
                Some(factor) => factor,
                None => Factor::from_codes(vec!["all".to_owned()], vec![Some(0); n])?,
            },
        };
        Ok(Self { factor, reference: 0 })
    }

    /// The groups' names.
    pub(super) fn names(&self) -> &[String] {
        self.factor.levels()
    }
}

fn occurring(factor: &Factor) -> Vec<bool> {
    let mut occurs = vec![false; factor.levels().len()];
    factor.codes().iter().for_each(|&code| occurs[code as usize] = true);
    occurs
}

/// The new place of each level that occurs.
fn places(occurs: &[bool]) -> Vec<Option<u32>> {
    let mut next = 0;
    let place = |occurs: &bool| {
        occurs.then(|| {
            next += 1;
            next - 1
        })
    };
    occurs.iter().map(place).collect()
}
