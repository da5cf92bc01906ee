//! A sign of life on stderr for work that takes longer than a second; nothing when stderr is no terminal.

use std::io::IsTerminal;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A spinner with a message; it appears after a second and leaves no trace.
pub(crate) struct Progress {
    bar: ProgressBar,
    timer: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts to wait for the second to pass.
    pub(crate) fn new() -> Self {
        Self::with(None, "{spinner} {elapsed} {msg}")
    }

    /// The same for work of `total` parts.
    pub(crate) fn of(total: u64) -> Self {
        Self::with(Some(total), "{spinner} {elapsed} {bar:30} {pos}/{len} {eta} {msg}")
    }

    fn with(total: Option<u64>, template: &str) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if !std::io::stderr().is_terminal() {
            return Self { bar, timer: None };
        }
        let (stop, stopped) = mpsc::channel();
        let shown = bar.clone();
        let waiting = std::thread::spawn(move || {
            if stopped.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(Duration::from_millis(120));
            }
        });
        Self { bar, timer: Some((stop, waiting)) }
    }

    /// Says what is being done now.
    pub(crate) fn step(&self, message: &str) {
        self.bar.set_message(message.to_owned());
    }

    /// Says that so many parts are done in all.
    pub(crate) fn to(&self, parts: u64) {
        self.bar.set_position(parts);
    }

    /// Says that so many parts more are done.
    pub(crate) fn advance(&self, parts: u64) {
        self.bar.inc(parts);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, waiting)) = self.timer.take() {
            let _ = stop.send(());
            let _ = waiting.join();
        }
        self.bar.finish_and_clear();
    }
}
