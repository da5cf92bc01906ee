//! Mixed models that stop optimisers, on small data from fixed seeds.

mod boundaries;
mod designs;
mod maximal;
mod symmetric;

use steadfast_core::frame::{Column, Frame};
use steadfast_core::rng::{Purpose, Stream, Streams};

/// How a fit must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// With every covariance matrix positive definite.
    Interior,
    /// With a singular covariance matrix, which is a result.
    Boundary,
    /// Either: the data lie so near to the boundary that only the fit can tell.
    Converges,
    /// With an error of this code.
    Error(&'static str),
}

/// A model and data that are hard to fit.
#[derive(Debug, Clone, Copy)]
pub struct Pathology {
    /// A name for messages.
    pub name: &'static str,
    /// Why it is hard.
    pub about: &'static str,
    /// The model over the columns of the frame, whose outcome is `y`.
    pub formula: &'static str,
    /// The data.
    pub frame: fn() -> Frame,
    /// How a fit by REML must end.
    pub ending: Ending,
    /// How much of −2 log-likelihood may be rounding: `ROUNDING`, more where variances are 10⁸ apart.
    pub rounding: f64,
}

/// What rounding leaves of −2 log-likelihoods of some thousands.
const ROUNDING: f64 = 1e-8;
/// The same where a variance is 10⁸ residual ones: sums of squares lose eight of their sixteen digits.
const ROUNDING_OF_HUGE: f64 = 1e-4;

/// Every pathology that the workspace knows.
pub const PATHOLOGIES: &[Pathology] = &[
    symmetric::SADDLE,
    symmetric::SADDLE_OF_SLOPES,
    symmetric::RIDGE,
    symmetric::EXACT_RIDGE,
    symmetric::TIES,
    symmetric::CROSSED_TIES,
    maximal::MAXIMAL,
    maximal::MAXIMAL_BY_SUBJECT,
    maximal::MAXIMAL_OF_TWO,
    boundaries::HUGE_VARIANCE,
    boundaries::TINY_VARIANCE,
    boundaries::HUGE_AND_TINY,
    boundaries::SLOPE_IN_OTHER_UNITS,
    boundaries::PERFECT_CORRELATION,
    boundaries::FAR_FROM_ZERO,
    boundaries::EXACT_SUM,
    designs::ONE_ROW_A_LEVEL,
    designs::ONE_ROW_A_LEVEL_SLOPE,
    designs::DISCONNECTED,
    designs::SEEN_ONCE,
    designs::TAKEN_BY_FIXED_EFFECTS,
    designs::NEARLY_DEPENDENT,
    designs::TWO_LEVELS,
];

/// An outcome for the rows of `frame` that has nothing to do with its own: random effects of every factor, and their slopes
/// along every other number, with standard deviations between 0.1 and 3 of the residual's, on the outcome's own scale.
///
/// A model fitted to it ends somewhere else, and is a place to start from.
///
/// # Panics
/// When the frame has no numeric column `y`.
#[allow(clippy::expect_used, reason = "every frame of the registry has the numeric outcome `y`")]
pub fn elsewhere(frame: &Frame, seed: u64) -> Vec<f64> {
    let mut draw = Streams::new(seed, Purpose::new("pathological: elsewhere")).stream(0, 0);
    let y = frame.column("y").ok().and_then(Column::to_numeric).expect("a numeric outcome");
    let columns = || frame.columns().iter().filter(|column| column.name() != "y");
    let numbers: Vec<_> = columns().filter(|c| c.as_factor().is_none()).filter_map(Column::to_numeric).collect();
    let mut other: Vec<f64> = y.iter().map(|_| draw.normal()).collect();
    for factor in columns().filter_map(Column::as_factor) {
        for k in 0..=numbers.len() {
            let deviation = 0.1 * 30.0_f64.powf(draw.uniform());
            let effects: Vec<f64> = factor.levels().iter().map(|_| deviation * draw.normal()).collect();
            for (row, value) in other.iter_mut().enumerate() {
                let along = if k == 0 { 1.0 } else { numbers[k - 1][row] };
                *value += along * effects[factor.codes()[row] as usize];
            }
        }
    }
    let range = |values: &[f64]| {
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
        (0.5 * (low + high), high - low)
    };
    let ((to, wide), (from, own)) = (range(&y), range(&other));
    other.iter().map(|value| to + (value - from) * wide / own).collect()
}

/// The random numbers of one pathology.
fn draws(name: &str) -> Stream {
    Streams::new(20_261_122, Purpose::new("pathological"))
        .stream(0, name.bytes().fold(0, |hash: u64, byte| hash.wrapping_mul(31) ^ u64::from(byte)))
}

/// `n` normal deviates of standard deviation `deviation`.
fn normals(draw: &mut Stream, n: usize, deviation: f64) -> Vec<f64> {
    (0..n).map(|_| deviation * draw.normal()).collect()
}

/// A frame of the outcome `y`, numeric `x` columns and factors by code.
///
/// # Panics
/// When the columns do not make a table, which is a mistake in a generator.
#[allow(clippy::expect_used, reason = "the generators make columns of one length with distinct names")]
fn table(y: Vec<f64>, numbers: Vec<(&str, Vec<f64>)>, factors: Vec<(&str, Vec<usize>)>) -> Frame {
    let mut columns = vec![Column::float("y", y)];
    columns.extend(numbers.into_iter().map(|(name, values)| Column::float(name, values)));
    let labelled = |codes: Vec<usize>| codes.into_iter().map(|code| format!("l{code:04}")).collect::<Vec<_>>();
    columns.extend(factors.into_iter().map(|(name, codes)| Column::factor(name, labelled(codes))));
    Frame::new(columns).expect("columns of one length with distinct names")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_pathology_has_its_own_name_and_the_same_bits_each_time() {
        let names: BTreeSet<&str> = PATHOLOGIES.iter().map(|case| case.name).collect();
        assert_eq!(names.len(), PATHOLOGIES.len());
        for case in PATHOLOGIES {
            let y = |frame: Frame| frame.column("y").unwrap().to_numeric().unwrap();
            assert_eq!(y((case.frame)()), y((case.frame)()), "{}", case.name);
        }
    }
}
