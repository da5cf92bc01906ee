//! The log of a bootstrap: a line for the request, then a line a replicate, only ever added to.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use steadfast_core::lmm::Replicate;

use super::request::Request;
use crate::error::{Error, Result};

/// A log that is being written; no other process may.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    file: File,
}

/// A log that was begun before.
#[derive(Debug)]
pub struct Opened {
    /// To add to.
    pub log: Log,
    /// What was asked for.
    pub request: Request,
    /// The replicates that it has, from the first on.
    pub replicates: Vec<Replicate>,
}

impl Log {
    /// A new log at `path`.
    ///
    /// # Errors
    /// `log_exists` when something is there already; `unwritable_file`.
    pub fn create(path: &Path, request: &Request) -> Result<Self> {
        let file = OpenOptions::new().append(true).create_new(true).open(path);
        let file = file.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                let place = path.display();
                let message =
                    format!("`{place}` is there already: go on with `steadfast resume {place}`, or name another");
                Error::usage("log_exists", message)
            }
            _ => Error::file("unwritable_file", path, error),
        })?;
        let mut log = Self { path: path.to_path_buf(), file };
        log.lock()?;
        log.write(&line(request)?)?;
        Ok(log)
    }

    /// The log at `path`, without the line in which its writer was stopped.
    ///
    /// # Errors
    /// `unreadable_file`, `log_in_use`, `not_a_log`, `other_version`, `damaged_log`.
    pub fn open(path: &Path) -> Result<Opened> {
        let unreadable = |error| Error::file("unreadable_file", path, error);
        let file = OpenOptions::new().read(true).append(true).open(path).map_err(unreadable)?;
        let mut log = Self { path: path.to_path_buf(), file };
        log.lock()?;
        let mut bytes = Vec::new();
        log.file.read_to_end(&mut bytes).map_err(unreadable)?;
        // Every whole line ends in a line break.
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let none = || Error::usage("not_a_log", format!("`{}` is no log of a bootstrap", path.display()));
        let text = std::str::from_utf8(&bytes[..whole]).map_err(|_| none())?;
        let mut lines = text.lines();
        let request: Request = lines.next().and_then(|line| serde_json::from_str(line).ok()).ok_or_else(none)?;
        request.check()?;
        let replicates = replicates(lines, &request)?;
        if whole < bytes.len() {
            log.file.set_len(whole as u64).map_err(|error| Error::file("unwritable_file", path, error))?;
        }
        Ok(Opened { log, request, replicates })
    }

    /// Adds `replicates`, which follow those that are there.
    ///
    /// # Errors
    /// `unwritable_file`.
    pub(super) fn append(&mut self, replicates: &[Replicate]) -> Result<()> {
        let lines = replicates.iter().map(line).collect::<Result<String>>()?;
        self.write(&lines)
    }

    /// Waits until everything is on the disk.
    ///
    /// # Errors
    /// `unwritable_file`.
    pub(super) fn finish(self) -> Result<()> {
        self.file.sync_all().map_err(|error| Error::file("unwritable_file", &self.path, error))
    }

    fn lock(&self) -> Result<()> {
        match self.file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let message = format!("another process is writing `{}`", self.path.display());
                Err(Error::usage("log_in_use", message))
            }
            // Where a file system knows no locks, there is none to hold.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
        }
    }

    fn write(&mut self, text: &str) -> Result<()> {
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|error| Error::file("unwritable_file", &self.path, error))
    }
}

fn line(value: &impl serde::Serialize) -> Result<String> {
    let json = serde_json::to_string(value);
    json.map(|json| json + "\n").map_err(|error| Error::usage("no_json", format!("a line is no JSON: {error}")))
}

/// The replicates of `lines`, which count from 0 and are no more than were asked for.
fn replicates<'a>(lines: impl Iterator<Item = &'a str>, request: &Request) -> Result<Vec<Replicate>> {
    let mut replicates: Vec<Replicate> = Vec::new();
    for line in lines {
        let expected = replicates.len() as u64;
        let found = serde_json::from_str::<Replicate>(line).ok();
        match found.filter(|found| found.replicate == expected && expected < request.n) {
            Some(found) => replicates.push(found),
            None => {
                let message = format!("line {} of the log is not that of replicate {expected}", expected + 2);
                return Err(Error::usage("damaged_log", message));
            }
        }
    }
    Ok(replicates)
}
