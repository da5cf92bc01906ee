//! Who is independent of whom, for a sandwich.

use nalgebra::{DMatrix, DVector};

use crate::design::Grouping;
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::inference::{ClusterShare, GroupShare, Marginal};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The clusters over which a sandwich is summed.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Clusters {
    /// Those of the likelihood: for a repeated-measures model, the subjects.
    #[default]
    Likelihood,
    /// A grouping of the rows of the frame. Its groups are whole clusters of the likelihood, or, where residuals are
    /// independent, divide them as raters divide the children whom they share.
    Coarser(Grouping),
    /// Several groupings of the rows at once: errors are independent where rows share no group of any.
    Ways(Vec<Grouping>),
}

impl Clusters {
    /// The clusters that a column of `frame` names, such as `site`.
    ///
    /// # Errors
    /// `unknown_column`.
    pub fn of(frame: &Frame, column: &str) -> Result<Self> {
        let factor = frame.column(column)?.to_factor();
        Ok(Self::Coarser(Grouping {
            name: column.to_owned(),
            codes: Arc::clone(factor.codes()),
            labels: factor.shared_levels(),
        }))
    }

    /// The clusters of several columns of `frame` at once, such as `rater` and `child`.
    ///
    /// # Errors
    /// `unknown_column`; `no_clusters` where there is no column.
    pub fn ways(frame: &Frame, columns: &[String]) -> Result<Self> {
        let mut groupings = Vec::with_capacity(columns.len());
        for column in columns {
            if let Self::Coarser(grouping) = Self::of(frame, column)? {
                groupings.push(grouping);
            }
        }
        match groupings.len() {
            0 => Err(Error::usage("no_clusters", "clusters are named by one column or more")),
            1 => Ok(Self::Coarser(groupings.remove(0))),
            _ => Ok(Self::Ways(groupings)),
        }
    }

    /// Calls `look` with every cluster, in a fixed order; returns how many there are, and whether they divide what the
    /// model holds together.
    ///
    /// # Errors
    /// `clusters_split` when a grouping divides a cluster of the likelihood, `missing_cluster` when a row has no group;
    /// an error of `look`.
    pub(super) fn for_each(
        &self,
        marginal: &dyn Marginal,
        mut look: impl FnMut(&Cluster) -> Result<()>,
    ) -> Result<Counted> {
        match self {
            Clusters::Likelihood => {
                let (mut count, mut outcome) = (0, Ok(()));
                marginal.for_each_share(&mut |share| {
                    count += 1;
                    if outcome.is_ok() {
                        outcome = look(&Cluster::new(share));
                    }
                })?;
                outcome.map(|()| Counted { count, divided: false })
            }
            Clusters::Coarser(grouping) => match gather(marginal, grouping) {
                Ok(gathered) => {
                    gathered.iter().try_for_each(look)?;
                    Ok(Counted { count: gathered.len(), divided: false })
                }
                // Groups that divide long clusters are served where the whole clusters are too long.
                Err(error) if ["clusters_split", "cluster_too_large"].contains(&error.code()) => {
                    let (mut count, mut outcome) = (0, Ok(()));
                    marginal.for_each_group(grouping, &mut |share| {
                        count += 1;
                        if outcome.is_ok() {
                            outcome = look(&Cluster::of_group(share));
                        }
                    })?;
                    outcome.map(|()| Counted { count, divided: true })
                }
                Err(error) => Err(error),
            },
            Clusters::Ways(_) => Err(Error::usage("several_ways", "clusters of several ways are summed way by way")),
        }
    }
}

/// How many clusters there are.
pub(super) struct Counted {
    pub(super) count: usize,
    /// Whether they divide clusters of the likelihood.
    pub(super) divided: bool,
}

/// A cluster in coordinates in which V_ii = L L' and Φ = T T' are identities; see [`ClusterShare`] and [`GroupShare`].
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    /// L⁻¹ X_i T, m × p.
    pub(super) x: DMatrix<f64>,
    /// L'(V⁻¹X)_i T, m × p, by which the cluster's errors enter β̂: x itself for whole clusters of the likelihood.
    pub(super) weights: Option<DMatrix<f64>>,
    /// L⁻¹ (y_i − X_i β̂), length m.
    pub(super) residual: DVector<f64>,
    /// The diagonal blocks of L.
    factors: Vec<DMatrix<f64>>,
}

impl Cluster {
    fn new(share: &ClusterShare<'_>) -> Self {
        let m = share.rows.len();
        let p = share.x.len().checked_div(m).unwrap_or(0);
        Self {
            x: DMatrix::from_row_slice(m, p, share.x),
            weights: None,
            residual: DVector::from_column_slice(share.residual),
            factors: if share.factor.is_empty() {
                Vec::new()
            } else {
                vec![DMatrix::from_fn(m, m, |i, j| if j <= i { share.factor[i * m + j] } else { 0.0 })]
            },
        }
    }

    fn of_group(share: &GroupShare<'_>) -> Self {
        let m = share.rows.len();
        let p = share.x.len().checked_div(m).unwrap_or(0);
        Self {
            x: DMatrix::from_row_slice(m, p, share.x),
            weights: Some(DMatrix::from_row_slice(m, p, share.weights)),
            residual: DVector::from_column_slice(share.residual),
            factors: vec![DMatrix::from_fn(m, m, |i, j| if j <= i { share.factor[i * m + j] } else { 0.0 })],
        }
    }

    /// By what the cluster's errors enter β̂.
    pub(super) fn weights(&self) -> &DMatrix<f64> {
        self.weights.as_ref().unwrap_or(&self.x)
    }

    /// C = L'L, m × m.
    ///
    /// # Errors
    /// `cluster_too_large` where the rows were rotated, and L is lost.
    pub(super) fn cross_factor(&self) -> Result<DMatrix<f64>> {
        let m = self.residual.len();
        if self.factors.iter().map(DMatrix::nrows).sum::<usize>() != m {
            let message = "symmetric adjustment matrices are not made for clusters as long as some of these";
            return Err(Error::data("cluster_too_large", message));
        }
        let mut cross = DMatrix::zeros(m, m);
        let mut at = 0;
        for factor in &self.factors {
            let size = factor.nrows();
            cross.view_mut((at, at), (size, size)).copy_from(&(factor.transpose() * factor));
            at += size;
        }
        Ok(cross)
    }
}

/// The clusters of `grouping`, in the order of its levels.
fn gather(marginal: &dyn Marginal, grouping: &Grouping) -> Result<Vec<Cluster>> {
    let mut members: Vec<Vec<Cluster>> = vec![Vec::new(); grouping.labels.len()];
    let mut outcome = Ok(());
    marginal.for_each_share(&mut |share| match group_of(share.rows, grouping) {
        Ok(group) => members[group].push(Cluster::new(share)),
        Err(error) => outcome = Err(error),
    })?;
    outcome?;
    Ok(members.into_iter().filter(|parts| !parts.is_empty()).map(stack).collect())
}

fn group_of(rows: &[u32], grouping: &Grouping) -> Result<usize> {
    let name = &grouping.name;
    let code = |row: u32| grouping.codes.get(row as usize).copied().unwrap_or(u32::MAX) as usize;
    if let Some(&row) = rows.iter().find(|&&row| code(row) >= grouping.labels.len()) {
        let message = format!("row {} has no `{name}`, by which the robust covariance is clustered", row + 1);
        return Err(Error::data("missing_cluster", message));
    }
    let first = rows.first().map_or(0, |&row| code(row));
    match rows.iter().find(|&&row| code(row) != first) {
        None => Ok(first),
        Some(&row) => {
            let message = format!("`{name}` divides rows that the model holds together, such as row {}", row + 1);
            Err(Error::usage("clusters_split", message))
        }
    }
}

/// One cluster of several independent ones.
fn stack(parts: Vec<Cluster>) -> Cluster {
    let (m, p) = (parts.iter().map(|part| part.x.nrows()).sum(), parts[0].x.ncols());
    let (mut x, mut residual, mut at) = (DMatrix::zeros(m, p), DVector::zeros(m), 0);
    for part in &parts {
        x.rows_mut(at, part.x.nrows()).copy_from(&part.x);
        residual.rows_mut(at, part.x.nrows()).copy_from(&part.residual);
        at += part.x.nrows();
    }
    Cluster { x, weights: None, residual, factors: parts.into_iter().flat_map(|part| part.factors).collect() }
}

/// The rows' combinations of the levels of several groupings.
pub(super) fn intersection(first: &Grouping, rest: &[&Grouping]) -> Grouping {
    rest.iter().fold(first.clone(), |sum, other| {
        // A row without a group of either has none of both.
        let has_both = |a: u32, b: u32| (a as usize) < sum.labels.len() && (b as usize) < other.labels.len();
        let pairs = || sum.codes.iter().copied().zip(other.codes.iter().copied());
        let known: BTreeSet<(u32, u32)> = pairs().filter(|(a, b)| has_both(*a, *b)).collect();
        let label = |(a, b): &(u32, u32)| format!("{}:{}", sum.labels[*a as usize], other.labels[*b as usize]);
        let labels: Vec<String> = known.iter().map(label).collect();
        let places: HashMap<(u32, u32), u32> = known.into_iter().zip(0..).collect();
        let codes: Vec<u32> = pairs().map(|pair| places.get(&pair).copied().unwrap_or(u32::MAX)).collect();
        Grouping { name: format!("{}:{}", sum.name, other.name), codes: Arc::new(codes), labels: Arc::new(labels) }
    })
}
