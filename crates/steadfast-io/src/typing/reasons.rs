//! Which code stood where a value is absent, as columns keep it.

use std::collections::HashMap;

use steadfast_core::frame::{Code, Coding};

use crate::dictionary::Variable;
use crate::note::{Note, SPOKEN};

/// Texts that say no more than that a value is absent: no code of their own.
const PLAIN: [&str; 7] = ["", "NA", "N/A", "NaN", ".", "NULL", "null"];

/// Whether a text only says why a value is absent, as this crate writes it.
fn is_plain(text: &str) -> bool {
    PLAIN.contains(&text) || SPOKEN.iter().any(|(_, spoken)| *spoken == text)
}

/// The codes of a column and the rows in which they stand, while the column is being typed.
pub(super) struct Reasons {
    codes: Vec<Code>,
    /// How many of them the file declares.
    declared: usize,
    places: HashMap<String, u16>,
    rows: Vec<u16>,
}

impl Reasons {
    /// The codes that the file declares, and those that the dictionary lists beside them.
    pub(super) fn of(note: Option<&Note>, variable: &Variable) -> Self {
        let declared = note.map(|note| note.coding.reasons()).unwrap_or_default().iter().cloned();
        let listed = variable.absent().into_iter().flat_map(|(_, texts)| texts.iter().map(Code::new));
        let (mut codes, mut places, mut of_file) = (Vec::new(), HashMap::new(), 0);
        for (code, is_declared) in declared.map(|code| (code, true)).chain(listed.map(|code| (code, false))) {
            let next = codes.len() + 1;
            let is_new = !is_plain(code.code()) && !places.contains_key(code.code());
            if let (true, Ok(place)) = (is_new, u16::try_from(next)) {
                places.insert(code.code().to_owned(), place);
                codes.push(code);
                of_file += usize::from(is_declared);
            }
        }
        Self { codes, declared: of_file, places, rows: Vec::new() }
    }

    /// The value of `row` is absent, and `text` stands in its place.
    pub(super) fn push(&mut self, row: usize, text: &str) {
        if let Some(&place) = self.places.get(text) {
            self.rows.resize(row + 1, 0);
            self.rows[row] = place;
        }
    }

    /// The codes, where one of them occurs; otherwise those that the file declares.
    pub(super) fn into_coding(mut self) -> Coding {
        if self.rows.is_empty() {
            self.codes.truncate(self.declared);
        }
        Coding::default().with_reasons(self.codes, self.rows)
    }
}
