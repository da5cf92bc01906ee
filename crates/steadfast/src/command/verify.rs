//! `steadfast verify`.

use steadfast::error::{Exit, Result};

use super::args::VerifyArguments;

pub(crate) fn verify(_request: &VerifyArguments, _json: bool) -> Result<Exit> {
    Ok(Exit::Ok)
}
