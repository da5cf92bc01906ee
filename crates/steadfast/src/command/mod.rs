//! The sub-commands: what a user types, and how each answer reaches the terminal.

mod args;
mod bootstrap;
mod check;
mod check_args;
mod completions;
mod convert;
mod convert_args;
mod counts_args;
mod curves;
mod curves_args;
mod cuts;
mod cuts_args;
mod episodes;
mod episodes_args;
mod events_args;
mod explain;
mod files;
mod fit;
mod fit_args;
mod fit_counts;
mod fit_events;
mod fit_streamed;
mod interrupt;
mod mock;
mod mock_args;
mod one_model_args;
mod output;
mod page;
mod profile;
mod progress;
mod run;
mod saved;
mod saved_args;
mod score;
mod score_args;
mod self_test;
mod stream_args;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use steadfast::error::{Error, Exit, Result};

use args::{Arguments, Command};

/// Reads the command line, runs the sub-command, and gives the exit code.
pub(crate) fn main() -> ExitCode {
    let (arguments, given) = match parsed() {
        Ok(parsed) => parsed,
        Err(message) => {
            // Help and version are answers; everything else is a usage error, which clap itself numbers 2.
            if message.use_stderr() && std::env::args().any(|argument| argument == "--json") {
                let error = Error::usage("usage", message.render().to_string());
                return ExitCode::from(output::failure(&error, true).code());
            }
            let _ = message.print();
            return ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(Exit::Usage.code()));
        }
    };
    let json = arguments.json;
    let exit = dispatch(arguments, &given).unwrap_or_else(|error| output::failure(&error, json));
    ExitCode::from(exit.code())
}

/// The command line, and which arguments of the sub-command stand on it: defaults do not.
fn parsed() -> std::result::Result<(Arguments, Vec<String>), clap::Error> {
    let mut command = Arguments::command();
    let matches = command.try_get_matches_from_mut(std::env::args_os())?;
    let arguments = Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    Ok((arguments, events_args::given(&matches)))
}

fn dispatch(arguments: Arguments, given: &[String]) -> Result<Exit> {
    let json = arguments.json;
    let interrupt = interrupt::listen();
    match arguments.command {
        Command::Fit(request) => fit::fit(&request, given, json),
        Command::Curves(request) => curves::curves(&request, json),
        Command::Check(request) => check::check(&request, json),
        Command::Mock(request) => mock::mock(&request, json),
        Command::Cuts(request) => cuts::cuts(&request, json),
        Command::Run(request) => run::run(&request, json, &interrupt),
        Command::Predict(request) => saved::predict(&request, json),
        Command::Means(request) => saved::adjusted_means(&request, json),
        Command::Compare(request) => saved::compare(&request, json),
        Command::Profile(request) => profile::profile(&request, json),
        Command::Bootstrap(request) => bootstrap::bootstrap(&request, json, &interrupt),
        Command::Resume(request) => bootstrap::resume(&request, json, &interrupt),
        Command::Episodes(request) => episodes::episodes(&request, json),
        Command::Convert(request) => convert::convert(&request, json),
        Command::Score(request) => score::score(&request, json),
        Command::Structures => explain::structures(json),
        Command::Explain { subject } => explain::explain(subject, json),
        Command::Verify(request) => verify::verify(&request, json),
        Command::SelfTest { all } => self_test::self_test(all, json),
        Command::Completions { shell } => completions::completions(shell),
    }
}
