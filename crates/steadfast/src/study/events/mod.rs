//! The analyses of events of a plan: what happened to children between visits, and how the arms compare.

mod asked;
mod drawn;
mod hazards;
mod held;
mod kinds;
mod means;
mod probabilities;
mod rates;
mod ratio;
mod results;
mod standardised;
mod subdistribution;

use std::collections::BTreeMap;
use std::path::PathBuf;

use steadfast_core::episodes::Origin;
use steadfast_core::findings::{Finding, Findings, Severity};
use steadfast_core::frame::Frame;
use steadfast_io::ssda903::{Repairs, Scheme};
use steadfast_io::{ReadOptions, read_bytes};

pub use drawn::EventFigure;
pub use results::{
    ArmEstimate, Effect, EventArm, EventCount, EventModel, EventResult, EventTest, Measure, PlacementFinding,
    PlacementResults, Scale, Subgroup, SubgroupEffect,
};

use super::Inputs;
use crate::analysis_sets::Applied;
use crate::data::Input;
use crate::error::{Error, Result};
use crate::placements::{PlacementRequest, Placements};
use crate::plan::{EventAnalysis, PlacementSource, Plan};
use crate::trial::placement::{Lives, PlacementTrial, censored_states, join};
use asked::Asked;

/// What happened between the visits, with figures and what was found about the placements.
#[derive(Debug, Default)]
pub(super) struct Happened {
    pub(super) results: Option<PlacementResults>,
    pub(super) figures: Vec<EventFigure>,
    pub(super) findings: Findings,
}

/// What happened between the visits; nothing where the plan has no `[placements]`.
///
/// # Errors
/// Placements that break a rule or do not fit the trial's data, states that no child can be in, and models that fail.
pub(super) fn run(frame: &Frame, sets: &[Applied], inputs: &Inputs, step: &dyn Fn(&str)) -> Result<Happened> {
    let plan = &inputs.plan;
    let Some(Prepared { source, trial, findings, cut }) = prepare(frame, inputs, step)? else {
        return Ok(Happened::default());
    };
    let (mut analyses, mut figures) = (Vec::new(), Vec::new());
    for analysis in &plan.events {
        step(&format!("analysis {}", analysis.id));
        let result = analyse(&trial, sets, plan, source, analysis, &mut figures);
        analyses.push(result.map_err(|error| error.within(format!("events `{}`", analysis.id)))?);
    }
    drawn::name_apart(&mut figures);
    let results = PlacementResults {
        unit: source.unit,
        origin: source.origin.clone(),
        cut,
        joined: trial.joined.clone(),
        findings: counted(&findings),
        analyses,
    };
    Ok(Happened { results: Some(results), figures, findings: findings.sorted() })
}

/// The placements of the trial's children, before anything is estimated.
struct Prepared<'a> {
    source: &'a PlacementSource,
    trial: PlacementTrial,
    findings: Findings,
    cut: Option<String>,
}

fn prepare<'a>(frame: &Frame, inputs: &'a Inputs, step: &dyn Fn(&str)) -> Result<Option<Prepared<'a>>> {
    let plan = &inputs.plan;
    let Some(source) = &plan.placements else { return Ok(None) };
    step("reading the placements");
    let told = told(source, inputs)?;
    held::against(plan, frame, &told.lives.states)?;
    let trial = join(frame, &plan.design, &told.lives, source.origin.as_deref(), &plan.data.file)
        .map_err(|error| error.within("placements"))?;
    asked::constant_columns(frame, &trial, &plan.design, &plan.events, &plan.data.file)?;
    let mut findings = told.findings;
    findings.extend(trial.findings.clone());
    for analysis in &plan.events {
        findings.extend(censored_states(analysis, &trial.states));
    }
    Ok(Some(Prepared { source, trial, findings, cut: told.cut }))
}

/// What is found about the placements of the plan of `inputs`, and about what it censors, before anything is estimated.
///
/// # Errors
/// As [`run`], but for the models.
pub(super) fn examine(frame: &Frame, inputs: &Inputs, step: &dyn Fn(&str)) -> Result<Vec<PlacementFinding>> {
    let prepared = prepare(frame, inputs, step)?;
    Ok(prepared.map(|prepared| counted(&prepared.findings)).unwrap_or_default())
}

/// Lives with what was found while they were read.
struct Told {
    lives: Lives,
    findings: Findings,
    cut: Option<String>,
}

fn told(source: &PlacementSource, inputs: &Inputs) -> Result<Told> {
    let of_role = |role: &str| inputs.placement_files.iter().find(|file| file.role == role).map(|file| &file.input);
    let mapping = of_role("placement_mapping").cloned();
    if source.tables.is_some() {
        let states = scheme(mapping.as_ref())?.states().to_vec();
        let table = |input: &Input| -> Result<Frame> {
            Ok(read_bytes(&input.name, input.bytes.clone(), &ReadOptions::new())?.infer()?)
        };
        let spells = of_role("spells").map(table).transpose()?;
        let spells = spells.ok_or_else(|| Error::usage("no_spells", "placements, tables: no spells are named"))?;
        let moves = of_role("moves").map(table).transpose()?;
        let lives = Lives::of_tables(states, &spells, moves.as_ref()).map_err(|error| error.within("placements"))?;
        return Ok(Told { lives, findings: Findings::new(), cut: None });
    }
    let files: Vec<(PathBuf, Input)> = inputs
        .placement_files
        .iter()
        .filter(|file| file.role == "placements")
        .map(|file| (PathBuf::from(&file.file), Input { name: file.file.clone(), ..file.input.clone() }))
        .collect();
    let request = PlacementRequest {
        paths: files.iter().map(|(path, _)| path.clone()).collect(),
        mapping,
        cut: source.cut_day(),
        repairs: Repairs { spanning_returns: !source.repairs.is_empty() },
        origin: Origin::FirstEntry,
        year: None,
    };
    let placements = Placements::of_inputs(&request, &files, &|_| ()).map_err(|error| error.within("placements"))?;
    let (histories, findings) = (placements.histories(), placements.findings().clone());
    Ok(Told { lives: Lives::of_histories(histories), findings, cut: Some(histories.cut().to_string()) })
}

fn scheme(mapping: Option<&Input>) -> Result<Scheme> {
    let shipped = Scheme::shipped()?;
    Ok(match mapping {
        Some(mapping) => shipped.with(mapping.text()?, &mapping.name)?,
        None => shipped,
    })
}

fn analyse(
    trial: &PlacementTrial,
    sets: &[Applied],
    plan: &Plan,
    source: &PlacementSource,
    analysis: &EventAnalysis,
    figures: &mut Vec<EventFigure>,
) -> Result<EventResult> {
    let set = plan.set_named(analysis.set.as_deref());
    let design = plan.design_for(set);
    let applied = sets.iter().find(|applied| applied.result.name == set.name).unwrap_or(&sets[0]);
    let children = asked::children(trial, applied, analysis)?;
    let arms = trial.frame.column(&design.arm)?.to_factor();
    let reference = plan.design.reference.clone();
    let others = arms.levels().iter().filter(|arm| **arm != reference).cloned();
    let arms: Vec<String> = std::iter::once(reference.clone()).chain(others).collect();
    let since = since(trial, source)?;
    let asked = Asked {
        analysis,
        design: &design,
        trial,
        children: &children,
        arms: &arms,
        unit: source.unit,
        origin_known: source.origin.is_some(),
        since: &since,
    };
    let mut result = EventResult {
        id: analysis.id.clone(),
        label: analysis.label.clone(),
        kind: analysis.kind,
        role: analysis.role,
        estimand: analysis.estimand.clone(),
        set: set.name.clone(),
        condition: analysis.condition.clone(),
        horizon: analysis.horizon,
        level: analysis.level,
        censored: analysis.censored.clone(),
        arms: Vec::new(),
        estimates: Vec::new(),
        effects: Vec::new(),
        tests: Vec::new(),
        subgroups: Vec::new(),
        models: Vec::new(),
        cautions: Vec::new(),
    };
    kinds::answer(&mut result, &asked, figures)?;
    Ok(result)
}

/// From when time counts, in words.
///
/// # Errors
/// `unknown_column`.
fn since(trial: &PlacementTrial, source: &PlacementSource) -> Result<String> {
    Ok(match (&source.origin, &source.tables) {
        (Some(origin), _) => {
            format!("since {}", lower_first(trial.frame.column(origin)?.label()))
        }
        (None, Some(_)) => "since the origin of the tables".to_owned(),
        (None, None) => "since entry into care".to_owned(),
    })
}

/// A label inside a sentence: its first letter small, unless it begins an abbreviation.
fn lower_first(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), label.chars().nth(1)) {
        (Some(first), second) if !second.is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => label.to_owned(),
    }
}

/// Each rule once, gravest first, with how often it was broken.
fn counted(findings: &Findings) -> Vec<PlacementFinding> {
    let mut rules: BTreeMap<(std::cmp::Reverse<Severity>, String), (usize, String)> = BTreeMap::new();
    for finding in findings {
        let Finding { severity, code, message, .. } = finding;
        // A finding about the plan says something of its own each time.
        let key = if finding.row.is_none() { format!("{code}\u{0}{message}") } else { code.clone() };
        rules.entry((std::cmp::Reverse(*severity), key)).or_insert((0, message.clone())).0 += 1;
    }
    let one = |((severity, key), (count, message)): ((std::cmp::Reverse<Severity>, String), (usize, String))| {
        let name = key.split('\u{0}').next().unwrap_or_default().to_owned();
        let severity = match severity.0 {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        PlacementFinding { severity, name, count, message }
    };
    rules.into_iter().map(one).collect()
}
