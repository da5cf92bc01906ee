//! One case: its data are read, its model is fitted, and every expected value is held against the actual one.

use std::path::Path;

use steadfast_core::formula::Formula;
use steadfast_core::frame::Frame;
use steadfast_core::lmm::{Lmm, LmmFit};
use steadfast_core::parallel::Threads;

use super::case::{Case, Expectation, Tolerance};
use super::quantity::Answers;
use super::report::{Comparison, NotRun, Report, Verdict};
use super::table::{self, Source};

/// Why a value could not be computed, in words.
pub(super) type Failure = String;

/// Adds what comes of `case` to `report`.
pub(super) fn run(case: &Case, threads: Threads, external: Option<&Path>, report: &mut Report) {
    if let Some(needs) = &case.needs {
        report.not_run.push(NotRun::needs(&case.id, needs));
        return;
    }
    let source = match table::source(case, external) {
        Ok(Source::Absent) => {
            report.not_run.push(NotRun::external(&case.id));
            return;
        }
        source => source,
    };
    if matches!(source, Ok(Source::File(_))) {
        report.external_cases += 1;
    }
    let frame = source.and_then(|source| table::frame(case, &source));
    let mut answers = frame.and_then(|frame| fit(case, &frame, threads).map(|fit| Answers::new(fit, frame, case)));
    for expectation in &case.expect {
        for (quantity, expected) in &expectation.values {
            let actual = match &mut answers {
                Ok(answers) => answers.value(quantity),
                Err(failure) => Err(failure.clone()),
            };
            report.comparisons.push(compare(case, expectation, quantity, expected, actual));
        }
    }
}

/// The failed row that stands for a case whose file cannot be understood.
pub(super) fn unreadable(id: &str, error: &toml::de::Error) -> Comparison {
    Comparison {
        case: id.to_owned(),
        quantity: String::new(),
        engine: String::new(),
        call: String::new(),
        expected: String::new(),
        actual: None,
        digits: None,
        tolerance: Tolerance::Absolute(0.0),
        reason: String::new(),
        verdict: Verdict::Failed,
        failure: Some(error.to_string()),
    }
}

fn fit(case: &Case, frame: &Frame, threads: Threads) -> Result<LmmFit, Failure> {
    let formula: Formula = case.formula.parse().map_err(|e: steadfast_core::error::Error| e.to_string())?;
    let mut model = Lmm::new(formula).criterion(case.criterion).threads(threads);
    if let Some(weights) = &case.weights {
        model = model.weights(weights);
    }
    model.fit(frame).map_err(|e| e.to_string())
}

fn compare(
    case: &Case,
    expectation: &Expectation,
    quantity: &str,
    expected: &str,
    actual: Result<f64, Failure>,
) -> Comparison {
    let number = expected.parse::<f64>().unwrap_or(f64::NAN);
    let tolerance = expectation.tolerance;
    let verdict = match (&actual, &expectation.diverges) {
        (Err(_), _) => Verdict::Failed,
        (Ok(actual), None) if tolerance.admits(number, *actual) => Verdict::Agrees,
        (Ok(_), None) => Verdict::Differs,
        (Ok(actual), Some(_)) if tolerance.admits(number, *actual) => Verdict::DivergenceGone,
        (Ok(_), Some(_)) => Verdict::KnownDivergence,
    };
    let engine = case.engines.get(&expectation.engine);
    Comparison {
        case: case.id.clone(),
        quantity: quantity.to_owned(),
        engine: engine
            .map_or_else(|| expectation.engine.clone(), |engine| format!("{}, {}", engine.name, engine.version)),
        call: engine.map(|engine| engine.call.clone()).unwrap_or_default(),
        expected: expected.to_owned(),
        actual: actual.as_ref().ok().copied(),
        digits: actual.as_ref().ok().map(|&actual| digits(number, actual)),
        tolerance,
        reason: expectation.diverges.clone().unwrap_or_else(|| expectation.reason.clone()),
        verdict,
        failure: actual.err(),
    }
}

/// The decimal digits to which the two agree, at most 16; relative to `expected`, or absolute where it is 0.
fn digits(expected: f64, actual: f64) -> f64 {
    let scale = if expected == 0.0 { 1.0 } else { expected.abs() };
    let error = (actual - expected).abs() / scale;
    if error > 0.0 { (-error.log10()).min(16.0) } else { 16.0 }
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn digits_are_counted_from_the_relative_error_and_capped() {
        assert_eq!(digits(2.0, 2.0).to_bits(), 16.0_f64.to_bits());
        assert!((digits(200.0, 200.2) - 3.0).abs() < 1e-9);
        assert!((digits(0.0, 1e-5) - 5.0).abs() < 1e-9);
    }
}
