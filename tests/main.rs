//! What is claimed of the whole: numbers, laws, messages and the shape of the sources.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a helper of a test fails by panicking, and what was skipped is printed by name"
)]

mod architecture;
mod bad_input;
mod before_analysis;
mod by_hand;
mod convert;
mod counts;
mod laws;
mod metamorphic;
mod pathological;
mod pipeline;
mod placement_plan;
mod reference;
mod resume;
mod saved;
mod schedule;
mod score;
mod streamed;
mod support;
mod survival;
mod textbook;
mod threads;
