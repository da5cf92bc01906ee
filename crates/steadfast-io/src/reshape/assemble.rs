//! Columns built from cells of other columns.

use std::sync::Arc;

use steadfast_core::frame::{Column, ColumnData, Date, Factor, Presence};

use crate::error::{Error, Result};

/// The code that stands where a factor has no level.
const NO_LEVEL: u32 = u32::MAX;

/// A cell of one of several columns, by the column's index and its 0-based row; `None` where there is no cell.
pub(super) type Place = Option<(usize, usize)>;

/// A column called `name` whose cells are those of `sources` at `places`; where there is no place the value is missing.
/// Role, label and unit are kept where all sources agree on them.
///
/// # Errors
/// `mixed_types` when the sources differ in type, `unequal_levels` when they are factors that differ in their levels.
pub(super) fn gathered(name: &str, sources: &[&Column], places: &[Place]) -> Result<Column> {
    let Some(first) = sources.first() else {
        return Err(Error::usage("bad_reshape", format!("`{name}` has no columns")));
    };
    let column = match first.data() {
        ColumnData::Float(_) => Column::float(name, values(name, sources, places, f64::NAN, floats)?),
        ColumnData::Integer(_) => Column::integer(name, values(name, sources, places, 0, integers)?),
        ColumnData::Date(_) => Column::date(name, values(name, sources, places, Date(0), dates)?),
        ColumnData::Bool(_) => Column::bool(name, values(name, sources, places, false, bools)?),
        ColumnData::Factor(factor) => {
            if let Some(other) =
                sources.iter().find(|other| !other.as_factor().is_some_and(|it| same_levels(factor, it)))
            {
                return Err(unequal_levels(name, first, other));
            }
            let codes = values(name, sources, places, NO_LEVEL, codes)?;
            let built = Factor::from_raw(factor.levels().to_vec(), codes)?.ordered(factor.is_ordered());
            Column::from_factor(name, with_reference_of(built, factor)?)
        }
        _ => return Err(mixed_types(name)),
    };
    let presence = places.iter().map(|place| match place {
        Some((source, row)) => sources[*source].presence(*row),
        None => Presence::Missing,
    });
    Ok(with_common_meaning(column.with_presence(presence.collect()), sources))
}

fn values<T: Copy>(
    name: &str,
    sources: &[&Column],
    places: &[Place],
    placeholder: T,
    of: impl for<'c> Fn(&'c ColumnData) -> Option<&'c Arc<Vec<T>>>,
) -> Result<Vec<T>> {
    let sources: Option<Vec<&Arc<Vec<T>>>> = sources.iter().map(|column| of(column.data())).collect();
    let sources = sources.ok_or_else(|| mixed_types(name))?;
    Ok(places.iter().map(|place| place.map_or(placeholder, |(source, row)| sources[source][row])).collect())
}

fn floats(data: &ColumnData) -> Option<&Arc<Vec<f64>>> {
    if let ColumnData::Float(values) = data { Some(values) } else { None }
}

fn integers(data: &ColumnData) -> Option<&Arc<Vec<i64>>> {
    if let ColumnData::Integer(values) = data { Some(values) } else { None }
}

fn dates(data: &ColumnData) -> Option<&Arc<Vec<Date>>> {
    if let ColumnData::Date(values) = data { Some(values) } else { None }
}

fn bools(data: &ColumnData) -> Option<&Arc<Vec<bool>>> {
    if let ColumnData::Bool(values) = data { Some(values) } else { None }
}

fn codes(data: &ColumnData) -> Option<&Arc<Vec<u32>>> {
    if let ColumnData::Factor(factor) = data { Some(factor.codes()) } else { None }
}

fn same_levels(a: &Factor, b: &Factor) -> bool {
    a.levels() == b.levels() && a.is_ordered() == b.is_ordered() && a.reference() == b.reference()
}

fn with_reference_of(factor: Factor, original: &Factor) -> Result<Factor> {
    match original.levels().get(original.reference()) {
        Some(reference) => Ok(factor.with_reference(reference)?),
        None => Ok(factor),
    }
}

fn with_common_meaning(mut column: Column, sources: &[&Column]) -> Column {
    let first = sources[0];
    let own_label = |source: &Column| (source.label() != source.name()).then(|| source.label().to_owned());
    if let Some(role) = first.role().filter(|_| sources.iter().all(|source| source.role() == first.role())) {
        column = column.with_role(role);
    }
    if let Some(unit) = first.unit().filter(|_| sources.iter().all(|source| source.unit() == first.unit())) {
        column = column.with_unit(unit);
    }
    if let Some(label) = own_label(first).filter(|_| sources.iter().all(|source| own_label(source) == own_label(first)))
    {
        column = column.with_label(label);
    }
    column
}

fn mixed_types(name: &str) -> Error {
    Error::data("mixed_types", format!("the columns of `{name}` differ in type; describe them alike in a dictionary"))
}

fn unequal_levels(name: &str, first: &Column, other: &Column) -> Error {
    if other.as_factor().is_none() {
        return mixed_types(name);
    }
    let (first, other) = (first.name(), other.name());
    Error::data(
        "unequal_levels",
        format!("`{first}` and `{other}`, both `{name}`, differ in their levels; declare the same in a dictionary"),
    )
}
