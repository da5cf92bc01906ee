//! Answers to stdout, remarks and errors to stderr.

use std::io::{self, Write};

use serde::Serialize;
use steadfast::core::findings::Findings;
use steadfast::error::{Error, Exit};
use steadfast::results::number::to_json;

/// Writes `text` to stdout. A reader that went away, such as `head`, is no error.
pub(crate) fn answer(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes `value` to stdout as JSON with 17 significant digits.
pub(crate) fn answer_json(value: &impl Serialize) {
    match to_json(value) {
        Ok(json) => answer(&json),
        Err(error) => remark(&format!("error: the answer is no JSON: {error}")),
    }
}

/// Writes a line to stderr.
pub(crate) fn remark(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Warnings and notes about the data, one line each.
pub(crate) fn remarks(findings: &Findings) {
    for finding in findings {
        remark(&finding.to_string());
    }
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
        answer_json(&Failure { error: FailureBody { code, exit_code: exit.code(), message, findings } });
    } else {
        remark(&format!("error[{}]: {message}", error.code()));
    }
    exit
}
