//! The least-squares fit that is subtracted before anything else.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::{CLUSTERS_A_PIECE, Clusters, Source, add_gram};
use crate::design::Design;
use crate::design::centred::CentredColumns;
use crate::error::{Error, Result};
use crate::linalg::{self, length};
use crate::parallel::{Threads, in_order};

/// Pivots below this share of their column leave fewer than ten digits to normal equations.
const NEARLY_DEPENDENT: f64 = 1e-6;

/// The weighted least-squares coefficients on X̃, in the units of the data; nearly dependent columns of X̃ are made
/// orthogonal first.
pub(in crate::likelihood) fn least_squares(
    design: &Design,
    fixed: &mut CentredColumns,
    centre: f64,
    clusters: &Clusters,
    threads: Threads,
) -> Result<DVector<f64>> {
    coefficients(fixed, |fixed| Ok(normal_equations(Source { design, fixed, centre }, clusters, threads)))
}

/// X̃'WX̃ and X̃'W(y − offset).
pub(in crate::likelihood) type Normal = (DMatrix<f64>, DVector<f64>);

/// The least-squares coefficients by the `normal` equations of the columns.
pub(in crate::likelihood) fn coefficients(
    fixed: &mut CentredColumns,
    mut normal: impl FnMut(&CentredColumns) -> Result<Normal>,
) -> Result<DVector<f64>> {
    let dependent = || Error::data("rank_deficient", "the fixed effects are linearly dependent to working precision");
    for attempt in 0..3 {
        let (xx, xy) = normal(fixed)?;
        let scale = xx.diagonal();
        let factor = Cholesky::new(xx).ok_or_else(dependent)?;
        let upper = factor.l().transpose();
        let worst = (0..scale.len()).map(|j| upper[(j, j)] * upper[(j, j)] / scale[j]).fold(1.0, f64::min);
        if worst > NEARLY_DEPENDENT || attempt == 2 {
            return Ok(factor.solve(&xy));
        }
        if !fixed.orthogonalise(&upper) {
            break;
        }
    }
    Err(dependent())
}

fn normal_equations(source: Source<'_>, clusters: &Clusters, threads: Threads) -> Normal {
    let w = source.fixed.len() + 1;
    let piece_rows = CLUSTERS_A_PIECE * 2;
    let pieces = clusters.order.len().div_ceil(piece_rows);
    let grams = in_order(threads, pieces, |piece| {
        gram(source, &clusters.order[piece * piece_rows..((piece + 1) * piece_rows).min(clusters.order.len())])
    });
    let mut whole = vec![0.0; length(w)];
    grams.iter().for_each(|part| linalg::add_scaled(&mut whole, 1.0, part));
    equations(&whole, w)
}

/// [X̃ y]'W[X̃ y] over `rows`, packed.
pub(in crate::likelihood) fn gram(source: Source<'_>, rows: &[u32]) -> Vec<f64> {
    let (p, w) = (source.fixed.len(), source.fixed.len() + 1);
    let zero = vec![0.0; p];
    let (mut gram, mut block) = (vec![0.0; length(w)], vec![0.0; 64 * w]);
    for some in rows.chunks(64) {
        let lines = &mut block[..some.len() * w];
        source.fill(some, &zero, lines);
        lines.chunks_exact(w).for_each(|line| add_gram(&mut gram, line));
    }
    gram
}

/// The equations in `gram`, which is packed and of order w.
pub(in crate::likelihood) fn equations(gram: &[f64], w: usize) -> Normal {
    let p = w - 1;
    let xx = DMatrix::from_fn(p, p, |a, b| gram[linalg::index(w, a.min(b), a.max(b))]);
    (xx, DVector::from_fn(p, |a, _| gram[linalg::index(w, a, p)]))
}
