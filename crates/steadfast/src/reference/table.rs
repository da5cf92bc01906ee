//! The data of a reference case: embedded in the program, or read from the folder of external data.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use steadfast_core::frame::{self, Factor, Frame};
use steadfast_io::{ReadOptions, read_bytes};

use super::case::Case;
use super::registry::DATA;
use super::runner::Failure;

/// What the case, or the description of the data set, says about a column; numbers need no saying.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Column {
    /// `factor`, `number` or `integer`.
    #[serde(rename = "type")]
    kind: String,
    /// The levels of a factor in their order; the first is the reference.
    levels: Option<Vec<String>>,
}

/// The part of `meta.toml` that a case needs.
#[derive(Debug, Deserialize)]
struct Meta {
    columns: BTreeMap<String, Column>,
}

/// Where the data of a case are.
pub(super) enum Source {
    /// In the program.
    Embedded(&'static str, &'static str),
    /// In a file.
    File(std::path::PathBuf),
    /// Nowhere: no folder of external data was given.
    Absent,
}

/// Where the data of `case` are, given the folder of external data.
pub(super) fn source(case: &Case, external: Option<&Path>) -> Result<Source, Failure> {
    match (&case.data, &case.external, external) {
        (Some(name), _, _) => DATA
            .iter()
            .find(|data| data.0 == name)
            .map(|data| Source::Embedded(data.1, data.2))
            .ok_or_else(|| format!("there is no data set `{name}`")),
        (None, Some(name), Some(folder)) => Ok(Source::File(folder.join("data").join(format!("{name}.csv")))),
        (None, Some(_), None) => Ok(Source::Absent),
        (None, None, _) => Err("the case names no data".to_owned()),
    }
}

/// The frame of `case`, with its factors declared.
pub(super) fn frame(case: &Case, source: &Source) -> Result<Frame, Failure> {
    let (bytes, mut columns) = match source {
        Source::Embedded(csv, meta) => {
            let meta: Meta = toml::from_str(meta).map_err(text)?;
            (csv.as_bytes().to_vec(), meta.columns)
        }
        Source::File(path) => (std::fs::read(path).map_err(text)?, BTreeMap::new()),
        Source::Absent => return Err("the data are not there".to_owned()),
    };
    columns.extend(case.columns.clone());
    let mut frame = read_bytes(&format!("{}.csv", case.id), bytes, &ReadOptions::new())
        .and_then(|table| table.infer())
        .map_err(text)?;
    for (name, column) in columns.iter().filter(|(_, column)| column.kind == "factor") {
        let factor = declared(frame.column(name).map_err(text)?.to_factor(), column.levels.as_deref())?;
        frame = frame.with_column(frame::Column::from_factor(name, factor)).map_err(text)?;
    }
    for (name, rule) in &case.derived {
        let group =
            rule.strip_prefix("sequence within ").ok_or("the only derived column is `sequence within GROUP`")?;
        let numbers = sequence(&frame.column(group).map_err(text)?.to_factor());
        frame = frame.with_column(frame::Column::integer(name, numbers)).map_err(text)?;
    }
    Ok(frame)
}

/// The number of each row within its group, from 1.
fn sequence(group: &Factor) -> Vec<i64> {
    let mut seen = BTreeMap::new();
    let mut number = |&code: &u32| {
        let so_far = seen.entry(code).or_insert(0);
        *so_far += 1;
        *so_far
    };
    group.codes().iter().map(&mut number).collect()
}

/// The factor with its levels in the declared order.
fn declared(factor: Factor, levels: Option<&[String]>) -> Result<Factor, Failure> {
    let Some(levels) = levels else { return Ok(factor) };
    let codes = (0..factor.codes().len()).map(|row| match factor.level(row) {
        None => Some(None),
        Some(level) => levels.iter().position(|l| l == level).map(|at| Some(at as u32)),
    });
    let codes: Option<Vec<_>> = codes.collect();
    let codes = codes.ok_or("a value is not among the declared levels")?;
    Factor::from_codes(levels.to_vec(), codes).map_err(text)
}

fn text(error: impl std::fmt::Display) -> Failure {
    error.to_string()
}
