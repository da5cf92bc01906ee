//! Tests of proportional hazards against R's `cox.zph`.

use serde_json::Value;
use steadfast_core::report::FTest;
use steadfast_core::survival::{Cox, TimeTransform};

use super::cox::{VETERAN, veteran};
use super::{close, external, matrix};

/// R's last step leaves the coefficients 1e-9 short, and the statistics as much.
const ITERATED: f64 = 1e-8;

fn compare(case: &str, tests: &[FTest], global: &FTest, r: &Value) {
    let found: Vec<f64> = tests
        .iter()
        .chain([global])
        .flat_map(|test| [test.statistic * test.num_df, test.num_df, test.p_value])
        .collect();
    let expected = matrix(r);
    assert_eq!(found.len(), expected.len(), "{case}");
    for (found, expected) in found.chunks_exact(3).zip(expected.chunks_exact(3)) {
        for (a, b) in found.iter().zip(expected) {
            close(case, &[*a], &[*b], ITERATED);
        }
    }
}

#[test]
fn tests_of_proportional_hazards_are_those_of_r() {
    let Some((frame, r)) = external("veteran", "cox_zph_veteran") else { return };
    let fit = Cox::new(VETERAN.parse().unwrap()).fit(&veteran(&frame)).unwrap();
    let transforms = [TimeTransform::KaplanMeier, TimeTransform::Rank, TimeTransform::Identity, TimeTransform::Log];
    for transform in transforms.into_iter().filter(|transform| !r[transform.name()].is_null()) {
        let found = fit.proportional(transform).unwrap();
        let r = &r[transform.name()];
        compare(transform.name(), &found.terms, &found.global, &r["terms"]);
        compare(transform.name(), &found.columns, &found.global, &r["noterms"]);
    }
}
