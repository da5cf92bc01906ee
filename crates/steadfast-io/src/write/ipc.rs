//! Arrow IPC files (Feather version 2).

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::{IpcWriter, SerWriter};
use steadfast_core::frame::Frame;

use super::companion::{Reasons, with_companions};
use super::losses::Losses;
use super::parquet::columns;
use super::{OutputFormat, WritableFormat};
use crate::error::{Error, Result};
use crate::read::{Carried, Format, METADATA_KEY};

impl OutputFormat {
    /// Arrow IPC, also known as Feather version 2.
    pub const IPC: OutputFormat = OutputFormat(&Ipc);
}

struct Ipc;

impl WritableFormat for Ipc {
    fn name(&self) -> &'static str {
        "ipc"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["arrow", "ipc", "feather"]
    }

    fn reader(&self) -> Format {
        Format::IPC
    }

    fn has_companions(&self) -> bool {
        true
    }

    fn write(&self, frame: &Frame, target: &mut Vec<u8>, _losses: &mut Losses) -> Result<()> {
        let metadata = Carried::of(frame.columns()).to_text()?;
        let mut data = columns(&with_companions(frame, Reasons::All)?)?;
        let mut writer = IpcWriter::new(target);
        let metadata = BTreeMap::from([(METADATA_KEY.into(), metadata.into())]);
        writer.set_custom_schema_metadata(Arc::new(metadata));
        writer.finish(&mut data).map_err(|error| Error::data("unwritable_value", error))
    }
}
