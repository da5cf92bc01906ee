//! The comparison as text.

use std::fmt::{self, Write as _};

use super::{Comparison, CutSummary, Rows};
use crate::results::layout::columns;

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, cut) in [("old", &self.old), ("new", &self.new)] {
            writeln!(f, "{name}  {}", described(cut))?;
        }
        writeln!(f, "rows matched by {}", self.key.join(", "))?;
        writeln!(f)?;
        f.write_str(&columns(&self.rows(), 1))?;
        for (name, list) in [("columns that came", &self.columns_new), ("columns that went", &self.columns_lost)] {
            if !list.is_empty() {
                writeln!(f, "\n{name}: {}", list.join(", "))?;
            }
        }
        self.write_columns(f)?;
        self.write_places(f)?;
        self.write_findings(f)?;
        for change in &self.frozen_changed {
            let column = &change.column;
            match change.column_missing {
                true => writeln!(f, "\nfrozen column `{column}` is not in both cuts")?,
                false => writeln!(
                    f,
                    "\nfrozen column `{column}` changed: {} cells, {} rows removed",
                    change.cells, change.rows_removed
                )?,
            }
        }
        Ok(())
    }
}

impl Comparison {
    fn rows(&self) -> Vec<Vec<String>> {
        let line = |name: &str, rows: &Rows| vec![name.to_owned(), rows.count.to_string(), listed(rows)];
        let mut lines = vec![
            line("rows added", &self.added),
            line("rows removed (of old)", &self.removed),
            line("rows changed", &self.changed),
            vec!["rows unchanged".to_owned(), self.unchanged.to_string()],
        ];
        lines.extend(self.subjects_new.iter().map(|rows| line("subjects new", rows)));
        lines.extend(self.subjects_lost.iter().map(|rows| line("subjects lost (of old)", rows)));
        lines
    }

    fn write_columns(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.columns.is_empty() {
            return Ok(());
        }
        let header = ["column", "newly observed", "newly absent", "changed", "reason changed", "levels +", "levels −"];
        let mut table = vec![header.map(str::to_owned).to_vec()];
        let mut places = String::new();
        for one in &self.columns {
            let cells = one.cells;
            let counts = [cells.newly_observed, cells.newly_absent, cells.changed, cells.reason_changed];
            let levels = match one.levels {
                Some(levels) => [levels.new.to_string(), levels.lost.to_string()],
                None => [String::new(), String::new()],
            };
            table.push(
                [one.column.clone()].into_iter().chain(counts.map(|count| count.to_string())).chain(levels).collect(),
            );
            let kinds = [
                ("newly observed", &one.newly_observed_rows, counts[0]),
                ("newly absent", &one.newly_absent_rows, counts[1]),
                ("changed", &one.changed_rows, counts[2]),
                ("reason changed", &one.reason_changed_rows, counts[3]),
            ];
            for (kind, rows, count) in kinds.into_iter().filter(|(_, rows, _)| !rows.is_empty()) {
                let rows = Rows { count, rows: rows.clone() };
                writeln!(places, "  {} {kind}: {}", one.column, listed(&rows))?;
            }
        }
        write!(f, "\ncells, by column\n{}", columns(&table, 1))?;
        if places.is_empty() { Ok(()) } else { write!(f, "\nrows of the new cut\n{places}") }
    }

    fn write_places(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.places.is_empty() {
            return Ok(());
        }
        let header = [
            "visit",
            "arm",
            "rows added",
            "removed",
            "changed",
            "cells newly observed",
            "newly absent",
            "changed",
            "reason changed",
        ];
        let mut table = vec![header.map(str::to_owned).to_vec()];
        for place in &self.places {
            let cells = place.cells;
            let counts =
                [place.rows_added, place.rows_removed, place.rows_changed, cells.newly_observed, cells.newly_absent];
            let counts = counts.into_iter().chain([cells.changed, cells.reason_changed]).map(|count| count.to_string());
            table.push([place.visit.clone(), place.arm.clone()].into_iter().chain(counts).collect());
        }
        write!(f, "\nby visit and arm\n{}", columns(&table, 2))
    }

    fn write_findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.findings.is_empty() {
            return Ok(());
        }
        let header = ["finding", "column", "new", "resolved", "remaining"];
        let mut table = vec![header.map(str::to_owned).to_vec()];
        for change in &self.findings {
            let severity = format!("{:?}", change.severity).to_lowercase();
            table.push(vec![
                format!("{severity}[{}]", change.code),
                change.column.clone().unwrap_or_default(),
                change.new.count.to_string(),
                change.resolved.count.to_string(),
                change.remaining.to_string(),
            ]);
        }
        write!(f, "\nfindings\n{}", columns(&table, 2))
    }
}

fn described(cut: &CutSummary) -> String {
    let mut text = format!("{}: {} rows", cut.file, cut.rows);
    if let Some(subjects) = cut.subjects {
        let _ = write!(text, ", {subjects} subjects");
    }
    if cut.errors > 0 {
        let _ = write!(text, ", {} errors", cut.errors);
    }
    for (why, rows) in [("without a key", &cut.without_key), ("with a repeated key", &cut.repeated_key)] {
        if rows.count > 0 {
            let _ = write!(text, ", {} rows {why} and not compared ({})", rows.count, listed(rows));
        }
    }
    text
}

/// The rows, as `rows 3, 4, 9 and 12 more`.
fn listed(rows: &Rows) -> String {
    if rows.rows.is_empty() {
        return String::new();
    }
    let numbers: Vec<String> = rows.rows.iter().map(usize::to_string).collect();
    let more = rows.count.saturating_sub(rows.rows.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{} {}{more}", if rows.count == 1 { "row" } else { "rows" }, numbers.join(", "))
}
