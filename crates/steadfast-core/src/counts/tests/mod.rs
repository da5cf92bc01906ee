//! Counts by hand, and tried wrong.

mod by_hand;
mod wrong;
