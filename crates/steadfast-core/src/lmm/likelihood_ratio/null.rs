//! Where a smaller model lies within a larger one, read from the structures of the two.

use serde::{Deserialize, Serialize};

use super::compared::{Compared, ResidualShape};
use crate::error::{Error, Result};

/// Where the smaller model lies within the larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Null {
    /// In its interior: no variance of the larger model is set to zero.
    Interior,
    /// On its boundary, with one dimension of the random effects set to zero.
    OneDimension,
    /// On its boundary with several dimensions, or with a structure whose boundary is not described; χ²_d gives a p value
    /// that is too large.
    Irregular,
}

/// Random effects of one group that are correlated with each other in a way of their own.
#[derive(Debug, PartialEq, Eq)]
struct Correlated<'a> {
    group: &'a str,
    structure: &'a str,
    effects: Vec<&'a str>,
}

/// The random effects of a model; independent ones (`||`, and any effect alone) apart.
fn correlated(model: &Compared) -> Vec<Correlated<'_>> {
    let mut all = Vec::new();
    for term in &model.random {
        let names = term.effects.iter().map(String::as_str);
        let (group, structure) = (term.group.as_str(), term.structure.as_str());
        if structure == "diag" || term.effects.len() == 1 {
            all.extend(names.map(|name| Correlated { group, structure: "us", effects: vec![name] }));
        } else {
            all.push(Correlated { group, structure, effects: names.collect() });
        }
    }
    all
}

impl Correlated<'_> {
    /// Whether every covariance matrix of `self` is one of `other`, with zeros for the effects that `self` lacks.
    fn lies_within(&self, other: &Correlated<'_>) -> bool {
        let inside = self.group == other.group && self.effects.iter().all(|effect| other.effects.contains(effect));
        inside && (other.structure == "us" || self == other)
    }
}

/// Where `small` lies within `large`.
///
/// # Errors
/// `not_nested` when its random effects or its residuals are not special cases of those of `large`.
pub(super) fn classify(small: &Compared, large: &Compared) -> Result<Null> {
    require_residuals_nested(small, large)?;
    let (small, large) = (correlated(small), correlated(large));
    let mut added = 0;
    let mut placed = 0;
    let mut described = true;
    for whole in &large {
        let parts: Vec<&Correlated<'_>> = small.iter().filter(|part| part.lies_within(whole)).collect();
        placed += parts.len();
        let new =
            whole.effects.len() - parts.iter().map(|part| part.effects.len()).sum::<usize>().min(whole.effects.len());
        added += new;
        described &= new == 0 || whole.structure == "us";
    }
    if placed != small.len() {
        let message = "the random effects of the smaller model do not lie within those of the larger";
        return Err(Error::usage("not_nested", message));
    }
    Ok(match added {
        0 => Null::Interior,
        1 if described => Null::OneDimension,
        _ => Null::Irregular,
    })
}

/// A variance function lies within the same one only, and residuals without structure within any.
fn require_residuals_nested(small: &Compared, large: &Compared) -> Result<()> {
    let functions = small.variance.is_none() || small.variance == large.variance;
    let structures = match (&small.residual, &large.residual) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(small), Some(large)) => lies_within(small, large),
    };
    if functions && structures {
        return Ok(());
    }
    let message = "the residual structure of the smaller model is not that of the larger one or a case of it";
    Err(Error::usage("not_nested", message))
}

fn lies_within(small: &ResidualShape, large: &ResidualShape) -> bool {
    let groups = small.by.is_none() || small.by == large.by;
    groups && small.subject == large.subject && same_places(small, large) && options_allow(small, large)
}

/// Whether the levels, or the columns of coordinates, are the same.
fn same_places(small: &ResidualShape, large: &ResidualShape) -> bool {
    // A structure over numbers and one over their distinct values: the names may nest.
    let over_different = small.visits.is_some() != large.visits.is_some();
    over_different || (small.visits == large.visits && small.coordinates == large.coordinates)
}

/// Options that make another family must be the same; a number of bands or factors may grow.
fn options_allow(small: &ResidualShape, large: &ResidualShape) -> bool {
    let fixed = |term: &ResidualShape| -> Vec<(String, f64)> {
        term.options.iter().filter(|(name, _)| name != "bands" && name != "factors").cloned().collect()
    };
    small.structure != large.structure || fixed(small) == fixed(large)
}
