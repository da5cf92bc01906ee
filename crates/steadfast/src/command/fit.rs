//! `steadfast fit`.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;

use steadfast::core::formula::Formula;
use steadfast::core::frame::Frame;
use steadfast::core::inference::vcov::Clusters;
use steadfast::core::lmm::{Criterion, Groups, LmmFit};
use steadfast::core::parallel::Threads;
use steadfast::core::reference_grid::Weights;
use steadfast::data::Input;
use steadfast::diagnostics;
use steadfast::error::{Error, Exit, Result};
use steadfast::events::is_of_events;
use steadfast::figures;
use steadfast::model::{Convention, Fitted, MeansSpec, ModelSpec, TestType};
use steadfast::one_model;
use steadfast::results::summary;
use steadfast::saved;

use super::args::{ConventionName, WeightsName};
use super::fit_args::FitArguments;
use super::progress::Progress;
use super::{counts_args, events_args, files, fit_counts, fit_events, fit_streamed, output};

/// Fits the model and prints its summary; of the arguments, those `given` were typed.
pub(crate) fn fit(request: &FitArguments, given: &[String], json: bool) -> Result<Exit> {
    if let Some(family) = &request.counts.family {
        return fit_counts::fit(request, family, given, json);
    }
    counts_args::refuse_counts(given)?;
    if request.model.formula.parse::<Formula>().is_ok_and(|formula| is_of_events(&formula)) {
        return fit_events::fit(request, given, json);
    }
    events_args::refuse_events(given)?;
    let spec = spec(request)?;
    spec.check()?;
    if let Some(memory) = request.stream.max_memory {
        return fit_streamed::fit(request, &spec, memory, json);
    }
    let outputs =
        [&request.save, &request.residuals, &request.random_effects, &request.influence, &request.predictions];
    let outputs = outputs.map(|path| path.as_deref());
    let outputs: Vec<&Path> = outputs.into_iter().flatten().collect();
    files::check_outputs(&outputs, &request.model.inputs())?;
    let progress = Progress::new();
    progress.step("reading the data");
    let dictionary = request.model.dictionary.as_deref().map(input).transpose()?;
    let frame = chosen(input(&request.model.data)?, dictionary.as_ref(), request.model.condition.as_deref())?;
    progress.step("fitting the model");
    let fitted = spec.fit(&frame)?;
    let result = fitted.result()?;
    write_files(request, &fitted, &frame)?;
    drop(progress);
    if json {
        output::answer_json(&result)?;
    } else {
        output::answer(&summary(&result))?;
    }
    Ok(Exit::Ok)
}

/// The file at `path`, called so in messages.
pub(super) fn input(path: &Path) -> Result<Input> {
    Input::read(path, &path.display().to_string())
}

/// The rows asked for, with what there is to remark about them said.
pub(super) fn chosen(data: Input, dictionary: Option<&Input>, condition: Option<&str>) -> Result<Frame> {
    let chosen = one_model::chosen(data, dictionary, condition)?;
    output::remarks(&chosen.findings);
    if chosen.undecided > 0 {
        let message = "rows are left out because an absent value leaves the condition undecided";
        output::remark(&format!("note: {} {message}", chosen.undecided));
    }
    Ok(chosen.frame)
}

/// The files that were asked for, each made before any is written.
fn write_files(request: &FitArguments, fitted: &Fitted, frame: &Frame) -> Result<()> {
    let fit = fitted.fit();
    let mut files: Vec<(&Path, Vec<u8>)> = Vec::new();
    if let Some(path) = &request.save {
        let groups = if request.without_groups { Groups::LeftOut } else { Groups::Kept };
        if groups == Groups::Kept && !fit.covariance().random.is_empty() {
            output::remark(
                "note: the saved fit names the groups of the random effects; --without-groups leaves them out",
            );
        }
        files.push((path, saved::to_json(&fit.save(groups))?.into_bytes()));
    }
    if let Some(path) = &request.residuals {
        output::remark(
            "note: fitted values and residuals give the outcomes back: keep them where the data may be kept",
        );
        if fit.has_long_clusters() {
            output::remark(
                "note: there are no normalised residuals: the grouping factors connect too many rows to factor their covariance",
            );
        }
        files.push((path, diagnostics::residuals(fit)?));
    }
    if let Some(path) = &request.random_effects {
        files.push((path, diagnostics::random_effects(fit, request.model.level)?));
    }
    if let Some(path) = &request.influence {
        let clusters = clusters(request, fit, frame)?;
        let bytes = match request.refit {
            true => diagnostics::refits(fit, &clusters, threads(request.model.threads))?,
            false => diagnostics::influence(fit, &clusters)?,
        };
        files.push((path, bytes));
    }
    if let Some(path) = &request.predictions {
        let weights = request.model.weights.as_deref();
        let (bytes, without) = diagnostics::predictions(fit, frame, weights, fitted.inference())?;
        if without > 0 {
            output::remark(&format!(
                "note: {without} rows have no prediction because a variable of the model is absent"
            ));
        }
        files.push((path, bytes));
    }
    let figures = match &request.figures {
        None => Vec::new(),
        Some(folder) => figures::of_fit(fit, request.model.level)?
            .into_iter()
            .map(|figure| (folder.join(figure.file), figure.svg.into_bytes()))
            .collect(),
    };
    if let Some(folder) = &request.figures {
        files::folder(folder)?;
    }
    files.extend(figures.iter().map(|(path, bytes)| (path.as_path(), bytes.clone())));
    files::write_all(&files)
}

/// What is left out for the influence: the levels of a grouping factor of the model, of any other column, or the clusters.
fn clusters(request: &FitArguments, fit: &LmmFit, frame: &Frame) -> Result<Clusters> {
    match &request.influence_of {
        None => Ok(Clusters::Likelihood),
        Some(factor) => match fit.clusters_of(factor) {
            Ok(clusters) => Ok(clusters),
            Err(_) => Ok(Clusters::of(frame, factor)?),
        },
    }
}

fn spec(request: &FitArguments) -> Result<ModelSpec> {
    Ok(ModelSpec {
        criterion: if request.model.ml { Criterion::Ml } else { Criterion::Reml },
        df: request.df.clone(),
        vcov: request.vcov.clone(),
        cluster: request.cluster.clone(),
        convention: request.convention.into(),
        tests: TestType::try_from(request.test_type).map_err(|message| Error::usage("test_type", message))?,
        level: request.model.level,
        weights: request.model.weights.clone(),
        means: request.means.as_deref().map(|of| means(MeansOptions::of(request, of))).transpose()?,
        intervals: request.intervals,
        variance_explained: request.r2,
        random_tests: request.ranova,
        principal_components: request.pca,
        threads: threads(request.model.threads),
        ..ModelSpec::new(&request.model.formula)
    })
}

impl From<ConventionName> for Convention {
    fn from(name: ConventionName) -> Self {
        match name {
            ConventionName::Steadfast => Convention::Steadfast,
            ConventionName::Sas => Convention::Sas,
            ConventionName::R => Convention::R,
        }
    }
}

/// What was typed about adjusted means.
pub(crate) struct MeansOptions<'a> {
    pub(crate) of: &'a str,
    pub(crate) at: &'a [String],
    pub(crate) weights: WeightsName,
    pub(crate) comparisons: &'a str,
    pub(crate) adjust: Option<&'a str>,
    pub(crate) slices: bool,
}

impl<'a> MeansOptions<'a> {
    pub(super) fn of(request: &'a FitArguments, of: &'a str) -> Self {
        Self {
            of,
            at: &request.at,
            weights: request.mean_weights,
            comparisons: &request.compare,
            adjust: request.adjust.as_deref(),
            slices: request.slices,
        }
    }
}

/// What is asked about adjusted means.
///
/// # Errors
/// `at` for what is not NAME=VALUE, or held twice.
pub(crate) fn means(options: MeansOptions<'_>) -> Result<MeansSpec> {
    let held = options.at.iter().map(|text| {
        let parts = text.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
        parts.ok_or_else(|| Error::usage("at", format!("`--at {text}` is not NAME=VALUE")))
    });
    let held: Vec<(String, String)> = held.collect::<Result<_>>()?;
    let at: BTreeMap<String, String> = held.iter().cloned().collect();
    if at.len() < held.len() {
        return Err(Error::usage("at", "`--at` holds a variable twice"));
    }
    Ok(MeansSpec {
        at,
        weights: match options.weights {
            WeightsName::Equal => Weights::Equal,
            WeightsName::Proportional => Weights::Proportional,
            WeightsName::Joint => Weights::Joint,
            WeightsName::Cells => Weights::Cells,
            WeightsName::Counterfactual => Weights::Counterfactual,
        },
        comparisons: options.comparisons.to_owned(),
        adjust: options.adjust.map(str::to_owned),
        slices: options.slices,
        ..MeansSpec::new(options.of)
    })
}

/// The number of threads asked for, or one for each processor.
pub(crate) fn threads(asked: Option<usize>) -> Threads {
    let processors = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    Threads::new(asked.unwrap_or_else(processors))
}
