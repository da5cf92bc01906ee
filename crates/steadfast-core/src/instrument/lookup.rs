//! Values that a table of the user's gives: tariffs of utilities, norms by age and sex, cut-offs.
//!
//! A table is joined by its keys, exactly. Where it has ages, a person outside all of them has no value by design: nothing is
//! extrapolated.

mod table;

use std::collections::BTreeMap;

use super::definition::AgeUnit;
use super::request::ItemColumns;
use crate::error::{Error, Result};
use crate::findings::{Finding, Findings, Severity};
use crate::frame::{Column, Frame, Presence};

pub use table::{Ages, LookupTable};
use table::{Found, key_text};

/// A table and how it is joined to the data.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup {
    /// What messages call it.
    pub name: String,
    /// The table.
    pub table: LookupTable,
    /// How the data find their entry.
    pub join: Join,
    /// The column of ages and its unit, where the table has ages.
    pub age: Option<(String, AgeUnit)>,
    /// For each column of values in the table the name and the label of the new column.
    pub values: BTreeMap<String, (String, String)>,
}

/// How the data find their entry of a table.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Join {
    /// By columns of the data, in the order of the keys of the table.
    Columns(Vec<String>),
    /// Item by item: the table has the keys `item` and `level`, and the value is `constant` plus the sum over the items.
    Items {
        /// The items, as the table writes them.
        items: Vec<String>,
        /// In which columns of the data they stand.
        columns: ItemColumns,
        /// What is added to the sum.
        constant: f64,
    },
}

/// What is known of a row's value.
enum Value {
    Known(Vec<f64>),
    Missing,
    NotApplicable,
    /// The table has no entry for the column at this place.
    NoEntry(usize),
}

impl Lookup {
    /// The new columns for `frame`, and the finding `no_table_entry` (an error) for each row that the table does not know although
    /// it knows the age.
    ///
    /// # Errors
    /// `unknown_column`, `not_numeric` for the age.
    pub fn columns(&self, frame: &Frame, file: Option<&str>) -> Result<(Vec<Column>, Findings)> {
        let names = self.data_columns();
        let columns: Vec<&Column> = names.iter().map(|name| frame.column(name)).collect::<Result<_>>()?;
        let texts: Vec<Vec<Option<String>>> = columns.iter().map(|column| key_text(column)).collect();
        let ages = self.ages(frame)?;
        let mut findings = Findings::new();
        let mut rows = Vec::with_capacity(frame.n_rows());
        for row in 0..frame.n_rows() {
            let value = self.value(&columns, &texts, row, ages.as_ref().map(|ages| ages[row]));
            if let Value::NoEntry(at) = value {
                findings.push(Finding {
                    severity: Severity::Error,
                    file: file.map(str::to_owned),
                    row: Some(row as u64 + 1),
                    column: names.get(at).cloned(),
                    code: "no_table_entry".to_owned(),
                    message: format!("the table `{}` has no entry for it", self.name),
                });
            }
            rows.push(value);
        }
        Ok((self.new_columns(&rows), findings))
    }

    fn data_columns(&self) -> Vec<String> {
        match &self.join {
            Join::Columns(names) => names.clone(),
            Join::Items { items, columns, .. } => {
                items.iter().map(|item| columns.column(item).unwrap_or_else(|| item.clone())).collect()
            }
        }
    }

    /// The age of each row in months; `Err` says why there is none.
    fn ages(&self, frame: &Frame) -> Result<Option<Vec<std::result::Result<f64, Presence>>>> {
        let Some((name, unit)) = &self.age else { return Ok(None) };
        let column = frame.column(name)?;
        let numbers = column
            .to_numeric()
            .ok_or_else(|| Error::usage("not_numeric", format!("the age in column `{name}` is no number")))?;
        let age = |row: usize| match column.presence(row) {
            Presence::Observed => Ok(unit.months(numbers[row])),
            absent => Err(absent),
        };
        Ok(Some((0..column.len()).map(age).collect()))
    }

    fn value(
        &self,
        columns: &[&Column],
        texts: &[Vec<Option<String>>],
        row: usize,
        age: Option<std::result::Result<f64, Presence>>,
    ) -> Value {
        let absent = columns.iter().map(|column| column.presence(row)).chain(age.and_then(std::result::Result::err));
        let absent: Vec<Presence> = absent.filter(|presence| *presence != Presence::Observed).collect();
        if absent.contains(&Presence::NotApplicable) {
            return Value::NotApplicable;
        }
        if !absent.is_empty() {
            return Value::Missing;
        }
        let age = age.and_then(std::result::Result::ok);
        let key: Vec<String> = texts.iter().map(|text| text[row].clone().unwrap_or_default()).collect();
        match &self.join {
            Join::Columns(_) => match self.table.find(&key, age) {
                Found::Entry(values) => Value::Known(values.to_vec()),
                Found::OutsideAges => Value::NotApplicable,
                Found::Nothing => Value::NoEntry(0),
            },
            Join::Items { items, constant, .. } => self.sum(items, *constant, &key, age),
        }
    }

    fn sum(&self, items: &[String], constant: f64, levels: &[String], age: Option<f64>) -> Value {
        let mut total = vec![constant; self.table.n_values()];
        for (at, (item, level)) in items.iter().zip(levels).enumerate() {
            match self.table.find(&[item.clone(), level.clone()], age) {
                Found::Entry(values) => total.iter_mut().zip(values).for_each(|(total, value)| *total += value),
                Found::OutsideAges => return Value::NotApplicable,
                Found::Nothing => return Value::NoEntry(at),
            }
        }
        Value::Known(total)
    }

    fn new_columns(&self, rows: &[Value]) -> Vec<Column> {
        let column = |(at, source): (usize, &String)| {
            let (name, label) = self.values.get(source)?;
            let value = |row: &Value| match row {
                Value::Known(values) => values[at],
                _ => f64::NAN,
            };
            let presence = |row: &Value| match row {
                Value::Known(_) => Presence::Observed,
                Value::NotApplicable => Presence::NotApplicable,
                Value::Missing | Value::NoEntry(_) => Presence::Missing,
            };
            let column = Column::float(name, rows.iter().map(value).collect());
            Some(column.with_presence(rows.iter().map(presence).collect()).with_label(label))
        };
        self.table.value_names().iter().enumerate().filter_map(column).collect()
    }
}
