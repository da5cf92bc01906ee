//! Files that a command writes: all of them whole, or none.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use steadfast::error::{Error, Result};
use tempfile::NamedTempFile;

/// Refuses outputs that would take the place of an input or of each other.
///
/// # Errors
/// `output_is_input` with the file.
pub(crate) fn check_outputs(outputs: &[&Path], inputs: &[&Path]) -> Result<()> {
    let mut taken: Vec<PathBuf> = inputs.iter().map(|path| place(path)).collect();
    for output in outputs {
        let place = place(output);
        if taken.contains(&place) {
            let message = format!("`{}` is read or written already: name another file", output.display());
            return Err(Error::usage("output_is_input", message));
        }
        taken.push(place);
    }
    Ok(())
}

/// The path without links, also of a file that is not there yet.
fn place(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::canonicalize(path).unwrap_or_else(|_| {
        let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
        path.file_name().map_or_else(|| folder.clone(), |name| folder.join(name))
    })
}

/// Makes a folder, and those around it, where there is none.
///
/// # Errors
/// `unwritable_file` when it cannot be made.
pub(crate) fn folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| unwritable(path, &error))
}

/// Writes every file beside its place, and puts them in place when all are written.
///
/// # Errors
/// `unwritable_file` when a folder or a file cannot be written.
pub(crate) fn write_all(files: &[(&Path, Vec<u8>)]) -> Result<()> {
    let mut staged = Vec::new();
    for (path, bytes) in files {
        staged.push((path, stage(path, bytes).map_err(|error| unwritable(path, &error))?));
    }
    for (path, file) in staged {
        file.persist(path).map_err(|error| unwritable(path, &error.error))?;
    }
    Ok(())
}

fn stage(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    {
        // The default is a file for its owner alone; these are as readable as any file its owner makes.
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(Permissions::from_mode(0o644))?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// The kind of the failure only: its own text would name the temporary file.
fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::file("unwritable_file", path, io::Error::from(error.kind()))
}
