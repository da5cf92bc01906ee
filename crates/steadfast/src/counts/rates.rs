//! Standardised rates: what was asked, and the answer.

use serde::Serialize;
use steadfast_core::counts::{CountFit, Covariates, Population, Standardisation, StandardisedRates, Variance};
use steadfast_core::reference_grid::FixedEffects;
use steadfast_core::report::Row;

use super::CountSpec;
use crate::error::{Error, Result};
use crate::events::RatioRow;

/// Rates per unit of exposure if everybody were at one level, with their differences and ratios.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatesResult {
    /// The factor.
    pub factor: String,
    /// The column of subgroups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Over what rates are averaged: `rows` or `exposure`.
    pub population: &'static str,
    /// Whether the covariates are a sample: `fixed` or `sampled`.
    pub covariates: &'static str,
    /// The rates; their limits are those of their logarithms.
    pub rates: Vec<Row>,
    /// Each level less the reference.
    pub differences: Vec<Row>,
    /// Each level over the reference.
    pub ratios: Vec<RatioRow>,
    /// Each subgroup's difference less that of the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub difference_interactions: Vec<Row>,
    /// Each subgroup's ratio over that of the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ratio_interactions: Vec<RatioRow>,
    /// Whether the model, which has no interaction of the factor with the subgroups, gives all of them one ratio.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub one_ratio: bool,
}

/// `arm` or `arm | sex`: the factor and the column of subgroups.
///
/// # Errors
/// `formula_argument` for anything else.
pub(super) fn factors(of: &str) -> Result<(String, Option<String>)> {
    let mut parts = of.split('|').map(|part| part.trim().to_owned());
    match (parts.next().filter(|part| !part.is_empty()), parts.next(), parts.next()) {
        (Some(factor), None, None) => Ok((factor, None)),
        (Some(factor), Some(by), None) if !by.is_empty() => Ok((factor, Some(by))),
        _ => Err(Error::usage(
            "formula_argument",
            "rates are standardised of one factor, `arm`, or in subgroups, `arm | sex`",
        )),
    }
}

pub(super) fn rates(spec: &CountSpec, of: &str, fit: &CountFit, variance: Variance) -> Result<RatesResult> {
    let (factor, by) = factors(of)?;
    let mut asked = Standardisation::over(&factor).population(spec.population).covariates(spec.covariates);
    if let Some(by) = &by {
        asked = asked.by(by);
    }
    let found = fit.standardise(&asked)?.with_level(spec.level);
    let reference = reference(fit, &factor, &found)?;
    let mut result = RatesResult {
        factor,
        by,
        population: if spec.population == Population::Exposure { "exposure" } else { "rows" },
        covariates: if spec.covariates == Covariates::Sampled { "sampled" } else { "fixed" },
        rates: found.rows(variance)?,
        differences: Vec::new(),
        ratios: Vec::new(),
        difference_interactions: Vec::new(),
        ratio_interactions: Vec::new(),
        one_ratio: false,
    };
    let others = found.rates().iter().filter(|rate| rate.level != reference);
    let first = found.rates().first().and_then(|rate| rate.group.clone());
    for rate in others {
        let (group, level) = (rate.group.as_deref(), rate.level.as_str());
        result.differences.push(found.difference_within(group, level, &reference, variance)?);
        result.ratios.push(found.ratio_within(group, level, &reference, variance)?.logarithm.into());
        if let (Some(group), Some(first)) = (group, first.as_deref().filter(|first| Some(*first) != group)) {
            let levels = (level, reference.as_str());
            result.difference_interactions.push(found.difference_of_differences((group, first), levels, variance)?);
            match found.ratio_of_ratios((group, first), levels, variance) {
                Ok(ratio) => result.ratio_interactions.push(ratio.logarithm.into()),
                // Without an interaction in the model all subgroups have one ratio, and there is nothing to test.
                Err(error) if error.code() == "contrast_known" => result.one_ratio = true,
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(result)
}

/// The level against which others are held: the formula's reference, or the first.
fn reference(fit: &CountFit, factor: &str, found: &StandardisedRates<'_>) -> Result<String> {
    let known = fit.recipe().summary.factors.iter().find(|known| known.column == factor);
    let named = known.and_then(|known| known.levels.get(known.reference).cloned());
    let first = || found.rates().first().map(|rate| rate.level.clone());
    named.or_else(first).ok_or_else(|| Error::usage("unknown_factor", "the factor has no level"))
}
