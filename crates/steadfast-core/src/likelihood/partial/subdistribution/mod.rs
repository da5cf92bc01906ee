//! The partial likelihood of a subdistribution hazard: those whom a competing event takes stay at risk, less and less.
//!
//! A row that a competing event ends at T stays in the risk sets of later times t with the weight G(t−)/G(T−), G being the probability
//! of still being under observation. The weight is a product of a factor of the time and one of the row, so that with
//! v = 1/G(T−) the sums over risk sets are
//!
//! ```text
//! S(t) = Σ_{under observation at t} r x  +  G(t−) Σ_{taken before t} r v x
//! ```
//!
//! and one sweep in each direction makes them all: no row is ever written twice. A row passes through the hazard Σ a_k while it is
//! under observation and through v Σ G(t_k−) a_k afterwards; everything else is as in Cox's likelihood.
//!
//! # Source
//! Fine and Gray 1999, Journal of the American Statistical Association 94:496; Geskus 2011, Biometrics 67:39; the sweeps: Kawaguchi,
//! Shen, Suchard and Li 2021, Journal of Computational and Graphical Statistics 30:685.

mod censoring;
mod estimated;
mod tails;

pub use censoring::CensoringTies;
pub(crate) use estimated::WeightInfluence;
pub(super) use tails::Tails;

use super::{PartialLikelihood, RiskRow, Ties};
use crate::error::Result;
use censoring::Curve;

/// What ends a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing: another row of the same person goes on.
    Continues,
    /// Observation ends.
    Censored,
    /// The event whose hazard is modelled.
    Event,
    /// Another event.
    Competing,
}

/// A row before it has its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SubdistributionRow {
    pub(crate) at: RiskRow,
    pub(crate) ending: Ending,
    /// Whether the person comes under observation with this row.
    pub(crate) enters: bool,
    /// Whose censoring is as probable as this row's.
    pub(crate) group: u32,
}

/// The likelihood, and from whom its weights are estimated.
#[derive(Debug, Clone)]
pub(crate) struct Subdistribution {
    likelihood: PartialLikelihood,
    rows: Vec<SubdistributionRow>,
    ties: CensoringTies,
    curves: Vec<Curve>,
}

impl Subdistribution {
    /// The likelihood of `rows`, whose columns are `x` (n × p, by rows).
    ///
    /// # Errors
    /// `method_does_not_apply` for ties without a hazard of every event; `no_truncation_weights` when all under observation have just
    /// entered at a time after a competing event.
    pub(crate) fn new(
        rows: Vec<SubdistributionRow>,
        x: &[f64],
        p: usize,
        ties: Ties,
        censoring: CensoringTies,
    ) -> Result<Self> {
        ties.require_hazard("weights of those whom competing events take")?;
        let at: Vec<RiskRow> = rows.iter().map(|row| row.at).collect();
        let is_taken = |place: usize| rows[place].ending == Ending::Competing;
        let mut likelihood = PartialLikelihood::keeping(&at, x, p, ties, is_taken);
        let n_groups = rows.iter().map(|row| row.group as usize + 1).max().unwrap_or(0);
        let mut members: Vec<Vec<&SubdistributionRow>> = vec![Vec::new(); n_groups];
        rows.iter().for_each(|row| members[row.group as usize].push(row));
        let curves = members.iter().map(|group| Curve::new(group, censoring)).collect::<Result<Vec<_>>>()?;
        let places = &likelihood.source;
        for stratum in &mut likelihood.strata {
            let taken = stratum.rows.clone().map(|at| (at, &rows[places[at] as usize]));
            stratum.tails = Tails::new(taken, &stratum.times, &curves);
        }
        Ok(Self { likelihood, rows, ties: censoring, curves })
    }

    /// The weighted partial likelihood.
    pub(crate) fn likelihood(&self) -> &PartialLikelihood {
        &self.likelihood
    }

    /// The number of rows that competing events end.
    pub(crate) fn n_competing(&self) -> usize {
        self.rows.iter().filter(|row| row.ending == Ending::Competing && row.at.weight > 0.0).count()
    }
}
