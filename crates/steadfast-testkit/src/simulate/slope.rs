//! Random intercept and slope.

use steadfast_core::frame::{Column, Frame, Role};
use steadfast_core::rng::{Purpose, Streams};

use super::{factor, frame, identifiers};

/// Mean at time 0.
pub const INTERCEPT: f64 = 250.0;
/// Mean change a unit of time.
pub const SLOPE: f64 = 10.0;
/// Standard deviation of the random intercept.
pub const INTERCEPT_SD: f64 = 25.0;
/// Standard deviation of the random slope.
pub const SLOPE_SD: f64 = 6.0;
/// Correlation of random intercept and slope.
pub const CORRELATION: f64 = 0.3;
/// Standard deviation of the residual.
pub const RESIDUAL_SD: f64 = 20.0;

/// `y` of `n_subjects` at `time` 0..`visits` − 1, one row a subject and visit, `subject` with zero-padded levels.
///
/// ```text
/// y = 250 + 10·time + b₀ + b₁·time + e,   sd(b₀) = 25, sd(b₁) = 6, corr = 0.3, sd(e) = 20
/// ```
///
/// # Panics
/// Never for fewer than 2³² subjects.
pub fn random_slope(n_subjects: usize, visits: usize, seed: u64) -> Frame {
    let streams = Streams::new(seed, Purpose::new("simulate: random slope"));
    let rows = n_subjects * visits;
    let (mut y, mut time, mut codes) = (Vec::with_capacity(rows), Vec::with_capacity(rows), Vec::with_capacity(rows));
    let independent = (1.0 - CORRELATION * CORRELATION).sqrt();
    for subject in 0..n_subjects {
        let mut draw = streams.stream(0, subject as u64);
        let (first, second) = (draw.normal(), draw.normal());
        let intercept = INTERCEPT + INTERCEPT_SD * first;
        let slope = SLOPE + SLOPE_SD * (CORRELATION * first + independent * second);
        for visit in 0..visits {
            let at = visit as f64;
            y.push(intercept + slope * at + RESIDUAL_SD * draw.normal());
            time.push(at);
            codes.push(subject as u32);
        }
    }
    frame(vec![
        Column::float("y", y).with_role(Role::Outcome),
        Column::float("time", time).with_role(Role::Time),
        factor("subject", identifiers(n_subjects), codes).with_role(Role::Subject),
    ])
}
