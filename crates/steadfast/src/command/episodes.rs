//! `steadfast episodes`.

use std::path::{Path, PathBuf};

use steadfast::core::episodes::{CollectionYear, Origin};
use steadfast::data_report::Examined;
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
    progress.step("writing the tables");
    let written = write(&placements, request, &progress)?;
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

/// Writes the tables and the page that were asked for, all or none, and says where the tables are.
fn write(placements: &Placements, request: &EpisodesArguments, progress: &Progress) -> Result<Vec<String>> {
    let mut staged: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    if let Some(folder) = &request.out {
        staged.extend(placements.tables()?.into_iter().map(|(name, bytes)| (folder.join(name), bytes)));
    }
    let tables: Vec<String> = staged.iter().map(|(path, _)| path.display().to_string()).collect();
    if let Some(path) = &request.sequences {
        output::remark("note: the picture shows single children: keep it where the data may be kept");
        staged.push((path.clone(), placements.sequences().svg().into_bytes()));
    }
    if request.page.html.is_some() {
        let (children, findings) = (placements.histories().child_table()?, placements.findings().clone());
        let of_children = || Examined::of_frame("children.csv".to_owned(), None, children, findings);
        staged.extend(request.page.page(of_children, progress)?);
    }
    let outputs: Vec<&Path> = staged.iter().map(|(path, _)| path.as_path()).collect();
    let inputs: Vec<&Path> = request.paths.iter().chain(&request.mapping).map(PathBuf::as_path).collect();
    files::check_outputs(&outputs, &inputs)?;
    request.out.as_deref().map(files::folder).transpose()?;
    let staged: Vec<(&Path, Vec<u8>)> = staged.iter().map(|(path, bytes)| (path.as_path(), bytes.clone())).collect();
    files::write_all(&staged)?;
    Ok(tables)
}
