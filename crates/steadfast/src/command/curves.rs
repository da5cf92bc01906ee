//! `steadfast curves`.

use std::path::{Path, PathBuf};

use serde::Serialize;
use steadfast::error::{Error, Exit, Result};
use steadfast::events::curves::{CurveSpec, Kind, RankTest, limits, summary, summary_of_means};
use steadfast::figures::Figure;

use super::curves_args::{CurvesArguments, KindName};
use super::fit::{chosen, input};
use super::progress::Progress;
use super::{files, output};

/// Estimates the curves and prints what was asked about them.
pub(crate) fn curves(request: &CurvesArguments, json: bool) -> Result<Exit> {
    let spec = spec(request)?;
    spec.check()?;
    let progress = Progress::new();
    progress.step("reading the data");
    let dictionary = request.dictionary.as_deref().map(input).transpose()?;
    let data = input(&request.data)?;
    let file = data.name.clone();
    let frame = chosen(data, dictionary.as_ref(), request.condition.as_deref())?;
    progress.step("estimating the curves");
    if spec.kind == Kind::MeanCumulative {
        let curves = spec.mean_numbers(&frame).map_err(|error| error.in_file(&file))?;
        let mut result = curves.result()?;
        result.findings = result.findings.in_file(&file);
        write_files(request, &|| curves.steps(), &|| curves.figures())?;
        drop(progress);
        output::remarks(&result.findings);
        return answer(&result, || summary_of_means(&result), json);
    }
    let curves = spec.estimate(&frame).map_err(|error| error.in_file(&file))?;
    let mut result = curves.result()?;
    result.findings = result.findings.in_file(&file);
    write_files(request, &|| curves.steps(), &|| curves.figures())?;
    drop(progress);
    output::remarks(&result.findings);
    answer(&result, || summary(&result), json)
}

fn answer(result: &impl Serialize, text: impl Fn() -> String, json: bool) -> Result<Exit> {
    if json {
        output::answer_json(result)?;
    } else {
        output::answer(&text())?;
    }
    Ok(Exit::Ok)
}

/// The files that were asked for, each made before any is written.
fn write_files(
    request: &CurvesArguments,
    steps: &dyn Fn() -> Result<Vec<u8>>,
    figures: &dyn Fn() -> Result<Vec<Figure>>,
) -> Result<()> {
    let mut made: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    if let Some(path) = &request.csv {
        output::remark("note: the steps of a curve are events of single persons: keep them where the data may be kept");
        made.push((path.clone(), steps()?));
    }
    if let Some(path) = &request.svg {
        let mut figures = figures()?;
        if figures.len() > 1 {
            let message = "there is a figure for each event: --figures DIR writes them, --cause chooses one";
            return Err(Error::usage("several_figures", message));
        }
        made.extend(figures.pop().map(|figure| (path.clone(), figure.svg.into_bytes())));
    }
    if let Some(folder) = &request.figures {
        files::folder(folder)?;
        made.extend(figures()?.into_iter().map(|figure| (folder.join(figure.file), figure.svg.into_bytes())));
    }
    let outputs: Vec<&Path> = made.iter().map(|(path, _)| path.as_path()).collect();
    files::check_outputs(&outputs, &request.inputs())?;
    let made: Vec<(&Path, Vec<u8>)> = made.iter().map(|(path, bytes)| (path.as_path(), bytes.clone())).collect();
    files::write_all(&made)
}

fn spec(request: &CurvesArguments) -> Result<CurveSpec> {
    Ok(CurveSpec {
        kind: match request.kind {
            KindName::Survival => Kind::Survival,
            KindName::Incidence => Kind::Incidence,
            KindName::Occupation => Kind::Occupation,
            KindName::MeanCumulative => Kind::MeanCumulative,
        },
        cause: request.cause.clone(),
        censored: request.censored.clone(),
        from: request.from.clone(),
        subject: request.subject.clone(),
        cluster: request.cluster.clone(),
        weights: request.weights.clone(),
        level: request.level,
        limits: limits(&request.limits)?,
        at: request.at.clone(),
        means_until: request.rmst.clone(),
        quantiles: request.quantiles.clone(),
        terminal: request.terminal.clone(),
        tests: request.test.iter().map(|name| name.parse()).collect::<Result<Vec<RankTest>>>()?,
        ..CurveSpec::new(&request.formula)
    })
}
