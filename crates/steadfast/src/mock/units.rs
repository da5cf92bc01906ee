//! The units of a column: the sets of rows within which its value must not change.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use steadfast_core::frame::Role;
use steadfast_io::{Dictionary, Variable};

use super::layout::Layout;

/// For each row its unit, numbered in the order of the rows.
pub(super) struct Units {
    pub(super) of_row: Vec<usize>,
    /// The first row of each unit.
    pub(super) first: Vec<usize>,
    /// Whether a unit is a row.
    pub(super) rows: bool,
}

/// The columns in an order in which those within which a column is constant come before it: first who and when, then
/// the others by name as soon as they can be made. Columns that wait for each other come last.
pub(super) fn order(dictionary: &Dictionary) -> Vec<&Variable> {
    let structural =
        |variable: &&Variable| matches!(variable.role(), Some(Role::Subject | Role::Cluster | Role::Visit));
    let (mut ordered, mut waiting): (Vec<&Variable>, Vec<&Variable>) =
        dictionary.variables().iter().partition(structural);
    let mut made: BTreeSet<&str> = ordered.iter().map(|variable| variable.name()).collect();
    loop {
        let (ready, others): (Vec<&Variable>, Vec<&Variable>) = waiting
            .into_iter()
            .partition(|variable| variable.constant_within().iter().all(|name| made.contains(name.as_str())));
        made.extend(ready.iter().map(|variable| variable.name()));
        let done = ready.is_empty();
        ordered.extend(ready);
        waiting = others;
        if done {
            ordered.extend(waiting);
            return ordered;
        }
    }
}

/// The units of `variable`, given the `cells` made so far.
pub(super) fn of(
    variable: &Variable,
    dictionary: &Dictionary,
    layout: &Layout,
    cells: &BTreeMap<&str, Vec<String>>,
) -> Units {
    let rows = layout.n_rows();
    let by_layout = |of: &dyn Fn(usize) -> usize| -> Vec<usize> { (0..rows).map(of).collect() };
    match variable.role() {
        Some(Role::Subject) => return numbered(&by_layout(&|row| layout.subject(row)), rows),
        Some(Role::Cluster) => return numbered(&by_layout(&|row| layout.cluster(row)), rows),
        Some(Role::Visit) => return numbered(&by_layout(&|row| layout.visit(row)), rows),
        _ => {}
    }
    let mut links: Vec<Vec<usize>> = Vec::new();
    if variable.role() == Some(Role::Arm) {
        // The arm is allocated to the cluster, or else to the subject.
        let clustered = dictionary.with_role(Role::Cluster).is_some();
        links.push(by_layout(&|row| if clustered { layout.cluster(row) } else { layout.subject(row) }));
    }
    if variable.role() == Some(Role::Baseline) {
        links.push(by_layout(&|row| layout.subject(row)));
    }
    for name in variable.constant_within() {
        match cells.get(name.as_str()) {
            Some(cells) => links.push(codes(cells)),
            // A column that is made later waits for this one: both hold one value in all rows.
            None => links.push(vec![0; rows]),
        }
    }
    joined(&links, rows)
}

/// Equal texts as equal numbers.
fn codes(cells: &[String]) -> Vec<usize> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    cells
        .iter()
        .map(|cell| {
            let next = seen.len();
            *seen.entry(cell).or_insert(next)
        })
        .collect()
}

/// The connected components of rows that are linked where they share a number in any of `links`.
fn joined(links: &[Vec<usize>], rows: usize) -> Units {
    let mut parent: Vec<usize> = (0..rows).collect();
    for link in links {
        let mut first: HashMap<usize, usize> = HashMap::new();
        for (row, &code) in link.iter().enumerate() {
            let other = *first.entry(code).or_insert(row);
            let (a, b) = (root(&mut parent, other), root(&mut parent, row));
            // The earlier row is the root, so that units stand in the order of the rows.
            parent[a.max(b)] = a.min(b);
        }
    }
    let roots: Vec<usize> = (0..rows).map(|row| root(&mut parent, row)).collect();
    numbered(&roots, rows)
}

fn root(parent: &mut [usize], mut row: usize) -> usize {
    while parent[row] != row {
        parent[row] = parent[parent[row]];
        row = parent[row];
    }
    row
}

/// Units numbered in the order in which they come.
fn numbered(of: &[usize], rows: usize) -> Units {
    let (mut seen, mut first): (HashMap<usize, usize>, Vec<usize>) = (HashMap::new(), Vec::new());
    let of_row = of.iter().enumerate().map(|(row, &key)| {
        *seen.entry(key).or_insert_with(|| {
            first.push(row);
            first.len() - 1
        })
    });
    let of_row: Vec<usize> = of_row.collect();
    let rows = first.len() == rows;
    Units { of_row, first, rows }
}
