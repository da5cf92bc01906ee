//! What is claimed of the whole: numbers, laws, messages and the shape of the sources.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a helper of a test fails by panicking, and what was skipped is printed by name"
)]

mod architecture;
mod bad_input;
mod by_hand;
mod laws;
mod metamorphic;
mod pathological;
mod pipeline;
mod reference;
mod resume;
mod saved;
mod score;
mod support;
mod textbook;
mod threads;
