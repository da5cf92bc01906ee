//! A published trial against an optimum computed with 40 digits.

use super::*;

fn frame() -> Frame {
    let numbers = ["HAMDTL17", "BASVAL", "CHANGE"];
    let frame = fixture::Table::read("antidepressant").frame(&["PATIENT", "THERAPY", "VISIT", "GENDER"], &numbers);
    assert_eq!(frame.n_rows(), 608);
    frame
}

fn model(analysis: Baseline) -> Mmrm {
    Mmrm::new("HAMDTL17", Arm::new("THERAPY", "PLACEBO"), "VISIT", "PATIENT")
        .baseline(Recorded::in_column("BASVAL"), analysis)
        .covariate("GENDER", Slope::Common)
}

/// Golden values: CHANGE ~ THERAPY * VISIT + GENDER + BASVAL * VISIT, unstructured, REML, at 40 digits.
#[test]
fn both_analyses_with_baseline_as_covariate_reach_the_golden_optimum() {
    let drug = 0.06603450780541114;
    let by_visit = [0.0, -1.494957982574543, -2.317118059756851, -2.894732901909286];
    for analysis in [ANCOVA, Baseline::AdjustedChange { slope: Slope::ByVisit }] {
        let fit = model(analysis).fit(&frame()).unwrap();
        // The house target for values known to more digits.
        assert_near(fit.lmm().minus_two_log_likelihood(), 3_492.915_001_928_336_6, 1e-11);
        for (found, expected) in effects(&fit).iter().zip(by_visit.map(|interaction| drug + interaction)) {
            assert_near(found.0, expected, 1e-9);
        }
    }
}

#[test]
fn the_change_in_the_data_is_the_change_that_is_made() {
    let prepared = model(Baseline::Change).prepare(&frame()).unwrap();
    let values = |name: &str| prepared.frame.column(name).unwrap().to_numeric().unwrap();
    assert_eq!(values("HAMDTL17_change"), values("CHANGE"));
}

/// Every patient has a baseline, so cLDA by ML is ANCOVA by ML when the covariate is by visit too.
#[test]
fn clda_with_baseline_rows_made_from_the_column_is_ancova_by_ml() {
    let fit = |analysis| {
        let model = Mmrm::new("HAMDTL17", Arm::new("THERAPY", "PLACEBO"), "VISIT", "PATIENT")
            .baseline(Recorded::in_column("BASVAL"), analysis)
            .covariate("GENDER", Slope::ByVisit);
        model.criterion(Criterion::Ml).fit(&frame()).unwrap()
    };
    let (clda, ancova) = (fit(Baseline::Constrained), fit(ANCOVA));
    assert_eq!(clda.lmm().rows().used, 608 + 172);
    assert_eq!(effects(&clda).len(), 4);
    for (clda, ancova) in effects(&clda).iter().zip(effects(&ancova)) {
        assert_near(clda.0, ancova.0, 1e-9);
    }
}
