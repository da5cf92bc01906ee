//! Models that stop optimisers: every one ends as it must, by both ways to evaluate the likelihood.

use steadfast_core::error::Error;
use steadfast_core::frame::{Column, Frame};
use steadfast_core::lmm::{Criterion, LmmFit, Position, Solver};
use steadfast_testkit::pathological::{Ending, PATHOLOGIES, Pathology, elsewhere};

use crate::support::{assert_close, model};

const SOLVERS: [Solver; 2] = [Solver::Clustered, Solver::Sparse];

/// A distance of 1e-6 standard errors from the optimum is what a fit accepts where rounding stops it.
const GRADIENT: f64 = 1e-6;

/// The models whose dense matrices take minutes: there the dense deviance is held against the sparse one at its optimum.
const DENSE_TAKES_MINUTES: [&str; 3] = ["maximal", "maximal by subject", "maximal of two"];

/// What falls short: pathology, solver and the error that comes instead.
const KNOWN: &[(&str, Solver, &str)] = &[];

fn fit(case: &Pathology, criterion: Criterion, solver: Solver, frame: &Frame) -> Result<LmmFit, Error> {
    model(case.formula, criterion).solver(solver).fit(frame)
}

fn is_slow(case: &Pathology) -> bool {
    DENSE_TAKES_MINUTES.contains(&case.name)
}

/// The cases that end with a fit, with both criteria.
fn that_converge() -> impl Iterator<Item = (&'static Pathology, Criterion)> {
    let converge = PATHOLOGIES.iter().filter(|case| !matches!(case.ending, Ending::Error(_)));
    let both = |case: &'static Pathology| [(case, Criterion::Reml), (case, Criterion::Ml)];
    // A maximal model takes seconds; one criterion is enough for it.
    converge.flat_map(both).filter(|(case, criterion)| !is_slow(case) || *criterion == Criterion::Reml)
}

fn sparse(case: &Pathology, criterion: Criterion, frame: &Frame) -> LmmFit {
    fit(case, criterion, Solver::Sparse, frame).unwrap_or_else(|e| panic!("{}: {e}", case.name))
}

#[test]
fn every_pathology_ends_as_it_must() {
    for case in PATHOLOGIES {
        let frame = (case.frame)();
        for solver in SOLVERS.into_iter().filter(|solver| !is_slow(case) || *solver == Solver::Sparse) {
            let known = KNOWN.iter().find(|known| known.0 == case.name && known.1 == solver).map(|known| known.2);
            let ended = fit(case, Criterion::Reml, solver, &frame);
            let ended = ended.map(|fit| fit.convergence().position.clone()).map_err(|error| error.code().to_owned());
            let as_it_must = match (&ended, case.ending) {
                (Err(code), Ending::Error(expected)) => code == known.unwrap_or(expected),
                (Ok(Position::Interior), Ending::Interior | Ending::Converges) => true,
                (Ok(Position::Boundary { .. }), Ending::Boundary | Ending::Converges) => true,
                _ => false,
            };
            assert!(as_it_must, "{} by {solver:?}: {ended:?} where {:?} is expected", case.name, case.ending);
        }
    }
}

#[test]
fn the_gradient_is_small_and_the_rank_of_singular_terms_is_told() {
    for (case, criterion) in that_converge() {
        let fit = sparse(case, criterion, &(case.frame)());
        let convergence = fit.convergence();
        assert!(convergence.gradient_norm < GRADIENT, "{}: {:e}", case.name, convergence.gradient_norm);
        let told: Vec<String> = match &convergence.position {
            Position::Interior => Vec::new(),
            Position::Boundary { terms } => terms.iter().filter(|term| term.contains(": rank ")).cloned().collect(),
        };
        let singular = fit.covariance().random.iter().filter(|term| term.rank < term.names.len());
        let expected: Vec<String> =
            singular.map(|term| format!("{}: rank {} of {}", term.term, term.rank, term.names.len())).collect();
        assert_eq!(told, expected, "{}", case.name);
        // Rounding of a zero derivative: it is relative to the residual variance.
        let least = convergence.multipliers.iter().copied().fold(0.0, f64::min);
        assert!(least > -1e-6, "{}: the deviance falls into the interior, {least:e}", case.name);
    }
}

#[test]
fn both_solvers_reach_the_same_optimum() {
    for (case, criterion) in that_converge() {
        let frame = (case.frame)();
        let sparse = sparse(case, criterion, &frame);
        let value = sparse.minus_two_log_likelihood();
        if is_slow(case) {
            let dense = model(case.formula, criterion).solver(Solver::Clustered).deviance(&frame).unwrap();
            let natural: Vec<f64> = sparse.natural_parameters().into_iter().map(|(_, value)| value).collect();
            assert!((dense.at(&natural).unwrap() - value).abs() < case.rounding, "{}", case.name);
            continue;
        }
        let dense = fit(case, criterion, Solver::Clustered, &frame).unwrap();
        let apart = (dense.minus_two_log_likelihood() - value).abs();
        assert!(apart < case.rounding, "{} {criterion:?}: {apart:e} apart", case.name);
        if sparse.convergence().position != Position::Interior {
            continue;
        }
        for (i, name) in sparse.names().iter().enumerate() {
            let scale = dense.vcov()[(i, i)].sqrt();
            assert_close(sparse.beta()[i], dense.beta()[i], 1e-6, scale, &format!("{}, {name}", case.name));
        }
        for (a, b) in sparse.natural_parameters().iter().zip(dense.natural_parameters()) {
            // A deviance that is known to 1e-12 leaves its minimum known to the square root of that.
            assert_close(a.1, b.1, 1e-5, 1e-6, &format!("{}, {}", case.name, a.0));
        }
    }
}

/// A refit starts where the fit before it ended: fits to unrelated outcomes are random places to start from.
#[test]
fn no_random_restart_finds_a_better_optimum() {
    let mut elsewhere_started = 0;
    for (case, criterion) in that_converge().filter(|(case, _)| !is_slow(case)) {
        let frame = (case.frame)();
        let fit = sparse(case, criterion, &frame);
        let y = frame.column("y").unwrap().to_numeric().unwrap();
        for seed in 0..20 {
            // The unrelated outcome may itself be one that no fit converges for; then there is no such start.
            let Ok(other) = fit.refit(&elsewhere(&frame, seed)) else { continue };
            elsewhere_started += u32::from(other.convergence().position == Position::Interior);
            let again = other.refit(&y).unwrap_or_else(|e| panic!("{}, restart {seed}: {e}", case.name));
            let lower = fit.minus_two_log_likelihood() - again.minus_two_log_likelihood();
            assert!(lower < case.rounding, "{} {criterion:?}: restart {seed} is lower by {lower:e}", case.name);
        }
    }
    // Fits on the boundary are no starts: their refits begin where every fit does.
    assert!(elsewhere_started > 200, "only {elsewhere_started} restarts began elsewhere");
}

/// The maximal models with their effects in another order, which is another path to the same optimum.
#[test]
fn the_order_of_the_effects_of_a_maximal_model_does_not_matter() {
    let frame = PATHOLOGIES.iter().find(|case| case.name == "maximal of two").map(|case| (case.frame)()).unwrap();
    let fit = |formula: &str| model(formula, Criterion::Reml).fit(&frame).unwrap().minus_two_log_likelihood();
    let one = fit("y ~ a * b + (1 + a * b | subj) + (1 + a * b | item)");
    for formula in [
        "y ~ a * b + (0 + b + a + a:b + 1 | item) + (1 + b * a | subj)",
        "y ~ b * a + (1 + b + a:b + a | subj) + (1 + a:b + b + a | item)",
    ] {
        assert!((fit(formula) - one).abs() < 1e-8, "{formula}: {:e}", fit(formula) - one);
    }
}

#[test]
fn the_data_of_a_saddle_point_are_symmetric() {
    let saddle = PATHOLOGIES.iter().find(|case| case.name == "saddle").map(|case| (case.frame)()).unwrap();
    let factor = |name: &str| saddle.column(name).unwrap().to_factor();
    let exchanged = saddle
        .clone()
        .with_column(Column::from_factor("g", factor("h")))
        .and_then(|frame| frame.with_column(Column::from_factor("h", factor("g"))))
        .unwrap();
    let at = |frame: &Frame, parameters: &[f64]| {
        model("y ~ 1 + (1 | g) + (1 | h)", Criterion::Reml).deviance(frame).unwrap().at(parameters).unwrap()
    };
    assert_close(at(&saddle, &[2.0, 5.0, 1.0]), at(&exchanged, &[2.0, 5.0, 1.0]), 1e-13, 1.0, "exchanged");
    // Along the line of equal sums the middle is the highest point, along the line of equal variances it is not.
    let (middle, side) = (at(&saddle, &[4.0, 4.0, 0.5]), at(&saddle, &[7.9, 0.1, 0.5]));
    assert!(side < middle, "{side} and {middle}");
}
