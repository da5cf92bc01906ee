//! A data file read and held against its dictionary, with whatever can be typed of it.

use std::collections::BTreeMap;

use steadfast_core::findings::{Finding, Findings, Severity};
use steadfast_core::frame::Frame;
use steadfast_core::schedule::Classification;
use steadfast_io::{Assessment, Dictionary, ReadOptions, Variable, read_bytes};

use crate::data::{Input, scheduled};
use crate::error::{Error, Result};

/// Data to look at, whatever rules they break.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The file, as the user named it.
    pub file: String,
    /// The dictionary's file.
    pub dictionary_file: Option<String>,
    /// The columns that could be typed, and the scores that could be made of them.
    pub frame: Frame,
    /// Everything found, gravest first.
    pub findings: Findings,
    /// What became of every observation that the dictionary's schedule expects.
    pub(super) classification: Option<Classification>,
    pub(super) refused: BTreeMap<String, Vec<usize>>,
    pub(super) dictionary: Option<Dictionary>,
}

impl Examined {
    /// The `data` held against `dictionary`; without one, types are inferred and only the rules about files are checked.
    ///
    /// # Errors
    /// A file that is empty or cannot be decoded, or an invalid dictionary. Ragged rows and the like are findings: then
    /// there is no column to look at.
    pub fn of(data: Input, dictionary: Option<&Input>) -> Result<Self> {
        let file = data.name.clone();
        let dictionary_file = dictionary.map(|input| input.name.clone());
        let dictionary =
            dictionary.map(|input| Ok::<_, Error>(Dictionary::parse(input.text()?, &input.name)?)).transpose()?;
        let options = dictionary.as_ref().map_or_else(ReadOptions::new, |dictionary| dictionary.read_options().clone());
        let nothing = |findings| Self {
            file: file.clone(),
            dictionary_file: dictionary_file.clone(),
            frame: Frame::default(),
            findings,
            refused: BTreeMap::new(),
            classification: None,
            dictionary: dictionary.clone(),
        };
        let raw = match read_bytes(&data.name, data.bytes, &options) {
            Ok(raw) => raw,
            Err(error) => return error.as_findings().cloned().map(nothing).ok_or_else(|| error.into()),
        };
        let Some(described) = &dictionary else {
            return Ok(Self { frame: raw.infer()?, ..nothing(Findings::new()) });
        };
        let assessed = raw.assess(described)?;
        let refused = |name: &str| (name.to_owned(), assessed.refused(name).to_vec());
        let refused = described.variables().iter().map(|variable| refused(variable.name())).collect();
        let (frame, findings) = scored(assessed, &file, described);
        let (frame, findings, classification) = followed(frame, findings, &file, described);
        Ok(Self { frame, refused, classification, ..nothing(findings) })
    }

    /// A frame that is made already, with what was found on the way and, where there is one, the dictionary and its name.
    pub fn of_frame(file: String, dictionary: Option<(String, Dictionary)>, frame: Frame, findings: Findings) -> Self {
        let (dictionary_file, dictionary) = dictionary.unzip();
        Self { file, dictionary_file, frame, findings, classification: None, refused: BTreeMap::new(), dictionary }
    }

    pub(super) fn variable(&self, column: &str) -> Option<&Variable> {
        self.dictionary.as_ref()?.variable(column)
    }

    /// The rows, ascending, in which `column` holds something that is no value of it.
    pub(super) fn refused(&self, column: &str) -> &[usize] {
        self.refused.get(column).map_or(&[], Vec::as_slice)
    }
}

/// The assessed columns with the scores that the dictionary asks for. A score that cannot be made is a finding; then, and where the
/// data break a rule, there is none.
fn scored(assessed: Assessment, file: &str, dictionary: &Dictionary) -> (Frame, Findings) {
    let (frame, mut findings) = (assessed.frame().clone(), assessed.findings().clone());
    let asks = !(dictionary.instruments().is_empty() && dictionary.lookups().is_empty());
    if findings.has_errors() || !asks {
        return (frame, findings);
    }
    match assessed.into_valid(file, dictionary).and_then(|valid| valid.score()) {
        Ok(scored) => {
            findings = scored.findings().clone();
            (scored.into_frame(), findings)
        }
        // The findings of a scoring hold those of the validation.
        Err(error) => match error.as_findings() {
            Some(all) => (frame, all.clone()),
            None => {
                findings.push(problem(file, error.code(), error.to_string()));
                (frame, findings.sorted())
            }
        },
    }
}

/// The columns with their absences refined by the schedule, and what it finds. A schedule that cannot be followed is a finding.
fn followed(
    frame: Frame,
    findings: Findings,
    file: &str,
    dictionary: &Dictionary,
) -> (Frame, Findings, Option<Classification>) {
    if dictionary.schedule().is_none() {
        return (frame, findings, None);
    }
    match scheduled(frame.clone(), findings.clone(), dictionary, file) {
        Ok(followed) => followed,
        // What the schedule lacks may be a score or a column that is broken, which is said already.
        Err(_) if findings.has_errors() => (frame, findings, None),
        Err(error) => {
            let mut findings = findings;
            findings.push(problem(file, error.code(), error.to_string()));
            (frame, findings.sorted(), None)
        }
    }
}

fn problem(file: &str, code: &str, message: String) -> Finding {
    Finding {
        severity: Severity::Error,
        file: Some(file.to_owned()),
        row: None,
        column: None,
        code: code.to_owned(),
        message,
    }
}
