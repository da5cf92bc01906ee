//! Every group's random effects with all that later predictions of its outcomes need, as plain data.

use std::collections::HashMap;

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::Effects;
use crate::error::{Error, Result};
use crate::likelihood::ClusterRows;
use crate::linalg;
use crate::lmm::fit::LmmFit;
use crate::lmm::saved::{Kept, matrix};

/// The groups of all random terms. The labels may be people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupEffects {
    /// The random terms, in the order of the formula.
    pub terms: Vec<TermEffects>,
    /// Cov(b_i, b_j | y) between groups of different terms that depend on each other, such as a child and its family.
    pub across_terms: Kept<Vec<AcrossTerms>>,
}

/// The groups of one random term.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TermEffects {
    /// The term, such as `(1 + Days | Subject)`.
    pub term: String,
    /// The grouping factor, such as `Subject`.
    pub group: String,
    /// The effects' names, q of them.
    pub names: Vec<String>,
    /// The groups, in the order of the levels.
    pub groups: Vec<GroupEffect>,
}

/// The random effects b of one group, in the units of the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupEffect {
    /// The group.
    pub label: String,
    /// The conditional modes b̂ = GZ'V⁻¹(y − Xβ̂), length q.
    pub modes: Vec<f64>,
    /// Var(b | y) = G − GZ'V⁻¹ZG with β known, q × q.
    #[serde(with = "matrix")]
    pub conditional_covariance: DMatrix<f64>,
    /// B = GZ'V⁻¹X, q × p: b̂ moves by −Bδ when β̂ moves by δ.
    #[serde(with = "matrix")]
    pub on_fixed_effects: DMatrix<f64>,
}

/// Cov(b_i, b_j | y) for a group of one term and a group of a later one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AcrossTerms {
    /// The places of the two terms in the formula, the first being 0.
    pub terms: [usize; 2],
    /// The two groups.
    pub groups: [String; 2],
    /// The matrix, q_i × q_j.
    #[serde(with = "matrix")]
    pub covariance: DMatrix<f64>,
}

/// More pairs than this make a file of tens of megabytes; factors that cross completely soon have more.
pub(super) const MOST_PAIRS: usize = 100_000;

/// The places of a term and of one of its groups.
pub(in crate::lmm) type Place = (usize, usize);

pub(super) fn too_many_pairs(n: usize) -> Error {
    let message = format!("{n} pairs of groups of different terms depend on each other, too many to keep");
    Error::usage("too_many_groups", message)
}

impl GroupEffects {
    /// The covariances across terms by the places of term and group.
    ///
    /// # Errors
    /// `too_many_groups` where they were not kept.
    pub(in crate::lmm) fn pairs(&self) -> Result<HashMap<[Place; 2], DMatrix<f64>>> {
        let labels: Vec<Vec<&str>> = self.terms.iter().map(TermEffects::labels).collect();
        let place: Vec<HashMap<&str, usize>> =
            labels.iter().map(|own| own.iter().zip(0..).map(|(label, at)| (*label, at)).collect()).collect();
        let code = |pair: &AcrossTerms, side: usize| {
            let term = pair.terms[side];
            Some((term, *place.get(term)?.get(pair.groups[side].as_str())?))
        };
        let kept = self.across_terms.get()?.iter();
        Ok(kept.filter_map(|pair| Some(([code(pair, 0)?, code(pair, 1)?], pair.covariance.clone()))).collect())
    }
}

impl TermEffects {
    pub(in crate::lmm) fn labels(&self) -> Vec<&str> {
        self.groups.iter().map(|group| group.label.as_str()).collect()
    }
}

/// A group met in a cluster: its term and code, and (L⁻¹ZG)', q × m.
type Met = (Place, DMatrix<f64>);

/// Engine's units to those of the data.
pub(super) struct Maps {
    /// M of each term over the outcome's scale.
    pub(super) terms: Vec<DMatrix<f64>>,
    /// s M⁻¹ of the fixed effects.
    pub(super) fixed: DMatrix<f64>,
}

impl LmmFit {
    /// The groups of every random term, in the order of the formula.
    ///
    /// # Errors
    /// `undefined_likelihood` when V of a cluster is not positive definite.
    pub fn group_effects(&self) -> Result<GroupEffects> {
        if self.is_sparse() {
            return Ok(self.solved()?.group_effects());
        }
        let maps = self.maps()?;
        let mut effects = Effects::new(self);
        let mut terms: Vec<TermEffects> =
            (0..self.design.random.len()).map(|at| self.prior(at, &effects, &maps)).collect();
        let (mut pairs, mut n_pairs) = (Vec::new(), 0);
        self.for_each_cluster(|cluster| {
            let mut met: Vec<Met> = Vec::new();
            effects.for_each_group(cluster.rows, |place, members, z, covariance| {
                met.push((place, whitened(cluster, members, z, covariance)));
            });
            for ((term, group), turned) in &met {
                learn(&mut terms[*term].groups[*group], cluster, turned, (&maps.terms[*term], &maps.fixed));
            }
            n_pairs += count_pairs(&met.iter().map(|(place, _)| *place).collect::<Vec<_>>());
            if n_pairs <= MOST_PAIRS {
                self.learn_pairs(&met, &maps, &mut pairs);
            }
        })?;
        let across_terms =
            if n_pairs <= MOST_PAIRS { Kept::Value(pairs) } else { Kept::Refused(too_many_pairs(n_pairs).into()) };
        Ok(GroupEffects { terms, across_terms })
    }

    pub(super) fn maps(&self) -> Result<Maps> {
        let scale = self.engine.outcome_scale;
        let singular = || Error::data("singular_vcov", "the columns of the fixed effects cannot be told apart");
        let fixed = match self.names.len() {
            0 => DMatrix::zeros(0, 0),
            _ => self.engine.fixed.to_user.clone().try_inverse().ok_or_else(singular)? * scale,
        };
        Ok(Maps { terms: self.engine.random.iter().map(|part| &part.columns.to_user / scale).collect(), fixed })
    }

    /// A term before a row is seen: b has mean 0 and covariance G.
    pub(super) fn prior(&self, at: usize, effects: &Effects<'_>, maps: &Maps) -> TermEffects {
        let (term, map) = (&self.design.random[at], &maps.terms[at]);
        let q = term.columns.len();
        let covariance = symmetric(map * DMatrix::from_row_slice(q, q, effects.covariance(at)) * map.transpose());
        let group = |label: &String| GroupEffect {
            label: label.clone(),
            modes: vec![0.0; q],
            conditional_covariance: covariance.clone(),
            on_fixed_effects: DMatrix::zeros(q, self.names.len()),
        };
        TermEffects {
            term: term.label.clone(),
            group: term.group.name.clone(),
            names: term.columns.iter().map(|column| column.name.clone()).collect(),
            groups: term.group.labels.iter().map(group).collect(),
        }
    }

    /// −A_i'A_j of every two groups of different terms in a cluster.
    fn learn_pairs(&self, met: &[Met], maps: &Maps, pairs: &mut Vec<AcrossTerms>) {
        let label = |(term, group): (usize, usize)| self.design.random[term].group.labels[group].clone();
        for (at, (first, a)) in met.iter().enumerate() {
            for (second, b) in met[at..].iter().filter(|(second, _)| second.0 != first.0) {
                let covariance = &maps.terms[first.0] * -(a * b.transpose()) * maps.terms[second.0].transpose();
                let groups = [label(*first), label(*second)];
                pairs.push(AcrossTerms { terms: [first.0, second.0], groups, covariance });
            }
        }
    }
}

/// The number of pairs of groups of different terms; the groups of a term stand together.
pub(super) fn count_pairs(places: &[Place]) -> usize {
    let of_term = |own: &[Place]| own.len() * (own.len() - 1) / 2;
    let same: usize = places.chunk_by(|a, b| a.0 == b.0).map(of_term).sum();
    places.len() * places.len().saturating_sub(1) / 2 - same
}

/// A' = (L⁻¹ZG)', q × m, of the group whose rows are the `members` of a cluster.
pub(super) fn whitened(cluster: &ClusterRows<'_>, members: &[usize], z: &[f64], covariance: &[f64]) -> DMatrix<f64> {
    let m = cluster.rows.len();
    let q = z.len() / members.len().max(1);
    let mut a = vec![0.0; m * q];
    for (own, &place) in members.iter().enumerate() {
        let target = &mut a[place * q..(place + 1) * q];
        linalg::multiply(&z[own * q..(own + 1) * q], covariance, 1, q, q, target);
    }
    linalg::solve_lower(cluster.factor, m, &mut a, q);
    DMatrix::from_row_slice(m, q, &a).transpose()
}

/// With A = L⁻¹ZG: b̂ = A'L⁻¹r, Var(b | y) = G − A'A, B = A'L⁻¹X.
fn learn(
    group: &mut GroupEffect,
    cluster: &ClusterRows<'_>,
    turned: &DMatrix<f64>,
    (map, fixed): (&DMatrix<f64>, &DMatrix<f64>),
) {
    let (m, p) = (cluster.rows.len(), fixed.nrows());
    let whitened = |values: &[f64], columns: usize| {
        let mut own = values.to_vec();
        linalg::solve_lower(cluster.factor, m, &mut own, columns);
        DMatrix::from_row_slice(m, columns, &own)
    };
    group.modes = (map * (turned * whitened(cluster.residual, 1))).iter().copied().collect();
    group.conditional_covariance -= symmetric(map * (turned * turned.transpose()) * map.transpose());
    if p > 0 {
        group.on_fixed_effects = map * (turned * whitened(cluster.x, p)) * fixed;
    }
}

pub(super) fn symmetric(matrix: DMatrix<f64>) -> DMatrix<f64> {
    0.5 * (&matrix + matrix.transpose())
}
