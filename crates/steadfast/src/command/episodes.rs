//! `steadfast episodes`.

use std::path::{Path, PathBuf};

use steadfast::core::episodes::{CollectionYear, Origin};
use steadfast::error::{Exit, Result};
use steadfast::io::ssda903::Repairs;
use steadfast::placements::{PlacementRequest, Placements};

use super::episodes_args::{EpisodesArguments, RepairName};
use super::fit::input;
use super::progress::Progress;
use super::{files, output};

/// Checks the episodes, builds the histories and writes their tables.
pub(crate) fn episodes(request: &EpisodesArguments, json: bool) -> Result<Exit> {
    let repairs = Repairs { spanning_returns: request.repair.contains(&RepairName::SpanningReturns) };
    let asked = PlacementRequest {
        paths: request.paths.clone(),
        mapping: request.mapping.as_deref().map(input).transpose()?,
        year: request.year.map(CollectionYear),
        cut: request.cut,
        repairs,
        origin: request.origin.map_or(Origin::FirstEntry, Origin::Day),
    };
    let progress = Progress::new();
    let placements = Placements::read(&asked, &|step| progress.step(step))?;
    let written = match &request.out {
        Some(folder) => {
            progress.step("writing the tables");
            write(&placements, folder, request)?
        }
        None => Vec::new(),
    };
    drop(progress);
    let summary = placements.summary(written);
    if json {
        output::answer_json(&summary)?;
    } else {
        output::remarks(placements.findings());
        output::answer(&summary.text())?;
    }
    Ok(Exit::Ok)
}

/// Writes every table into `folder`, all or none, and says where.
fn write(placements: &Placements, folder: &Path, request: &EpisodesArguments) -> Result<Vec<String>> {
    let tables = placements.tables()?;
    let paths: Vec<PathBuf> = tables.iter().map(|(name, _)| folder.join(name)).collect();
    let outputs: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let inputs: Vec<&Path> = request.paths.iter().chain(&request.mapping).map(PathBuf::as_path).collect();
    files::check_outputs(&outputs, &inputs)?;
    files::folder(folder)?;
    let tables: Vec<(&Path, Vec<u8>)> = outputs.into_iter().zip(tables.into_iter().map(|(_, bytes)| bytes)).collect();
    files::write_all(&tables)?;
    Ok(paths.iter().map(|path| path.display().to_string()).collect())
}
