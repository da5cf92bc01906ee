//! `steadfast completions`.

use clap::CommandFactory;
use clap_complete::{Shell, generate};
use steadfast::error::{Exit, Result};

use super::args::Arguments;
use super::output;

/// Prints the script that teaches a shell the sub-commands and their options.
pub(crate) fn completions(shell: Shell) -> Result<Exit> {
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), "steadfast", &mut script);
    output::answer(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Ok)
}
