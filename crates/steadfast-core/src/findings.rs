//! What validation found in the data: every rule broken, all at once, none repaired.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// The analysis can proceed, but somebody should look.
    Warning,
    /// A rule is broken; no frame is made from these data.
    Error,
}

/// One rule that the data break, with the place where they break it and never the value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The file, as the user named it.
    pub file: Option<String>,
    /// The row: 1 is the first data row after the header.
    pub row: Option<u64>,
    /// The column's name.
    pub column: Option<String>,
    /// A stable identifier of the rule, such as `duplicate_key`.
    pub code: String,
    /// One sentence; it contains no value of the data.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{severity}[{}]", self.code)?;
        if let Some(file) = &self.file {
            write!(f, " {file}")?;
        }
        if let Some(row) = self.row {
            write!(f, " row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, " column `{column}`")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// How many places of one rule in one column a list for people names.
const LISTED: usize = 20;

/// All findings of one validation, in the order severity (gravest first), file, row, column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Findings {
    items: Vec<Finding>,
}

impl Findings {
    /// No findings yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one finding.
    pub fn push(&mut self, finding: Finding) {
        self.items.push(finding);
    }

    /// Adds all findings of another validation.
    pub fn extend(&mut self, other: Findings) {
        self.items.extend(other.items);
    }

    /// Whether any finding forbids making a frame.
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The number of findings.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// The findings, gravest first, then by file, row and column.
    pub fn sorted(mut self) -> Self {
        self.items.sort_by(|a, b| {
            b.severity
                .cmp(&a.severity)
                .then_with(|| (&a.file, a.row, &a.column, &a.code).cmp(&(&b.file, b.row, &b.column, &b.code)))
        });
        self
    }

    /// The findings as those of `file`.
    pub fn in_file(mut self, file: &str) -> Self {
        for finding in &mut self.items {
            finding.file = Some(file.to_owned());
        }
        self
    }

    /// A line for each finding, in their present order; of each rule and column the first 20, and how many more there are.
    pub fn lines(&self) -> Vec<String> {
        let mut counts: BTreeMap<(&str, Option<&str>), usize> = BTreeMap::new();
        let mut lines = Vec::new();
        for finding in &self.items {
            let count = counts.entry((&finding.code, finding.column.as_deref())).or_default();
            *count += 1;
            if *count <= LISTED {
                lines.push(finding.to_string());
            }
        }
        for ((code, column), count) in counts.into_iter().filter(|(_, count)| *count > LISTED) {
            let place = column.map(|column| format!(" in column `{column}`")).unwrap_or_default();
            lines.push(format!("and {} more of {code}{place}", count - LISTED));
        }
        lines
    }

    /// The findings in their present order.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.items.iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.items {
            writeln!(f, "{finding}")?;
        }
        Ok(())
    }
}
