//! The report for a terminal.

use std::fmt;

use super::completeness::{heading, part, reasons};
use super::{ColumnReport, DataReport, Quantile, Value, expected};
use crate::results::layout::{columns, significant};

/// Levels beyond these are counted and not listed in a line.
const LISTED: usize = 8;

impl fmt::Display for DataReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.headline())?;
        writeln!(f, "{}", self.rules())?;
        writeln!(f, "{}", self.disclosure.sentence())?;
        if !self.visits.is_empty() {
            let mut table = vec![["visit", "rows", "subjects"].map(str::to_owned).to_vec()];
            let line = |visit: &super::VisitCount| {
                vec![visit.visit.clone(), visit.rows.to_string(), visit.subjects.to_string()]
            };
            table.extend(self.visits.iter().map(line));
            write!(f, "\n{}", columns(&table, 1))?;
        }
        if let Some(rows) = self.schedule.as_ref().filter(|rows| !rows.is_empty()) {
            let (left, header, lines) = expected::table(rows);
            let table: Vec<Vec<String>> = std::iter::once(header).chain(lines).collect();
            write!(f, "\nexpected by the schedule\n{}{}\n", columns(&table, left), expected::note(rows))?;
        }
        if !self.columns.is_empty() {
            write!(f, "\n{}", columns(&self.column_lines(), 3))?;
        }
        self.write_values(f)?;
        self.write_findings(f)
    }
}

impl DataReport {
    /// The file in one line.
    pub(super) fn headline(&self) -> String {
        let mut text = format!("{}: {} rows", self.file, self.rows);
        for (name, count) in [("subjects", &self.subjects), ("clusters", &self.clusters)] {
            if let Some(count) = count {
                text.push_str(&format!(", {count} {name}"));
            }
        }
        if !self.visits.is_empty() {
            text.push_str(&format!(", {} visits", self.visits.len()));
        }
        text.push_str(&format!(", {} columns", self.columns.len()));
        text
    }

    /// Against what the data were held.
    pub(super) fn rules(&self) -> String {
        match (&self.dictionary, self.valid) {
            (None, _) => "No dictionary: types are inferred, and only the rules about files were checked.".to_owned(),
            (Some(name), true) => format!("The data keep the rules of {name}."),
            (Some(name), false) => {
                format!("The data break rules of {name}; what follows is of the cells that could be read.")
            }
        }
    }

    fn column_lines(&self) -> Vec<Vec<String>> {
        let reasons = reasons(&self.columns);
        let mut header = ["column", "type", "role"].map(str::to_owned).to_vec();
        header.extend(reasons.iter().map(|reason| heading(reason)));
        header.push("distinct".to_owned());
        let mut table = vec![header];
        for column in &self.columns {
            let mut line = vec![column.name.clone(), column.r#type.to_owned(), column.role_name()];
            line.extend(reasons.iter().map(|reason| part(&column.parts, reason).to_string()));
            line.push(column.distinct.to_string());
            table.push(line);
        }
        table
    }

    fn write_values(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<Vec<String>> =
            self.columns.iter().map(|column| vec![column.name.clone(), column.summary()]).collect();
        let counted = self.disclosure.counted;
        if lines.is_empty() { Ok(()) } else { write!(f, "\nvalues; of levels, {counted}\n{}", columns(&lines, 2)) }
    }

    fn write_findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.findings.is_empty() {
            return writeln!(f, "\nno findings");
        }
        writeln!(f, "\nfindings")?;
        for group in &self.findings {
            let column = group.column.as_ref().map(|column| format!(" column `{column}`")).unwrap_or_default();
            let message = &group.message;
            match group.places() {
                rows if rows.is_empty() => {
                    writeln!(f, "  {}[{}]{column}: {message}", group.severity_name(), group.code)?
                }
                rows => writeln!(
                    f,
                    "  {}[{}]{column}, {}: {message}\n    rows {rows}",
                    group.severity_name(),
                    group.code,
                    if group.count == 1 { "once".to_owned() } else { format!("{} times", group.count) }
                )?,
            }
        }
        Ok(())
    }
}

impl super::Disclosure {
    /// What is withheld, in one or two sentences.
    pub(super) fn sentence(&self) -> String {
        let (threshold, counted) = (self.threshold, self.counted);
        if self.full {
            return "Everything is shown, small counts and extremes too: this does not leave the place of the data."
                .to_owned();
        }
        format!(
            "Counts of fewer than {threshold} {counted} are shown as <{threshold}, and the other counts of such a column are \
             rounded (≈); quantiles are rounded and shown where at least {threshold} {counted} lie beyond them."
        )
    }
}

impl ColumnReport {
    pub(super) fn role_name(&self) -> String {
        self.role.map(|role| format!("{role:?}").to_lowercase()).unwrap_or_default()
    }

    /// The values in one line.
    pub(super) fn summary(&self) -> String {
        let mut parts = Vec::new();
        if let Some(numbers) = &self.numbers {
            parts.extend(numbers.quantiles.iter().map(|quantile| format!("{} {}", quantile.name(), quantile.value)));
            if let Some(mean) = numbers.mean {
                let sd = numbers.std_dev.map(|sd| format!(" (SD {})", significant(sd, 3))).unwrap_or_default();
                parts.push(format!("mean {}{sd}", without_zeros(significant(mean, 4))));
            }
        }
        parts.extend(self.levels.iter().take(LISTED).map(|level| format!("{}: {}", level.level, level.counted())));
        if self.levels.len() > LISTED {
            parts.push(format!("and {} more levels", self.levels.len() - LISTED));
        }
        if let Some(other) = &self.other_levels {
            let name = if other.levels == 1 { "level" } else { "levels" };
            parts.push(format!("{} other {name}: {}", other.levels, other.subjects.unwrap_or(other.cells)));
        }
        if !parts.is_empty() {
            return parts.join("; ");
        }
        match self.r#type {
            "text" | "factor" => "values are not listed: they may name people".to_owned(),
            _ if part(&self.parts, "observed").is_zero() => "nothing observed".to_owned(),
            _ => "withheld: too few".to_owned(),
        }
    }
}

impl Quantile {
    /// What a reader calls it.
    fn name(&self) -> String {
        match (self.at * 100.0).round() as u32 {
            0 => "min".to_owned(),
            50 => "median".to_owned(),
            100 => "max".to_owned(),
            percent => format!("{percent} %"),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => f.write_str(&without_zeros(significant(*value, 6))),
            Self::Day(day) => f.write_str(day),
        }
    }
}

/// Zeros at the end of a fraction say nothing here: the values are rounded already, or whole.
fn without_zeros(text: String) -> String {
    if !text.contains('.') || text.contains('e') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
