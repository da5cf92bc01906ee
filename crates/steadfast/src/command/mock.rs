//! `steadfast mock`.

use std::path::Path;

use serde::Serialize;
use steadfast::data::{Input, described_with_files};
use steadfast::error::{Exit, Result};
use steadfast::io::Format;
use steadfast::mock::Mock;
use steadfast::plan::Plan;

use super::mock_args::MockArguments;
use super::progress::Progress;
use super::{files, output};

/// What `--json` prints.
#[derive(Serialize)]
struct Written {
    file: String,
    seed: u64,
    rows: usize,
    subjects: usize,
    clusters: usize,
    visits: usize,
}

/// Makes up a data set and writes it.
pub(crate) fn mock(request: &MockArguments, json: bool) -> Result<Exit> {
    let inputs: Vec<&Path> = std::iter::once(request.dictionary.as_path()).chain(request.plan.as_deref()).collect();
    files::check_outputs(&[&request.out], &inputs)?;
    let format = Format::of_path(&request.out)?;
    let input = |path: &Path| Input::read(path, &path.display().to_string());
    let (dictionary, named) = described_with_files(&input(&request.dictionary)?)?;
    let named: Vec<&Path> = named.values().map(|input| Path::new(&input.name)).collect();
    files::check_outputs(&[&request.out], &named)?;
    let mut mock = Mock::new(request.n).seed(request.seed).missing(request.missing).cluster_size(request.cluster_size);
    if let Some(path) = &request.plan {
        let plan = input(path)?;
        mock = mock.for_plan(&Plan::parse(plan.text()?, &plan.name)?);
    }
    let progress = Progress::new();
    progress.step("making up data");
    let made = mock.make(&dictionary, format)?;
    files::write_all(&[(&request.out, made.bytes)])?;
    drop(progress);
    let file = request.out.display().to_string();
    let (rows, subjects, clusters, visits) = (made.rows, made.subjects, made.clusters, made.visits);
    if json {
        output::answer_json(&Written { file, seed: request.seed, rows, subjects, clusters, visits })?;
    } else {
        output::answer(&format!("{file}: {rows} rows, {subjects} subjects, {clusters} clusters, {visits} visits\n"))?;
    }
    Ok(Exit::Ok)
}
