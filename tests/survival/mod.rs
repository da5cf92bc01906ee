//! Survival curves, tests and Cox models against R's survival, on data that a folder of the user's holds: `data/*.csv`, and what R
//! said of them, `refs/*.json`, each with its call and the versions.

mod concordance;
mod cox;
mod curves;
mod fine_gray;
mod frailty;
mod gray;
mod multistate;
mod predicted;
mod proportional;
mod recurrent;
mod splits;

use std::path::PathBuf;

use serde_json::Value;
use steadfast::reference::EXTERNAL_DIR;
use steadfast_core::event_history::{Columns, EventHistory};
use steadfast_core::frame::{Column, Factor, Frame};

/// Probabilities and tests are sums: only rounding separates two engines.
const ROUNDING: f64 = 1e-11;

/// R stops when the log-likelihood changes by less than 1e-9 of itself, which leaves coefficients some 1e-7 of them wide.
const ITERATED: f64 = 1e-7;

/// The data set and R's results; `None`, and a line that says so, where there is no such folder.
fn external(data: &str, reference: &str) -> Option<(Frame, Value)> {
    let folder = std::env::var_os(EXTERNAL_DIR).map(PathBuf::from);
    let found =
        folder.map(|folder| (folder.join(format!("data/{data}.csv")), folder.join(format!("refs/{reference}.json"))));
    match found {
        Some((data, reference)) if data.exists() && reference.exists() => {
            let frame = steadfast_io::read(data).unwrap().infer().unwrap();
            let mut value: Value = serde_json::from_slice(&std::fs::read(reference).unwrap()).unwrap();
            Some((frame, value["results"].take()))
        }
        _ => {
            println!("skipped: {reference}: {EXTERNAL_DIR} names no folder that has it");
            None
        }
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    let items = value.as_array().unwrap_or_else(|| panic!("no list: {value}"));
    items.iter().map(|item| item.as_f64().unwrap_or(f64::NAN)).collect()
}

/// A matrix by rows.
fn matrix(value: &Value) -> Vec<f64> {
    value["rows"].as_array().unwrap().iter().flat_map(numbers).collect()
}

fn close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert!(!expected.is_empty() && found.len() == expected.len(), "{what}: {} of {}", found.len(), expected.len());
    let size = expected.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= tolerance * size, "{what}: {a} is not {b}");
    }
}

fn by_sex(frame: &Frame) -> Factor {
    frame.column("sex").unwrap().to_factor()
}

fn lung_history(frame: &Frame) -> EventHistory {
    EventHistory::from_frame(frame, &Columns::new("time", "status").censored("1")).unwrap()
}

/// The rows in which `column` has a value.
fn observed(frame: &Frame, column: &str) -> Frame {
    let column = frame.column(column).unwrap().clone();
    let rows: Vec<u32> = (0..frame.n_rows() as u32).filter(|&row| column.is_observed(row as usize)).collect();
    frame.select(&rows)
}

/// The frame with the levels of `column`, if it has one, in R's order.
fn with_levels(frame: &Frame, column: &str, levels: &[&str]) -> Frame {
    let Ok(old) = frame.column(column) else { return frame.clone() };
    let old = old.to_factor();
    let place = |row: usize| levels.iter().position(|level| old.level(row) == Some(*level)).map(|at| at as u32);
    let codes: Vec<Option<u32>> = (0..frame.n_rows()).map(place).collect();
    let factor = Factor::from_codes(levels.iter().map(|level| (*level).to_owned()).collect(), codes).unwrap();
    frame.clone().with_column(Column::from_factor(column, factor)).unwrap()
}
