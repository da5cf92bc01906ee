//! Children: identifiers, sex and dates of birth.

use steadfast_core::frame::Date;

use super::families::Family;
use super::{below, stream};

/// Days in a year, on average.
const YEAR: f64 = 365.25;

/// Days between the births of siblings, at least.
const SPACING: u64 = 330;

/// Children are under 5 when they enter care.
const OLDEST: u64 = 1_826;

/// A child is under 2, and has no SDQ, before this many days: 2 years of 365.25.
const TWO_YEARS: i32 = 731;

/// The sex of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// A girl.
    Girl,
    /// A boy.
    Boy,
}

/// A child of the trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Child {
    /// The identifier: that of the family with a number, such as `F001-1`, from the eldest.
    pub id: String,
    /// The index of the family.
    pub family: usize,
    /// The sex.
    pub sex: Sex,
    /// The day of birth.
    pub born: Date,
}

impl Child {
    /// Age in years on `day`, cut (not rounded) to two decimals, so that 1.99 is under 2.
    pub fn age(&self, day: Date) -> f64 {
        (f64::from(day.0 - self.born.0) / YEAR * 100.0).floor() / 100.0
    }

    /// Whether the child has an SDQ on `day`: from the second birthday on.
    pub fn is_eligible(&self, day: Date) -> bool {
        day.0 - self.born.0 >= TWO_YEARS
    }
}

/// The children of all families in order, the eldest of each first.
pub(super) fn of_families(families: &[Family], seed: u64) -> Vec<Child> {
    families.iter().enumerate().flat_map(|(index, family)| siblings(index, family, seed)).collect()
}

fn siblings(index: usize, family: &Family, seed: u64) -> Vec<Child> {
    let mut draw = stream(seed, "best trial: children", index);
    let slack = OLDEST - SPACING * (family.size as u64 - 1);
    let mut ages: Vec<u64> = (0..family.size).map(|_| below(&mut draw, slack)).collect();
    ages.sort_unstable();
    for (younger, age) in ages.iter_mut().enumerate() {
        *age += SPACING * younger as u64;
    }
    let eldest_first = ages.iter().rev().enumerate();
    eldest_first
        .map(|(number, &age)| Child {
            id: format!("{}-{}", family.id, number + 1),
            family: index,
            sex: if draw.bernoulli(0.5) { Sex::Girl } else { Sex::Boy },
            born: Date(family.care_entry.0 - age as i32),
        })
        .collect()
}
