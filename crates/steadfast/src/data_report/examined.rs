//! A data file read and held against its dictionary, with whatever can be typed of it.

use std::collections::BTreeMap;

use steadfast_core::findings::Findings;
use steadfast_core::frame::Frame;
use steadfast_io::{Dictionary, ReadOptions, Variable, read_bytes};

use crate::data::Input;
use crate::error::{Error, Result};

/// Data to look at, whatever rules they break.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The file, as the user named it.
    pub file: String,
    /// The dictionary's file.
    pub dictionary_file: Option<String>,
    /// The columns that could be typed.
    pub frame: Frame,
    /// Everything found, gravest first.
    pub findings: Findings,
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
        Ok(Self {
            frame: assessed.frame().clone(),
            refused: described.variables().iter().map(|variable| refused(variable.name())).collect(),
            ..nothing(assessed.findings().clone())
        })
    }

    pub(super) fn variable(&self, column: &str) -> Option<&Variable> {
        self.dictionary.as_ref()?.variable(column)
    }

    /// The rows, ascending, in which `column` holds something that is no value of it.
    pub(super) fn refused(&self, column: &str) -> &[usize] {
        self.refused.get(column).map_or(&[], Vec::as_slice)
    }
}
