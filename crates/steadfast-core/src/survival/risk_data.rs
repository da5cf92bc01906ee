//! From a formula and a frame to rows at risk: what every regression of a hazard begins with.

use crate::design::{Design, DesignOptions, ModelColumn};
use crate::error::{Error, Result};
use crate::event_history::{Columns, EventHistory};
use crate::formula::{Expr, ExprKind, Formula};
use crate::frame::Frame;
use crate::likelihood::RiskRow;
use crate::survival::cox::without_intercept;
use crate::survival::time_functions::{self, TimeFunction};

/// The variables of a model of a hazard.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Variables {
    /// `Surv(…) ~ …`, with its markers.
    pub(super) formula: Formula,
    /// The column of weights.
    pub(super) weights: Option<String>,
    /// The column that says whose rows they are.
    pub(super) subject: Option<String>,
    /// The level of the event column that says that observation ended.
    pub(super) censored: Option<String>,
    /// The level of the event column whose hazard is modelled.
    pub(super) cause: Option<String>,
    /// Whether the model takes coefficients that are functions of time.
    pub(super) varying: bool,
}

impl Variables {
    pub(super) fn new(formula: Formula) -> Self {
        Self { formula, weights: None, subject: None, censored: None, cause: None, varying: false }
    }
}

/// What a fit is made from.
#[derive(Debug, Clone)]
pub(super) struct RiskData {
    /// The rows at risk, in the order of the frame.
    pub(super) rows: Vec<RiskRow>,
    /// The columns but the intercept, (x − centre) · scale, n × p by rows.
    pub(super) x: Vec<f64>,
    pub(super) centre: Vec<f64>,
    pub(super) scale: Vec<f64>,
    pub(super) names: Vec<String>,
    /// The cluster of each row, numbered from 0 in the order of levels.
    pub(super) cluster: Vec<u32>,
    /// The rows of the frame.
    pub(super) source: Vec<u32>,
    /// The names of the strata.
    pub(super) strata: Vec<String>,
    /// The columns that earlier ones determine.
    pub(super) aliased: Vec<String>,
    /// The person of each row.
    pub(super) subject: Vec<u32>,
    /// What the rows were read by.
    pub(super) spec: Variables,
    /// The columns whose combinations are the strata.
    pub(super) strata_columns: Vec<String>,
    /// The columns and how they are made, with the intercept.
    pub(super) design: Design,
    /// The same as the partial likelihood sees it.
    pub(super) relative: Design,
    /// The functions of time by which the last columns are multiplied.
    pub(super) functions: Vec<TimeFunction>,
}

/// The columns that the response names.
pub(super) struct Response {
    pub(super) start: Option<String>,
    pub(super) stop: String,
    pub(super) event: String,
}

impl RiskData {
    /// # Errors
    /// `unsupported_term` when the formula has random effects.
    pub(super) fn new(spec: &Variables, frame: &Frame) -> Result<Self> {
        Self::with_history(spec, frame).map(|(data, _)| data)
    }

    /// The rows at risk, and the history that they are of.
    ///
    /// # Errors
    /// As [`RiskData::new`].
    pub(super) fn with_history(spec: &Variables, frame: &Frame) -> Result<(Self, EventHistory)> {
        without_random_effects(&spec.formula, spec.varying)?;
        Self::read(spec, frame)
    }

    /// The same for a model that takes `frailty(a, b)`, which is (1 | a/b), and bars.
    pub(super) fn with_random_effects(spec: &Variables, frame: &Frame) -> Result<Self> {
        Self::read(spec, frame).map(|(data, _)| data)
    }

    fn read(spec: &Variables, frame: &Frame) -> Result<(Self, EventHistory)> {
        let formula = &spec.formula;
        let response = response(formula)?;
        let Markers { strata, cluster, varying, frailty } = Markers::of(formula, spec.varying)?;
        let rows = complete(spec, frame)?;
        let frame = frame.select(&rows);
        let mut columns = Columns::new(&response.stop, &response.event);
        if let Some(start) = &response.start {
            columns = columns.start(start);
        }
        if let Some(subject) = &spec.subject {
            columns = columns.subject(subject);
        }
        if let Some(cluster) = &cluster {
            columns = columns.cluster(cluster);
        }
        if let Some(weights) = &spec.weights {
            columns = columns.weight(weights);
        }
        if let Some(censored) = &spec.censored {
            columns = columns.censored(censored);
        }
        let history = EventHistory::from_frame(&frame, &columns)?;
        let cause = cause(spec, &history)?;
        let (stratum, labels) = crossed(&frame, &strata)?;
        let design = Design::build(
            &predictors(formula, &response.stop, frailty.as_deref())?,
            &frame,
            &DesignOptions::default(),
        )?;
        let offset = |row: usize| design.offset.as_ref().map_or(0.0, |offset| offset[row]);
        let at_risk = (0..history.n_rows()).map(|row| RiskRow {
            stratum: stratum[row],
            start: history.start()[row],
            stop: history.stop()[row],
            event: history.to(row) == Some(cause),
            weight: history.weight()[row],
            offset: offset(row),
        });
        let at_risk: Vec<RiskRow> = at_risk.collect();
        let times = at_risk.iter().filter(|row| row.event).map(|row| row.stop);
        let varying = time_functions::columns(formula, &varying, &frame, (&response.stop, times.collect()))?;
        let fixed: Vec<&ModelColumn> = design.fixed.iter().filter(|column| !column.pieces.is_empty()).collect();
        let names: Vec<String> = fixed.iter().map(|column| column.name.clone()).collect();
        let names =
            names.into_iter().chain(varying.iter().map(|(column, function)| function.name(&column.name))).collect();
        let fixed: Vec<&ModelColumn> = fixed.into_iter().chain(varying.iter().map(|(column, _)| column)).collect();
        let (centre, scale): (Vec<f64>, Vec<f64>) = fixed.iter().map(|column| units(column, history.n_rows())).unzip();
        let mut x = Vec::with_capacity(fixed.len() * history.n_rows());
        for row in 0..history.n_rows() {
            x.extend(fixed.iter().enumerate().map(|(j, column)| (column.value(row) - centre[j]) * scale[j]));
        }
        let data = Self {
            rows: at_risk,
            x,
            centre,
            scale,
            names,
            cluster: history.cluster().to_vec(),
            source: rows,
            strata: labels,
            aliased: design.aliased.clone(),
            subject: history.subject().to_vec(),
            spec: spec.clone(),
            strata_columns: strata,
            relative: without_intercept(design.clone()),
            design,
            functions: varying.into_iter().map(|(_, function)| function).collect(),
        };
        Ok((data, history))
    }

    /// The number of coefficients.
    pub(super) fn p(&self) -> usize {
        self.names.len()
    }

    /// The linear predictor of `row` at `beta`, both in the engine's columns.
    pub(super) fn eta(&self, row: usize, beta: &[f64]) -> f64 {
        let x = &self.x[row * self.p()..(row + 1) * self.p()];
        self.rows[row].offset + x.iter().zip(beta).map(|(x, b)| x * b).sum::<f64>()
    }
}

/// The middle of a column's range, and the power of two that brings it to order one: independent of the order of rows.
fn units(column: &ModelColumn, n: usize) -> (f64, f64) {
    let (low, high) = (0..n).fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), row| {
        let value = column.value(row);
        (low.min(value), high.max(value))
    });
    let half = 0.5 * high - 0.5 * low;
    let scale = if half > 0.0 { libm::ldexp(1.0, -libm::frexp(half).1) } else { 1.0 };
    (0.5 * low + 0.5 * high, scale)
}

pub(super) fn response(formula: &Formula) -> Result<Response> {
    let wanted = || {
        Error::usage("no_survival_response", "the response is written Surv(stop, event) or Surv(start, stop, event)")
    };
    let names: Vec<String> = match formula.response().map(|expr| &expr.kind) {
        Some(ExprKind::Call { function, arguments }) if function == "Surv" => {
            let name = |expr: &Expr| expr.as_name().map(str::to_owned).ok_or_else(wanted);
            arguments.iter().map(|argument| name(&argument.value)).collect::<Result<_>>()?
        }
        _ => return Err(wanted()),
    };
    match <[String; 2]>::try_from(names) {
        Ok([stop, event]) => Ok(Response { start: None, stop, event }),
        Err(names) => match <[String; 3]>::try_from(names) {
            Ok([start, stop, event]) => Ok(Response { start: Some(start), stop, event }),
            Err(_) => Err(wanted()),
        },
    }
}

/// What the markers of a formula say about rows.
#[derive(Debug, Default)]
pub(super) struct Markers {
    /// The columns whose combinations have hazards of their own.
    pub(super) strata: Vec<String>,
    /// The column whose levels are clusters.
    pub(super) cluster: Option<String>,
    /// The calls of `tt()`.
    varying: Vec<Expr>,
    /// The columns whose levels share a frailty, each within those before it.
    pub(super) frailty: Option<Vec<String>>,
}

impl Markers {
    pub(super) fn of(formula: &Formula, varying: bool) -> Result<Self> {
        let mut found = Self::default();
        for marker in formula.markers() {
            let ExprKind::Call { function, arguments } = &marker.kind else { continue };
            let refuse = |message: &str| Err(formula.error_at("formula_argument", marker.span, message));
            if function == "tt" {
                if !varying {
                    return refuse("this model takes no coefficient that is a function of time");
                }
                found.varying.push(marker.clone());
                continue;
            }
            for argument in arguments {
                let Some(name) = argument.value.as_name().map(str::to_owned) else {
                    return refuse("expected the name of a column");
                };
                match (function.as_str(), &found.cluster) {
                    ("strata", _) => found.strata.push(name),
                    ("frailty", _) => found.frailty.get_or_insert_default().push(name),
                    ("cluster", None) => found.cluster = Some(name),
                    ("cluster", Some(_)) => return refuse("rows are clustered by one column"),
                    _ => return refuse("this model takes no such term"),
                }
            }
        }
        Ok(found)
    }
}

/// Refuses random effects.
pub(super) fn without_random_effects(formula: &Formula, varying: bool) -> Result<()> {
    let random = formula.random().iter().map(|term| term.label.clone());
    let frailty = Markers::of(formula, varying)?.frailty;
    match random.chain(frailty.map(|names| format!("frailty({})", names.join(", ")))).next() {
        None => Ok(()),
        Some(label) => {
            let message = format!("a model without random effects takes no `{label}`: fit it as a frailty model");
            Err(Error::usage("unsupported_term", message))
        }
    }
}

/// The columns whose combinations have hazards of their own.
pub(super) fn strata_of(formula: &Formula) -> Result<Vec<String>> {
    Markers::of(formula, true).map(|markers| markers.strata)
}

/// The formula of the columns: without markers but the nested `frailty`, and with a response that is a number.
pub(super) fn predictors(formula: &Formula, stop: &str, frailty: Option<&[String]>) -> Result<Formula> {
    let mut right = String::from("1");
    for (negative, part) in formula.summands() {
        // The hazard of a stratum takes the intercept's place, so that neither adding nor removing it means anything.
        if !formula.markers().contains(part) && !matches!(part.kind, ExprKind::Number(_)) {
            right.push_str(if negative { " - " } else { " + " });
            right.push_str(&part.to_string());
        }
    }
    if let Some(names) = frailty {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        right.push_str(&format!(" + (1 | {})", quoted.join("/")));
    }
    format!("`{stop}` ~ {right}").parse()
}

/// The rows with a value in every column that the model reads.
fn complete(spec: &Variables, frame: &Frame) -> Result<Vec<u32>> {
    let mut names = spec.formula.columns();
    names.extend(spec.weights.iter().chain(&spec.subject).cloned());
    let columns = names.iter().map(|name| frame.column(name)).collect::<Result<Vec<_>>>()?;
    let rows: Vec<u32> = (0..frame.n_rows() as u32)
        .filter(|&row| columns.iter().all(|column| column.is_observed(row as usize)))
        .collect();
    if rows.is_empty() {
        Err(Error::data("no_rows", "no row has a value in every variable of the model"))
    } else {
        Ok(rows)
    }
}

/// The state whose hazard is modelled.
fn cause(spec: &Variables, history: &EventHistory) -> Result<u32> {
    let states = &history.states()[1..];
    match &spec.cause {
        Some(cause) => {
            let at = states.iter().position(|state| state == cause);
            at.map(|at| at as u32 + 1)
                .ok_or_else(|| Error::usage("unknown_cause", "the event column has no such level"))
        }
        None if states.len() == 1 => Ok(1),
        None => Err(Error::usage(
            "several_causes",
            "events are of several kinds: choose the one whose hazard is modelled, the others then end observation",
        )),
    }
}

/// The combinations of the levels of `names` that occur.
pub(super) fn crossed(frame: &Frame, names: &[String]) -> Result<(Vec<u32>, Vec<String>)> {
    if names.is_empty() {
        return Ok((vec![0; frame.n_rows()], vec![String::new()]));
    }
    let factors =
        names.iter().map(|name| frame.column(name).map(|column| column.to_factor())).collect::<Result<Vec<_>>>()?;
    let key = |row: usize| factors.iter().map(|factor| factor.codes()[row]).collect::<Vec<u32>>();
    let mut keys: Vec<Vec<u32>> = (0..frame.n_rows()).map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    let codes = (0..frame.n_rows()).map(|row| keys.binary_search(&key(row)).unwrap_or_default() as u32).collect();
    let label = |key: &Vec<u32>| {
        let parts = names.iter().zip(&factors).zip(key);
        let part = |((name, factor), code): ((&String, &crate::frame::Factor), &u32)| {
            format!("{name}={}", factor.levels().get(*code as usize).cloned().unwrap_or_default())
        };
        parts.map(part).collect::<Vec<_>>().join(", ")
    };
    Ok((codes, keys.iter().map(label).collect()))
}
