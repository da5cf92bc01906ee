//! Which clusters share a signature.

use std::collections::HashMap;

use super::exchange;
use super::signature::{Signature, Sketch};
use super::{RandomPart, ResidualPart};
use crate::error::{Error, Result};
use crate::likelihood::rows::{Clusters, Order, Source};

/// The clusters by signature.
pub(super) struct Classes {
    /// The signature of each cluster.
    pub(super) ids: Vec<u32>,
    /// The signatures of clusters, then those of the subjects that rotations release.
    pub(super) signatures: Vec<Signature>,
    /// The number of the former.
    pub(super) n_signatures: usize,
}

/// Puts the rows of each cluster in their canonical order and finds its signature.
pub(super) fn classify(
    source: Source<'_>,
    random: &[RandomPart],
    residual: Option<&ResidualPart>,
    clusters: &mut Clusters,
) -> Result<Classes> {
    let root = |row: usize| source.root_weight(row);
    let order = Order { source, random, residual };
    let (mut sketch, mut known, mut signatures) = (Sketch::default(), HashMap::<Box<[u64]>, u32>::new(), Vec::new());
    if random.is_empty() && residual.is_none_or(|part| part.subject.is_none()) {
        // Every row is a cluster: the order among them is all there is to fix.
        order.sort(&mut clusters.order)?;
    }
    let mut ids = Vec::with_capacity(clusters.len());
    for c in 0..clusters.len() {
        let span = clusters.span(c);
        let rows = &mut clusters.order[span];
        order.sort(rows)?;
        sketch.draw(rows, random, residual, root);
        let id = match known.get(sketch.key.as_slice()) {
            Some(&id) => id,
            None => {
                let id = signatures.len() as u32;
                known.insert(sketch.key.as_slice().into(), id);
                if residual.is_none() {
                    check_size(rows.len().min(sketch.columns), rows.len(), sketch.columns)?;
                }
                signatures.push(sketch.finish(rows, random, residual, root));
                id
            }
        };
        ids.push(id);
    }
    let n_signatures = signatures.len();
    Ok(Classes { ids, signatures: shortened(signatures, residual.is_some())?, n_signatures })
}

/// The signatures of clusters after their rotations, followed by those of the subjects that rotations release.
///
/// # Errors
/// `cluster_too_large`.
pub(super) fn shortened(signatures: Vec<Signature>, structured: bool) -> Result<Vec<Signature>> {
    let signatures: Vec<Signature> = match structured {
        false => signatures.into_iter().map(Signature::rotated).collect(),
        true => exchange::reduced(signatures),
    };
    signatures.iter().try_for_each(|signature| check_size(signature.m, 0, 0))?;
    Ok(signatures)
}

/// The longest block that is factored densely; a longer one takes minutes an evaluation.
const LONGEST_BLOCK: usize = 2000;

/// Refuses a cluster whose V would have `longest` rows, or whose rotation would work on m × columns numbers, where that
/// is too large.
pub(super) fn check_size(longest: usize, m: usize, columns: usize) -> Result<()> {
    if longest > LONGEST_BLOCK || m.saturating_mul(columns) > 16 * LONGEST_BLOCK * LONGEST_BLOCK {
        let message = format!(
            "the grouping factors connect rows into one cluster with {longest} correlated rows or effects, more than the \
             {LONGEST_BLOCK} that this engine factors densely"
        );
        return Err(Error::usage("cluster_too_large", message));
    }
    Ok(())
}
