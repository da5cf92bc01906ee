use proptest::prelude::*;

use super::*;
use crate::parallel::Threads;

/// The numbers of a comma-separated text with a header, row by row.
fn table(text: &str) -> Vec<f64> {
    text.lines().skip(1).flat_map(|line| line.split(',')).map(|cell| cell.parse().unwrap()).collect()
}

fn items() -> Ratings {
    Ratings::complete(5, &table(include_str!("../../../../data-fixtures/instruments/items.csv"))).unwrap()
}

fn raters() -> Vec<f64> {
    table(include_str!("../../../../data-fixtures/instruments/raters.csv"))
}

fn close(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value} is not {expected}");
}

#[test]
fn alpha_by_hand() {
    // Rows (0,1), (1,1), (2,4): sums 1, 2, 6, variance ((−2)² + (−1)² + 3²)/2 = 7; items: 1 and (1 + 1 + 4)/2 = 3.
    // α = 2/1·(1 − 4/7) = 6/7.
    let items = Ratings::complete(2, &[0.0, 1.0, 1.0, 1.0, 2.0, 4.0]).unwrap();
    close(cronbach_alpha(&items, 0.95).unwrap().estimate, 6.0 / 7.0, 1e-15);
}

#[test]
fn alpha_and_feldts_limits_are_those_of_r() {
    // psych 2.2.9: alpha(items)$total$raw_alpha and alpha.ci(a, 60, n.var = 5, p.val = .05); R's qf has 12 digits and more.
    let alpha = cronbach_alpha(&items(), 0.95).unwrap();
    close(alpha.estimate, 0.737671313107649, 1e-14);
    close(alpha.conf_low, 0.61581163946127826, 1e-12);
    close(alpha.conf_high, 0.82961661884432658, 1e-12);
}

#[test]
fn incomplete_rows_are_counted_and_left_out() {
    let with_gaps = [0.0, 1.0, f64::NAN, 5.0, 1.0, 1.0, 2.0, 4.0, 9.0, f64::NAN];
    let items = Ratings::complete(2, &with_gaps).unwrap();
    assert_eq!((items.n(), items.k(), items.n_incomplete()), (3, 2, 2));
    close(cronbach_alpha(&items, 0.95).unwrap().estimate, 6.0 / 7.0, 1e-15);
    for (values, code) in [
        (vec![], "too_few_rows"),
        (vec![1.0, 2.0], "too_few_rows"),
        (vec![1.0, f64::INFINITY, 0.0, 0.0], "non_finite"),
        (vec![1.0, 2.0, 3.0], "unequal_lengths"),
    ] {
        assert_eq!(Ratings::complete(2, &values).unwrap_err().code(), code);
    }
    let same = Ratings::complete(2, &[1.0, 2.0, 2.0, 1.0]).unwrap();
    assert_eq!(cronbach_alpha(&same, 0.95).unwrap_err().code(), "no_variation");
    assert_eq!(cronbach_alpha(&items, 1.0).unwrap_err().code(), "level");
}

#[test]
fn omega_is_that_of_a_factor_model_by_maximum_likelihood() {
    // lavaan 0.6.14: cfa("f =~ i1 + … + i5", std.lv = TRUE). Its variances are over n where ours are over n − 1.
    let options = OmegaOptions { replicates: 0, ..OmegaOptions::default() };
    let omega = mcdonald_omega(&items(), None, &options).unwrap();
    // nlminb stops at a relative change of 1e-10 of the deviance, some 1e-6 of a loading.
    close(omega.estimate, 0.74759621137145138, 2e-6);
    let scale = (60.0_f64 / 59.0).sqrt();
    let loadings =
        [0.61279152358110645, 0.57052507476711689, 0.34005765707178132, 0.45519313337584133, 0.32263843193320563];
    for (loading, expected) in omega.loadings.iter().zip(loadings) {
        close(*loading, expected * scale, 5e-6);
    }
    assert!(omega.conf_low.is_none() && !omega.boundary);
}

#[test]
fn omega_of_three_items_is_exact() {
    // Three items have as many covariances as loadings: λ₁² = s₁₂s₁₃/s₂₃ and so on. Rows below have covariances
    // s = [[4, 2, 2], [2, 4, 1], [2, 1, 4]]/…: computed in the test from the textbook formula.
    let rows = [
        [0.0, 0.0, 1.0],
        [1.0, 0.0, 0.0],
        [1.0, 2.0, 1.0],
        [2.0, 1.0, 2.0],
        [2.0, 2.0, 1.0],
        [0.0, 1.0, 0.0],
        [2.0, 2.0, 2.0],
        [1.0, 1.0, 2.0],
    ];
    let mean = |j: usize| rows.iter().map(|row| row[j]).sum::<f64>() / 8.0;
    let s = |i: usize, j: usize| rows.iter().map(|row| (row[i] - mean(i)) * (row[j] - mean(j))).sum::<f64>() / 7.0;
    let loadings = [(s(0, 1) * s(0, 2) / s(1, 2)), (s(0, 1) * s(1, 2) / s(0, 2)), (s(0, 2) * s(1, 2) / s(0, 1))];
    let loadings = loadings.map(f64::sqrt);
    let unique: f64 = (0..3).map(|j| s(j, j) - loadings[j] * loadings[j]).sum();
    let sum: f64 = loadings.iter().sum();
    let items = Ratings::complete(3, rows.as_flattened()).unwrap();
    let omega = mcdonald_omega(&items, None, &OmegaOptions { replicates: 0, ..OmegaOptions::default() }).unwrap();
    // Scoring stops when the deviance would fall by 1e-20: 1e-10 in a parameter.
    close(omega.estimate, sum * sum / (sum * sum + unique), 1e-9);
}

#[test]
fn limits_of_omega_depend_on_the_seed_alone() {
    let options = OmegaOptions { replicates: 200, seed: 5, ..OmegaOptions::default() };
    let once = mcdonald_omega(&items(), None, &options).unwrap();
    let threads = OmegaOptions { threads: Threads::new(3), ..options };
    assert_eq!(once, mcdonald_omega(&items(), None, &threads).unwrap());
    let mut rows: Vec<&[f64]> = items_rows();
    rows.reverse();
    let reversed = Ratings::complete(5, &rows.concat()).unwrap();
    assert_eq!(once, mcdonald_omega(&reversed, None, &options).unwrap());
    let (low, high) = (once.conf_low.unwrap(), once.conf_high.unwrap());
    assert!(low < once.estimate && once.estimate < high && high < 1.0);
    let other = mcdonald_omega(&items(), None, &OmegaOptions { seed: 6, ..options }).unwrap();
    assert!((other.conf_low.unwrap() - low).abs() > 0.0);
}

fn items_rows() -> Vec<&'static [f64]> {
    let values: &'static [f64] = Vec::leak(table(include_str!("../../../../data-fixtures/instruments/items.csv")));
    values.chunks_exact(5).collect()
}

#[test]
fn whole_clusters_are_drawn() {
    // Every row three times, as one child at three visits: clusters of three give the interval of the rows themselves, and rows taken
    // as independent one that is too short.
    let rows = items_rows();
    let tripled: Vec<f64> = rows.iter().flat_map(|row| [*row, *row, *row].concat()).collect();
    let tripled = Ratings::complete(5, &tripled).unwrap();
    let clusters: Vec<u32> = (0..60).flat_map(|row| [row; 3]).collect();
    let options = OmegaOptions { replicates: 200, ..OmegaOptions::default() };
    let width = |omega: Omega| omega.conf_high.unwrap() - omega.conf_low.unwrap();
    let of_rows = width(mcdonald_omega(&items(), None, &options).unwrap());
    let of_clusters = width(mcdonald_omega(&tripled, Some(&clusters), &options).unwrap());
    let ignored = width(mcdonald_omega(&tripled, None, &options).unwrap());
    assert!((of_clusters / of_rows - 1.0).abs() < 0.15, "{of_clusters} {of_rows}");
    assert!(ignored < 0.75 * of_clusters, "{ignored} {of_clusters}");
}

#[test]
fn items_that_make_no_factor_model_are_refused_and_a_zero_unique_variance_is_said() {
    let options = OmegaOptions { replicates: 0, ..OmegaOptions::default() };
    let two = Ratings::complete(2, &[0.0, 1.0, 1.0, 0.0]).unwrap();
    assert_eq!(mcdonald_omega(&two, None, &options).unwrap_err().code(), "too_few_items");
    let constant = Ratings::complete(3, &[0.0, 1.0, 2.0, 1.0, 0.0, 2.0, 2.0, 2.0, 2.0]).unwrap();
    assert_eq!(mcdonald_omega(&constant, None, &options).unwrap_err().code(), "constant_item");
    // r₁₂r₁₃/r₂₃ > 1: the first item would explain more than all of itself.
    let rows = [
        [0.0, 0.0, 0.0],
        [1.0, 1.0, 0.0],
        [2.0, 1.0, 2.0],
        [3.0, 3.0, 2.0],
        [4.0, 3.0, 4.0],
        [5.0, 4.0, 5.0],
        [2.0, 3.0, 0.0],
    ];
    let items = Ratings::complete(3, rows.as_flattened()).unwrap();
    assert!(mcdonald_omega(&items, None, &options).unwrap().boundary);
}

#[test]
fn intraclass_correlations_are_those_of_shrout_and_fleiss_and_of_r() {
    // Shrout and Fleiss 1979, table 2 and table 4: six targets, four judges; printed with two decimals.
    let printed = [9., 2., 5., 8., 6., 1., 3., 2., 8., 4., 6., 8., 7., 1., 2., 6., 10., 5., 6., 9., 6., 2., 4., 7.];
    let found = intraclass_correlations(&Ratings::complete(4, &printed).unwrap(), 0.95).unwrap();
    let expected =
        [(found.one_way, 0.17), (found.absolute, 0.29), (found.consistency, 0.71), (found.one_way_mean, 0.44)];
    for (coefficient, expected) in expected {
        close(coefficient.estimate, expected, 0.005);
    }
    close(found.absolute_mean.estimate, 0.62, 0.005);
    close(found.consistency_mean.estimate, 0.91, 0.005);
    // psych 2.2.9: ICC(raters, lmer = FALSE); R's qf has 12 digits and more.
    let found = intraclass_correlations(&Ratings::complete(3, &raters()).unwrap(), 0.95).unwrap();
    let expected = [
        (Agreement::OneWay, Raters::One, 0.83518372361348348, 0.72425646602591254, 0.91108952000881560),
        (Agreement::Absolute, Raters::One, 0.83667608320268205, 0.70720705519493510, 0.91538602851838569),
        (Agreement::Consistency, Raters::One, 0.86003821038735850, 0.76191817526611505, 0.92531496796886903),
        (Agreement::OneWay, Raters::Mean, 0.93827955154348919, 0.88738326419905100, 0.96849580457849727),
        (Agreement::Absolute, Raters::Mean, 0.93890669592666254, 0.87873126505304178, 0.97010922470027927),
        (Agreement::Consistency, Raters::Mean, 0.94854490537704139, 0.90566669479830664, 0.97380051647897858),
    ];
    for (agreement, of, estimate, low, high) in expected {
        let coefficient = found.of(agreement, of);
        close(coefficient.estimate, estimate, 1e-12);
        close(coefficient.conf_low, low, 1e-11);
        close(coefficient.conf_high, high, 1e-11);
    }
}

/// The ratings of the first two raters in four classes, as the script of the fixtures cuts them.
fn classes() -> Vec<(Option<usize>, Option<usize>)> {
    let class = |x: f64| Some([50.0, 60.0, 70.0].iter().filter(|cut| x > **cut).count());
    raters().chunks_exact(3).map(|row| (class(row[0]), class(row[1]))).collect()
}

#[test]
fn kappa_by_hand() {
    // 20 both yes, 15 both no, 5 and 10 apart: p_o = 0.7, p_e = 0.5·0.6 + 0.5·0.4 = 0.5, κ = 0.4.
    let mut pairs = vec![(Some(1), Some(1)); 20];
    pairs.extend(vec![(Some(0), Some(0)); 15]);
    pairs.extend(vec![(Some(1), Some(0)); 5]);
    pairs.extend(vec![(Some(0), Some(1)); 10]);
    pairs.extend([(None, Some(1)), (Some(0), None)]);
    let kappa = cohen_kappa(&pairs, 2, Weighting::Unweighted, 0.95).unwrap();
    close(kappa.estimate, 0.4, 1e-15);
    assert_eq!((kappa.n, kappa.n_incomplete), (50, 2));
    // With two categories every weighting is the same.
    for weighting in [Weighting::Linear, Weighting::Quadratic] {
        close(cohen_kappa(&pairs, 2, weighting, 0.95).unwrap().estimate, 0.4, 1e-15);
    }
    assert_eq!(cohen_kappa(&[(Some(0), Some(0)); 5], 2, Weighting::Linear, 0.95).unwrap_err().code(), "no_variation");
    assert_eq!(
        cohen_kappa(&[(Some(2), Some(0)); 5], 2, Weighting::Linear, 0.95).unwrap_err().code(),
        "unknown_category"
    );
}

#[test]
fn kappa_and_its_standard_error_are_those_of_r() {
    // vcd 1.4.11: Kappa(table, weights = "Equal-Spacing") and "Fleiss-Cohen". The standard errors of weighted κ are also those of the
    // delta method by numerical derivatives; psych 2.2.9 has 0.0955 and 0.0837, which are not.
    let expected = [
        (Weighting::Unweighted, 0.503012048192771011, 0.115076487431905447),
        (Weighting::Linear, 0.635514018691588967, 0.096682987194807085),
        (Weighting::Quadratic, 0.751219512195121841, 0.087763660227913862),
    ];
    for (weighting, estimate, std_error) in expected {
        let kappa = cohen_kappa(&classes(), 4, weighting, 0.95).unwrap();
        close(kappa.estimate, estimate, 1e-14);
        close(kappa.std_error, std_error, 1e-14);
        close(kappa.conf_high - kappa.conf_low, 2.0 * 1.959963984540054 * std_error, 1e-13);
    }
}

#[test]
fn fleiss_kappa_by_hand() {
    // Three subjects, two raters, two categories: both a, both b, one each. P̄ = 2/3; shares ½: P̄e = ½; κ = 1/3. Null variance
    // 2·((½)² − 0)/(3·2·1·(½)²) = 1/3.
    let kappa = fleiss_kappa(&[vec![2, 0], vec![0, 2], vec![1, 1]]).unwrap();
    close(kappa.estimate, 1.0 / 3.0, 1e-15);
    close(kappa.null_std_error, (1.0_f64 / 3.0).sqrt(), 1e-15);
    assert_eq!(fleiss_kappa(&[vec![2, 0], vec![2, 0]]).unwrap_err().code(), "no_variation");
    assert_eq!(fleiss_kappa(&[vec![2, 0], vec![1, 0]]).unwrap_err().code(), "unequal_lengths");
}

proptest! {
    #[test]
    fn alpha_is_the_consistency_of_the_mean_of_raters(values in prop::collection::vec(0_u8..5, 20..60)) {
        let values: Vec<f64> = values[..values.len() / 4 * 4].iter().map(|x| f64::from(*x)).collect();
        let items = Ratings::complete(4, &values).unwrap();
        if let (Ok(alpha), Ok(icc)) = (cronbach_alpha(&items, 0.9), intraclass_correlations(&items, 0.9)) {
            let mean = icc.consistency_mean;
            // Near α = −∞ the difference is of the size of its rounding.
            let scale = 1e-12 * (1.0 + alpha.estimate.abs()).powi(2);
            prop_assert!((alpha.estimate - mean.estimate).abs() < scale);
            let textbook = {
                let (n, k) = (items.n() as f64, 4.0);
                let variance = |x: &dyn Fn(&[f64]) -> f64| {
                    let mean = items.rows().map(x).sum::<f64>() / n;
                    items.rows().map(|row| (x(row) - mean).powi(2)).sum::<f64>() / (n - 1.0)
                };
                let parts: f64 = (0..4).map(|j| variance(&|row: &[f64]| row[j])).sum();
                k / (k - 1.0) * (1.0 - parts / variance(&|row: &[f64]| row.iter().sum()))
            };
            prop_assert!((alpha.estimate - textbook).abs() < scale);
        }
    }

    #[test]
    fn quadratic_kappa_does_not_depend_on_who_is_called_first(pairs in prop::collection::vec((0_usize..4, 0_usize..4), 5..40)) {
        let ordered: Vec<_> = pairs.iter().map(|&(a, b)| (Some(a), Some(b))).collect();
        let exchanged: Vec<_> = pairs.iter().map(|&(a, b)| (Some(b), Some(a))).collect();
        for weighting in [Weighting::Unweighted, Weighting::Linear, Weighting::Quadratic] {
            let (one, other) = (cohen_kappa(&ordered, 4, weighting, 0.9), cohen_kappa(&exchanged, 4, weighting, 0.9));
            match (one, other) {
                (Ok(one), Ok(other)) => prop_assert!((one.estimate - other.estimate).abs() < 1e-12 && (one.std_error - other.std_error).abs() < 1e-7),
                (one, other) => prop_assert_eq!(one.is_err(), other.is_err()),
            }
        }
    }
}
