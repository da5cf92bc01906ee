//! Cox's partial likelihood with random effects, penalised by their distribution.
//!
//! With η = Xβ + Zb and coordinates v of the effects (b = L v, or b = v for a gamma frailty) the maximum of
//! ln L(η) + ln density(v) is found by Newton's method. Its matrix
//!
//! ```text
//! H = [X ZL]' (diag(r H) − Σ_k Σ_l w̄ p_kl p_kl') [X ZL] + curvature,   p_kl = r/S_l over those at risk
//! ```
//!
//! is never formed: a product with it takes two sweeps over the rows. Its part that is not block diagonal has a trace of order one
//! whatever the number of clusters, so that conjugate gradients preconditioned by the blocks end after some ten products; a million
//! clusters cost as many products as ten.
//!
//! # Source
//! Ripatti and Palmgren 2000, Biometrics 56:1016; Therneau, Grambsch and Pankratz 2003, Journal of Computational and Graphical
//! Statistics 12:156. The matrix-free solution is our own.

mod determinant;
mod diagonal;
mod effects;
mod lanes;
mod newton;
mod penalty;
mod risk_sets;
mod shared;
mod steps;

pub(crate) use determinant::MOST_EFFECTS;
pub(crate) use effects::{EffectTerm, Effects};
pub(crate) use newton::Solved;
pub(crate) use penalty::{Penalty, excess};
pub(crate) use risk_sets::{RiskSets, RiskState};

use crate::likelihood::{RiskRow, Ties};

/// Rows at risk with fixed and random effects.
#[derive(Debug, Clone)]
pub(crate) struct Penalised {
    pub(crate) sets: RiskSets,
    /// The columns of X, n × p, by rows in the order of the sets.
    pub(crate) x: Vec<f64>,
    pub(crate) p: usize,
    pub(crate) effects: Effects,
}

impl Penalised {
    /// The model of `rows` with columns `x` (n × p by rows) and `effects`, all in the order given.
    pub(crate) fn new(rows: &[RiskRow], x: &[f64], p: usize, effects: &Effects, ties: Ties) -> Self {
        let columns = |row: u32| &x[row as usize * p..(row as usize + 1) * p];
        let sets = RiskSets::new(rows, ties, |a, b| {
            let pairs = columns(a).iter().zip(columns(b));
            let by_columns = pairs.map(|(u, v)| u.total_cmp(v)).find(|order| order.is_ne());
            let group = |row: u32| effects.terms.iter().map(move |term| term.group[row as usize]);
            by_columns.unwrap_or_else(|| group(a).cmp(group(b)))
        });
        let order = &sets.source;
        let turned = |term: &EffectTerm| EffectTerm {
            group: order.iter().map(|&row| term.group[row as usize]).collect(),
            z: if term.z.is_empty() {
                Vec::new()
            } else {
                order
                    .iter()
                    .flat_map(|&row| term.z[row as usize * term.width..][..term.width].iter().copied())
                    .collect()
            },
            ..*term
        };
        let effects = Effects { terms: effects.terms.iter().map(turned).collect() };
        Self { x: order.iter().flat_map(|&row| columns(row).iter().copied()).collect(), p, effects, sets }
    }
}
