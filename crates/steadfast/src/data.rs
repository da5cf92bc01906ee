//! A data file on its way to a frame: read once, hashed, and held against its dictionary.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use steadfast_core::findings::{Finding, Findings};
use steadfast_core::frame::Frame;
use steadfast_core::schedule::Classification;
use steadfast_io::{Dictionary, ReadOptions, Scored, read_bytes};

use crate::error::{Error, Result};

/// A file's content with its SHA-256.
#[derive(Debug, Clone)]
pub struct Input {
    /// The file's name as the user wrote it; messages use it.
    pub name: String,
    /// The content.
    pub bytes: Vec<u8>,
    /// SHA-256 of the content in hexadecimal digits.
    pub sha256: String,
}

impl Input {
    /// The file at `path`, called `name` in messages.
    ///
    /// # Errors
    /// `unreadable_file`.
    pub fn read(path: &Path, name: &str) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|source| Error::file("unreadable_file", Path::new(name), source))?;
        Ok(Self::of(name.to_owned(), bytes))
    }

    /// `bytes`, called `name` in messages.
    fn of(name: String, bytes: Vec<u8>) -> Self {
        Self { name, sha256: sha256(&bytes), bytes }
    }

    /// The content as text.
    ///
    /// # Errors
    /// `not_text` when it is not UTF-8.
    pub fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.bytes)
            .map_err(|error| Error::usage("not_text", format!("`{}` is not UTF-8 text: {error}", self.name)))
    }
}

/// SHA-256 of `bytes` in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Data that broke no rule, and the remarks that validation made about them.
#[derive(Debug, Clone)]
pub struct Data {
    /// The typed columns.
    pub frame: Frame,
    /// Warnings and notes.
    pub findings: Findings,
    /// What became of every observation that the dictionary's schedule expects.
    pub classification: Option<Classification>,
}

/// The frame in `data`, held against its `dictionary` and scored as it says; without one, the columns' types are inferred.
///
/// # Errors
/// A file or dictionary that cannot be read, or all the findings of the validation.
pub fn frame(data: Input, dictionary: Option<&Input>) -> Result<Data> {
    let Some(dictionary) = dictionary else {
        let frame = read_bytes(&data.name, data.bytes, &ReadOptions::new())?.infer()?;
        return Ok(Data { frame, findings: Findings::new(), classification: None });
    };
    frame_of(data, &described(dictionary)?)
}

/// As [`frame`], with a dictionary that was read before.
///
/// # Errors
/// As [`frame`].
pub fn frame_of(data: Input, dictionary: &Dictionary) -> Result<Data> {
    let file = data.name.clone();
    let scored = scored(data, dictionary)?;
    let findings = scored.findings().clone();
    let (frame, findings, classification) = scheduled(scored.into_frame(), findings, dictionary, &file)?;
    Ok(Data { frame, findings, classification })
}

/// The dictionary in `input`.
///
/// # Errors
/// `not_text`, `invalid_dictionary`.
pub fn described(input: &Input) -> Result<Dictionary> {
    Ok(Dictionary::parse(input.text()?, &input.name)?)
}

/// The dictionary in `input` with the files that it names, by their names there; each is read once.
///
/// # Errors
/// As [`described`].
pub fn described_with_files(input: &Input) -> Result<(Dictionary, BTreeMap<PathBuf, Input>)> {
    let folder = Path::new(&input.name).parent().unwrap_or(Path::new(""));
    let files = RefCell::new(BTreeMap::<PathBuf, Input>::new());
    let read = |file: &Path| {
        let mut files = files.borrow_mut();
        match files.entry(file.to_path_buf()) {
            Entry::Occupied(known) => Ok(known.get().bytes.clone()),
            Entry::Vacant(place) => {
                let path = folder.join(file);
                let bytes = std::fs::read(&path)?;
                Ok(place.insert(Input::of(path.display().to_string(), bytes)).bytes.clone())
            }
        }
    };
    let dictionary = Dictionary::parse_with(input.text()?, &input.name, &read)?;
    Ok((dictionary, files.into_inner()))
}

/// The frame in `data`, held against its `dictionary`, with the scores that the dictionary asks for.
///
/// # Errors
/// As [`frame`].
pub fn scored(data: Input, dictionary: &Dictionary) -> Result<Scored> {
    Ok(read_bytes(&data.name, data.bytes, dictionary.read_options())?.validate(dictionary)?.score()?)
}

/// `frame` with its absences refined by the schedule of `dictionary`, and what the schedule finds in the file.
///
/// # Errors
/// Columns that the schedule needs and that are not there, or hold what it cannot use.
pub(crate) fn scheduled(
    frame: Frame,
    mut findings: Findings,
    dictionary: &Dictionary,
    file: &str,
) -> Result<(Frame, Findings, Option<Classification>)> {
    let Some(schedule) = dictionary.schedule() else { return Ok((frame, findings, None)) };
    let classification = schedule.classify(&frame)?;
    for finding in classification.findings() {
        findings.push(Finding { file: Some(file.to_owned()), ..finding.clone() });
    }
    Ok((classification.refine(frame)?, findings.sorted(), Some(classification)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_hash_is_the_one_of_the_standard() {
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(super::sha256(b"abc"), abc);
    }
}
