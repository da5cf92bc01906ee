//! A bundle: everything that a run leaves behind, whole or not at all.

mod provenance;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use provenance::{InputFile, PROVENANCE_FILE, Platform, Provenance, Times, relative};

use crate::data::sha256;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// The files of a bundle by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    files: BTreeMap<String, Vec<u8>>,
}

/// What may happen to a folder that stands where the bundle goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// It is replaced when it is a bundle, and refused otherwise.
    Bundles,
    /// It is replaced whatever it is.
    Anything,
}

impl Bundle {
    /// A bundle without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    pub fn insert(&mut self, name: impl Into<String>, content: impl Into<Vec<u8>>) {
        self.files.insert(name.into(), content.into());
    }

    /// The content of the file called `name`.
    pub fn content(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(|content| &content[..])
    }

    /// The SHA-256 of each file.
    pub fn hashes(&self) -> BTreeMap<String, String> {
        self.files.iter().map(|(name, content)| (name.clone(), sha256(content))).collect()
    }

    /// Writes the bundle beside `target` and renames it into place once every byte is on the disk.
    ///
    /// # Errors
    /// `not_a_bundle` when `target` exists and may not be replaced, `unwritable_file`, or `interrupted`.
    pub fn write(&self, target: &Path, replace: Replace, interrupt: &Interrupt) -> Result<()> {
        check_target(target, replace)?;
        let parent = parent(target);
        fs::create_dir_all(&parent).map_err(|error| unwritable(&parent, error))?;
        let _writing = interrupt.writing();
        let staging = staging(&parent, target).map_err(|error| unwritable(&parent, error))?;
        for (name, content) in &self.files {
            interrupt.check()?;
            let path = staging.path().join(name);
            write_file(&path, content).map_err(|error| unwritable(&path, error))?;
        }
        sync_folder(staging.path()).map_err(|error| unwritable(staging.path(), error))?;
        interrupt.check()?;
        put_in_place(staging, target).map_err(|error| unwritable(target, error))?;
        sync_folder(&parent).map_err(|error| unwritable(&parent, error))
    }
}

/// Whether the bundle may go to `target`.
///
/// # Errors
/// `not_a_bundle` when something else stands there.
pub fn check_target(target: &Path, replace: Replace) -> Result<()> {
    if !target.exists() || replace == Replace::Anything || is_empty(target) {
        return Ok(());
    }
    let Ok(provenance) = Provenance::load(target) else {
        let message = format!("`{}` exists and is not a bundle; choose another folder, or --force", target.display());
        return Err(Error::usage("not_a_bundle", message));
    };
    match foreign_file(target, target, &provenance) {
        Some(file) => {
            let message =
                format!("`{}` is no part of the bundle and would be lost; move it, or --force", file.display());
            Err(Error::usage("not_a_bundle", message))
        }
        None => Ok(()),
    }
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// A file in `folder`, which lies in `bundle`, that the run did not write.
fn foreign_file(bundle: &Path, folder: &Path, provenance: &Provenance) -> Option<PathBuf> {
    fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).find_map(|path| {
        if path.is_dir() {
            return foreign_file(bundle, &path, provenance);
        }
        let inside = path.strip_prefix(bundle).ok()?;
        let name = inside.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        (name != PROVENANCE_FILE && !provenance.files.contains_key(&name)).then_some(path)
    })
}

fn parent(target: &Path) -> PathBuf {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// An empty hidden folder beside `target`, which removes itself unless it is renamed.
fn staging(parent: &Path, target: &Path) -> io::Result<tempfile::TempDir> {
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let prefix = format!(".{name}.partial-");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix);
    #[cfg(unix)]
    {
        // The default is a folder for its owner alone; a bundle is as readable as any folder its owner makes.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    builder.tempdir_in(parent)
}

fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = File::create(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Makes the names in a folder durable, where the platform has a way to.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Renames `staging` to `target`; what stood there is moved aside first and removed last.
fn put_in_place(staging: tempfile::TempDir, target: &Path) -> io::Result<()> {
    let aside = staging.path().with_extension("previous");
    let replaces = target.exists();
    if replaces {
        fs::rename(target, &aside)?;
    }
    if let Err(error) = fs::rename(staging.path(), target) {
        if replaces {
            fs::rename(&aside, target)?;
        }
        return Err(error);
    }
    let _ = staging.keep();
    match (replaces, aside.is_dir()) {
        (true, true) => fs::remove_dir_all(&aside),
        (true, false) => fs::remove_file(&aside),
        (false, _) => Ok(()),
    }
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    Error::file("unwritable_file", path, error)
}

#[cfg(test)]
mod tests;
