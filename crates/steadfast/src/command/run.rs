//! `steadfast run`.

use steadfast::error::{Exit, Result};

use super::args::RunArguments;

pub(crate) fn run(_request: &RunArguments, _json: bool) -> Result<Exit> {
    Ok(Exit::Ok)
}
