//! The dictionary of a frame that is there already.

use steadfast_core::frame::{Column, ColumnData, Factor, Frame};

use super::variable::{DateFormat, Level, Levels, Variable, VariableType};
use super::{Dictionary, ReadOptions};

impl Dictionary {
    /// The dictionary that gives `frame` back from what [`crate::write_csv`] writes of it, and a draft for a person to
    /// complete after [`crate::RawTable::infer`]: types, levels, roles, labels and units; no ranges and no keys.
    pub fn of(frame: &Frame) -> Dictionary {
        let mut variables: Vec<Variable> = frame.columns().iter().map(variable).collect();
        variables.sort_by(|a, b| a.name.cmp(&b.name));
        Dictionary {
            variables,
            keys: Vec::new(),
            severities: Vec::new(),
            read_options: ReadOptions::new(),
            decimal_mark: None,
            schedule: None,
            scoring: super::instruments::Scoring::default(),
        }
    }
}

fn variable(column: &Column) -> Variable {
    let kind = match column.data() {
        ColumnData::Float(_) => VariableType::Float,
        ColumnData::Integer(_) => VariableType::Integer(None),
        ColumnData::Date(_) => VariableType::Date(DateFormat::default()),
        ColumnData::Bool(_) => VariableType::Bool,
        ColumnData::Factor(factor) => VariableType::Factor(levels(factor)),
        _ => VariableType::Text,
    };
    Variable {
        name: column.name().to_owned(),
        kind,
        role: column.role(),
        label: (column.label() != column.name()).then(|| column.label().to_owned()),
        unit: column.unit().map(str::to_owned),
        range: None,
        missing: vec![String::new(), "NA".to_owned()],
        not_applicable: vec!["NOT_APPLICABLE".to_owned()],
        withdrawn: vec!["WITHDRAWN".to_owned()],
        not_yet_due: vec!["NOT_YET_DUE".to_owned()],
        required: false,
        constant_within: Vec::new(),
    }
}

fn levels(factor: &Factor) -> Option<Levels> {
    let level = |level: &String| Level { code: level.clone(), label: None };
    (!factor.levels().is_empty()).then(|| Levels {
        levels: factor.levels().iter().map(level).collect(),
        ordered: factor.is_ordered(),
        reference: factor.levels().get(factor.reference()).cloned(),
    })
}
