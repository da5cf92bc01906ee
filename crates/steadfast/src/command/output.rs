//! Answers to stdout, remarks and errors to stderr.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use steadfast::core::findings::Findings;
use steadfast::error::{Error, Exit, Result};
use steadfast::results::number::to_json;

/// Writes `text` to stdout. A reader that went away, such as `head`, is no error.
///
/// # Errors
/// `unwritable_file` when the text cannot be written, such as to a full disk.
pub(crate) fn answer(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::file("unwritable_file", Path::new("standard output"), error))
        }
        _ => Ok(()),
    }
}

/// Writes `value` to stdout as JSON with 17 significant digits.
///
/// # Errors
/// As [`answer`]; `no_json` when the value has no JSON.
pub(crate) fn answer_json(value: &impl Serialize) -> Result<()> {
    let json = to_json(value).map_err(|error| Error::usage("no_json", format!("the answer is no JSON: {error}")))?;
    answer(&json)
}

/// Writes a line to stderr.
pub(crate) fn remark(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Warnings and notes about the data, one line each.
pub(crate) fn remarks(findings: &Findings) {
    findings.lines().iter().for_each(|line| remark(line));
}

/// What `--json` prints when there is no answer.
#[derive(Serialize)]
struct Failure<'a> {
    error: FailureBody<'a>,
}

#[derive(Serialize)]
struct FailureBody<'a> {
    code: &'a str,
    exit_code: u8,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<&'a Findings>,
}

/// Reports `error` and gives its exit code.
pub(crate) fn failure(error: &Error, json: bool) -> Exit {
    let exit = error.exit();
    let message = error.to_string();
    if json {
        let (code, findings) = (error.code(), error.as_findings());
        let body = FailureBody { code, exit_code: exit.code(), message, findings };
        if let Err(unwritten) = answer_json(&Failure { error: body }) {
            remark(&format!("error[{}]: {unwritten}", unwritten.code()));
        }
    } else {
        remark(&format!("error[{}]: {message}", error.code()));
    }
    exit
}
