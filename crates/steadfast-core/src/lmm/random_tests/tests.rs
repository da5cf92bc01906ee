use super::RandomTest;
use crate::lmm::fixtures::{assert_close, fit, read};
use crate::lmm::{Lmm, Null};
use crate::parallel::Threads;

fn tests(formula: &str, data: &str) -> Vec<RandomTest> {
    fit(formula, &read(data)).random_tests(Threads::ONE).unwrap()
}

/// lmerTest 3.1-3, ranova(): the term, npar, logLik, LRT, Df and its p value, that of χ² without regard to the boundary.
fn assert_ranova(found: &[RandomTest], expected: &[(&str, usize, f64, f64, usize, f64)]) {
    assert_eq!(found.len(), expected.len());
    for (own, (term, n, log_likelihood, statistic, df, p)) in found.iter().zip(expected) {
        assert_eq!((own.term.as_str(), own.n_parameters, own.test.df), (*term, *n, *df));
        assert_close(own.minus_two_log_likelihood, -2.0 * log_likelihood, 1e-9);
        // Twice what lme4's optimiser leaves of a log-likelihood, about 1e-8.
        assert!((own.test.statistic - statistic).abs() < 1e-6, "{} {statistic}", own.test.statistic);
        assert_close(own.test.chi_squared.value / p, 1.0, 1e-6);
    }
}

#[test]
fn tests_are_those_of_lmertest() {
    let found = tests("Reaction ~ Days + (Days | Subject)", "sleepstudy");
    let expected = [("Days in (1 + Days | Subject)", 4, -893.232542697460, 42.8368134364302, 2, 4.99004142696187e-10)];
    assert_ranova(&found, &expected);
    assert_eq!(found[0].test.p_value().reference, "0.5 chi-squared(1) + 0.5 chi-squared(2)");

    let found = tests("diameter ~ 1 + (1 | plate) + (1 | sample)", "penicillin");
    let expected = [
        ("(1 | plate)", 3, -217.958930822270, 105.057272653454, 1, 1.18656152253223e-24),
        ("(1 | sample)", 3, -306.628012003603, 282.395435016119, 1, 2.25734085743756e-63),
    ];
    assert_ranova(&found, &expected);
    assert_close(found[0].test.p_value().value, 0.5 * found[0].test.chi_squared.value, 1e-15);

    let found = tests("strength ~ 1 + (1 | batch/cask)", "pastes");
    let expected = [
        ("(1 | batch)", 3, -123.824200890180, 0.657655926873389, 1, 4.17388910958783e-1),
        ("(1 | batch:cask)", 3, -150.797705365492, 54.604664877497, 1, 1.47385370218802e-13),
    ];
    assert_ranova(&found, &expected);

    let found = tests("Reaction ~ Days + (Days || Subject)", "sleepstudy");
    let expected = [
        ("(Intercept) in (1 + Days || Subject)", 4, -883.262513742784, 22.8557339042566, 1, 1.74627589655655e-06),
        ("Days in (1 + Days || Subject)", 4, -893.232542697460, 42.7957918136087, 1, 6.07627309890378e-11),
    ];
    assert_ranova(&found, &expected);

    let found = tests("distance ~ age * Sex + (age | Subject)", "orthodont");
    let expected = [("age in (1 + age | Subject)", 6, -216.878624600568, 1.17558769852616, 2, 0.555551564258249)];
    assert_ranova(&found, &expected);
}

#[test]
fn effects_that_others_contain_stay() {
    let frame = read("orthodont");
    let names = |formula: &str| -> Vec<String> {
        let design = fit(formula, &frame).design;
        super::reductions(&design).into_iter().map(|one| one.label).collect()
    };
    assert_eq!(names("distance ~ age + (1 + age + I(age^2) | Sex)").len(), 2);
    assert_eq!(names("distance ~ age + cs(1 + age | Subject)"), ["cs(1 + age | Subject)"]);
    assert!(names("distance ~ age + ar1(visit | Subject)").is_empty());
}

#[test]
fn terms_beside_a_residual_structure_are_tested_too() {
    let model = Lmm::new("distance ~ age + (1 | Subject) + ar1(visit | Subject)".parse().unwrap());
    let found = model.fit(&read("orthodont")).unwrap().random_tests(Threads::new(2)).unwrap();
    assert_eq!((found.len(), found[0].test.null), (1, Null::OneDimension));
}
