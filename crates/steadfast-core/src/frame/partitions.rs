//! Rows that come in parts, none of which is kept.

use super::Frame;
use crate::error::Result;

/// A data set in parts, read as often as they are asked for: more rows than memory holds.
///
/// Rows that a model connects (those of a family, of a child) stand in one part. The parts are a function of what the rows
/// say: where a row stood in its file decides neither its part nor the number of parts. Then a fit has the same bits for
/// every order of the rows.
pub trait Partitions: Sync {
    /// The number of parts; some may be empty.
    fn n_parts(&self) -> usize;

    /// Part `k` with the columns of every other, 0 ≤ k < [`Partitions::n_parts`]. May be called by several threads.
    ///
    /// # Errors
    /// Where the part cannot be had.
    fn part(&self, k: usize) -> Result<Frame>;

    /// The bytes that may be taken for what is left of all rows; none sets no limit.
    fn ceiling(&self) -> Option<usize> {
        None
    }
}

/// Frames in memory, one a part.
impl Partitions for Vec<Frame> {
    fn n_parts(&self) -> usize {
        self.len()
    }

    fn part(&self, k: usize) -> Result<Frame> {
        Ok(self[k].clone())
    }
}
