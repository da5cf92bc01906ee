use crate::lmm::fixtures::{assert_close, fit, read};

#[test]
fn components_are_those_of_lme4() {
    // lme4 1.1-31, rePCA(lmer(Reaction ~ Days + (Days | Subject)))$Subject: sdev and rotation (their signs aside).
    let of = |formula: &str, data: &str| fit(formula, &read(data)).principal_components().unwrap();
    let found = of("Reaction ~ Days + (Days | Subject)", "sleepstudy").remove(0);
    assert_eq!((found.group.as_str(), found.names.join(" ")), ("Subject", "(Intercept) Days".to_owned()));
    let relative = found.relative.unwrap();
    // lme4's optimiser settles θ to about 1e-6.
    assert_close(relative[0], 0.966859217604609, 2e-6);
    assert_close(relative[1], 0.230879437926318, 2e-6);
    assert_close(found.loadings[0][0], 0.9998615814862676, 1e-6);
    assert_close(found.loadings[1][0], 0.0166378444451257, 1e-5);
    assert_close(found.loadings[1][1], 0.9998615814862676, 1e-6);
    let squares: f64 = relative.iter().map(|d| d * d).sum();
    assert_close(found.shares[0], relative[0] * relative[0] / squares, 1e-12);

    let found = of("distance ~ age * Sex + (age | Subject)", "orthodont").remove(0).relative.unwrap();
    assert_close(found[0], 1.83850911390133, 1e-5);
    assert_close(found[1], 0.102362778070371, 1e-5);
    let found = of("diameter ~ 1 + (1 | plate) + (1 | sample)", "penicillin");
    assert_close(found[0].relative.as_ref().unwrap()[0], 1.53967760069969, 1e-6);
    assert_close(found[1].relative.as_ref().unwrap()[0], 3.51241646967564, 1e-6);
}

#[test]
fn independent_terms_of_one_factor_are_taken_together() {
    let found = fit("Reaction ~ Days + (Days || Subject)", &read("sleepstudy")).principal_components().unwrap();
    assert_eq!((found.len(), found[0].loadings.clone()), (1, vec![vec![1.0, 0.0], vec![0.0, 1.0]]));
    let apart = fit("Reaction ~ Days + (0 + Days | Subject) + (1 | Subject)", &read("sleepstudy"));
    let apart = apart.principal_components().unwrap();
    assert_eq!((apart.len(), apart[0].names.join(" ")), (1, "Days (Intercept)".to_owned()));
    assert_eq!(apart[0].loadings, [[0.0, 1.0], [1.0, 0.0]]);
    for k in 0..2 {
        assert_close(apart[0].std_devs[k], found[0].std_devs[k], 1e-8);
    }
}

#[test]
fn dimensions_that_the_data_do_not_support_are_exactly_zero() {
    let found = fit("Yield ~ 1 + (1 | Batch)", &read("dyestuff2")).principal_components().unwrap();
    assert_eq!((&found[0].std_devs[..], &found[0].shares[..]), (&[0.0][..], &[0.0][..]));
    let fit = fit("Reaction ~ Days + (Days | Subject) + ar1(Days | Subject)", &read("sleepstudy"));
    assert_eq!(fit.principal_components().unwrap()[0].relative, None);
}
