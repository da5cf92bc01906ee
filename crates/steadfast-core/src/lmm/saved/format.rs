//! The name and the version of the format, refused where this program does not know them.

use serde::{Deserialize, Serialize};

/// The name by which a saved fit is known.
pub const FORMAT: &str = "steadfast-fit";
/// The version that this program writes and reads.
pub const VERSION: u32 = 1;

/// [`FORMAT`], and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Format;

impl TryFrom<String> for Format {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if name == FORMAT { Ok(Self) } else { Err(format!("the format is not `{FORMAT}`: this is no saved fit")) }
    }
}

impl From<Format> for String {
    fn from(_: Format) -> Self {
        FORMAT.to_owned()
    }
}

/// [`VERSION`], and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub(super) struct Version;

impl TryFrom<u32> for Version {
    type Error = String;

    fn try_from(version: u32) -> Result<Self, String> {
        if version == VERSION {
            return Ok(Self);
        }
        Err(format!("the fit was saved in version {version} of the format, and this program reads version {VERSION}"))
    }
}

impl From<Version> for u32 {
    fn from(_: Version) -> Self {
        VERSION
    }
}
