//! Stopping between two files of a bundle never leaves one without the other.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};

/// A wish to stop, shared between whoever hears it and whoever writes.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    raised: Arc<AtomicBool>,
    writing: Arc<Mutex<()>>,
    farewell: Arc<Mutex<String>>,
}

/// While it lives, a bundle is being written.
#[derive(Debug)]
pub struct Writing<'a> {
    _guard: MutexGuard<'a, ()>,
}

impl Interrupt {
    /// Nobody wishes to stop yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Wishes to stop, and returns once nothing is being written: the process may end.
    pub fn raise(&self) {
        self.raised.store(true, Ordering::SeqCst);
        drop(self.writing());
    }

    /// Says what is to be said to whoever stops from now on, such as how to go on.
    pub fn set_farewell(&self, text: &str) {
        *self.farewell.lock().unwrap_or_else(PoisonError::into_inner) = text.to_owned();
    }

    /// What is to be said to whoever stops.
    pub fn farewell(&self) -> String {
        self.farewell.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// # Errors
    /// `interrupted` when somebody wishes to stop.
    pub fn check(&self) -> Result<()> {
        if self.raised.load(Ordering::SeqCst) { Err(Error::interrupted()) } else { Ok(()) }
    }

    /// Announces that a bundle is being written, until the result is dropped.
    pub fn writing(&self) -> Writing<'_> {
        Writing { _guard: self.writing.lock().unwrap_or_else(PoisonError::into_inner) }
    }
}
