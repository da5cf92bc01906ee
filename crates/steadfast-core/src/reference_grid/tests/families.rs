//! Families of contrasts by hand: differences of the means that they are made of.

use super::*;

/// A rule and the contrasts that it makes.
type Case<'c> = (&'c dyn Comparisons, Vec<(&'c str, f64)>);

fn value_of(fit: &Ols, means: &[LinearCombination], label: &str) -> f64 {
    fit.value(means.iter().find(|mean| mean.term == label).unwrap())
}

#[test]
fn families_are_the_differences_that_they_say() {
    let fit = ols("y ~ arm * visit + log(x) + sex");
    let grid = ReferenceGrid::new(&fit.design);
    let means = grid.means("visit").unwrap();
    let mean = |label: &str| value_of(&fit, &means, label);
    let labelled = |rule: &dyn Comparisons| -> Vec<(String, f64)> {
        grid.contrasts("visit", rule).unwrap().iter().map(|c| (c.term.clone(), fit.value(c))).collect()
    };
    let custom = Custom::row("later - baseline", [("0", -1.0), ("15", 0.5), ("30", 0.5)]).and_row("30", [("30", 1.0)]);
    let cases: [Case<'_>; 4] = [
        (&Versus::control("15"), vec![("0 - 15", mean("0") - mean("15")), ("30 - 15", mean("30") - mean("15"))]),
        (&Versus::reference(), vec![("15 - 0", mean("15") - mean("0")), ("30 - 0", mean("30") - mean("0"))]),
        (&Consecutive, vec![("15 - 0", mean("15") - mean("0")), ("30 - 15", mean("30") - mean("15"))]),
        (&custom, vec![("later - baseline", 0.5 * (mean("15") + mean("30")) - mean("0")), ("30", mean("30"))]),
    ];
    for (rule, expected) in cases {
        let found = labelled(rule);
        assert_eq!(
            found.iter().map(|f| f.0.as_str()).collect::<Vec<_>>(),
            expected.iter().map(|e| e.0).collect::<Vec<_>>()
        );
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found.1 - expected.1).abs() < 1e-12, "{found:?} {expected:?}");
        }
    }
}

#[test]
fn interaction_contrasts_are_differences_of_differences() {
    let fit = ols("y ~ arm * visit + log(x) + sex");
    let grid = ReferenceGrid::new(&fit.design);
    let found = grid.interactions("arm * visit", &[&Versus::control("SAU"), &Consecutive]).unwrap();
    let terms: Vec<&str> = found.iter().map(|c| c.term.as_str()).collect();
    assert_eq!(terms, ["(NIM - SAU) : (15 - 0)", "(NIM - SAU) : (30 - 15)"]);
    let by_visit: Vec<f64> = grid.differences("arm | visit").unwrap().iter().map(|c| fit.value(c)).collect();
    for (at, contrast) in found.iter().enumerate() {
        assert!((fit.value(contrast) - (by_visit[at + 1] - by_visit[at])).abs() < 1e-12);
    }
    let by_sex = grid.interactions("arm * visit | sex", &[&AllPairs, &AllPairs]).unwrap();
    assert_eq!((by_sex.len(), by_sex[3].levels.clone()), (6, vec![("sex".to_owned(), "m".to_owned())]));
    assert_eq!(grid.interactions("arm * visit", &[&AllPairs]).unwrap_err().code(), "comparisons");
}

#[test]
fn a_slice_tests_the_equality_of_the_means_in_it() {
    let fit = ols("y ~ arm * visit + log(x) + sex");
    let grid = ReferenceGrid::new(&fit.design);
    let slices = grid.slices("arm | visit").unwrap();
    assert_eq!(
        slices.iter().map(|s| s.term.as_str()).collect::<Vec<_>>(),
        ["arm | visit = 0", "arm | visit = 15", "arm | visit = 30"]
    );
    for (slice, difference) in slices.iter().zip(grid.differences("arm | visit").unwrap()) {
        assert_eq!((slice.rows.len(), slice.inestimable), (1, 0));
        assert_eq!(slice.rows[0], difference.row);
    }
    let visits = grid.slices("visit | arm").unwrap();
    assert_eq!(visits.iter().map(|slice| slice.rows.len()).collect::<Vec<_>>(), [2, 2]);
    // Without a bar all means are equal: the main effect, which with equal weights is the type III test.
    let (whole, third) = (grid.slices("visit").unwrap(), type_three(&fit.design).unwrap());
    let third = third.iter().find(|hypothesis| hypothesis.term == "visit").unwrap();
    assert!((fit.f_value(&whole[0]) - fit.f_value(third)).abs() < 1e-10);
}

#[test]
fn rules_have_names_and_unknown_ones_are_refused() {
    let design = ols_design("y ~ arm * visit");
    let grid = ReferenceGrid::new(&design);
    for name in comparison_names() {
        let rule = comparisons(name, None).unwrap();
        assert!(!grid.contrasts("visit | arm", rule.as_ref()).unwrap().is_empty(), "{name}");
    }
    let versus = comparisons("versus", Some("30")).unwrap();
    assert_eq!(grid.contrasts("visit", versus.as_ref()).unwrap()[0].term, "0 - 30");
    assert_eq!(comparisons("pairs", None).unwrap_err().code(), "unknown_comparisons");
    assert_eq!(grid.contrasts("visit", &Versus::control("60")).unwrap_err().code(), "unknown_level");
    assert_eq!(grid.contrasts("visit", &Custom::row("a", [("60", 1.0)])).unwrap_err().code(), "unknown_level");
}
