//! Groups of rows: the levels of a factor, or the combinations of several that occur.

use std::collections::HashMap;
use std::sync::Arc;

use super::Grouping;
use super::categorical::Categorical;
use super::source::Source;
use crate::error::Result;
use crate::formula::group_label;
use crate::frame::Factor;

/// Where a row has no group.
const NO_GROUP: u32 = u32::MAX;

/// The groups that the columns make together, ordered by the levels of the first, then of the second, and so on.
/// Levels that do not occur in the rows of `source` are left out, which goes to `notes`.
pub(super) fn grouping(columns: &[String], source: &Source<'_>, notes: &mut Vec<String>) -> Result<Grouping> {
    let mut parts = columns.iter().map(|column| single(column, source, notes));
    let mut all = match parts.next() {
        Some(first) => first?,
        None => Grouping { name: String::new(), codes: Arc::default(), labels: Arc::default() },
    };
    for part in parts {
        all = combine(&all, &part?, source);
    }
    all.name = group_label(columns);
    Ok(all)
}

fn single(column: &str, source: &Source<'_>, notes: &mut Vec<String>) -> Result<Grouping> {
    let factor = source.factor(column)?;
    let occurs: Vec<bool> = source.counts(column)?.iter().map(|&count| count > 0).collect();
    if occurs.iter().all(|&occurs| occurs) {
        let (codes, labels) = (Arc::clone(factor.codes()), factor.shared_levels());
        return Ok(Grouping { name: column.to_owned(), codes, labels });
    }
    let unused = occurs.iter().filter(|occurs| !**occurs).count();
    // The number only: levels of a grouping factor may be people.
    notes.push(format!("{unused} of {} levels of `{column}` do not occur in the rows used", occurs.len()));
    let mut next = 0;
    let positions = occurs.iter().map(|&occurs| {
        next += usize::from(occurs);
        occurs.then(|| next - 1)
    });
    let positions: Vec<Option<usize>> = positions.collect();
    let kept = factor.levels().iter().zip(&occurs).filter(|(_, occurs)| **occurs);
    let labels = Arc::new(kept.map(|(level, _)| level.clone()).collect());
    Ok(Grouping { name: column.to_owned(), codes: recoded(&factor, &positions, source), labels })
}

/// The levels of a factor of the formula as groups, such as the visits of a residual structure.
pub(super) fn levels(factor: &Categorical, source: &Source<'_>) -> Result<Grouping> {
    let original = source.factor(&factor.column)?;
    let positions = factor.positions(&original);
    let same = positions.iter().enumerate().all(|(level, position)| *position == Some(level));
    let codes = if same { Arc::clone(original.codes()) } else { recoded(&original, &positions, source) };
    Ok(Grouping { name: factor.column.clone(), codes, labels: Arc::new(factor.levels.clone()) })
}

fn recoded(factor: &Factor, positions: &[Option<usize>], source: &Source<'_>) -> Arc<Vec<u32>> {
    let mut codes = vec![NO_GROUP; source.frame.n_rows()];
    for &row in source.rows {
        let old = factor.codes()[row as usize] as usize;
        codes[row as usize] = positions.get(old).copied().flatten().map_or(NO_GROUP, |level| level as u32);
    }
    Arc::new(codes)
}

/// All combinations of two groupings, those of the first varying slowest, whether they occur or not.
pub(super) fn product(a: &Grouping, b: &Grouping, source: &Source<'_>) -> Grouping {
    let width = b.labels.len() as u32;
    let mut codes = vec![NO_GROUP; source.frame.n_rows()];
    for &row in source.rows {
        codes[row as usize] = a.codes[row as usize] * width + b.codes[row as usize];
    }
    let labels = a.labels.iter().flat_map(|first| b.labels.iter().map(move |second| format!("{first}:{second}")));
    let name = format!("{}:{}", a.name, b.name);
    Grouping { name, codes: Arc::new(codes), labels: Arc::new(labels.collect()) }
}

/// The combinations of two groupings that occur.
fn combine(a: &Grouping, b: &Grouping, source: &Source<'_>) -> Grouping {
    let width = b.labels.len() as u64;
    let key = |row: u32| u64::from(a.codes[row as usize]) * width + u64::from(b.codes[row as usize]);
    let cells = a.labels.len() as u64 * width;
    // A table of all cells is fastest while it is not much larger than the data.
    let (keys, codes) = if cells <= 4 * source.rows.len() as u64 + 65_536 {
        by_table(source, cells as usize, key)
    } else {
        by_hash(source, key)
    };
    let label = |key: &u64| format!("{}:{}", a.labels[(key / width) as usize], b.labels[(key % width) as usize]);
    Grouping { name: String::new(), codes: Arc::new(codes), labels: Arc::new(keys.iter().map(label).collect()) }
}

fn by_table(source: &Source<'_>, cells: usize, key: impl Fn(u32) -> u64) -> (Vec<u64>, Vec<u32>) {
    let mut code_of = vec![NO_GROUP; cells];
    for &row in source.rows {
        code_of[key(row) as usize] = 0;
    }
    let keys: Vec<u64> = (0..cells).filter(|&cell| code_of[cell] == 0).map(|cell| cell as u64).collect();
    for (code, &cell) in keys.iter().enumerate() {
        code_of[cell as usize] = code as u32;
    }
    let mut codes = vec![NO_GROUP; source.frame.n_rows()];
    for &row in source.rows {
        codes[row as usize] = code_of[key(row) as usize];
    }
    (keys, codes)
}

fn by_hash(source: &Source<'_>, key: impl Fn(u32) -> u64) -> (Vec<u64>, Vec<u32>) {
    let mut first_code: HashMap<u64, u32> = HashMap::new();
    let mut codes = vec![NO_GROUP; source.frame.n_rows()];
    for &row in source.rows {
        let next = first_code.len() as u32;
        codes[row as usize] = *first_code.entry(key(row)).or_insert(next);
    }
    let mut sorted: Vec<(u64, u32)> = first_code.into_iter().collect();
    sorted.sort_unstable();
    let mut position = vec![0_u32; sorted.len()];
    for (code, &(_, first)) in sorted.iter().enumerate() {
        position[first as usize] = code as u32;
    }
    for &row in source.rows {
        codes[row as usize] = position[codes[row as usize] as usize];
    }
    (sorted.into_iter().map(|(key, _)| key).collect(), codes)
}
