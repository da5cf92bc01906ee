//! A plan carried out: from its inputs to everything that is reported.

mod inputs;
mod numbers;

use std::collections::BTreeMap;

use steadfast_core::formula::Formula;
use steadfast_core::frame::{Column, Frame};
use steadfast_core::parallel::Threads;

pub use inputs::Inputs;
pub use numbers::{AnalysisResult, ContrastResult, PopulationResult, RESULTS_SCHEMA, StudyResults};

use crate::data::{self, Data};
use crate::error::Result;
use crate::filter::{Filter, Selection};
use crate::model::{Fitted, ModelSpec};
use crate::plan::{Analysis, Plan, Role};
use crate::trial::observed::{ObservedMean, observed};
use crate::trial::{Trial, baseline::baseline, flow::flow};

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
}

impl Study {
    /// Carries out the plan of `inputs` on `threads`, and says at each `step` what is being done.
    ///
    /// # Errors
    /// Data that break a rule, a plan that does not fit them, or a model that does not converge.
    pub fn run(inputs: &Inputs, threads: Threads, step: &dyn Fn(&str)) -> Result<Self> {
        step("reading the data");
        let Data { frame, findings } = data::frame(inputs.data.clone(), Some(&inputs.dictionary))?;
        let plan = &inputs.plan;
        let frame = with_reference(frame, plan)?;
        let trial = Trial::new(&frame, &plan.design)?;
        let selection = select(&frame, plan.population.condition.as_deref(), "population.where")?;
        step("describing the trial");
        let observed = observed(&trial, &selection.rows, OBSERVED_LEVEL)?;
        let model: Formula = leading(plan).model.parse()?;
        let results = StudyResults {
            schema: RESULTS_SCHEMA.to_owned(),
            title: plan.title.clone(),
            design: plan.design.clone(),
            population: population(&trial, plan, &selection),
            flow: flow(&trial, &plan.population.name, &selection.rows, &model)?,
            baseline: baseline(&trial, &selection.rows, plan)?,
            analyses: analyses(&frame, plan, &selection.rows, &observed, threads, step)?,
            observed,
        };
        Ok(Self {
            results,
            labels: frame.columns().iter().map(|c| (c.name().to_owned(), c.label().to_owned())).collect(),
            visits: trial.visits().to_vec(),
            findings: findings.iter().map(ToString::to_string).collect(),
        })
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

/// The frame with the plan's reference arm, so that differences are from it.
fn with_reference(frame: Frame, plan: &Plan) -> Result<Frame> {
    let column = frame.column(&plan.design.arm)?;
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

fn population(trial: &Trial<'_>, plan: &Plan, selection: &Selection) -> PopulationResult {
    PopulationResult {
        name: plan.population.name.clone(),
        condition: plan.population.condition.clone(),
        rows: selection.rows.len(),
        undecided: selection.undecided,
        count: trial.count(selection.rows.iter().copied()),
    }
}

fn analyses(
    frame: &Frame,
    plan: &Plan,
    population: &[u32],
    observed: &[ObservedMean],
    threads: Threads,
    step: &dyn Fn(&str),
) -> Result<Vec<AnalysisResult>> {
    let frame = frame.select(population);
    let mut results = Vec::new();
    for analysis in &plan.analyses {
        step(&format!("analysis {}", analysis.id));
        let result = analyse(&frame, plan, analysis, observed, threads);
        results.push(result.map_err(|error| error.within(format!("analysis `{}`", analysis.id)))?);
    }
    Ok(results)
}

fn analyse(
    frame: &Frame,
    plan: &Plan,
    analysis: &Analysis,
    observed: &[ObservedMean],
    threads: Threads,
) -> Result<AnalysisResult> {
    let selection = select(frame, analysis.condition.as_deref(), "where")?;
    let fitted = spec(analysis, threads).fit(&frame.select(&selection.rows))?;
    Ok(AnalysisResult {
        id: analysis.id.clone(),
        label: analysis.label.clone(),
        role: analysis.role,
        adjusted: analysis.adjusted,
        estimand: analysis.estimand.clone(),
        condition: analysis.condition.clone(),
        contrast: contrast(&fitted, plan, analysis, observed)?,
        fit: fitted.result()?,
    })
}

fn spec(analysis: &Analysis, threads: Threads) -> ModelSpec {
    ModelSpec {
        formula: analysis.model.clone(),
        criterion: analysis.criterion,
        df: analysis.df.clone(),
        level: analysis.level,
        weights: analysis.weights.clone(),
        means: Some(analysis.contrast.means()),
        intervals: analysis.intervals,
        threads,
    }
}

fn contrast(fitted: &Fitted, plan: &Plan, analysis: &Analysis, observed: &[ObservedMean]) -> Result<ContrastResult> {
    let contrast = &analysis.contrast;
    let row = fitted.difference(&contrast.factor, &contrast.levels, &contrast.at)?;
    let visit = contrast.at.get(&plan.design.visit).filter(|_| contrast.factor == plan.design.arm);
    let scale = visit.and_then(|visit| numbers::pooled_std_dev(observed, &contrast.levels, visit));
    Ok(ContrastResult {
        factor: contrast.factor.clone(),
        levels: contrast.levels.clone(),
        at: contrast.at.clone(),
        standardised: scale.map(|scale| row.estimate / scale),
        row,
    })
}
