//! What a user may type about a model of counts, and which options are of such a model.

use clap::Args;
use steadfast::error::{Error, Result};

/// Options of a model of counts.
#[derive(Debug, Args)]
#[command(next_help_heading = "Counts, with --family")]
pub(crate) struct CountArguments {
    /// The response is a count with this distribution: poisson, nb2 (variance μ + αμ²) or nb1 (variance (1 + α)μ)
    #[arg(long, value_name = "NAME")]
    pub(crate) family: Option<String>,
    /// The column of exposures, such as years of observation: rates are per unit of it
    #[arg(long, value_name = "COLUMN")]
    pub(crate) exposure: Option<String>,
    /// The formula of zeros beyond those of the distribution, such as '~ arm'
    #[arg(long, value_name = "FORMULA")]
    pub(crate) zero: Option<String>,
    /// Standardised rates of a factor with their differences and ratios, such as 'arm', or in subgroups, 'arm | sex'
    #[arg(long, value_name = "FACTORS")]
    pub(crate) rates: Option<String>,
    /// Over what rates are averaged: rows or exposure [default: rows]
    #[arg(long, value_name = "WHAT", requires = "rates")]
    pub(crate) population: Option<String>,
    /// Whether the covariates over which rates are averaged are fixed, or sampled as the outcomes are [default: fixed]
    #[arg(long, value_name = "HOW", requires = "rates")]
    pub(crate) covariates: Option<String>,
    /// The seed of the randomised quantile residuals [default: 1]
    #[arg(long, value_name = "NUMBER", requires = "residuals")]
    pub(crate) quantile_seed: Option<u64>,
}

/// The options that a model of counts reads, by the names of their arguments, beside those of every model.
const OF_COUNTS: &[&str] = &["family", "exposure", "zero", "rates", "population", "covariates", "quantile_seed"];

/// The options of other models that a model of counts reads too.
const SHARED: &[&str] = &[
    "formula",
    "data",
    "dictionary",
    "weights",
    "condition",
    "level",
    "threads",
    "df",
    "vcov",
    "residuals",
    "influence",
    "json",
    "quiet",
];

/// Refuses options that say nothing about counts: they would do nothing.
pub(super) fn refuse_others(given: &[String], known: impl Fn(&str) -> bool) -> Result<()> {
    let means = |id: &str| OF_COUNTS.contains(&id) || SHARED.contains(&id) || !known(id);
    let Some(option) = given.iter().find(|id| !means(id)) else { return Ok(()) };
    let instead = match option.as_str() {
        "cluster" => "; write `cluster(family)` in the formula",
        "means" => "; `--rates` standardises rates",
        _ => "",
    };
    let message = format!("`--{}` says nothing about a model of counts{instead}", option.replace('_', "-"));
    Err(Error::usage("option_does_not_apply", message))
}

/// Refuses options of models of counts: without `--family` they would do nothing.
pub(super) fn refuse_counts(given: &[String]) -> Result<()> {
    let Some(option) = given.iter().find(|id| OF_COUNTS.contains(&id.as_str())) else { return Ok(()) };
    let message = format!("`--{}` is of models of counts: `--family` says which", option.replace('_', "-"));
    Err(Error::usage("option_does_not_apply", message))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::args::Arguments;
    use super::*;

    fn options() -> Vec<String> {
        let command = Arguments::command();
        let fit = command.get_subcommands().find(|one| one.get_name() == "fit").unwrap();
        fit.get_arguments().map(|one| one.get_id().to_string()).collect()
    }

    #[test]
    fn every_option_of_counts_exists() {
        for option in OF_COUNTS {
            assert!(options().iter().any(|known| known == option), "{option}");
        }
    }

    #[test]
    fn an_option_of_another_model_is_refused_by_name() {
        let typed = |name: &str| refuse_others(&[name.to_owned()], |id| options().iter().any(|known| known == id));
        assert!(typed("family").is_ok() && typed("vcov").is_ok());
        assert!(typed("reml").unwrap_err().to_string().contains("--reml"));
        assert!(typed("cluster").unwrap_err().to_string().contains("cluster(family)"));
        assert_eq!(refuse_counts(&["exposure".to_owned()]).unwrap_err().code(), "option_does_not_apply");
    }
}
