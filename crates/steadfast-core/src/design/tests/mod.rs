mod against_r;
mod recipe;
mod rows;

use super::*;
use crate::error::Result;
use crate::frame::{Column, Factor, Frame};

/// Twelve rows: two arms, three visits, a number, sex.
fn small() -> Frame {
    let arm = |row: usize| if row < 6 { "SAU" } else { "NIM" };
    let levels = ["SAU", "NIM"].map(String::from).to_vec();
    let codes = (0..12).map(|row| Some(u32::from(arm(row) == "NIM"))).collect();
    let x = vec![1.5, 2.0, 4.0, 3.0, 5.5, 7.0, 2.5, 6.0, 8.0, 1.0, 9.0, 3.5];
    Frame::new(vec![
        Column::float("y", (0..12).map(|row| f64::from(row * row % 7)).collect()),
        Column::from_factor("arm", Factor::from_codes(levels, codes).unwrap()),
        Column::factor("visit", (0..12).map(|row| ["0", "15", "30"][row % 3])),
        Column::float("x", x),
        Column::factor("sex", (0..12).map(|row| ["f", "m", "m", "f"][row % 4])),
        Column::factor("child", (0..12).map(|row| format!("c{}", row / 3))),
        Column::integer("site", (0..12).map(|row| 10 - row % 2).collect()),
    ])
    .unwrap()
}

fn build(formula: &str, frame: &Frame) -> Result<Design> {
    Design::build(&formula.parse()?, frame, &DesignOptions::default())
}

fn small_design(formula: &str) -> Design {
    build(formula, &small()).unwrap_or_else(|error| panic!("{error}"))
}

/// All columns of X, kept or not.
fn all_columns(design: &Design, frame: &Frame) -> nalgebra::DMatrix<f64> {
    design.recipe().all_fixed_rows(frame).unwrap()
}
