//! Benches of the mixed model.
fn main() {}
