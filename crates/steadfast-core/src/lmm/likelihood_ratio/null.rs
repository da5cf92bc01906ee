//! Where a smaller model lies within a larger one, read from the structures of the two.

use serde::{Deserialize, Serialize};

use crate::design::{Design, Positions, ResidualTerm};
use crate::error::{Error, Result};
use crate::lmm::fit::LmmFit;

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

/// The random effects of a design; independent ones (`||`, and any effect alone) apart.
fn correlated(design: &Design) -> Vec<Correlated<'_>> {
    let mut all = Vec::new();
    for term in &design.random {
        let names = term.columns.iter().map(|column| column.name.as_str());
        let (group, structure) = (term.group.name.as_str(), term.structure.as_str());
        if structure == "diag" || term.columns.len() == 1 {
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
pub(super) fn classify(small: &LmmFit, large: &LmmFit) -> Result<Null> {
    require_residuals_nested(&small.design, &large.design)?;
    let (small, large) = (correlated(&small.design), correlated(&large.design));
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
fn require_residuals_nested(small: &Design, large: &Design) -> Result<()> {
    let function = |design: &Design| design.variance.as_ref().map(|term| term.label.clone());
    let functions = small.variance.is_none() || function(small) == function(large);
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

fn lies_within(small: &ResidualTerm, large: &ResidualTerm) -> bool {
    let groups = match (&small.by, &large.by) {
        (None, _) => true,
        (Some(own), Some(other)) => own.name == other.name,
        (Some(_), None) => false,
    };
    groups && small.subject.name == large.subject.name && same_places(small, large) && options_allow(small, large)
}

/// Whether the levels, or the columns of coordinates, are the same.
fn same_places(small: &ResidualTerm, large: &ResidualTerm) -> bool {
    match (&small.positions, &large.positions) {
        (Positions::Levels { .. }, Positions::Levels { .. }) => small.positions.labels() == large.positions.labels(),
        (Positions::Coordinates(own), Positions::Coordinates(other)) => {
            own.iter().map(|(name, _)| name).eq(other.iter().map(|(name, _)| name))
        }
        // A structure over numbers and one over their distinct values: the names may nest.
        _ => true,
    }
}

/// Options that make another family must be the same; a number of bands or factors may grow.
fn options_allow(small: &ResidualTerm, large: &ResidualTerm) -> bool {
    let fixed = |term: &ResidualTerm| -> Vec<(String, f64)> {
        term.options.iter().filter(|(name, _)| name != "bands" && name != "factors").cloned().collect()
    };
    small.structure != large.structure || fixed(small) == fixed(large)
}
