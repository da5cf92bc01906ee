//! A parametric bootstrap that may be stopped at any moment and finished later, to the same bytes.
//!
//! Replicate r is the same whoever makes it and when. A log holds the request and then a line for each replicate, in
//! order; going on means to make the replicates that it lacks.

mod log;
mod request;

pub use log::{Log, Opened};
pub use request::{Request, Source};

use std::time::{Duration, Instant};

use steadfast_core::lmm::{Bootstrap, LmmFit, Replicate};
use steadfast_core::parallel::Threads;

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// A batch of replicates takes about this long: often enough for a log, and for whoever waits.
const BATCH: Duration = Duration::from_millis(400);

/// What a bootstrap reports to while it goes on.
#[derive(Debug)]
pub struct Watch<'a> {
    /// Where replicates are kept.
    pub log: Option<Log>,
    /// Whether somebody wishes to stop.
    pub interrupt: &'a Interrupt,
    /// How many threads may work.
    pub threads: Threads,
}

/// The bootstrap of `fit` that `request` asks for, of which the replicates `known` are made already; `advance` hears of
/// every batch.
///
/// # Errors
/// `interrupted`; `unwritable_file`; `damaged_log` where the last of `known` is not what it should be.
pub fn run(
    request: &Request,
    fit: &LmmFit,
    known: Vec<Replicate>,
    mut watch: Watch<'_>,
    advance: &dyn Fn(u64),
) -> Result<Bootstrap> {
    let replicates = fit.parametric_bootstrap(request.seed)?;
    if let Some(last) = known.last() {
        let again = replicates.replicates(last.replicate..last.replicate + 1, Threads::ONE);
        if again.first() != Some(last) {
            return Err(Error::usage("damaged_log", "the last replicate of the log is not the one that is made here"));
        }
    }
    let mut bootstrap = Bootstrap { parameters: replicates.parameters(), replicates: known };
    let mut size = 8 * watch.threads.get() as u64;
    let mut next = bootstrap.replicates.len() as u64;
    advance(next);
    while next < request.n {
        watch.interrupt.check()?;
        let (start, end) = (Instant::now(), (next + size).min(request.n));
        let batch = replicates.replicates(next..end, watch.threads);
        if let Some(log) = &mut watch.log {
            let _writing = watch.interrupt.writing();
            log.append(&batch)?;
        }
        bootstrap.replicates.extend(batch);
        advance(end - next);
        next = end;
        // How much is made at once changes nothing in what is made.
        let spent = start.elapsed();
        size = if spent < BATCH / 2 {
            size * 2
        } else if spent > BATCH * 2 {
            (size / 2).max(1)
        } else {
            size
        };
    }
    if let Some(log) = watch.log {
        log.finish()?;
    }
    Ok(bootstrap)
}
