use steadfast_core::frame::{Column, Frame};

use super::*;

fn frame() -> Frame {
    Frame::new(vec![
        Column::integer("moves", vec![3, 1, 2, 6, 0, 1, 1, 0, 2, 1, 0, 4]),
        Column::float("years", vec![2.0, 1.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0]),
        Column::factor("arm", (0..12).map(|row| ["SAU", "NIM"][row / 2 % 2])),
        Column::factor("sex", (0..12).map(|row| ["f", "m"][row % 2])),
        Column::integer("family", (0..12).map(|row| row / 2).collect()),
    ])
    .unwrap()
}

fn spec(formula: &str) -> CountSpec {
    CountSpec { exposure: Some("years".to_owned()), ..CountSpec::new(formula) }
}

#[test]
fn clusters_choose_a_robust_covariance_and_say_why() {
    let result = spec("moves ~ arm + cluster(family)").fit(&frame()).unwrap().result().unwrap();
    assert_eq!((result.vcov_method.as_str(), result.df_method.as_str()), ("cr2", "clusters-less-one"));
    assert_eq!((result.vcov_reason, result.observed.clusters), (WhyVariance::Clusters, 6));
    let nb1 = CountSpec { family: "nb1".to_owned(), ..spec("moves ~ arm + cluster(family)") };
    assert_eq!(nb1.fit(&frame()).unwrap().result().unwrap().vcov_method, "cr1");
    let plain = spec("moves ~ arm").fit(&frame()).unwrap().result().unwrap();
    assert_eq!((plain.vcov_method.as_str(), plain.vcov_reason), ("model", WhyVariance::Independent));
}

#[test]
fn rates_by_subgroup_have_differences_ratios_and_interactions() {
    let asked = CountSpec { rates: Some("arm | sex".to_owned()), ..spec("moves ~ factor(arm, ref = \"SAU\") * sex") };
    let result = asked.fit(&frame()).unwrap().result().unwrap();
    let rates = result.rates.as_ref().unwrap();
    assert_eq!((rates.rates.len(), rates.differences.len(), rates.ratio_interactions.len()), (4, 2, 1));
    assert_eq!(rates.differences[0].term, "NIM - SAU | f");
    let text = summary(&result);
    for part in ["Rate ratios", "Standardised rates", "Frequencies", "(NIM / SAU) : (m / f)"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let json = serde_json::to_value(&result).unwrap();
    assert_eq!(json["schema"], "steadfast-counts/1");
    assert!(json["rates"]["differences"][0]["estimate"].is_number());
}

#[test]
fn a_model_without_the_interaction_tests_no_ratio_of_ratios() {
    let asked = CountSpec { rates: Some("arm | sex".to_owned()), ..spec("moves ~ arm + sex") };
    let result = asked.fit(&frame()).unwrap().result().unwrap();
    let rates = result.rates.as_ref().unwrap();
    assert!(rates.one_ratio && rates.ratio_interactions.is_empty() && rates.ratios.len() == 2);
    assert_eq!(rates.difference_interactions.len(), 1, "differences still differ, as the rates do");
    assert!(summary(&result).contains("by assumption"));
}

#[test]
fn what_is_wrong_is_known_before_any_data() {
    let codes = |spec: CountSpec| spec.problems().into_iter().map(|(_, error)| error.code()).collect::<Vec<_>>();
    let wrong =
        CountSpec { family: "gamma".to_owned(), vcov: Some("hc9".to_owned()), level: 2.0, ..spec("moves ~ arm") };
    assert_eq!(codes(wrong), ["unknown_distribution", "unknown_vcov_method", "confidence_level"]);
    let mixed = CountSpec { df: Some("clusters-less-one".to_owned()), ..spec("moves ~ arm") };
    assert_eq!(mixed.fit(&frame()).unwrap_err().code(), "method_does_not_apply");
    assert_eq!(codes(CountSpec { rates: Some("a | b | c".to_owned()), ..spec("moves ~ arm") }), ["formula_argument"]);
}

#[test]
fn files_have_a_line_a_row_and_a_line_a_cluster() {
    let fitted = spec("moves ~ arm + cluster(family)").fit(&frame()).unwrap();
    let lines = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().lines().count();
    assert_eq!(lines(residuals(&fitted).unwrap()), 13);
    assert_eq!(lines(influence(&fitted).unwrap()), 7);
}
