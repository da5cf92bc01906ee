//! What is claimed of the whole: numbers, laws, messages and the shape of the sources.

mod architecture;
mod bad_input;
mod by_hand;
mod laws;
mod metamorphic;
mod pipeline;
mod reference;
mod support;
mod textbook;
mod threads;
