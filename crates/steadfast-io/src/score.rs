//! The step from valid data to their scores.

use steadfast_core::findings::Findings;
use steadfast_core::frame::Frame;
use steadfast_core::instrument::{FormScales, Request, score};

use crate::error::{Error, Result};
use crate::validate::Valid;

/// Data with their scores, and the cautions that came up on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    frame: Frame,
    findings: Findings,
    reports: Vec<FormScales>,
    requests: Vec<Request>,
}

impl Valid {
    /// The data with the scores that the dictionary's `[[instruments]]` and `[[lookups]]` ask for; without these, as they are.
    ///
    /// # Errors
    /// `invalid_items`, with all findings, when an answer is not one of its form's, an informant is unknown, columns of a scale are
    /// missing, or a table has no entry; `column_exists`, `unknown_column`, `not_numeric`, `unknown_level`.
    pub fn score(self) -> Result<Scored> {
        let scored = score(&self.frame, &self.requests, Some(&self.file))?;
        let (mut frame, mut findings) = (scored.frame, self.findings);
        findings.extend(scored.findings);
        // A table may be joined by a score, which is none where an answer is wrong.
        if findings.has_errors() {
            return Err(Error::findings("invalid_items", findings));
        }
        for lookup in &self.lookups {
            let (columns, found) = lookup.columns(&frame, Some(&self.file))?;
            findings.extend(found);
            for column in columns {
                if frame.get(column.name()).is_some() {
                    let message = format!("there is a column `{}` already: give the value another name", column.name());
                    return Err(Error::usage("column_exists", message));
                }
                frame = frame.with_column(column)?;
            }
        }
        if findings.has_errors() {
            return Err(Error::findings("invalid_items", findings));
        }
        Ok(Scored { frame, findings: findings.sorted(), reports: scored.reports, requests: self.requests })
    }
}

impl Scored {
    /// The warnings and notes.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The columns of the file, and then those of the scores.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// How many were scored and what the scores are like, by form.
    pub fn reports(&self) -> &[FormScales] {
        &self.reports
    }

    /// What was asked for.
    pub fn requests(&self) -> &[Request] {
        &self.requests
    }

    /// The columns, without the cautions.
    pub fn into_frame(self) -> Frame {
        self.frame
    }
}
