//! Names and labels that a format can hold.

use std::collections::BTreeSet;

use steadfast_core::frame::{Column, Frame};

use super::losses::Losses;

/// What a format calls a name.
pub(super) struct NameRule {
    /// The most characters, which are ASCII.
    pub(super) longest: usize,
    /// Whether letters are capitals.
    pub(super) capitals: bool,
    /// Words that mean something else, in lower case, with blanks between them.
    pub(super) reserved: &'static str,
    /// The most bytes and characters of a label.
    pub(super) longest_label: (usize, usize),
}

impl NameRule {
    /// A name for each column, like its own and different from all others.
    pub(super) fn names(&self, frame: &Frame, losses: &mut Losses) -> Vec<String> {
        let wanted: Vec<String> = frame.columns().iter().map(|column| self.closest(column.name())).collect();
        let unchanged = |(column, wanted): (&Column, &String)| (column.name() == wanted).then(|| wanted.to_lowercase());
        // Names that are fine as they are keep their place before those that have to change.
        let mut taken: BTreeSet<String> = frame.columns().iter().zip(&wanted).filter_map(unchanged).collect();
        let mut names = Vec::with_capacity(wanted.len());
        for (column, wanted) in frame.columns().iter().zip(wanted) {
            let name = if column.name() == wanted { wanted } else { self.free(wanted, &mut taken) };
            let case_only = self.capitals && name.eq_ignore_ascii_case(column.name());
            if name != column.name() && !case_only {
                losses.push(column.name(), "renamed_column", format!("the file calls it `{name}`"));
            } else if case_only && name != column.name() {
                losses.push(column.name(), "renamed_column", "the file writes its name in capitals");
            }
            names.push(name);
        }
        names
    }

    fn closest(&self, name: &str) -> String {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let mut closest: String = name.chars().map(|c| if is_allowed(c) { c } else { '_' }).collect();
        let begins_well = closest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !begins_well || self.reserved.split_whitespace().any(|word| word.eq_ignore_ascii_case(&closest)) {
            closest.insert(0, '_');
        }
        closest.truncate(self.longest);
        if self.capitals { closest.to_uppercase() } else { closest }
    }

    /// The name, or with a number at its end where it is taken; capitals make no difference.
    fn free(&self, wanted: String, taken: &mut BTreeSet<String>) -> String {
        let mut name = wanted.clone();
        let mut number = 1;
        while !taken.insert(name.to_lowercase()) {
            number += 1;
            let end = format!("_{number}");
            name.clone_from(&wanted);
            name.truncate(self.longest.saturating_sub(end.len()));
            name.push_str(&end);
        }
        name
    }

    /// The label of a column: its own, or its name where the file calls it otherwise.
    pub(super) fn label(&self, column: &Column, name: &str, losses: &mut Losses) -> String {
        let label = if column.label() != column.name() || !name.eq_ignore_ascii_case(column.name()) {
            column.label()
        } else {
            ""
        };
        let (bytes, characters) = self.longest_label;
        let mut short: String = label.chars().take(characters).collect();
        while short.len() > bytes {
            short.pop();
        }
        if short != label {
            losses.push(column.name(), "label_cut", format!("its label is cut to {characters} characters"));
        }
        short
    }
}
