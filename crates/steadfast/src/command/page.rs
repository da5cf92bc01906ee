//! The page about a data set that goes with an answer.

use std::path::PathBuf;

use clap::Args;
use steadfast::data_report::{DataReport, Examined, html};
use steadfast::error::Result;

use super::progress::Progress;

/// What a user may type about the page.
#[derive(Debug, Args)]
pub(crate) struct PageArguments {
    /// Write a report about the data as one HTML page: findings, completeness, distributions
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// In the report, counts of fewer subjects are withheld
    #[arg(long, value_name = "N", default_value_t = 10, conflicts_with = "full")]
    pub(crate) threshold: usize,
    /// The report shows everything, small counts and extremes too: for eyes that may see the data
    #[arg(long)]
    pub(crate) full: bool,
}

impl PageArguments {
    /// What the page says.
    pub(super) fn report(&self, examined: &Examined, progress: &Progress) -> DataReport {
        DataReport::of(examined, self.full, self.threshold, &|step| progress.step(step))
    }

    /// The page about `examined` and its place, where one was asked for.
    pub(super) fn page(
        &self,
        examined: impl FnOnce() -> Examined,
        progress: &Progress,
    ) -> Result<Option<(PathBuf, Vec<u8>)>> {
        let Some(path) = &self.html else { return Ok(None) };
        let report = self.report(&examined(), progress);
        Ok(Some((path.clone(), html(&report)?.into_bytes())))
    }
}
