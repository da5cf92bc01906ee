//! The one order of a cluster's rows that depends on what they say and not on where they stood.

use std::cmp::Ordering;

use super::Source;
use crate::error::{Error, Result};
use crate::likelihood::clustered::ResidualPart;
use crate::likelihood::scaled::RandomPart;

/// The order: by subject, by group of each term, by visit, by Z, then by X, outcome and weight.
pub(in crate::likelihood) struct Order<'a> {
    pub(in crate::likelihood) source: Source<'a>,
    pub(in crate::likelihood) random: &'a [RandomPart],
    pub(in crate::likelihood) residual: Option<&'a ResidualPart>,
}

impl Order<'_> {
    /// Sorts `rows`, which are those of one cluster.
    ///
    /// # Errors
    /// `duplicate_visit` when a subject of the residual structure has two rows at a visit.
    pub(in crate::likelihood) fn sort(&self, rows: &mut [u32]) -> Result<()> {
        let sorted = rows.windows(2).all(|pair| self.compare(pair[0] as usize, pair[1] as usize) != Ordering::Greater);
        if !sorted {
            rows.sort_by(|a, b| self.compare(*a as usize, *b as usize));
        }
        if let Some(part) = self.residual
            && let Some(pair) = rows.windows(2).find(|pair| part.collide(pair[0] as usize, pair[1] as usize))
        {
            let number = |row: u32| self.source.design.row_number(row as usize);
            let (a, b) = (number(pair[0]).min(number(pair[1])), number(pair[0]).max(number(pair[1])));
            let subject = part.subject.as_ref().map_or("", |subject| subject.name.as_str());
            return Err(Error::data(
                "duplicate_visit",
                format!("rows {a} and {b} are the same `{subject}` at the same `{}`", part.position_name()),
            ));
        }
        Ok(())
    }

    fn compare(&self, a: usize, b: usize) -> Ordering {
        self.compare_structure(a, b).then_with(|| self.compare_values(a, b))
    }

    fn compare_structure(&self, a: usize, b: usize) -> Ordering {
        let by_subject = self.residual.map_or(Ordering::Equal, |part| part.compare(a, b));
        if by_subject != Ordering::Equal {
            return by_subject;
        }
        for part in self.random {
            let by_group = part.group.codes[a].cmp(&part.group.codes[b]);
            if by_group != Ordering::Equal {
                return by_group;
            }
        }
        for part in self.random {
            for c in 0..part.columns.len() {
                let by_effect = part.columns.value(c, a).total_cmp(&part.columns.value(c, b));
                if by_effect != Ordering::Equal {
                    return by_effect;
                }
            }
        }
        Ordering::Equal
    }

    fn compare_values(&self, a: usize, b: usize) -> Ordering {
        let fixed = self.source.fixed;
        (0..fixed.len())
            .map(|c| fixed.value(c, a).total_cmp(&fixed.value(c, b)))
            .find(|order| *order != Ordering::Equal)
            .unwrap_or_else(|| {
                let by_outcome = self.source.outcome(a).total_cmp(&self.source.outcome(b));
                by_outcome.then_with(|| self.source.root_weight(a).total_cmp(&self.source.root_weight(b)))
            })
    }
}
