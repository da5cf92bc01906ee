//! One design over rows that come in parts: what must be learnt from all rows is learnt in passes over the parts, and each
//! part is read by it.

mod survey;
mod whole;

use nalgebra::DMatrix;

use super::rank;
use super::{Design, DesignOptions};
use crate::error::Result;
use crate::formula::Formula;
use crate::frame::{Frame, Partitions};
use crate::parallel::{Threads, in_order};
use survey::survey;
pub(crate) use whole::{Seen, Whole};

/// A model and the parts of its data.
pub(crate) struct Parts<'a> {
    source: &'a dyn Partitions,
    threads: Threads,
    /// What every part shares.
    pub(crate) whole: Whole,
}

impl<'a> Parts<'a> {
    /// The parts of `source` read by `formula`, with every column of the fixed effects.
    ///
    /// # Errors
    /// As [`Design::build`]; `needs_all_rows` for a variable that is learnt from all rows at once, such as a spline.
    pub(crate) fn new(
        formula: &Formula,
        source: &'a dyn Partitions,
        options: &DesignOptions,
        threads: Threads,
    ) -> Result<Self> {
        let mut whole = survey(formula, source, options, threads)?;
        let mut seen = Seen::default();
        each_frame(
            source,
            threads,
            |frame| whole.look(frame),
            |part| {
                if let Some(part) = part {
                    seen.merge(part);
                }
                Ok(())
            },
        )?;
        whole.learn(seen);
        Ok(Self { source, threads, whole })
    }

    /// The bytes that may be taken for what is left of all rows.
    pub(crate) fn ceiling(&self) -> Option<usize> {
        self.source.ceiling()
    }

    /// The threads that may work.
    pub(crate) fn threads(&self) -> Threads {
        self.threads
    }

    /// `work` on the design of every part that has rows; `take` gets the results in the order of the parts, whichever
    /// thread made them.
    ///
    /// # Errors
    /// The first error, in that order.
    pub(crate) fn each<T: Send>(
        &self,
        work: impl Fn(&Design) -> Result<T> + Sync,
        mut take: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        each_frame(
            self.source,
            self.threads,
            |frame| self.whole.part(frame)?.map(|design| work(&design)).transpose(),
            |found| found.map_or(Ok(()), &mut take),
        )
    }

    /// Leaves out the columns of the fixed effects that others determine. `triangle` is the triangular factor of the centred
    /// columns over all rows, `back` writes each of these as a combination of the columns.
    pub(crate) fn keep(&mut self, triangle: &[Vec<f64>], back: DMatrix<f64>) {
        self.whole.keep(rank::of_triangle(triangle, back));
    }
}

/// As many parts at a time as there are threads: no more are in memory, and the results come in order.
fn each_frame<T: Send>(
    source: &dyn Partitions,
    threads: Threads,
    work: impl Fn(&Frame) -> Result<T> + Sync,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let n = source.n_parts();
    for first in (0..n).step_by(threads.get()) {
        let wave = threads.get().min(n - first);
        let results = in_order(threads, wave, |i| source.part(first + i).and_then(|frame| work(&frame)));
        results.into_iter().try_for_each(|result| take(result?))?;
    }
    Ok(())
}
