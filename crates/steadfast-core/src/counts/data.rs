//! From a formula and a frame to counts, exposures, columns and clusters.

use std::sync::Arc;

use super::CountModel;
use crate::design::{Design, DesignOptions};
use crate::error::{Error, Result};
use crate::findings::{Finding, Findings, Severity};
use crate::formula::{ExprKind, Formula};
use crate::frame::Frame;

/// What a fit is made from. Places are those of the rows used.
#[derive(Debug, Clone)]
pub(super) struct CountData {
    /// The rows used.
    pub(super) frame: Frame,
    /// Their places in the frame that was given.
    pub(super) source: Vec<u32>,
    /// How many rows of that frame are not among them.
    pub(super) n_excluded: usize,
    pub(super) design: Design,
    pub(super) zero: Option<Design>,
    pub(super) exposure: Option<Arc<Vec<f64>>>,
    pub(super) weight: Vec<f64>,
    /// ln exposure and the offsets of the formula.
    pub(super) offset: Vec<f64>,
    pub(super) cluster: Option<RowClusters>,
}

/// Whose rows depend on each other.
#[derive(Debug, Clone)]
pub(super) struct RowClusters {
    pub(super) column: String,
    /// The cluster of each row, numbered by those that occur, in the order of levels.
    pub(super) of_row: Vec<u32>,
    pub(super) labels: Vec<String>,
}

/// Whole numbers above this are not all there.
const LARGEST: f64 = 9_007_199_254_740_992.0;

impl CountData {
    pub(super) fn new(spec: &CountModel, frame: &Frame) -> Result<Self> {
        let cluster = cluster_column(&spec.formula)?;
        let formula = mean_formula(spec)?;
        let zero = spec.zero.as_ref().map(|zero| zero_formula(&spec.formula, zero)).transpose()?;
        let mut source = complete(spec, frame)?;
        let options = DesignOptions { weights: spec.weights.clone() };
        let mut used = frame.select(&source);
        let exposure = spec.exposure.as_deref().map(|column| exposure(&used, column)).transpose()?;
        let mut design = Design::build(&formula, &used, &options)?;
        if design.rows.len() < source.len() {
            // Rows without weight: levels and centres are learnt from the others.
            source = design.rows.iter().map(|&row| source[row as usize]).collect();
            used = used.select(&design.rows);
            design = Design::build(&formula, &used, &options)?;
        }
        let exposure = match spec.exposure.as_deref() {
            Some(column) if exposure.is_some() => Some(self::exposure(&used, column)?),
            _ => None,
        };
        counts(&design)?;
        let n = source.len();
        let zero = zero.map(|zero| Design::build(&zero, &used, &DesignOptions::default())).transpose()?;
        let weight = design.weights.as_ref().map_or_else(|| vec![1.0; n], |weights| weights.to_vec());
        let offset = design.offset.as_ref().map_or_else(|| vec![0.0; n], |offset| offset.to_vec());
        let cluster = cluster.map(|column| RowClusters::new(&used, column)).transpose()?;
        let n_excluded = frame.n_rows() - n;
        Ok(Self { frame: used, source, n_excluded, design, zero, exposure, weight, offset, cluster })
    }

    /// The number of rows.
    pub(super) fn n(&self) -> usize {
        self.source.len()
    }

    /// The counts.
    pub(super) fn y(&self) -> &[f64] {
        &self.design.response
    }

    /// The exposure of a row; 1 where there is none.
    pub(super) fn exposure(&self, row: usize) -> f64 {
        self.exposure.as_ref().map_or(1.0, |exposure| exposure[row])
    }

    /// The clusters; every row its own where none are named.
    pub(super) fn cluster_of(&self, row: usize) -> u32 {
        self.cluster.as_ref().map_or(row as u32, |cluster| cluster.of_row[row])
    }

    /// The number of clusters.
    pub(super) fn n_clusters(&self) -> usize {
        self.cluster.as_ref().map_or(self.n(), |cluster| cluster.labels.len())
    }
}

impl RowClusters {
    fn new(frame: &Frame, column: String) -> Result<Self> {
        let factor = frame.column(&column)?.to_factor();
        let mut occurs: Vec<u32> = factor.codes().to_vec();
        occurs.sort_unstable();
        occurs.dedup();
        let place = |code: &u32| occurs.binary_search(code).unwrap_or_default() as u32;
        let of_row = factor.codes().iter().map(place).collect();
        let label = |code: &u32| factor.levels().get(*code as usize).cloned().unwrap_or_default();
        Ok(Self { column, of_row, labels: occurs.iter().map(label).collect() })
    }
}

/// The column of `cluster()`; other markers mean nothing here.
fn cluster_column(formula: &Formula) -> Result<Option<String>> {
    let mut found = None;
    for marker in formula.markers() {
        let ExprKind::Call { function, arguments } = &marker.kind else { continue };
        let refuse = |message: &str| formula.error_at("unsupported_term", marker.span, message);
        match (function.as_str(), arguments.as_slice(), &found) {
            ("cluster", [one], None) => {
                let name = one.value.as_name().ok_or_else(|| refuse("expected the name of a column"))?;
                found = Some(name.to_owned());
            }
            ("cluster", _, _) => return Err(refuse("rows are clustered by one column")),
            _ => return Err(refuse("a model of counts takes no such term")),
        }
    }
    Ok(found)
}

/// The formula of the mean, the exposure among its offsets.
fn mean_formula(spec: &CountModel) -> Result<Formula> {
    let response = spec
        .formula
        .response()
        .map(ToString::to_string)
        .ok_or_else(|| Error::usage("no_response", "a model of counts has the column of counts before `~`"))?;
    let mut text = format!("{response} ~ {}", right_side(&spec.formula)?);
    if let Some(exposure) = &spec.exposure {
        text.push_str(&format!(" + offset(log(`{exposure}`))"));
    }
    text.parse()
}

/// The formula of the excess zeros, with the counts as the response that its design needs.
fn zero_formula(counts: &Formula, zero: &Formula) -> Result<Formula> {
    if let Some(offset) = zero.offsets().first() {
        return Err(zero.error_at("unsupported_term", offset.span, "the formula of the excess zeros takes no offset"));
    }
    if let Some(marker) = zero.markers().first() {
        return Err(zero.error_at("unsupported_term", marker.span, "clusters stand in the formula of the counts"));
    }
    let response = counts.response().map(ToString::to_string).unwrap_or_default();
    format!("{response} ~ {}", right_side(zero)?).parse()
}

/// What stands after `~`, without markers.
fn right_side(formula: &Formula) -> Result<String> {
    if let Some(term) = formula.random().first() {
        let message = format!("a model of counts takes no random effects: `{}`", term.label);
        return Err(Error::usage("unsupported_term", message));
    }
    if formula.residual().is_some() || formula.variance().is_some() {
        return Err(Error::usage("unsupported_term", "a model of counts takes no residual structure"));
    }
    let mut right = String::from("1");
    for (negative, part) in formula.summands() {
        if !formula.markers().contains(part) {
            right.push_str(if negative { " - " } else { " + " });
            right.push_str(&part.to_string());
        }
    }
    Ok(right)
}

/// The rows with a value in every column that the model reads.
fn complete(spec: &CountModel, frame: &Frame) -> Result<Vec<u32>> {
    let mut names = spec.formula.columns();
    names.extend(spec.zero.iter().flat_map(|zero| {
        let mut names = Vec::new();
        zero.right_side().collect_columns(&mut names);
        names
    }));
    names.extend(spec.exposure.iter().chain(&spec.weights).cloned());
    // A number that the language knows, unless a column has its name.
    names.retain(|name| name != "pi" || frame.get(name).is_some());
    let columns = names.iter().map(|name| frame.column(name)).collect::<Result<Vec<_>>>()?;
    let is_complete = |row: &u32| columns.iter().all(|column| column.is_observed(*row as usize));
    let rows: Vec<u32> = (0..frame.n_rows() as u32).filter(is_complete).collect();
    if rows.is_empty() {
        return Err(Error::data("no_rows", "no row has a value in every variable of the model"));
    }
    Ok(rows)
}

/// The exposures, each above 0.
fn exposure(frame: &Frame, column: &str) -> Result<Arc<Vec<f64>>> {
    let not_numeric = || Error::usage("not_numeric", format!("the exposure `{column}` is a factor"));
    let values = frame.column(column)?.to_numeric().ok_or_else(not_numeric)?;
    let bad = |row: &usize| !(values[*row] > 0.0 && values[*row].is_finite());
    let rows: Vec<u64> = (0..values.len()).filter(bad).map(|row| frame.row_number(row)).collect();
    broken("exposure_not_positive", column, "the exposure is not a number above 0", &rows)?;
    Ok(values)
}

/// Refuses `rows` of a column that break a rule, each with its number.
fn broken(code: &'static str, column: &str, what: &str, rows: &[u64]) -> Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let mut findings = Findings::new();
    for &row in rows {
        findings.push(Finding {
            severity: Severity::Error,
            file: None,
            row: Some(row),
            column: Some(column.to_owned()),
            code: code.to_owned(),
            message: what.to_owned(),
        });
    }
    Err(Error::findings(code, format!("`{column}`: {what} in row {first}"), findings))
}

/// Refuses outcomes that are not counts, and counts that are all zero.
fn counts(design: &Design) -> Result<()> {
    let bad = |value: f64| !(0.0..=LARGEST).contains(&value) || value.fract() != 0.0;
    let name = &design.response_name;
    let rows = design.rows.iter().filter(|&&row| bad(design.response[row as usize]));
    let rows: Vec<u64> = rows.map(|&row| design.row_number(row as usize)).collect();
    broken("not_a_count", name, "not a count, which is a whole number of at least 0,", &rows)?;
    if design.rows.iter().all(|&row| design.response[row as usize] == 0.0) {
        let message =
            format!("`{name}` is 0 in every row: the rate that fits best is 0, and its logarithm has no value");
        return Err(Error::data("all_zero", message));
    }
    Ok(())
}
