//! Definitions of instruments: those that come with the program, and those in files of the user's.

use std::path::Path;

use steadfast_core::instrument::{Definition, Form};

use crate::error::{Error, Result};

/// The definitions that come with the program, in the order in which they are listed.
const SHIPPED: &[&str] = &[
    include_str!("sdq-parent-2-4.toml"),
    include_str!("sdq-parent-4-17.toml"),
    include_str!("sdq-teacher-2-4.toml"),
    include_str!("sdq-teacher-4-17.toml"),
    include_str!("sdq-self-11-17.toml"),
    include_str!("pedsql-parent-2-4.toml"),
    include_str!("pedsql-parent-5-18.toml"),
    include_str!("pedsql-self-5-18.toml"),
    include_str!("pir-gas.toml"),
];

/// The definitions that come with the program.
///
/// # Errors
/// `invalid_instrument` when one of them is broken, which a test of this crate excludes.
pub fn instruments() -> Result<Vec<Definition>> {
    SHIPPED.iter().map(|text| Ok(parse_instrument(text, "shipped definition")?.definition().clone())).collect()
}

/// The form that comes with the program under the name `id`.
///
/// # Errors
/// `unknown_instrument` with the names that exist.
pub fn instrument(id: &str) -> Result<Form> {
    let all = instruments()?;
    match all.iter().find(|definition| definition.id == id) {
        Some(definition) => checked(definition.clone(), id),
        None => {
            let names: Vec<&str> = all.iter().map(|definition| definition.id.as_str()).collect();
            let message =
                format!("`{id}` is no instrument that comes with the program; there are: {}", names.join(", "));
            Err(Error::usage("unknown_instrument", message))
        }
    }
}

/// The form that `text` defines in TOML; `name` is what messages call it. The format is described in `docs/instruments.md`.
///
/// # Errors
/// `invalid_instrument` with everything that is wrong: no TOML, a key that means nothing, or a definition that contradicts itself.
pub fn parse_instrument(text: &str, name: &str) -> Result<Form> {
    let definition: Definition = toml::from_str(text)
        .map_err(|error| Error::usage("invalid_instrument", format!("`{name}`: {}", error.to_string().trim())))?;
    checked(definition, name)
}

/// The form in the file at `path`.
///
/// # Errors
/// `unreadable_file`, or as [`parse_instrument`].
pub fn read_instrument(path: &Path) -> Result<Form> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::unreadable(path, source))?;
    parse_instrument(&text, &path.display().to_string())
}

fn checked(definition: Definition, name: &str) -> Result<Form> {
    Form::new(definition)
        .map_err(|problems| Error::usage("invalid_instrument", format!("`{name}`: {}", problems.join("\n"))))
}

#[cfg(test)]
mod tests;
