//! Ctrl-C: the process ends with 130 as soon as no bundle is half written.

use std::process;

use steadfast::error::Exit;
use steadfast::interrupt::Interrupt;

use super::output;

/// Starts to listen for Ctrl-C and for the signals that end a process.
pub(crate) fn listen() -> Interrupt {
    let interrupt = Interrupt::new();
    let raised = interrupt.clone();
    let heard = ctrlc::set_handler(move || {
        raised.raise();
        output::remark(&format!("interrupted{}", raised.farewell()));
        process::exit(i32::from(Exit::Interrupted.code()));
    });
    if heard.is_err() {
        output::remark("note: Ctrl-C cannot be caught here; a killed run may leave a hidden folder beside its bundle");
    }
    interrupt
}
