//! Where a bundle comes from: inputs by their hashes, versions, the machine, and the only times in the bundle.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use steadfast_core::frame::Date;

use crate::data::{Input, sha256};
use crate::error::{Error, Result};

/// The file that makes a folder a bundle.
pub const PROVENANCE_FILE: &str = "provenance.json";

/// The version of the bundle's format.
const SCHEMA: &str = "steadfast-bundle/1";

/// Everything that is needed to run the plan again, and to see whether something changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The version of the bundle's format.
    pub schema: String,
    /// The version of this program.
    pub steadfast: String,
    /// The plan's folder, as seen from the bundle.
    pub root: String,
    /// The plan, the data, the dictionary and the files that it names, by paths relative to the plan's folder.
    pub inputs: Vec<InputFile>,
    /// The seed.
    pub seed: u64,
    /// The machine.
    pub platform: Platform,
    /// When the run began and how long it took.
    pub times: Times,
    /// The SHA-256 of every other file of the bundle.
    pub files: BTreeMap<String, String>,
}

/// A file that the results depend on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// What it is: `plan`, `data`, `dictionary`, or `dictionary_file`, a definition or table that the dictionary names.
    pub role: String,
    /// Its path, relative to the plan's folder.
    pub file: String,
    /// Its size in bytes.
    pub bytes: usize,
    /// The SHA-256 of its content.
    pub sha256: String,
}

impl InputFile {
    /// The description of `input` in the role of `role`.
    pub fn new(role: &str, file: &str, input: &Input) -> Self {
        Self { role: role.to_owned(), file: file.to_owned(), bytes: input.bytes.len(), sha256: input.sha256.clone() }
    }
}

/// The machine of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// The operating system, such as `linux`.
    pub os: String,
    /// The processor's architecture, such as `x86_64`.
    pub architecture: String,
}

impl Platform {
    /// This machine.
    pub fn here() -> Self {
        Self { os: std::env::consts::OS.to_owned(), architecture: std::env::consts::ARCH.to_owned() }
    }
}

/// When a run began and how long it took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// When the run began, in UTC, as 2026-11-22T06:30:00Z.
    pub started: String,
    /// How long it took.
    pub seconds: f64,
}

impl Times {
    /// The times of a run that began at `started` and ends now.
    pub fn since(started: SystemTime) -> Self {
        let seconds = started.elapsed().map_or(0.0, |elapsed| elapsed.as_secs_f64());
        let unix = started.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let (day, second) = (Date((unix / 86_400) as i32), unix % 86_400);
        let started = format!("{day}T{:02}:{:02}:{:02}Z", second / 3_600, second / 60 % 60, second % 60);
        Self { started, seconds }
    }
}

impl Provenance {
    /// The version of the program.
    pub fn version() -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }

    /// The provenance of a run of the plan in `root`, without the bundle's files.
    pub fn new(root: String, inputs: Vec<InputFile>, seed: u64, times: Times) -> Self {
        let steadfast = Self::version();
        let (schema, platform, files) = (SCHEMA.to_owned(), Platform::here(), BTreeMap::new());
        Self { schema, steadfast, root, inputs, seed, platform, times, files }
    }

    /// The provenance of the bundle in `folder`.
    ///
    /// # Errors
    /// `unreadable_file`, or `not_a_bundle` when the folder is none, or one of a version that is not known.
    pub fn load(folder: &Path) -> Result<Self> {
        let path = folder.join(PROVENANCE_FILE);
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                let message = format!("`{}` is no bundle: it has no {PROVENANCE_FILE}", folder.display());
                Error::usage("not_a_bundle", message)
            }
            _ => Error::file("unreadable_file", &path, error),
        })?;
        let no_bundle = |why: String| Error::usage("not_a_bundle", format!("`{}`: {why}", path.display()));
        let provenance: Self = serde_json::from_slice(&bytes).map_err(|error| no_bundle(error.to_string()))?;
        if provenance.schema != SCHEMA {
            return Err(no_bundle(format!("the format is not `{SCHEMA}`")));
        }
        Ok(provenance)
    }

    /// The bundle's files in `folder` whose content is not what it was, or that are gone.
    pub fn changed_files(&self, folder: &Path) -> Vec<String> {
        let intact =
            |name: &str, hash: &str| std::fs::read(folder.join(name)).is_ok_and(|bytes| sha256(&bytes) == hash);
        self.files.iter().filter(|(name, hash)| !intact(name, hash)).map(|(name, _)| name.clone()).collect()
    }
}

/// The path from the folder `from` to `to`, with `/` between its parts; `to` itself when they share no root.
pub fn relative(from: &Path, to: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).map_or_else(|_| path.to_path_buf(), |path| normal(&path));
    let (from, to) = (absolute(from), absolute(to));
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return to.iter().collect::<PathBuf>().to_string_lossy().into_owned();
    }
    let up = std::iter::repeat_n("..".to_owned(), from.len() - shared);
    let down = to[shared..].iter().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// `path` without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}
