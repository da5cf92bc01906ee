//! What a user may type about a model of times to events, and which options are of which kind of model.

use std::path::PathBuf;

use clap::{ArgMatches, Args, parser::ValueSource};
use steadfast::error::{Error, Result};

/// Options of a model whose response is `Surv(…)`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Times to events, where the response is Surv(stop, event) or Surv(start, stop, event)")]
pub(crate) struct EventArguments {
    /// How events at one time are treated: efron, breslow, discrete or marginal [default: efron]; `steadfast explain ties`
    #[arg(long, value_name = "METHOD")]
    pub(crate) ties: Option<String>,
    /// The event whose hazard is modelled; other events end observation, and are named
    #[arg(long, value_name = "LEVEL")]
    pub(crate) cause: Option<String>,
    /// How frailties are distributed, of frailty(family) or (1 | family): gamma or log-normal [default: gamma for one frailty()]
    #[arg(long, value_name = "DISTRIBUTION")]
    pub(crate) frailty: Option<String>,
    /// The subdistribution of the --cause: those to whom another event has happened stay at risk (Fine and Gray)
    #[arg(long, requires = "cause")]
    pub(crate) subdistribution: bool,
    /// The level of the event column that says that observation ended without an event [default: the first level, or 0]
    #[arg(long, value_name = "LEVEL")]
    pub(crate) censored: Option<String>,
    /// The column that says whose rows they are; without it each row is a person
    #[arg(long, value_name = "COLUMN")]
    pub(crate) subject: Option<String>,
    /// How events that happen again to a --subject become rows: counting (Andersen-Gill), total-time or gap-time
    /// (Prentice-Williams-Peterson), marginal (Wei-Lin-Weissfeld)
    #[arg(long, value_name = "LAYOUT", requires = "subject")]
    pub(crate) layout: Option<String>,
    /// Events that end all others, where events happen again
    #[arg(long, value_name = "LEVEL", value_delimiter = ',', requires = "layout")]
    pub(crate) terminal: Vec<String>,
    /// Leave out what comes after so many events of a person
    #[arg(long, value_name = "N", requires = "layout")]
    pub(crate) most: Option<u32>,
    /// Test that hazards are proportional
    #[arg(long)]
    pub(crate) diagnostics: bool,
    /// Probabilities and mean times until --times if everybody were at each level of a factor, as 'arm': the absolute scale, adjusted
    #[arg(long, value_name = "FACTOR", requires = "times")]
    pub(crate) standardise: Option<String>,
    /// The times of --standardise and of --predictions
    #[arg(long, value_name = "TIMES", value_delimiter = ',')]
    pub(crate) times: Vec<f64>,
    /// Write Schoenfeld's residuals, a line an event, to a CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) schoenfeld: Option<PathBuf>,
    /// Write the cumulative hazard of somebody whose covariates are 0 to a CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
}

/// Options that say nothing about times to events, by the names of their arguments.
const OF_MIXED_MODELS: &[&str] = &[
    "reml",
    "ml",
    "cluster",
    "convention",
    "save",
    "without_groups",
    "r2",
    "ranova",
    "pca",
    "figures",
    "influence",
    "influence_of",
    "refit",
    "intervals",
    "max_memory",
    "temp_dir",
];

/// Options that say nothing about a linear mixed model.
const OF_EVENTS: &[&str] = &[
    "ties",
    "cause",
    "subdistribution",
    "frailty",
    "censored",
    "subject",
    "layout",
    "terminal",
    "most",
    "diagnostics",
    "standardise",
    "times",
    "schoenfeld",
    "baseline",
];

/// The arguments of the sub-command that stand on the command line.
pub(super) fn given(matches: &ArgMatches) -> Vec<String> {
    let Some((_, matches)) = matches.subcommand() else { return Vec::new() };
    let typed = |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
    matches.ids().filter(typed).map(|id| id.as_str().to_owned()).collect()
}

/// Refuses options of linear mixed models: they would do nothing.
pub(super) fn refuse_mixed(given: &[String]) -> Result<()> {
    let Some(option) = given.iter().find(|id| OF_MIXED_MODELS.contains(&id.as_str())) else { return Ok(()) };
    let instead = match option.as_str() {
        "cluster" => "; write `cluster(family)` in the formula",
        "convention" => "; `--ties` and `--vcov` say what differs between engines",
        _ => "",
    };
    let message = format!("`--{}` is of linear mixed models, and the response is `Surv(…)`{instead}", written(option));
    Err(Error::usage("option_does_not_apply", message))
}

/// Refuses options of models of events: they would do nothing.
pub(super) fn refuse_events(given: &[String]) -> Result<()> {
    let Some(option) = given.iter().find(|id| OF_EVENTS.contains(&id.as_str())) else { return Ok(()) };
    let message = format!(
        "`--{}` is of times to events: the response of such a model is written Surv(stop, event) or Surv(start, stop, event)",
        written(option)
    );
    Err(Error::usage("option_does_not_apply", message))
}

fn written(id: &str) -> String {
    id.replace('_', "-")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::args::Arguments;
    use super::*;

    #[test]
    fn every_option_that_is_refused_exists() {
        let command = Arguments::command();
        let fit = command.get_subcommands().find(|one| one.get_name() == "fit").unwrap();
        let known: Vec<&str> = fit.get_arguments().map(|one| one.get_id().as_str()).collect();
        for option in OF_MIXED_MODELS.iter().chain(OF_EVENTS) {
            assert!(known.contains(option), "{option}");
        }
    }
}
