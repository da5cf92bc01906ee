//! Another outcome for the same rows, as least squares leaves it.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::{Variation, add_gram};
use crate::design::Design;
use crate::error::{Error, Result};
use crate::likelihood::scaled::Scaled;
use crate::linalg::{self, dot, length};

/// What a new outcome needs of the rows, whatever the engine.
#[derive(Debug)]
pub(in crate::likelihood) struct Regression {
    /// For each row in the engine's order, its place among the rows used.
    places: Vec<u32>,
    offset: Option<Vec<f64>>,
    root_weight: Option<Vec<f64>>,
    has_intercept: bool,
    /// √w X̃ as the engine has it after any rotation, n × p.
    pub(in crate::likelihood) x: Vec<f64>,
    /// The scale of the outcome that the rows were made with.
    scale: f64,
    /// The factor of X̃'WX̃.
    factor: Cholesky<f64, Dyn>,
}

/// What least squares leaves of an outcome, times its scale, and what was taken from it.
pub(in crate::likelihood) struct Reduced {
    pub(in crate::likelihood) residual: Vec<f64>,
    centre: f64,
    scale: f64,
    base: DVector<f64>,
}

impl Reduced {
    /// Writes into `scaled` what was taken; the residuals remain.
    pub(in crate::likelihood) fn settle(self, scaled: &mut Scaled) -> Vec<f64> {
        (scaled.outcome_centre, scaled.outcome_scale, scaled.base) = (self.centre, self.scale, self.base);
        self.residual
    }
}

/// A new outcome whose residuals are within this factor of the old one's keeps its scale: θ then means the same, and
/// the engine's numbers stay of order one.
const SAME_SCALE: f64 = 4.0;

impl Regression {
    /// For the rows of `design` in `order`; `x` may stand in another order, which `rotate` makes of the outcome too.
    ///
    /// # Errors
    /// `rank_deficient` where rounding makes the fixed effects dependent.
    pub(in crate::likelihood) fn new(scaled: &Scaled, design: &Design, order: &[u32], x: Vec<f64>) -> Result<Self> {
        let p = scaled.p();
        let of_rows = |values: &Vec<f64>| order.iter().map(|&row| values[row as usize]).collect::<Vec<f64>>();
        let mut gram = vec![0.0; length(p)];
        x.chunks_exact(p.max(1)).for_each(|row| add_gram(&mut gram, row));
        let gram = DMatrix::from_fn(p, p, |a, b| gram[linalg::index(p, a.min(b), a.max(b))]);
        let dependent =
            || Error::data("rank_deficient", "the fixed effects are linearly dependent to working precision");
        let place = |row: &u32| design.rows.partition_point(|known| known < row) as u32;
        let roots = |values: Vec<f64>| values.into_iter().map(f64::sqrt).collect();
        Ok(Self {
            places: order.iter().map(place).collect(),
            offset: design.offset.as_ref().map(|values| of_rows(values)),
            root_weight: design.weights.as_ref().map(|values| roots(of_rows(values))),
            has_intercept: design.fixed.iter().any(|column| column.pieces.is_empty()),
            x,
            scale: scaled.outcome_scale,
            factor: Cholesky::new(gram).ok_or_else(dependent)?,
        })
    }

    /// What least squares leaves of `response`, one number for each row used; `rotate` brings the weighted outcomes into
    /// the order of `x`.
    ///
    /// # Errors
    /// `constant_outcome`, `outcome_scale`, `perfect_fit`.
    pub(in crate::likelihood) fn residuals(
        &self,
        response: &[f64],
        rotate: impl FnOnce(Vec<f64>) -> Vec<f64>,
    ) -> Result<Reduced> {
        let p = self.factor.l_dirty().nrows();
        let net = self.net(response);
        let (low, high) = net.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), y| (a.min(*y), b.max(*y)));
        let centre = if self.has_intercept { 0.5 * low + 0.5 * high } else { 0.0 };
        let mut outcome: Vec<f64> = net.iter().map(|y| y - centre).collect();
        if let Some(roots) = &self.root_weight {
            outcome.iter_mut().zip(roots).for_each(|(y, root)| *y *= root);
        }
        let mut outcome = rotate(outcome);
        let mut right = DVector::zeros(p);
        for (x, y) in self.x.chunks_exact(p.max(1)).zip(&outcome) {
            linalg::add_scaled(right.as_mut_slice(), *y, x);
        }
        let base = self.factor.solve(&right);
        for (x, y) in self.x.chunks_exact(p.max(1)).zip(&mut outcome) {
            *y -= dot(x, base.as_slice());
        }
        let mut variation = Variation::default();
        // A rotation leaves the sum of squares as it is, whichever residual stands beside which outcome.
        net.iter().zip(&outcome).for_each(|(y, r)| variation.take(y - centre, centre, *r));
        let scale = variation.outcome_scale(p)?;
        let close = (1.0 / SAME_SCALE..=SAME_SCALE).contains(&(scale / self.scale));
        let scale = if close { self.scale } else { scale };
        outcome.iter_mut().for_each(|r| *r *= scale);
        Ok(Reduced { residual: outcome, centre, scale, base })
    }

    /// y − offset in the engine's order.
    fn net(&self, response: &[f64]) -> Vec<f64> {
        let mut net: Vec<f64> = self.places.iter().map(|&place| response[place as usize]).collect();
        if let Some(offset) = &self.offset {
            net.iter_mut().zip(offset).for_each(|(y, offset)| *y -= offset);
        }
        net
    }
}
