use super::*;
use crate::frame::{Column, Factor};
use crate::rng::{Purpose, Streams};

/// `sites` sites with `children` children at up to three visits, some of which are missing.
fn trial(sites: usize, children: usize) -> Frame {
    let mut stream = Streams::new(20_261_122, Purpose::new("trial")).stream(0, 0);
    let (mut y, mut arm, mut visit, mut child, mut site) = (vec![], vec![], vec![], vec![], vec![]);
    for s in 0..sites {
        let shared = stream.normal();
        for c in 0..children {
            let own = stream.normal();
            let until = if c % 4 == 3 { 2 } else { 3 };
            for v in 0..until {
                y.push(shared + own + stream.normal() + v as f64);
                arm.push(Some((c % 2) as u32));
                visit.push(Some(v as u32));
                child.push(Some((s * children + c) as u32));
                site.push(Some(s as u32));
            }
        }
    }
    let factor = |name: &str, n: usize, codes: Vec<Option<u32>>| {
        let levels = (0..n).map(|i| format!("{name}{i}")).collect();
        Column::from_factor(name, Factor::from_codes(levels, codes).unwrap())
    };
    Frame::new(vec![
        Column::float("y", y),
        factor("arm", 2, arm),
        factor("visit", 3, visit),
        factor("child", sites * children, child),
        factor("site", sites, site),
    ])
    .unwrap()
}

#[test]
fn children_of_a_site_that_nothing_tells_apart_cost_what_one_of_them_costs() {
    let frame = trial(6, 200);
    let model = Lmm::new("y ~ arm * visit + us(visit | child) + (1 | site)".parse().unwrap());
    let fit = model.fit(&frame).unwrap();
    // The second opinion is made from the 600 rows of each site without the rotation.
    assert!(fit.convergence().agreement_digits > 12.0, "{:?}", fit.convergence());
    // 200 children with two patterns of visits: 3 + 2 rows in the place of 550.
    assert_eq!(fit.engine.longest_signature(), 5);
}

#[test]
fn a_variance_that_is_a_power_of_the_mean_is_that_power_of_the_column_of_means() {
    // A fixed point: the fit with the means as a column has the same deviance and the same means.
    let frame = trial(8, 6);
    let fit = Lmm::new("y ~ arm + visit + (1 | child) + var_exp()".parse().unwrap()).fit(&frame).unwrap();
    let design = &fit.design;
    let mean = |row: usize| design.fixed.iter().zip(fit.beta()).map(|(c, b)| b * c.value(row)).sum::<f64>();
    let means = (0..frame.n_rows()).map(mean).collect();
    let with = frame.with_column(Column::float("mean", means)).unwrap();
    let again = Lmm::new("y ~ arm + visit + (1 | child) + var_exp(mean)".parse().unwrap()).fit(&with).unwrap();
    let (a, b) = (fit.minus_two_log_likelihood(), again.minus_two_log_likelihood());
    assert!((a - b).abs() < 1e-9 * a.abs(), "{a} {b}");
    assert!(fit.beta().iter().zip(again.beta()).all(|(a, b)| (a - b).abs() < 1e-9));
}

#[test]
fn strata_of_whole_groups_and_groups_of_parameters_are_one_model() {
    // var_ident multiplies the standard deviation; parameters by arm hold a variance each.
    let frame = trial(8, 6);
    let ratio = Lmm::new("y ~ visit + (1 | child) + var_ident(arm)".parse().unwrap()).fit(&frame).unwrap();
    let grouped = Lmm::new("y ~ visit + (1 | child) + iid(visit | arm / child)".parse().unwrap()).fit(&frame).unwrap();
    let (a, b) = (ratio.minus_two_log_likelihood(), grouped.minus_two_log_likelihood());
    assert!((a - b).abs() < 1e-10 * a.abs(), "{a} {b}");
    let (ratio, grouped) = (ratio.natural_parameters(), grouped.natural_parameters());
    let expected = (grouped[2].1 / grouped[1].1).sqrt();
    assert!((ratio[2].1 - expected).abs() < 1e-8 * expected, "{ratio:?} {grouped:?}");
}

/// lmerTest 3.1-3, anova(lmer(distance ~ age * Sex + (age | Subject)), type = ) and its F values, den. df 25 each.
#[test]
fn tests_of_terms_of_every_type_are_those_of_lmertest() {
    use crate::inference::Satterthwaite;
    use crate::reference_grid::{Hypothesis, type_one, type_three, type_two};
    let fit = super::fixtures::fit("distance ~ age * Sex + (age | Subject)", &super::fixtures::read("orthodont"));
    let inference = fit.inference(&Satterthwaite::default()).unwrap();
    let assert_f = |hypotheses: Vec<Hypothesis>, expected: [f64; 3]| {
        assert_eq!(hypotheses.iter().map(|one| one.term.as_str()).collect::<Vec<_>>(), ["age", "Sex", "age:Sex"]);
        for (hypothesis, f) in hypotheses.iter().zip(expected) {
            let test = hypothesis.test(&inference).unwrap();
            // lme4's optimiser settles θ to about 1e-6.
            assert!((test.statistic / f - 1.0).abs() < 1e-6, "{} {f}", test.statistic);
            assert!((test.den_df.unwrap() - 25.0).abs() < 1e-5);
        }
    };
    assert_f(type_one(&fit).unwrap(), [99.4451230294007, 9.29209882488088, 5.1186000564472]);
    assert_f(type_two(&fit).unwrap(), [99.4451230294007, 0.418335995112813, 5.1186000564472]);
    assert_f(type_three(&fit).unwrap(), [87.99876247013567, 0.418335995112806, 5.1186000564472]);
}
