//! Typed rows into parts by what they say in some columns.

use std::fs::File;

use steadfast_core::frame::{Column, ColumnData};

use super::rows::{Decoded, Encoder, decode, value};
use super::spill::{EMPTY, PARTS, Spill, Writer, hashed};
use crate::dictionary::Variable;
use crate::error::Result;
use crate::typing::{Rejected, Typed};

/// The columns by which rows are divided; none divides rows by all that they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key(pub(super) Vec<String>);

impl Key {
    /// Whether rows that agree in `columns` are in one part.
    pub(super) fn covers(&self, columns: &[&str]) -> bool {
        !self.0.is_empty() && self.0.iter().all(|own| columns.contains(&own.as_str()))
    }

    /// The hash of each row; none where a value is missing.
    fn hashes<'c>(&self, columns: impl Iterator<Item = &'c Column>, rows: usize) -> Vec<Option<u64>> {
        let own: Vec<&Column> = columns.filter(|column| self.0.iter().any(|name| name == column.name())).collect();
        if own.is_empty() {
            return vec![None; rows];
        }
        let mut all = vec![Some(EMPTY); rows];
        for column in own {
            for (hash, own) in all.iter_mut().zip(hashes(column)) {
                *hash = hash.zip(own).map(|(hash, own)| hashed(hash, &own.to_le_bytes()));
            }
        }
        all
    }
}

/// The hash of each value of a column; none where there is none.
fn hashes(column: &Column) -> Vec<Option<u64>> {
    if let ColumnData::Factor(factor) = column.data() {
        let of_level: Vec<u64> = factor.levels().iter().map(|level| hashed(EMPTY, level.as_bytes())).collect();
        return factor.codes().iter().map(|&code| of_level.get(code as usize).copied()).collect();
    }
    let mut bytes = Vec::new();
    let of_row = |row: usize| {
        column.is_observed(row).then(|| {
            bytes.clear();
            value(column, row, true, &mut bytes);
            hashed(EMPTY, &bytes)
        })
    };
    (0..column.len()).map(of_row).collect()
}

/// Rows on their way into parts.
pub(super) struct Divider {
    key: Key,
    writer: Writer,
    row: Vec<u8>,
}

impl Divider {
    /// Into `file`; at most `memory` bytes wait in memory.
    pub(super) fn new(key: Key, file: File, memory: usize) -> Self {
        Self { key, writer: Writer::new(file, memory), row: Vec::new() }
    }

    /// Adds the rows of `typed`, whose 0-based numbers in the file `number` gives.
    pub(super) fn take(
        &mut self,
        typed: &[Typed],
        variables: &[Variable],
        number: impl Fn(usize) -> u64,
    ) -> Result<()> {
        let n = typed.first().map_or(0, |typed| typed.column.len());
        let hashes = self.key.hashes(typed.iter().map(|typed| &typed.column), n);
        let mut encoder = Encoder::new(typed, variables);
        for (row, hash) in hashes.into_iter().enumerate() {
            self.row.clear();
            self.row.extend(number(row).to_le_bytes());
            encoder.write(row, &mut self.row);
            // Where no column says it, the rest of the row does: never where it stood.
            let hash = hash.unwrap_or_else(|| hashed(EMPTY, &self.row[8..]));
            self.writer.push(hash, &self.row)?;
        }
        Ok(())
    }

    /// The parts.
    pub(super) fn finish(self, variables: Vec<Variable>) -> Result<Division> {
        Ok(Division { key: self.key, spill: self.writer.finish()?, variables })
    }
}

/// Rows in parts.
#[derive(Debug)]
pub(super) struct Division {
    pub(super) key: Key,
    pub(super) spill: Spill,
    pub(super) variables: Vec<Variable>,
}

impl Division {
    /// The rows of part `k`, in the order of the file.
    pub(super) fn part(&self, k: usize) -> Result<Decoded> {
        let decoded = decode(&self.spill.read(k)?, &self.variables)?;
        Ok(if decoded.rows.is_sorted() { decoded } else { in_file_order(decoded) })
    }

    /// The same rows divided by another key.
    pub(super) fn by(&self, key: Key, file: File, memory: usize) -> Result<Division> {
        let mut divider = Divider::new(key, file, memory);
        for k in (0..PARTS).filter(|&k| self.spill.rows(k) > 0) {
            let Decoded { frame, rejected, rows } = self.part(k)?;
            let columns = frame.columns().iter().cloned().zip(rejected);
            let typed: Vec<Typed> = columns.map(|(column, (_, rejected))| Typed { column, rejected }).collect();
            divider.take(&typed, &self.variables, |row| rows[row])?;
        }
        divider.finish(self.variables.clone())
    }
}

fn in_file_order(decoded: Decoded) -> Decoded {
    let Decoded { frame, rejected, rows } = decoded;
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    order.sort_by_key(|&row| rows[row as usize]);
    let mut place = vec![0; rows.len()];
    order.iter().enumerate().for_each(|(at, &row)| place[row as usize] = at);
    let moved = |(name, cells): (String, Vec<Rejected>)| {
        let mut cells: Vec<Rejected> =
            cells.into_iter().map(|cell| Rejected { row: place[cell.row], ..cell }).collect();
        cells.sort_by_key(|cell| cell.row);
        (name, cells)
    };
    let rejected = rejected.into_iter().map(moved).collect();
    Decoded { frame: frame.select(&order), rejected, rows: order.iter().map(|&row| rows[row as usize]).collect() }
}
