//! The parametric bootstrap: outcomes drawn from a fit, and the model fitted to each.
//!
//! Replicate r has the outcomes of [`LmmFit::simulate`] with the same seed, whatever the number of replicates or of threads. A replicate
//! whose fit fails stays in the result, with the code of its error.

mod interval;
mod likelihood_ratio;
mod parameter;
mod replicate;

pub use interval::{BootstrapInterval, BootstrapRow};
pub use likelihood_ratio::BootstrapLikelihoodRatio;
pub use parameter::Parameter;
pub use replicate::{Replicate, ReplicateStatus};

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::components::Reading;
use super::fit::LmmFit;
use super::refit::Refits;
use super::simulate::Draws;
use crate::error::Result;
use crate::parallel::{Threads, in_order};

/// Replicates that share an engine: enough to hide the cost of copying one. Fewer where threads would be idle.
const REPLICATES_A_PIECE: u64 = 16;

/// The replicates of one fit and one seed, to be had in any order and number.
#[derive(Debug)]
pub struct ParametricBootstrap<'a> {
    draws: Draws,
    refits: Refits<'a>,
    reading: Reading<'a>,
}

/// A parametric bootstrap: what was estimated, and what each replicate gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// The parameters: fixed effects, then those of the covariances.
    pub parameters: Vec<Parameter>,
    /// The replicates, in order.
    pub replicates: Vec<Replicate>,
}

impl LmmFit {
    /// The parametric bootstrap of this fit with `seed`, of which no replicate is made yet.
    ///
    /// # Errors
    /// `mean_dependent_variance`; `undefined_likelihood` when V of a cluster is not positive definite.
    pub fn parametric_bootstrap(&self, seed: u64) -> Result<ParametricBootstrap<'_>> {
        Ok(ParametricBootstrap { draws: self.draws(seed)?, refits: Refits::new(self)?, reading: Reading::of(self) })
    }

    /// The first `n` replicates of the parametric bootstrap of this fit.
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::{BootstrapInterval, Lmm}, parallel::Threads};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 6.0, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let fit = Lmm::new("y ~ 1 + (1 | g)".parse()?).fit(&frame)?;
    /// let bootstrap = fit.bootstrap(20_240_117, 200, Threads::new(2))?;
    /// let rows = bootstrap.intervals(BootstrapInterval::Percentile, 0.9)?;
    /// assert_eq!((rows[0].term.as_str(), bootstrap.replicates.len()), ("(Intercept)", 200));
    /// assert!(rows[0].conf_low < Some(fit.beta()[0]));
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`LmmFit::parametric_bootstrap`].
    ///
    /// # Source
    /// Davison and Hinkley 1997, section 2.2; Bates, Mächler, Bolker and Walker 2015, section 5.3 (`bootMer`).
    pub fn bootstrap(&self, seed: u64, n: usize, threads: Threads) -> Result<Bootstrap> {
        let replicates = self.parametric_bootstrap(seed)?;
        let parameters = replicates.parameters();
        Ok(Bootstrap { parameters, replicates: replicates.replicates(0..n as u64, threads) })
    }
}

impl ParametricBootstrap<'_> {
    /// The parameters of which each replicate has an estimate.
    pub fn parameters(&self) -> Vec<Parameter> {
        self.reading.parameters()
    }

    /// The replicates with these numbers, in order.
    pub fn replicates(&self, numbers: Range<u64>, threads: Threads) -> Vec<Replicate> {
        over_pieces(numbers, threads, |piece| {
            let mut refitter = self.refits.worker(Threads::ONE);
            piece.map(|number| self.reading.replicate(number, &mut refitter, &self.draws.outcome(number))).collect()
        })
    }
}

impl Bootstrap {
    /// The replicates whose fit failed.
    pub fn failed(&self) -> impl Iterator<Item = &Replicate> {
        self.replicates.iter().filter(|replicate| replicate.status.is_failed())
    }

    /// The number of replicates with a singular covariance matrix.
    pub fn n_boundary(&self) -> usize {
        self.replicates.iter().filter(|replicate| replicate.status == ReplicateStatus::Boundary).count()
    }
}

/// `work` on the pieces of `numbers`; the results in order.
fn over_pieces<T: Send>(numbers: Range<u64>, threads: Threads, work: impl Fn(Range<u64>) -> Vec<T> + Sync) -> Vec<T> {
    let n = numbers.end.saturating_sub(numbers.start);
    let size = n.div_ceil(2 * threads.get() as u64).clamp(1, REPLICATES_A_PIECE);
    let parts = in_order(threads, n.div_ceil(size) as usize, |piece| {
        let start = numbers.start + piece as u64 * size;
        work(start..(start + size).min(numbers.end))
    });
    parts.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
