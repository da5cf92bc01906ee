//! What a bootstrap was asked for: the first line of its log.

use std::path::Path;

use serde::{Deserialize, Serialize};
use steadfast_core::lmm::BootstrapInterval;

use crate::bundle::relative;
use crate::data::Input;
use crate::error::{Error, Result};
use crate::one_model::OneModel;

/// The shape of a log.
const SCHEMA: &str = "steadfast-bootstrap/1";

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Where it lies, seen from the folder of the log.
    pub file: String,
    /// SHA-256 of its content.
    pub sha256: String,
}

impl Source {
    /// `input`, which was read from `path`, seen from `folder`.
    pub fn new(input: &Input, path: &Path, folder: &Path) -> Self {
        Self { file: relative(folder, path), sha256: input.sha256.clone() }
    }

    /// The file as it was, found from `folder`.
    ///
    /// # Errors
    /// `unreadable_file`; `changed_data` when its content is another.
    pub fn read(&self, folder: &Path) -> Result<Input> {
        let input = Input::read(&folder.join(&self.file), &self.file)?;
        if input.sha256 == self.sha256 {
            return Ok(input);
        }
        let message = format!("`{}` is not the file that the bootstrap was started with: start another", self.file);
        Err(Error::data("changed_data", message))
    }
}

/// A bootstrap, complete: the same request gives the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    schema: String,
    /// The version of the program that makes the replicates.
    version: String,
    /// The model.
    #[serde(flatten)]
    pub model: OneModel,
    /// The data.
    pub data: Source,
    /// The dictionary that the data obey.
    pub dictionary: Option<Source>,
    /// The seed of all streams.
    pub seed: u64,
    /// The number of replicates.
    pub n: u64,
    /// How limits are made of replicates.
    pub interval: BootstrapInterval,
    /// The confidence level.
    pub level: f64,
}

impl Request {
    /// `n` replicates of the fit of `model` to `data`, drawn with `seed`.
    pub fn new(model: OneModel, data: Source, dictionary: Option<Source>, seed: u64, n: u64) -> Self {
        let (schema, version) = (SCHEMA.to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        Self { schema, version, model, data, dictionary, seed, n, interval: BootstrapInterval::default(), level: 0.95 }
    }

    /// Refuses a log of another shape, or of another version of this program, which may give other bits.
    pub(super) fn check(&self) -> Result<()> {
        if self.schema != SCHEMA {
            return Err(Error::usage("not_a_log", format!("the log has the shape `{}`, not `{SCHEMA}`", self.schema)));
        }
        let own = env!("CARGO_PKG_VERSION");
        if self.version != own {
            let message = format!("version {} began this log, and {own} would go on: start another", self.version);
            return Err(Error::usage("other_version", message));
        }
        Ok(())
    }
}
