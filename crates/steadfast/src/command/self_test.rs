//! `steadfast self-test`.

use steadfast::error::{Exit, Result};

pub(crate) fn self_test(_json: bool) -> Result<Exit> {
    Ok(Exit::Ok)
}
