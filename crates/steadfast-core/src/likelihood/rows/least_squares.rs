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
    let dependent = || Error::data("rank_deficient", "the fixed effects are linearly dependent to working precision");
    for attempt in 0..3 {
        let source = Source { design, fixed, centre };
        let (xx, xy) = normal_equations(source, clusters, threads);
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

/// X̃'WX̃ and X̃'W(y − offset).
fn normal_equations(source: Source<'_>, clusters: &Clusters, threads: Threads) -> (DMatrix<f64>, DVector<f64>) {
    let (p, w) = (source.fixed.len(), source.fixed.len() + 1);
    let zero = vec![0.0; p];
    let piece_rows = CLUSTERS_A_PIECE * 2;
    let pieces = clusters.order.len().div_ceil(piece_rows);
    let grams = in_order(threads, pieces, |piece| {
        let rows = &clusters.order[piece * piece_rows..((piece + 1) * piece_rows).min(clusters.order.len())];
        let (mut gram, mut block) = (vec![0.0; length(w)], vec![0.0; 64 * w]);
        for some in rows.chunks(64) {
            let lines = &mut block[..some.len() * w];
            source.fill(some, &zero, lines);
            lines.chunks_exact(w).for_each(|line| add_gram(&mut gram, line));
        }
        gram
    });
    let mut gram = vec![0.0; length(w)];
    grams.iter().for_each(|part| linalg::add_scaled(&mut gram, 1.0, part));
    let xx = DMatrix::from_fn(p, p, |a, b| gram[linalg::index(w, a.min(b), a.max(b))]);
    let xy = DVector::from_fn(p, |a, _| gram[linalg::index(w, a, p)]);
    (xx, xy)
}
