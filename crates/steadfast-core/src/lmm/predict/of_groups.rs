//! The outcomes of new rows given the random effects of the fit's groups.

use std::collections::{BTreeSet, HashMap};

use nalgebra::{DMatrix, DVector};

use super::Target;
use super::covariance::NewCovariance;
use crate::design::new_data::NewData;
use crate::error::Result;
use crate::lmm::random_effects::{GroupEffect, GroupEffects, Place, Solved, TermEffects};

/// The groups of a fit at hand or saved.
pub(in crate::lmm) struct Known<'a> {
    /// The groups of each term.
    pub(in crate::lmm) terms: &'a [TermEffects],
    /// What groups of different terms share.
    pub(in crate::lmm) across: Across<'a>,
}

/// Where Cov(b_i, b_j | y) of two groups comes from.
pub(in crate::lmm) enum Across<'a> {
    /// It was computed with the groups.
    Kept(&'a GroupEffects),
    /// It is computed for the pairs that new rows have.
    Solved(&'a Solved<'a>),
}

impl<'a> From<&'a GroupEffects> for Known<'a> {
    fn from(effects: &'a GroupEffects) -> Self {
        Self { terms: &effects.terms, across: Across::Kept(effects) }
    }
}

type Pairs = HashMap<[Place; 2], DMatrix<f64>>;

impl Known<'_> {
    /// The covariances between the groups of rows that have several; `places` are those of each term's groups.
    fn pairs(&self, places: &[Vec<Option<usize>>]) -> Result<Pairs> {
        let mut asked: BTreeSet<[Place; 2]> = BTreeSet::new();
        for (first, of_first) in places.iter().enumerate() {
            for (second, of_second) in places.iter().enumerate().skip(first + 1) {
                let both = of_first.iter().zip(of_second).filter_map(|(a, b)| Some([(first, (*a)?), (second, (*b)?)]));
                asked.extend(both);
            }
        }
        if asked.is_empty() {
            return Ok(Pairs::new());
        }
        match &self.across {
            Across::Kept(effects) => effects.pairs(),
            Across::Solved(solved) => {
                let asked: Vec<[Place; 2]> = asked.into_iter().collect();
                let found = solved.across(&asked);
                Ok(asked.into_iter().zip(found).collect())
            }
        }
    }
}

/// The targets of all rows.
///
/// # Errors
/// `missing_value`; `too_many_groups` where a row has two groups of the fit whose covariance was not kept.
pub(super) fn targets(
    (known, beta): (&Known<'_>, &[f64]),
    covariance: &NewCovariance<'_>,
    data: &NewData<'_>,
    (x, offset): (&DMatrix<f64>, &[f64]),
) -> Result<Vec<Target>> {
    let labels: Vec<Vec<&str>> = known.terms.iter().map(TermEffects::labels).collect();
    let (z, places) = (data.random()?, data.known_groups(&labels)?);
    let pairs = known.pairs(&places)?;
    let beta = DVector::from_column_slice(beta);
    let target = |row: usize| {
        let mut contrast: DVector<f64> = x.row(row).transpose();
        let (mut shift, mut of_mean, mut beside) = (offset[row], 0.0, covariance.residual_variance(row));
        let mut met: Vec<(Place, DVector<f64>)> = Vec::new();
        for (term, (own, places)) in z.iter().zip(&places).enumerate() {
            let Some(place) = places[row] else {
                beside += covariance.term_variance(term, row);
                continue;
            };
            let (group, own) = (&known.terms[term].groups[place], own.row(row).transpose());
            let moved = group.on_fixed_effects.transpose() * &own;
            shift += own.dot(&modes(group)) + moved.dot(&beta);
            contrast -= moved;
            of_mean += own.dot(&(&group.conditional_covariance * &own));
            for (other, before) in &met {
                let across = pairs.get(&[*other, (term, place)]);
                of_mean += across.map_or(0.0, |across| 2.0 * before.dot(&(across * &own)));
            }
            met.push(((term, place), own));
        }
        // A sum of squares but for rounding.
        let of_mean = of_mean.max(0.0);
        Target { row, contrast: contrast.iter().copied().collect(), shift, of_mean, variance: of_mean + beside }
    };
    Ok((0..x.nrows()).map(target).collect())
}

fn modes(group: &GroupEffect) -> DVector<f64> {
    DVector::from_column_slice(&group.modes)
}
