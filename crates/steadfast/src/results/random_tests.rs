//! The tests of random effects, as they leave the program.

use serde::Serialize;
use steadfast_core::lmm::{Null, RandomTest};

use super::ModelResult;
use super::layout::{columns, fixed, p_value, significant};

/// The likelihood-ratio test of one random effect.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RandomTestRow {
    /// What the smaller model lacks.
    pub term: String,
    /// The parameters of the smaller model.
    pub n_parameters: usize,
    /// Its −2 log-likelihood.
    pub minus_two_log_likelihood: f64,
    /// The likelihood-ratio statistic.
    pub statistic: f64,
    /// The parameters that the model has more.
    pub df: usize,
    /// Where the smaller model lies within the model.
    pub null: Null,
    /// The reference distribution of `p_value`.
    pub reference: String,
    /// The p value, at the boundary where the smaller model lies there.
    pub p_value: f64,
    /// The p value of χ², without regard to the boundary.
    pub chi_squared_p_value: f64,
}

impl From<RandomTest> for RandomTestRow {
    fn from(found: RandomTest) -> Self {
        let p = found.test.p_value().clone();
        Self {
            term: found.term,
            n_parameters: found.n_parameters,
            minus_two_log_likelihood: found.minus_two_log_likelihood,
            statistic: found.test.statistic,
            df: found.test.df,
            null: found.test.null,
            reference: p.reference,
            p_value: p.value,
            chi_squared_p_value: found.test.chi_squared.value,
        }
    }
}

/// The block of the summary.
pub(super) fn block(result: &ModelResult) -> String {
    let Some(tests) = result.random_tests.as_ref().filter(|tests| !tests.is_empty()) else { return String::new() };
    let header = ["Without", "−2 log-lik.", "LR", "df", "p", "p of χ²"].map(str::to_owned).to_vec();
    let mut rows = vec![header];
    rows.extend(tests.iter().map(|test| {
        let likelihood = significant(test.minus_two_log_likelihood, 8);
        let p = [p_value(test.p_value), p_value(test.chi_squared_p_value)];
        [vec![test.term.clone(), likelihood, fixed(test.statistic, 4), test.df.to_string()], p.to_vec()].concat()
    }));
    let mut text = format!("Tests of random effects, likelihood ratio; p at the boundary\n{}", columns(&rows, 1));
    if tests.iter().any(|test| test.null == Null::Irregular) {
        text.push_str("  where several dimensions go at once p is that of χ², which is too large\n");
    }
    text
}
