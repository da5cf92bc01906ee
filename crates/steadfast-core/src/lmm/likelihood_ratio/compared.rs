//! What a comparison of two fits looks at: plain data, without rows.

use serde::{Deserialize, Serialize};

use super::digest::{Digest, Unordered, digest};
use crate::design::{Design, ModelColumn, Positions};
use crate::likelihood::Criterion;
use crate::lmm::fit::LmmFit;

/// A model as others are compared with it. Outcomes and columns are digests: equal where the numbers are, row by row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::lmm) struct Compared {
    pub(super) criterion: Criterion,
    /// k + p.
    pub(super) n_parameters: usize,
    pub(super) minus_two_log_likelihood: f64,
    /// Of the places of the rows used, their outcomes, offsets and weights.
    pub(super) outcomes: Digest,
    /// The columns of X that were kept.
    pub(super) columns: Vec<Column>,
    /// The random terms.
    pub(super) random: Vec<RandomShape>,
    /// The residual structure, where there is one.
    pub(super) residual: Option<ResidualShape>,
    /// The variance function, as it is written.
    pub(super) variance: Option<String>,
}

/// A column of X over the rows used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) values: Digest,
}

/// The structure of a random term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RandomShape {
    pub(super) group: String,
    pub(super) structure: String,
    pub(super) effects: Vec<String>,
}

/// The structure of the residuals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ResidualShape {
    pub(super) structure: String,
    pub(super) options: Vec<(String, f64)>,
    pub(super) subject: String,
    pub(super) by: Option<String>,
    /// The levels.
    pub(super) visits: Option<Vec<String>>,
    /// The names of the coordinates.
    pub(super) coordinates: Option<Vec<String>>,
}

impl Compared {
    /// That of `fit`.
    pub(in crate::lmm) fn of(fit: &LmmFit) -> Self {
        let design = &*fit.design;
        let column = |column: &ModelColumn| Column {
            name: column.name.clone(),
            values: digest(design.rows.iter().map(|&row| column.value(row as usize).to_bits())),
        };
        Self {
            criterion: fit.criterion(),
            n_parameters: fit.n_covariance_parameters() + fit.beta().len(),
            minus_two_log_likelihood: fit.minus_two_log_likelihood(),
            outcomes: outcomes(design),
            columns: design.fixed.iter().map(column).collect(),
            random: random(design),
            residual: residual(design),
            variance: design.variance.as_ref().map(|term| term.label.clone()),
        }
    }
}

/// What [`Compared`] says of rows that come in parts, whatever their order: of the numbers of each row, without its place.
#[derive(Debug, Clone, Default)]
pub(in crate::lmm) struct Digests {
    outcomes: Unordered,
    columns: Vec<Unordered>,
}

impl Digests {
    /// Those of a part.
    pub(in crate::lmm) fn of(design: &Design) -> Self {
        let mut all = Self { outcomes: Unordered::default(), columns: vec![Unordered::default(); design.fixed.len()] };
        for &row in &*design.rows {
            let [_, outcome, offset, weight] = of_row(design, row);
            all.outcomes.take(&[outcome, offset, weight]);
            for (column, digest) in design.fixed.iter().zip(&mut all.columns) {
                digest.take(&[outcome, offset, weight, column.value(row as usize).to_bits()]);
            }
        }
        all
    }

    /// Takes in those of another part.
    pub(in crate::lmm) fn merge(&mut self, other: &Digests) {
        self.columns.resize(other.columns.len(), Unordered::default());
        self.outcomes.merge(&other.outcomes);
        self.columns.iter_mut().zip(&other.columns).for_each(|(own, others)| own.merge(others));
    }
}

impl Compared {
    /// That of `fit` with the digests of rows that came in parts.
    pub(in crate::lmm) fn of_parts(fit: &LmmFit, digests: &Digests) -> Self {
        let mut compared = Self { outcomes: digests.outcomes.digest(), ..Self::of(fit) };
        let columns = compared.columns.iter_mut().zip(&digests.columns);
        columns.for_each(|(column, digest)| column.values = digest.digest());
        compared
    }
}

/// The numbers of a row: its place, outcome, offset and weight.
fn of_row(design: &Design, row: u32) -> [u64; 4] {
    let at = row as usize;
    let offset = design.offset.as_ref().map_or(0.0, |offset| offset[at]);
    let weight = design.weights.as_ref().map_or(1.0, |weights| weights[at]);
    [u64::from(row), design.response[at].to_bits(), offset.to_bits(), weight.to_bits()]
}

fn outcomes(design: &Design) -> Digest {
    digest(design.rows.iter().flat_map(|&row| of_row(design, row)))
}

fn random(design: &Design) -> Vec<RandomShape> {
    let shape = |term: &crate::design::RandomTerm| RandomShape {
        group: term.group.name.clone(),
        structure: term.structure.clone(),
        effects: term.columns.iter().map(|column| column.name.clone()).collect(),
    };
    design.random.iter().map(shape).collect()
}

fn residual(design: &Design) -> Option<ResidualShape> {
    let term = design.residual.as_ref()?;
    let (visits, coordinates) = match &term.positions {
        Positions::Levels { visit, .. } => (Some(visit.labels.to_vec()), None),
        Positions::Coordinates(columns) => (None, Some(columns.iter().map(|(name, _)| name.clone()).collect())),
    };
    Some(ResidualShape {
        structure: term.structure.clone(),
        options: term.options.clone(),
        subject: term.subject.name.clone(),
        by: term.by.as_ref().map(|by| by.name.clone()),
        visits,
        coordinates,
    })
}
