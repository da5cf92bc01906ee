//! A plan carried out: from its inputs to everything that is reported.

mod analyses;
pub mod events;
mod inputs;
mod numbers;

use std::collections::{BTreeMap, BTreeSet};

use steadfast_core::findings::{Finding, Findings};
use steadfast_core::formula::Formula;
use steadfast_core::frame::{Column, Frame};
use steadfast_core::parallel::Threads;

pub use inputs::{Inputs, PlacementFile};
pub use numbers::{AnalysisResult, ContrastResult, PopulationResult, RESULTS_SCHEMA, StudyResults};

use crate::analysis_sets::{self, SetResult};
use crate::data::{self, Data};
use crate::error::Result;
use crate::filter::{Filter, Selection};
use crate::plan::{Analysis, AnalysisSet, Plan, Role};
use crate::trial::Trial;
use crate::trial::baseline::baseline;
use crate::trial::completeness::completeness;
use crate::trial::flow::{Needs, flow};
use crate::trial::observed::observed;

/// The confidence level of the observed means, which belong to no analysis.
const OBSERVED_LEVEL: f64 = 0.95;

/// The results of a plan with what the report says about the data.
#[derive(Debug)]
pub struct Study {
    /// The numbers: what `results.json` holds.
    pub results: StudyResults,
    /// The labels of the columns, for tables.
    pub labels: BTreeMap<String, String>,
    /// The visits in their order.
    pub visits: Vec<String>,
    /// Warnings and notes of the validation, one line each.
    pub findings: Vec<String>,
    /// The figures of the analyses of events.
    pub event_figures: Vec<events::EventFigure>,
}

impl Study {
    /// Carries out the plan of `inputs` on `threads`, and says at each `step` what is being done.
    ///
    /// # Errors
    /// Data that break a rule, a plan that does not fit them, or a model that does not converge.
    pub fn run(inputs: &Inputs, threads: Threads, step: &dyn Fn(&str)) -> Result<Self> {
        step("reading the data");
        let Data { frame, findings, classification } = data::frame_of(inputs.data.clone(), &inputs.described)?;
        let plan = &inputs.plan;
        let frame = with_references(frame, plan)?;
        let sets = analysis_sets::apply(&frame, plan)?;
        step("describing the trial");
        let described = plan.set_of(leading(plan));
        let design = plan.design_for(described);
        let trial = Trial::new(&frame, &design)?.following(classification.as_ref());
        let set = sets.iter().find(|set| set.result.name == described.name).unwrap_or(&sets[0]);
        let observed = observed(&trial, &set.rows, OBSERVED_LEVEL)?;
        let needs = needs(&frame, leading(plan), &set.rows)?;
        let happened = events::run(&frame, &sets, inputs, step)?;
        let results = StudyResults {
            schema: RESULTS_SCHEMA.to_owned(),
            title: plan.title.clone(),
            design: plan.design.clone(),
            population: population(described, &set.result),
            analysis_sets: sets.iter().map(|set| set.result.clone()).collect(),
            flow: flow(&trial, set, &needs)?,
            completeness: completeness(&trial, &set.rows),
            baseline: baseline(&trial, &set.rows, plan)?,
            analyses: analyses::run(&frame, &sets, plan, threads, step)?,
            observed,
            placements: happened.results,
        };
        Ok(Self {
            results,
            labels: frame.columns().iter().map(|c| (c.name().to_owned(), c.label().to_owned())).collect(),
            visits: trial.visits().to_vec(),
            findings: [in_plan(&findings, &inputs.plan.data.file).lines(), happened.findings.lines()].concat(),
            event_figures: happened.figures,
        })
    }

    /// What can be said of the plan of `inputs` and its data before anything is estimated: remarks of the validation, a line each, and
    /// findings about placements, among them one for every terminal state that the plan censors.
    ///
    /// # Errors
    /// As [`Study::run`], but for the models.
    pub fn examine(inputs: &Inputs, step: &dyn Fn(&str)) -> Result<(Vec<String>, Vec<events::PlacementFinding>)> {
        step("reading the data");
        let Data { frame, findings, .. } = data::frame_of(inputs.data.clone(), &inputs.described)?;
        let frame = with_references(frame, &inputs.plan)?;
        analysis_sets::apply(&frame, &inputs.plan)?;
        let of_placements = events::examine(&frame, inputs, step)?;
        Ok((in_plan(&findings, &inputs.plan.data.file).lines(), of_placements))
    }

    /// The label of `column`, or its name.
    pub fn label<'a>(&'a self, column: &'a str) -> &'a str {
        self.labels.get(column).map_or(column, String::as_str)
    }
}

/// The first primary analysis, or the first of all.
pub(crate) fn leading(plan: &Plan) -> &Analysis {
    let primary = plan.analyses.iter().find(|analysis| analysis.role == Role::Primary && analysis.adjusted);
    let any_primary = || plan.analyses.iter().find(|analysis| analysis.role == Role::Primary);
    primary.or_else(any_primary).unwrap_or(&plan.analyses[0])
}

/// What `analysis` needs of the rows of its set.
fn needs<'a>(frame: &'a Frame, analysis: &Analysis, population: &[u32]) -> Result<Needs<'a>> {
    let formula: Formula = analysis.model.parse()?;
    let columns = formula.columns().into_iter().chain(analysis.weights.clone());
    let admitted = select(frame, analysis.condition.as_deref(), "where")?.rows;
    let rows = population.iter().copied().filter(|row| admitted.binary_search(row).is_ok()).collect();
    Ok(Needs { columns: columns.filter_map(|name| frame.get(&name)).collect(), rows })
}

/// The frame with the plan's reference arm, so that differences are from it: in the arm as randomised, and in every
/// other arm by which a set is compared.
fn with_references(frame: Frame, plan: &Plan) -> Result<Frame> {
    let others = plan.analysis_sets.iter().filter_map(|set| set.arm.as_ref());
    let arms: BTreeSet<&String> = others.chain([&plan.design.arm]).collect();
    arms.into_iter().try_fold(frame, |frame, arm| with_reference(frame, arm, plan))
}

fn with_reference(frame: Frame, arm: &str, plan: &Plan) -> Result<Frame> {
    let column = frame.column(arm)?;
    let arm = column.to_factor().with_reference(&plan.design.reference)?;
    let mut new = Column::from_factor(column.name(), arm).with_label(column.label());
    if let Some(role) = column.role() {
        new = new.with_role(role);
    }
    Ok(frame.with_column(new)?)
}

fn select(frame: &Frame, condition: Option<&str>, place: &str) -> Result<Selection> {
    match condition {
        None => Ok(Selection { rows: (0..frame.n_rows() as u32).collect(), undecided: 0 }),
        Some(condition) => {
            let select = || condition.parse::<Filter>()?.select(frame);
            select().map_err(|error| error.within(place))
        }
    }
}

/// The set in which the trial is described.
fn population(set: &AnalysisSet, result: &SetResult) -> PopulationResult {
    PopulationResult {
        name: set.label.clone(),
        condition: set.condition(),
        rows: result.rows,
        undecided: result.steps.iter().map(|step| step.rows_undecided).sum(),
        count: result.count.clone(),
    }
}

/// The findings with the file as the plan names it: a report says the same wherever the plan lies.
fn in_plan(findings: &Findings, file: &str) -> Findings {
    let mut named = Findings::new();
    findings.iter().for_each(|finding| named.push(Finding { file: Some(file.to_owned()), ..finding.clone() }));
    named
}
