//! Work split into fixed pieces, so that the number of threads changes the time and never the bits.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// How many threads a computation may use; the result does not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threads(NonZeroUsize);

impl Threads {
    /// One thread: the caller's own.
    pub const ONE: Threads = Threads(NonZeroUsize::MIN);

    /// `n` threads; 0 counts as 1.
    pub fn new(n: usize) -> Self {
        Self(NonZeroUsize::new(n).unwrap_or(NonZeroUsize::MIN))
    }

    /// The number of threads.
    pub fn get(self) -> usize {
        self.0.get()
    }
}

impl Default for Threads {
    fn default() -> Self {
        Self::ONE
    }
}

/// The results of `work(0), …, work(pieces − 1)` in the order of the pieces, whichever thread made them.
///
/// The caller fixes the pieces by the data alone and combines the results in order: that makes a reduction
/// independent of the number of threads.
pub fn in_order<T: Send>(threads: Threads, pieces: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let workers = threads.get().min(pieces);
    if workers <= 1 {
        return (0..pieces).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let mut done: Vec<(usize, T)> = std::thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let piece = next.fetch_add(1, Ordering::Relaxed);
                    // The receiver outlives the scope, so a failed send can only mean that the caller is unwinding.
                    if piece >= pieces || sender.send((piece, work(piece))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        receiver.iter().collect()
    });
    done.sort_unstable_by_key(|(piece, _)| *piece);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_pieces_for_every_number_of_threads() {
        for threads in [1, 2, 7, 100] {
            assert_eq!(in_order(Threads::new(threads), 50, |i| i * i), (0..50).map(|i| i * i).collect::<Vec<_>>());
        }
        assert!(in_order(Threads::new(3), 0, |i| i).is_empty());
    }
}
